"""Do tables of past decisions come in to the row, twice without harm, and say what their makers counted?"""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from feedback import models, page, queries
from tests import factories

pytestmark = pytest.mark.django_db

PSA = {
    "where": {"Z": ["1"]},
    "case": "case",
    "at": {"value": "2020-01-01T00:00:00Z"},
    "model": {"value": "PSA"},
    "summary": {"columns": ["DMF"], "values": {"0": "signature bond", "1": "cash bond"}},
    "action": {
        "columns": ["DMF", "D"],
        "values": {"0,0": "accepted", "1,1": "accepted", "1,2": "accepted", "0,1": "overridden", "0,2": "overridden", "1,0": "overridden"},
    },
    "reason": {"columns": ["DMF", "D"], "values": {"0,1": "stricter", "0,2": "stricter", "1,0": "more lenient"}},
    "segment": {"columns": ["Sex"], "values": {"0": "group a", "1": "group b"}},
}  # fmt: skip


def run(capsys, file, live, *options):
    call_command("import_feedback", str(file), "--use-case", live.use_case.key, "--json", *options)
    return json.loads(capsys.readouterr().out)


def page_of(portfolio, use_case) -> str:
    """The feedback tab over all that was counted, as a leader reads it."""
    client = Client()
    client.force_login(portfolio.memberships.get(role="leader").user)
    answer = client.get(f"/u/{use_case.key}/feedback/?period=all")
    return answer.content.decode().replace("\u00a0", " ")


def written(folder, name, *lines):
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_one_row_a_case_is_proposed_from_its_headers(live, tmp_path, capsys):
    file = written(
        tmp_path, "cases.csv", "Case;Decision;Decided at;Reason;Confidence;Correct;Value",
        "a;accepted;2026-03-01 10:00;;0.9;yes;12.5", "b;rejected;2026-03-01T11:00:00+01:00;new code;0.4;no;",
        "c;pending;2026-03-02;;;;", ";accepted;2026-03-02;;;;", "d;perhaps;2026-03-02;;;;", "e;edited;31 March;;;;",
    )  # fmt: skip
    dry = run(capsys, file, live, "--dry-run")
    assert (dry["rows"], dry["cases"], dry["events"], dry["created"]) == (6, 3, 7, 0)
    assert {row["row"]: row["code"] for row in dry["skipped"]} == {5: "no_case", 6: "unknown_action", 7: "not_a_time"}
    assert not models.Key.objects.exists()
    assert run(capsys, file, live)["created"] == 7
    again = run(capsys, file, live)
    assert (again["created"], again["duplicates"], again["conflicts"]) == (0, 7, 0)
    said = queries.summary(live.id)
    assert (said["suggestions"], said["accepted"], said["overridden"], said["value"]) == (3, 1, 1, "12.5")
    assert said["reliance"]["accepted_right"] == said["reliance"]["overridden_model_wrong"] == 1


def test_one_row_an_event_goes_through_the_same_door(live, tmp_path, capsys):
    file = written(
        tmp_path, "events.csv", "type,case,at,action,correct", "suggestion,a,2026-03-01T10:00:00Z,,",
        "decision,a,2026-03-01T11:00:00Z,overridden,", "outcome,a,2026-03-02T10:00:00Z,,false", "decision,b,2026-03-01T10:00:00Z,perhaps,",
    )  # fmt: skip
    report = run(capsys, file, live)
    assert (report["rows"], report["created"], [row["code"] for row in report["skipped"]]) == (4, 3, ["unknown_value"])
    assert queries.summary(live.id)["reliance"]["overridden_model_wrong"] == 1
    assert run(capsys, file, live)["duplicates"] == 3


@pytest.mark.parametrize(
    ("mapping", "said"),
    [("[", "not JSON"), ('{"wher": 1}', "no field"), ('{"case": "no"}', "no column"), ('{"at": "Case"}', "the case")],
)
def test_a_wrong_mapping_is_named(live, tmp_path, mapping, said):
    file = written(tmp_path, "x.csv", "Case,Decision,Decided at", "a,accepted,2026-03-01")
    path = written(tmp_path, "mapping.json", mapping)
    with pytest.raises(CommandError, match=said):
        call_command("import_feedback", str(file), "--use-case", live.use_case.key, "--mapping", str(path))
    with pytest.raises(CommandError, match="no use case"):
        call_command("import_feedback", str(file), "--use-case", "UC-0")


def test_the_judges_of_dane_county(live, shared_data, tmp_path, capsys):
    """Its README: 948 were shown the advice; agreed 716, stricter 70, more lenient 162: 232 overrides, 24.5 %."""
    path = written(tmp_path, "mapping.json", json.dumps(PSA))
    report = run(capsys, shared_data / "decisions-psa-dane" / "psa_cases.csv", live, "--mapping", str(path))
    assert (report["rows"], report["cases"], len(report["skipped"])) == (1_891, 948, 943)
    said = page.summary(live.id)
    assert (said["suggestions"], said["decided"], said["accepted"], said["overridden"]) == (948, 948, 716, 232)
    assert round(said["override_rate"], 3) == 0.245
    by_reason = {row["reason"]: row["overridden"] for row in queries.by("reason", live.id)}
    assert by_reason == {"stricter": 70, "more lenient": 162}
    shown = page_of(live.portfolio, live.use_case)
    for words in ("<dt>Decided</dt><dd>948</dd>", "<dt>Accepted</dt><dd>716</dd>", "<dt>Overridden</dt><dd>232, 24.5 %</dd>",
                  "<div>more lenient</div>", "<span>70 %</span>", "<div>stricter</div>", "<span>30 %</span>"):  # fmt: skip
        assert words in shown, words


AGENTS = {
    "OpenAI_Codex": (1_754, 571, 361, "0.6530"), "Devin": (1_335, 1_322, 72, "0.4892"), "Copilot": (559, 469, 434, "0.3824"),
    "Cursor": (74, 31, 39, "0.5139"), "Claude_Code": (53, 33, 15, "0.5248"),
}  # fmt: skip


def test_the_reviewers_of_agents_pull_requests(live, shared_data, tmp_path, capsys):
    """Its README: accepted, rejected, pending by agent, and the published acceptance shares."""
    file = shared_data / "decisions-ai-agent-prs" / "agent_pr_events.csv"
    tasks = {}
    for agent, (accepted, rejected, pending, share) in AGENTS.items():
        use_case = factories.use_case(live.portfolio, "production", title=agent)
        mapping = {
            "where": {"use_case": [agent]}, "case": "event_id", "suggested_at": "recommended_at", "decided_at": "decided_at",
            "segment": "task_type", "summary": "recommendation", "model": {"value": agent}, "action": "decision",
        }  # fmt: skip
        path = written(tmp_path, f"{agent}.json", json.dumps(mapping))
        call_command(
            "import_feedback", str(file), "--use-case", use_case.key, "--mapping", str(path), "--json",
        )  # fmt: skip
        report = json.loads(capsys.readouterr().out)
        assert (report["rows"], report["cases"]) == (7_122, accepted + rejected + pending)
        said = page.summary(use_case.id)
        assert (said["accepted"], said["overridden"], said["suggestions"]) == (
            accepted,
            rejected,
            accepted + rejected + pending,
        )
        assert f"{said['accepted'] / said['suggestions']:.4f}" == share
        shown = page_of(live.portfolio, use_case)
        assert f"<dt>Accepted</dt><dd>{accepted:,}</dd>" in shown
        assert f"<dt>Overridden</dt><dd>{rejected:,}, " in shown
        assert f"<dt>Undecided</dt><dd>{pending:,}</dd>" in shown
        for row in queries.by("segment", use_case.id):
            tasks[row["segment"]] = tasks.get(row["segment"], 0) + row["suggestions"]
    assert [tasks[name] for name in ("feat", "fix", "docs", "refactor", "test")] == [2_284, 2_164, 1_067, 565, 400]
