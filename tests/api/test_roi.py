"""Do programs draft, price, measure and compare a hypothesis as people do?"""

from datetime import timedelta

import pytest

from roi.models import Hypothesis, Reading
from roi.rules.track import monday
from tests.api.conftest import Api, codes
from tests.roi.told import FULL, tell

FACTS = {"then_text": "it is quicker", "measure": "Minutes", "kind": "time", "baseline": 41, "target": 24}


@pytest.fixture
def case(home):
    made = home.use_case("Claims", sponsor=home.ana, lead=home.ben, finance_partner=home.ana)
    return made


def at(case, rest=""):
    return f"use-cases/{case.key}/{rest}"


def test_a_hypothesis_is_drafted_once_and_changed_by_version(as_ben, case):
    made = as_ben.post(at(case, "hypotheses/"), FACTS)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["number"], told["target"], told["unsigned"]) == (1, 24.0, ["lead", "finance_partner", "sponsor"])
    assert codes(as_ben.post(at(case, "hypotheses/"), FACTS)) == ["hypothesis_exists"]
    one = at(case, f"hypotheses/{told['id']}/")
    assert as_ben.patch(one, {"target": 23}).status_code == 428
    changed = as_ben.patch(one, {"target": 23}, If_Match=made["ETag"])
    assert (changed.status_code, changed.json()["target"]) == (200, 23.0)
    stale = as_ben.patch(one, {"target": 22}, If_Match=made["ETag"])
    assert (stale.status_code, stale.json()["present"]["target"]) == (412, 23.0)
    assert as_ben.get(at(case, "hypotheses/")).json()["results"] == [changed.json()]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"measure": "Accuracy"}, 409), ({"surprise": 1}, 400), ({"baseline": "41"}, 400), ({"baseline": True}, 400),
        ({"window_days": 10}, 400), ({"day0_on": "soon"}, 400), ({"kind": "vibes"}, 400),
        ({"assumptions": [{"text": "x", "low": 3, "likely": 2, "high": 1}]}, 409), ([], 400),
    ],
)  # fmt: skip
def test_odd_bodies_are_refused_and_write_nothing(as_ben, case, body, status):
    answer = as_ben.post(at(case, "hypotheses/"), body)
    assert answer.status_code == status, answer.content
    assert not Hypothesis.objects.exists()


def test_a_token_drafts_but_does_not_sign(home, case):
    row = tell(case)
    token = Api(token=home.token("roi:write", "use-cases:read"))
    drafted = token.post(at(case, "cost-lines/"), {"category": "exit", "likely": "500.00"})
    assert drafted.status_code == 201, drafted.content
    answer = token.post(at(case, f"hypotheses/{row.id}/sign/"), {})
    assert (answer.status_code, answer.json()["code"]) == (403, "person_required")


def test_signing_shows_who_must_sign_again_after_a_figure(as_ana, as_ben, case):
    row = tell(case)
    sign = at(case, f"hypotheses/{row.id}/sign/")
    assert as_ben.post(sign, {}).json()["unsigned"] == ["finance_partner", "sponsor"]
    assert as_ana.post(sign, {"number": 1}).json()["unsigned"] == []
    one = at(case, f"hypotheses/{row.id}/")
    worded = as_ben.patch(one, {"because": "of waiting"}, If_Match="*").json()
    assert (worded["number"], worded["unsigned"]) == (1, [])
    moved = as_ben.patch(one, {"target": 22}, If_Match="*").json()
    assert (moved["number"], moved["unsigned"]) == (2, ["lead", "finance_partner", "sponsor"])
    assert as_ana.post(sign, {"number": 1}).status_code == 412
    found = as_ben.get(at(case, f"hypotheses/{row.id}/compare/?was=1&now=2")).json()
    assert found["changes"] == [
        {"field": "target", "material": True, "was": 24.0, "now": 22.0},
    ]
    assert [one["number"] for one in as_ben.get(at(case, f"hypotheses/{row.id}/versions/")).json()["results"]] == [2, 1]
    assert as_ben.get(at(case, f"hypotheses/{row.id}/compare/?was=7")).status_code == 404


def test_costs_are_answered_and_taken_out(as_ben, case):
    lines = at(case, "cost-lines/")
    made = as_ben.post(lines, {"category": "build", "low": "80000.00", "likely": "96000.00", "high": "130000.00"})
    assert (made.status_code, made.json()["likely"]) == (201, "96000.00")
    as_ben.post(lines, {"category": "licences", "state": "none", "note": "runs in-house"})
    as_ben.post(lines, {"category": "compute", "timing": "monthly", "likely": "3100.00"})
    found = as_ben.get(lines).json()["results"]
    assert [(one["category"], one["state"], one["timing"]) for one in found] == [
        ("build", "estimated", "once"), ("compute", "estimated", "monthly"), ("licences", "none", "once"),
    ]  # fmt: skip
    assert as_ben.delete(f"{lines}{found[0]['id']}/").status_code == 204
    assert len(as_ben.get(lines).json()["results"]) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"category": "build", "low": "9.00", "likely": "5.00", "high": "1.00"}, "disordered"),
        ({"category": "build", "likely": "-5.00"}, "negative"),
        ({"category": "build"}, "no_figure"),
        ({"category": "build", "low": "1.00", "likely": "5.00"}, "two_figures"),
    ],
)
def test_odd_costs_are_refused_plainly(as_ben, case, body, code):
    assert codes(as_ben.post(at(case, "cost-lines/"), body)) == [code]


def test_benefits_are_one_list(as_ben, case):
    told = {"benefits": [{"name": "Hours", "likely": "8000.00", "first_month": 1, "full_month": 4}]}
    assert as_ben.post(at(case, "benefits/"), told).json()["benefits"][0]["likely"] == "8000.00"
    assert codes(as_ben.post(at(case, "benefits/"), {"benefits": [{"name": "x", "likely": "-1.00"}]})) == ["negative"]
    assert len(as_ben.get(at(case, "benefits/")).json()["benefits"]) == 1


def test_the_valuation_is_stored_and_names_its_seed(as_ben, case):
    row = tell(case)
    found = as_ben.get(at(case, f"hypotheses/{row.id}/valuation/")).json()
    assert found["p10"] < found["p50"] < found["p90"]
    assert (found["draws"], found["code_version"], found["open_categories"]) == (4096, 1, [])


def test_readings_by_list_and_by_csv(as_ben, case):
    start = monday(case.portfolio.today()) - timedelta(weeks=4)
    tell(case, day0_on=start)
    readings = at(case, "readings/")
    weeks = [(start + timedelta(weeks=n)).isoformat() for n in range(4)]
    told = {"readings": [{"week_on": weeks[0], "value": 33}, {"week_on": weeks[2], "value": 31.5}]}
    assert as_ben.post(readings, told).json() == {"created": 2, "corrected": 0, "unchanged": 0}
    assert as_ben.post(readings, told).json() == {"created": 0, "corrected": 0, "unchanged": 2}
    text = f"week;minutes\n{weeks[0]};32,5\n{weeks[1]};\n{weeks[3]};30"
    assert as_ben.post(readings, {"csv": text}).json() == {"created": 2, "corrected": 0, "unchanged": 0}
    assert Reading.objects.by_week()[start] == 32.5
    assert len(as_ben.get(readings).json()["results"]) == 4
    seen = as_ben.get(at(case, "hypotheses/")).json()["results"][0]["seen"]
    assert (seen["weeks"], round(seen["mean"], 3)) == (3, 31.333)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"csv": "not a day;1"}, 409), ({"csv": "2026-11-03;x"}, 409), ({}, 400), ({"csv": "", "readings": []}, 400),
        ({"readings": [{"week_on": "2026-11-02", "value": "1"}]}, 400),
        ({"readings": [{"week_on": "2026-11-02", "value": 1}, {"week_on": "2026-11-02", "value": 2}]}, 400),
        ({"readings": [{"week_on": "2026-11-03", "value": 1}]}, 409),
    ],
)  # fmt: skip
def test_odd_readings_are_refused(as_ben, case, body, status):
    tell(case)
    assert as_ben.post(at(case, "readings/"), body).status_code == status
    assert not Reading.objects.exists()


def test_check_ins_are_listed_and_recorded(as_ben, case):
    tell(case, day0_on=case.portfolio.today() - timedelta(days=31))
    checks = at(case, "check-ins/")
    assert [one["state"] for one in as_ben.get(checks).json()["results"]] == ["due", "ahead", "ahead"]
    assert codes(as_ben.post(checks, {"day": 60, "outcome": "continue"})) == ["not_due"]
    made = as_ben.post(checks, {"day": 30, "outcome": "continue"})
    assert (made.status_code, made.json()["state"]) == (201, "recorded")


def test_a_use_case_without_one_has_empty_lists(as_ben, case):
    for part in ("hypotheses/", "cost-lines/", "readings/", "check-ins/"):
        assert as_ben.get(at(case, part)).json()["results"] == []
    assert as_ben.post(at(case, "readings/"), {"readings": []}).status_code == 404


def test_select_asks_for_a_draft(as_ana, home):
    use_case = home.ready(hypothesis=False)
    body = {"reason": "It pays."}
    assert codes(as_ana.post(at(use_case, "select/"), body)) == ["no_hypothesis"]
    as_ana.post(at(use_case, "hypotheses/"), FACTS)
    assert as_ana.post(at(use_case, "select/"), body).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_costs_takes_the_same_queries(as_ben, case, count, django_assert_num_queries):
    tell(case, costs=FULL.costs[:count])
    with django_assert_num_queries(5):
        assert len(as_ben.get(at(case, "cost-lines/")).json()["results"]) == count
