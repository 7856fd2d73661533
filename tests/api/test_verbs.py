"""Does each verb decide by REST as the rules say, and write nothing when refused?"""

import uuid

import pytest

from governance.models import AgreedDate, Decision, Request
from ledger.models import Entry
from portfolio.models import Lane, UseCase
from portfolio.rules import Role, Stage, Verb
from tests.api.conftest import Api, codes, in_days
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db
PAUSE = {"reason": "Rest", "restart_condition": "Data is fit", "review_on": in_days(30)}


def lines(world) -> list[str]:
    return list(Entry.objects.of_chain(world.portfolio.id).values_list("event_type", flat=True))


def test_select_answers_the_decision_and_moves(as_ana, home):
    row = home.ready()
    answer = as_ana.post(f"use-cases/{row.key}/select/", {"reason": "Best value"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["kind"], body["from_stage"], body["to_stage"], body["decided_by"]) == (
        "select", "proposed", "pilot", str(home.ana.id),
    )  # fmt: skip
    assert body["use_case"] == str(row.id)
    assert lines(home)[-1] == "use_case.selected"


def test_a_refusal_names_every_reason_and_writes_nothing(as_ana, home):
    row = home.use_case()
    for number in range(3):
        home.use_case(f"Pilot {number}", stage=Stage.PILOT)
    before = lines(home)
    answer = as_ana.post(f"use-cases/{row.id}/select/", {"reason": "Now"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert set(codes(answer)) == {
        "pilot_cap", "no_success_statement", "no_why_ai", "no_sponsor", "no_lead", "no_stop_criterion",
        "no_hypothesis", "no_adoption_plan",
    }  # fmt: skip
    assert all(set(reason) == {"code", "text", "subject"} for reason in answer.json()["reasons"])
    assert not Decision.objects.exists()
    assert lines(home) == before


def test_select_with_exception_or_with_pause_of_another(as_ana, home):
    pilots = [home.use_case(f"Pilot {number}", stage=Stage.PILOT) for number in range(3)]
    row, second = home.ready(), home.ready("Read forms")
    exception = {"until_on": in_days(20), "reason": "Peak season"}
    assert as_ana.post(f"use-cases/{row.id}/select/", {"reason": "r", "exception": exception}).status_code == 200
    swap = {"reason": "r", "pause": {"use_case": pilots[0].key, **PAUSE}}
    still_full = as_ana.post(f"use-cases/{second.id}/select/", swap)
    assert codes(still_full) == ["pilot_cap"]
    pilots[0].refresh_from_db()
    assert pilots[0].stage == Stage.PILOT  # both acts or none
    UseCase.objects.filter(id=pilots[1].id).update(stage=Stage.STOPPED)
    assert as_ana.post(f"use-cases/{second.id}/select/", swap).status_code == 200
    pilots[0].refresh_from_db()
    assert pilots[0].stage == Stage.PAUSED


def test_every_simple_verb_by_rest(as_ana, home):
    row = home.use_case()
    path = f"use-cases/{row.id}"

    def stage(verb, body):
        answer = as_ana.post(f"{path}/{verb}/", body)
        assert answer.status_code == 200, answer.content
        return answer.json()["to_stage"]

    assert stage("decline", {"reason": "r"}) == "declined"
    assert stage("reopen", {"reason": "r"}) == "proposed"
    UseCase.objects.filter(id=row.id).update(stage=Stage.PILOT)
    assert stage("no-go", {"reason": "r", "agreed_on": in_days(9), "items": [
        {"text": "Access", "owner": str(home.ben.id), "due_on": in_days(5)}]}) == "pilot"  # fmt: skip
    assert AgreedDate.objects.get().agreed_on.isoformat() == in_days(9)
    assert stage("pause", PAUSE) == "paused"
    assert stage("resume", {"reason": "Data is fit"}) == "pilot"
    assert stage("return", {"reason": "r"}) == "proposed"
    UseCase.objects.filter(id=row.id).update(stage=Stage.PRODUCTION)
    assert stage("roll-back", {"reason": "r"}) == "pilot"
    assert stage("stop", {"reason": "r", "learnt": "Much"}) == "stopped"
    UseCase.objects.filter(id=row.id).update(stage=Stage.PRODUCTION)
    assert stage("retire", {"reason": "r", "successor": "Shut down"}) == "retired"
    kinds = [decision["kind"] for decision in as_ana.get(f"{path}/decisions/").json()["results"]]
    assert kinds == ["retire", "stop", "roll-back", "return", "resume", "pause", "no-go", "reopen", "decline"]


def test_go_needs_anothers_request_a_lane_and_no_open_item(as_ana, as_ben, home):
    olga = Api(home.member("olga", Role.LEADER))
    row = home.use_case(stage=Stage.PILOT, lead=home.ben)
    path = f"use-cases/{row.id}"
    assert set(codes(as_ana.post(f"{path}/go/", {"reason": "r"}))) == {"no_lane", "no_request"}
    lane = as_ana.post(f"{path}/choose-lane/", {"answers": {"personal_data": True}, "lane": "fast"})
    assert codes(lane) == ["other_lane_without_reason"]
    chosen = as_ana.post(f"{path}/choose-lane/", {"answers": {"personal_data": False}, "lane": "fast"})
    assert (chosen.status_code, chosen.json()["lane"]) == (200, "fast")
    assert olga.post(f"{path}/requests/", {"kind": "go", "reason": "Ready"}).status_code == 201
    assert "own_request" in codes(olga.post(f"{path}/go/", {"reason": "r"}))
    unclear = [reason["code"] for reason in as_ben.get(f"{path}/gate/").json()["reasons"]]
    assert unclear == ["question_not_clear"] * 4 + ["no_signed_hypothesis", "no_signal", "no_adoption_plan"]
    assert set(codes(as_ana.post(f"{path}/go/", {"reason": "r"}))) == set(unclear)
    clear(row, home.ben)
    gate = as_ben.get(f"{path}/gate/").json()
    assert (gate["allowed"], gate["reasons"], gate["decision"]) == (False, [], None)
    foreign = {"text": "x", "owner": str(uuid.uuid4()), "due_on": in_days(3)}
    assert as_ana.post(f"{path}/go/", {"reason": "r", "conditions": [foreign]}).status_code == 400
    went = as_ana.post(f"{path}/go/", {"reason": "r", "conditions": [foreign | {"owner": str(home.ben.id)}]})
    assert (went.status_code, went.json()["to_stage"]) == (200, "production")
    gate = as_ben.get(f"{path}/gate/").json()
    assert (gate["allowed"], gate["reasons"], gate["decision"]["id"]) == (True, [], went.json()["id"])
    assert gate["computed_at"]


def test_gate_of_what_was_imported_live_says_never_gated(as_ana, home):
    row = home.use_case(stage=Stage.PRODUCTION)
    gate = as_ana.get(f"use-cases/{row.key}/gate/").json()
    assert gate["allowed"] is False
    assert [reason["code"] for reason in gate["reasons"]] == ["never_gated", "no_lane"]
    assert set(gate) == {"allowed", "status", "reasons", "decision", "computed_at"}


def test_requests_are_asked_listed_withdrawn(as_ana, as_ben, home):
    row, other = home.use_case(stage=Stage.PILOT), home.use_case("Other", stage=Stage.PILOT)
    path = f"use-cases/{row.id}/requests/"
    asked = as_ben.post(path, {"kind": "go", "reason": "Ready"})
    assert (asked.status_code, asked.json()["author"]) == (201, str(home.ben.id))
    assert codes(as_ana.post(path, {"kind": "go", "reason": "Me too"})) == ["already_asked"]
    assert as_ana.post(path, {"kind": "fly", "reason": "x"}).status_code == 400
    assert codes(as_ana.post(path, {"kind": "resume", "reason": "x"})) == ["wrong_stage"]
    assert as_ben.post(f"use-cases/{other.id}/requests/{asked.json()['id']}/withdraw/").status_code == 404
    done = as_ben.post(f"{path}{asked.json()['id']}/withdraw/")
    assert (done.status_code, done.json()["closed_as"]) == (200, "withdrawn")
    assert codes(as_ben.post(f"{path}{asked.json()['id']}/withdraw/")) == ["request_closed"]
    assert len(as_ben.get(path).json()["results"]) == 1
    assert Request.objects.count() == 1


def test_agree_date_and_its_slip(as_ana, home):
    row = home.use_case(stage=Stage.PILOT)
    path = f"use-cases/{row.id}/agree-date/"
    assert as_ana.post(path, {"agreed_on": in_days(20)}).json()["agreed_on"] == in_days(20)
    assert codes(as_ana.post(path, {"agreed_on": in_days(30)})) == ["no_cause"]
    assert codes(as_ana.post(path, {"agreed_on": in_days(-3), "cause": "x"})) == ["date_in_past"]
    moved = as_ana.post(path, {"agreed_on": in_days(30), "cause": "Data late"})
    assert moved.json()["agreed_on"] == in_days(30)


def test_undo_compensates_and_belongs_to_its_use_case(as_ana, home):
    row, other = home.use_case(stage=Stage.PILOT), home.use_case("Other")
    paused = as_ana.post(f"use-cases/{row.id}/pause/", PAUSE).json()
    assert as_ana.post(f"use-cases/{other.id}/decisions/{paused['id']}/undo/").status_code == 404
    assert as_ana.get(f"use-cases/{other.id}/decisions/{paused['id']}/").status_code == 404
    undone = as_ana.post(f"use-cases/{row.id}/decisions/{paused['id']}/undo/").json()
    assert (undone["kind"], undone["undoes"]) == ("resume", paused["id"])
    one = as_ana.get(f"use-cases/{row.id}/decisions/{paused['id']}/").json()
    assert one["snapshot"]["material"]["stage"] == "pilot"
    assert codes(as_ana.post(f"use-cases/{row.id}/decisions/{paused['id']}/undo/")) == ["not_newest"]


def test_if_match_on_a_verb_is_optional_and_honoured(as_ana, home):
    row = home.use_case()
    path = f"use-cases/{row.id}/decline/"
    stale = as_ana.post(path, {"reason": "r"}, If_Match=f'"{row.id}-7"')
    assert (stale.status_code, stale.json()["present"]["stage"]) == (412, "proposed")
    assert as_ana.post(path, {"reason": "r"}, If_Match=row.etag).status_code == 200


@pytest.mark.parametrize("verb", [*Verb, "choose-lane", "agree-date"])
def test_a_token_never_decides(home, verb):
    row = home.use_case()
    scopes = ["use-cases:read", "use-cases:write", "gate:read", "ledger:read"]
    answer = Api(token=home.token(*scopes)).post(f"use-cases/{row.id}/{verb}/", {"reason": "r"})
    assert (answer.status_code, answer.json()["code"]) == (403, "person_required")


@pytest.mark.parametrize(
    "body",
    [[], "{", {}, {"reason": None}, {"reason": 4}, {"reason": "r", "force": True}, {"reason": "x" * 20_001},
     {"reason": "r", "exception": []}, {"reason": "r", "exception": {"until_on": "soon", "reason": "x"}},
     {"reason": "r", "pause": {"use_case": "UC-999999", **PAUSE}}, {"reason": "r", "pause": {"use_case": "UC-1"}}],
)  # fmt: skip
def test_unusable_bodies_of_a_verb_are_400(as_ana, home, body):
    row = home.ready()
    assert as_ana.post(f"use-cases/{row.id}/select/", body).status_code == 400
    assert not Decision.objects.exists()


def test_a_foreign_pilot_to_pause_is_answered_like_an_unknown_one(as_ana, home, abroad):
    row, foreign = home.ready(), abroad.use_case(stage=Stage.PILOT)
    bodies = {
        as_ana.post(f"use-cases/{row.id}/select/", {"reason": "r", "pause": {"use_case": str(ref), **PAUSE}}).content
        for ref in (foreign.id, foreign.key, uuid.uuid4(), "UC-987654")
    }
    assert len(bodies) == 1
    foreign.refresh_from_db()
    assert foreign.stage == Stage.PILOT


def test_blank_reason_is_a_rules_refusal(as_ana, home):
    row = home.use_case()
    answer = as_ana.post(f"use-cases/{row.id}/decline/", {"reason": "  "})
    assert (answer.status_code, codes(answer)) == (409, ["no_reason"])


def test_choose_lane_takes_the_newest_version(as_ana, home):
    row = home.use_case()
    Lane.objects.create(portfolio=home.portfolio, code="fast", version=2)
    as_ana.post(f"use-cases/{row.id}/choose-lane/", {"lane": "fast"})
    row.refresh_from_db()
    assert row.lane.version == 2
    lanes = as_ana.get("portfolios/home/lanes/").json()["results"]
    assert [(lane["code"], lane["version"]) for lane in lanes] == [("fast", 2), ("high-impact", 1), ("standard", 1)]
