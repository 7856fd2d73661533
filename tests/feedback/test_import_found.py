"""Is a table of decisions that nobody prepared read as its maker meant it, and asked about where it is not clear?"""

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest

from feedback.importing import bring, found, mapping, same, times
from portfolio.importing import reading
from portfolio.rules import SYSTEM

BERLIN = ZoneInfo("Europe/Berlin")


def table(*lines: str) -> reading.Table:
    return reading.read(io.BytesIO("\n".join(lines).encode()))


def proposed(*lines: str) -> tuple[dict, list[str]]:
    file = table(*lines)
    said = found.propose(file.headers, file.sample())
    return said.mapping, [one.code for one in said.questions]


def dry(given: dict, *lines: str, zone=BERLIN) -> bring.Report:
    """What a table would bring; nothing is stored, so no use case is needed."""
    file = table(*lines)
    columns = mapping.of(given, file.headers)
    return bring.bring(by=SYSTEM, use_case_id=None, table=file, mapping=columns, zone=zone, dry_run=True)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("69", "69.0", True), ("1,5", "1.50", True), ("1,500", "1500", True), ("€ 1.234,50", "1234.5", True),
        (" Approve", "approved", True), ("Deny", "DENIED", True), ("refer", "Referred", True), ("class a", "class b", False),
        ("69", "72", False), ("1", "10", False), ("69", "sixty-nine", False), ("0.30000000000000004", "0.3", True),
    ],
)  # fmt: skip
def test_what_is_the_same(one, other, equal):
    assert same.same(one, other) is same.same(other, one) is equal


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2026-03-31T14:00:00Z", None, "2026-03-31T14:00:00+00:00"),
        ("2026-03-31T14:00:00-05:00", None, "2026-03-31T14:00:00-05:00"),
        ("2026-03-31 14:00", None, "2026-03-31T14:00:00+02:00"),
        ("31/03/2026 14:00", None, "2026-03-31T14:00:00+02:00"),
        ("31.03.2026, 14:00 Uhr", None, "2026-03-31T14:00:00+02:00"),
        ("3/31/26 2:05 PM", None, "2026-03-31T14:05:00+02:00"),
        ("3/31/26 12:05 am", None, "2026-03-31T00:05:00+02:00"),
        ("03/04/2026 09:00", "dmy", "2026-04-03T09:00:00+02:00"),
        ("03/04/2026 09:00", "mdy", "2026-03-04T09:00:00+01:00"),
        ("31 March 2026", None, "2026-03-31T00:00:00+02:00"),
        ("46112.5", None, "2026-03-31T12:00:00+02:00"),
        ("1774958400", None, "2026-03-31T12:00:00+00:00"),
        ("1774958400000", None, "2026-03-31T12:00:00+00:00"),
        ("03/04/2026 09:00", None, None), ("March 2026", None, None), ("31/03/2026 25:00", None, None),
        ("3/31/26 14:05 PM", None, None), ("soon", None, None), ("", None, None), ("2026", None, None),
    ],
)  # fmt: skip
def test_times_as_people_write_them(text, order, moment):
    read = times.Clock(BERLIN, order).read(text)
    assert (read.isoformat() if read else None) == moment


def test_a_decision_beside_the_advice_is_compared_not_read_as_words():
    said, asked = proposed(
        "Claim ID,AI suggestion,Final decision,Reviewed on,Agent", "c1,Approve,Approved,31/03/2026 14:00,Maria Schulz",
        "c2,Approve,Rejected,01/04/2026 09:00,Jo", "c3,Reject,Rejected,02/04/2026 09:00,Jo", "c4,Reject,,02/04/2026 10:00,",
    )  # fmt: skip
    assert said == {
        "case": "Claim ID", "summary": "AI suggestion", "decided_at": "Reviewed on",
        "action": {"columns": ["AI suggestion", "Final decision"], "same": "accepted", "different": "overridden"},
    }  # fmt: skip
    assert asked == []


def test_the_fate_of_a_claim_is_asked_about_and_never_taken_for_the_models():
    lines = ("claim no;decision;date", "1;approved;2026-03-01", "2;rejected;2026-03-02", "3;approved;2026-03-02")
    said, asked = proposed(*lines)
    assert asked == ["unsure_words"]
    report = dry(said, *lines)
    assert (report.cases, {one["code"] for one in report.skipped}) == (0, {"unknown_action"})
    assert report.words == [
        {"word": "approved", "rows": 2, "means": "?"},
        {"word": "rejected", "rows": 1, "means": "?"},
    ]
    said["action"]["words"] = {"Approved": "accepted", "rejected": None}
    assert dry(said, *lines).actions == {"accepted": 2, "modified": 0, "overridden": 0, "escalated": 0, "undecided": 1}


def test_a_column_with_one_word_about_the_model_is_about_the_model():
    said, asked = proposed("case,decision,date", "1,approved,2026-03-01", "2,overridden,2026-03-01")
    assert (said["action"], asked) == ("decision", [])


def test_a_third_way_beside_two_is_shown_and_can_be_said():
    lines = ("case,ai recommendation,human decision,date", "1,approve,approved,2026-03-01", "2,deny,approved,2026-03-01",
             "3,deny,sent back,2026-03-01", "4,approve,Escalated,2026-03-01", "5,deny,pending,2026-03-01", "6,deny,denied,2026-03-01")  # fmt: skip
    said, _ = proposed(*lines)
    report = dry(said, *lines)
    assert report.actions == {"accepted": 2, "modified": 0, "overridden": 2, "escalated": 1, "undecided": 1}
    assert {(one["word"], one["means"]) for one in report.words} == {
        ("sent back", "overridden"), ("Escalated", "escalated"), ("pending", None),
    }  # fmt: skip
    said["action"]["words"] = {"Sent back": "modified"}
    assert dry(said, *lines).actions["modified"] == 1


def test_amounts_that_were_adjusted():
    rows = [f"{n},{50 + n}.0,{50 + n + n % 2},2026-03-01" for n in range(40)]
    said, _ = proposed("order id,Forecast,Planner forecast,date", *rows)
    assert "action" not in said  # a planner is none of the people we know: asked, not guessed
    said, _ = proposed("order id,model_forecast,human_forecast,date", *rows)
    assert said["action"] == {
        "columns": ["model_forecast", "human_forecast"], "same": "accepted", "different": "modified"
    }  # fmt: skip
    report = dry(said, "order id,model_forecast,human_forecast,date", *rows)
    assert (report.actions["accepted"], report.actions["modified"]) == (20, 20)


def test_whether_the_model_was_right_is_compared_too():
    lines = (
        "case,model_recommendation,human_decision,outcome_actual,date",
        "a,0,1,1,2026-03-01",
        "b,1,1.0,0,2026-03-01",
        "c,1,1,,2026-03-01",
    )
    said, _ = proposed(*lines)
    assert said["correct"] == {"columns": ["model_recommendation", "outcome_actual"], "same": True, "different": False}
    report = dry(said, *lines)
    assert [one.get("correct") for one in report.first] == [False, False, None]
    assert (report.actions["accepted"], report.actions["overridden"]) == (2, 1)


def test_the_order_of_day_and_month_is_found_in_the_column_or_asked():
    clear = ("case,action,decided at", "a,accepted,03/04/2026 10:00", "b,accepted,31/03/2026 10:00")
    report = dry(proposed(*clear)[0], *clear)
    assert (report.date_order, report.between) == ("dmy", ["2026-03-31T08:00:00+00:00", "2026-04-03T08:00:00+00:00"])
    open_ = clear[:2]
    assert [one["code"] for one in dry(proposed(*open_)[0], *open_).skipped] == ["day_or_month"]
    told = dry(proposed(*open_)[0] | {"date_order": "mdy"}, *open_)
    assert told.between[0] == "2026-03-04T09:00:00+00:00"


def test_a_file_without_cases_or_times_says_what_it_needs():
    lines = ("prediction,human_decision", "yes,no", "yes,yes")
    said, asked = proposed(*lines)
    assert (said["case"], asked) == ({"row": True}, ["each_row", "no_time"])
    with pytest.raises(mapping.MappingFault, match="when"):
        found.propose(table(*lines).headers, table(*lines).sample()).settled()
    report = dry(said | {"at": {"value": "31.03.2026"}}, *lines)
    assert [one["case"] for one in report.first] == ["row 2", "row 3"]
    assert (report.actions["overridden"], report.actions["accepted"]) == (1, 1)


def test_rows_that_name_one_case_twice_and_people_by_name():
    given = {"case": "case", "at": "date", "action": "action", "actor": "agent"}
    report = dry(given, "case,action,date,agent", "a,accepted,2026-03-01,Maria Schulz", "a,overridden,2026-03-02,Jo")
    assert [(one["row"], one["code"]) for one in report.skipped] == [(3, "repeated_case")]
    assert report.first[0]["actor"] == bring.pseudonym("maria  schulz") and "Maria" not in str(report.first)


@pytest.mark.parametrize(
    ("given", "name", "said"),
    [
        ({"case": "a", "action": {"columns": ["a"], "same": "accepted"}}, "action", "two columns"),
        ({"case": "a", "action": {"columns": ["a", "b"], "same": "liked"}}, "action", "one of"),
        ({"case": "a", "action": {"column": "b", "words": {"x": "liked"}}}, "action", "one of"),
        ({"case": "a", "action": {"column": "b", "words": []}}, "action", "words"),
        ({"case": "a", "action": {"columns": "b"}}, "action", "name the column"),
        ({"case": "a", "at": {"value": {}}}, "at", "the value"),
        ({"case": "a", "date_order": "ymd"}, "date_order", "dmy"),
        ({"case": "a", "where": {"b": "x"}}, "where", "list"),
        ({"case": "a", "where": {"z": ["x"]}}, "where", "no column"),
        ({"case": 1}, "case", "a column's name"), ([], "", "JSON object"), ({}, "case", "the case"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_names_its_field(given, name, said):
    with pytest.raises(mapping.MappingFault, match=said) as fault:
        mapping.of(given, ("a", "b"))
    assert fault.value.name == name


def test_the_forecasters_and_the_algorithm(shared_data):
    """Its README: the advice was followed exactly in 9.9 %, 7.6 % and 6.8 % of the rows."""
    path = shared_data / "decisions-forecast-advice" / "events_long.csv"
    with reading.opened(path) as file:
        said = found.propose(file.headers, file.sample())
        assert [one.code for one in said.questions] == ["each_row", "no_time"]
        assert said.mapping["action"]["columns"] == ["model_recommendation", "human_decision"]
        assert said.mapping["action"]["different"] == "modified" and "correct" not in said.mapping
        shares = []
        for experiment in ("exp1", "exp2", "exp3"):
            given = said.mapping | {"where": {"experiment": [experiment]}, "at": {"value": "2025-11-03"}}
            given["case"] = {"columns": ["experiment", "participant", "stage", "trial"]}
            columns = mapping.of(given, file.headers)
            report = bring.bring(
                by=SYSTEM, use_case_id=None, table=file, mapping=columns, zone=BERLIN, dry_run=True
            )  # fmt: skip
            shares.append(f"{report.actions['accepted'] / report.cases:.1%}")
    assert shares == ["9.9%", "7.6%", "6.8%"]


def test_the_reviewers_of_agents_without_a_mapping(shared_data):
    """One use case a file: the rows of one agent as they stand."""
    path = shared_data / "decisions-ai-agent-prs" / "agent_pr_events.csv"
    with path.open() as stream:
        rows = [row for row in csv.reader(stream) if row[1] in ("use_case", "Devin")]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file = reading.read(io.BytesIO(text.getvalue().encode()))
    said = found.propose(file.headers, file.sample())
    assert {name: said.mapping[name] for name in ("case", "suggested_at", "decided_at", "segment", "summary")} == {
        "case": "event_id", "suggested_at": "recommended_at", "decided_at": "decided_at", "segment": "task_type",
        "summary": "recommendation",
    }  # fmt: skip
    report = bring.bring(
        by=SYSTEM, use_case_id=None, table=file, mapping=mapping.of(said.settled(), file.headers), zone=BERLIN, dry_run=True
    )  # fmt: skip
    assert (report.actions["accepted"], report.actions["overridden"], report.actions["undecided"]) == (1_335, 1_322, 72)


def test_nothing_is_proposed_for_codes_that_only_a_codebook_explains(shared_data):
    """DMF and D of Dane County: without its README nobody knows them, and nothing is guessed."""
    with reading.opened(shared_data / "decisions-psa-dane" / "psa_cases.csv") as file:
        said = found.propose(file.headers, file.sample())
    assert said.mapping == {"case": "case"}
    assert [one.code for one in said.questions] == ["no_time", "no_action"]
    assert json.loads(json.dumps(said.mapping)) == said.mapping
