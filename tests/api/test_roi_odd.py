"""Is there any input at an ROI route that breaks it, or that is stored though it makes no sense?"""

import json
from datetime import timedelta

import pytest

from roi.models import BenefitLine, CheckIn, CostLine, Hypothesis, HypothesisVersion, Reading, SignOff
from roi.rules.track import monday
from tests.api.conftest import codes
from tests.roi.told import tell

BODIES = (
    "null", "[]", "3", '"x"', "{", "", "{}}", "[" * 100_000, "{" + '"a":{' * 50 + "}" * 51, '{"a":1,"a":2}', "\ufeff{}",
    '{"then_text":"\\u0000"}', '{"then_text":"\\ud800"}', '{"target":NaN}', '{"target":Infinity}', '{"target":1e400}',
    '{"target":' + "9" * 10_000 + "}", '{"target":"1,5"}', '{"target":"\u0663"}', '{"target":[1]}', '{"target":true}',
    '{"measure":{"$ne":1}}', '{"kind":"__class__"}', '{"window_days":1e1}', '{"window_days":30.5}', '{"day0_on":"9999-99-99"}',
    '{"day0_on":"0001-01-01T00:00:00Z"}', '{"stop_rules":"x"}', '{"stop_rules":[1]}', '{"assumptions":[null]}',
    '{"assumptions":[{"text":"x","low":-0.0,"likely":1e308,"high":1e308}]}',     '{"category":"build","likely":"1e400"}', '{"category":"build","likely":"1,5"}', '{"category":"build","likely":"\u0661"}',
    '{"category":"build","likely":"0.' + "1" * 40 + '"}', '{"category":"build","likely":12}', '{"category":"build","likely":"NaN"}',
    '{"category":"build","likely":"5","currency":"USD"}', '{"category":"x","likely":"5.00"}', '{"category":[],"likely":{}}',
    '{"category":"build","likely":"5.00","first_month":121}', '{"category":"build","state":"none","likely":"5.00","timing":7}',
    '{"benefits":[{"name":"x","likely":"5.00","first_month":9,"full_month":3}]}', '{"benefits":[{}]}', '{"benefits":{"0":1}}',
    '{"readings":[{"week_on":"2026-W45","value":1}]}', '{"readings":[{"week_on":"9999-12-27","value":1}]}',
    '{"readings":[{"week_on":"2026-11-02","value":1e400}]}', '{"readings":[[]]}', '{"csv":5}', '{"csv":"\\u0000;1"}',
    '{"csv":"2026-11-02;1e400"}', '{"csv":"' + "9;" * 30_000 + '"}', '{"csv":"0000-00-00;1"}', '{"csv":"9999-W99;1"}',
    '{"csv":"2026-11-02;\u0661"}', '{"day":30,"outcome":"flee"}', '{"day":1e9,"outcome":"stop"}', '{"day":"30","outcome":[]}',
    '{"day":30,"outcome":"stop","reason":"\\u0000"}', '{"number":0}', '{"number":1e30}', '{"number":"1"}',
)  # fmt: skip
POSTS = ("hypotheses/", "cost-lines/", "benefits/", "readings/", "check-ins/", "hypotheses/{id}/sign/")
GETS = ("hypotheses/", "hypotheses/{id}/", "hypotheses/{id}/versions/", "hypotheses/{id}/compare/",
        "hypotheses/{id}/valuation/", "cost-lines/", "benefits/", "readings/", "check-ins/")  # fmt: skip
QUERIES = ("x=%00", "x=%ff", "cursor=%00", "cursor=x", "cursor=" + "A" * 5_000, "was=%00", "was=-1", "was=1e3",
           "was=" + "9" * 40, "was=1&was=2", "now=0", "page=-1", "ordering=password", "_connector=OR")  # fmt: skip


@pytest.fixture
def case(home):
    made = home.use_case("Claims", sponsor=home.ben, lead=home.ben)  # ana signs for nobody
    tell(made, day0_on=made.portfolio.today() - timedelta(days=31))
    return made


def _stored():
    versions = list(Hypothesis.objects.values_list("version", flat=True))
    kept = (HypothesisVersion, SignOff, CostLine, BenefitLine, Reading, CheckIn)
    return versions, [model.objects.count() for model in kept]


def _at(case, rest):
    return f"use-cases/{case.key}/{rest.format(id=case.hypothesis.id)}"


@pytest.mark.parametrize("route", [*POSTS, "PATCH hypotheses/{id}/"])
def test_no_odd_body_breaks_a_route_or_is_stored(as_ana, case, route):
    before = _stored()
    method, rest = route.split(" ") if " " in route else ("POST", route)
    for body in BODIES:
        answer = as_ana(method, _at(case, rest), body.encode(), If_Match="*")
        assert 200 <= answer.status_code < 500, (body[:80], answer.content[:200])
        if answer.status_code < 300:  # nothing was asked for
            told = body.lstrip("\ufeff")
            assert not told or not json.loads(told), body[:80]
        assert answer.headers["Content-Type"].startswith("application/"), body[:80]
    assert _stored() == before


@pytest.mark.parametrize("route", GETS)
def test_no_odd_question_breaks_a_route(as_ana, case, route):
    for query in QUERIES:
        answer = as_ana.get(f"{_at(case, route)}?{query}")
        assert answer.status_code in (200, 400, 404), (query[:40], answer.content[:200])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"low": "9.00", "likely": "5.00", "high": "1.00"}, "disordered"),
        ({"low": "5.00", "likely": "5.00", "high": "5.00"}, None),  # a tie is one figure
        ({"low": "5.00", "likely": "5.00", "high": "9.00"}, None),
        ({"likely": "0.00"}, None),  # zero cost is an answer
        ({"likely": "-0"}, None),
        ({"low": "0.00", "likely": "5.00", "high": "9.00"}, "not_usable"),
    ],
)
def test_figures_of_a_cost_that_may_stand_and_that_may_not(as_ana, case, body, code):
    answer = as_ana.post(_at(case, "cost-lines/"), {"category": "exit"} | body)
    assert (answer.status_code, codes(answer) if code else None) == ((409, [code]) if code else (201, None))
    found = as_ana.get(_at(case, "hypotheses/{id}/valuation/")).json()
    assert found["p10"] <= found["p50"] <= found["p90"]


def test_without_any_cost_there_is_a_value_and_no_ratio(as_ana, home):
    bare = home.use_case("Bare", lead=home.ben)
    tell(bare, costs=())
    for category in ("build", "licences"):
        as_ana.post(_at(bare, "cost-lines/"), {"category": category, "state": "none"})
    found = as_ana.get(_at(bare, "hypotheses/{id}/valuation/")).json()
    assert (found["figures"]["pvc"], found["figures"]["total_cost"], found["chance_of_loss"]) == (0.0, 0.0, 0.0)
    assert "data_preparation" in found["open_categories"]


def test_a_text_too_long_for_the_page_is_refused_with_its_place(as_ana, case):
    before = _stored()
    answer = as_ana.patch(_at(case, "hypotheses/{id}/"), {"then_text": "x" * 201}, If_Match="*")
    assert answer.status_code == 400 and "then_text" in answer.content.decode()
    many = [f"rule {n}" for n in range(6)]
    assert as_ana.patch(_at(case, "hypotheses/{id}/"), {"stop_rules": many}, If_Match="*").status_code == 400
    assert _stored() == before


def test_ten_years_of_weeks_at_once_and_not_one_more(as_ana, case):
    start = monday(case.portfolio.today()) - timedelta(weeks=519)
    weeks = [{"week_on": (start + timedelta(weeks=n)).isoformat(), "value": 40 + n % 3} for n in range(520)]
    assert as_ana.post(_at(case, "readings/"), {"readings": weeks}).json()["created"] == 520
    assert as_ana.post(_at(case, "readings/"), {"readings": [*weeks, weeks[0]]}).status_code == 400
