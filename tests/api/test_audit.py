"""Do machines see the queue, past days, the sample and conditions as people do; and people their own notices?"""

import hashlib

import pytest

from governance.actions import dates, verbs
from governance.actions.assess import reassess
from governance.models import Condition, Decision
from notices import actions as notices
from notices.models import Notice
from portfolio.access import identity
from portfolio.models import UseCase
from portfolio.rules import Stage, Verb
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(home):
    """Ben asked for a stop of a pilot."""
    pilot = home.use_case(stage=Stage.PILOT)
    return dates.ask(use_case_id=pilot.id, by=identity.person(home.ben), kind=Verb.STOP, reason="Enough.")


def test_queue_and_reminder(as_ana, as_ben, home, asked):
    [wait] = as_ben.get("portfolios/home/queue/").json()["waits"]
    assert (wait["step"], wait["use_case"], wait["on"]) == ("decide", str(asked.use_case_id), [str(home.ana.id)])
    path = f"use-cases/{asked.use_case.key}/requests/{wait['request']}/remind/"
    assert as_ben.post(path, {}).json()["reminded_at"] is not None
    again = as_ana.post(path, {})
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "reminded_today")


def test_queue_takes_the_same_queries_for_one_wait_and_many(as_ana, home, asked, django_assert_num_queries):
    for number in range(2):
        with django_assert_num_queries(12):
            as_ana.get("portfolios/home/queue/")
        for place in range(3):
            pilot = home.use_case(f"More {number} {place}", stage=Stage.PILOT)
            by = identity.person(home.ben)
            dates.ask(use_case_id=pilot.id, by=by, kind=Verb.STOP, reason="Enough.")


def test_condition_is_listed_and_met_once_by_whom_it_belongs_to(as_ana, as_ben, home, asked):
    by = identity.person(home.ana)
    decision = verbs.stop(use_case_id=asked.use_case_id, by=by, reason="Enough.", learnt="Ask early.")
    row = Condition.objects.create(decision=decision, text="Tell Leeds", owner=home.ana, due_on=home.portfolio.today())
    base = f"use-cases/{asked.use_case.key}/decisions/{decision.id}/conditions/"
    assert [one["id"] for one in as_ben.get(base).json()["conditions"]] == [str(row.id)]
    refused = as_ben.post(f"{base}{row.id}/met/", {"note": "Seen."})
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["not_owner"]
    met = as_ana.post(f"{base}{row.id}/met/", {"note": "They were told."})
    assert (met.status_code, met.json()["met_by"], met.json()["note"]) == (200, str(home.ana.id), "They were told.")
    assert as_ana.post(f"{base}{row.id}/met/", {"note": "Again."}).status_code == 409


def test_past_day_says_what_was_shown_and_what_is_proved(as_ben, home, django_assert_num_queries):
    for number in range(2):
        for place in range(2):
            home.use_case(f"Case {number} {place}", stage=Stage.PILOT)
        reassess(list(UseCase.objects.values_list("id", flat=True)))
        with django_assert_num_queries(14):
            day = as_ben.get("portfolios/home/replay/").json()
        assert [row["shown"]["stage"] for row in day["rows"]] == ["pilot"] * 2 * (number + 1)
    assert day["unproved"] == []
    told = {(row["use_case"], row["about"], row["told"], row["stored"]) for row in day["differences"]}
    assert told == {(row["use_case"], "stage", "proposed", "pilot") for row in day["rows"]}, "no line made them pilots"
    assert as_ben.get("portfolios/home/replay/?on=2001-01-01").json()["rows"] == []
    assert as_ben.get("portfolios/home/replay/?on=yesterday").status_code == 400


def test_sample_can_be_drawn_again_with_a_calculator(as_ana, as_ben, home):
    for number in range(4):
        pilot = home.use_case(f"Pilot {number}", stage=Stage.PILOT)
        verbs.stop(use_case_id=pilot.id, by=identity.person(home.ana), reason="Enough.", learnt="Much.")
    drawn = as_ana.get("portfolios/home/sample/?seed=June&size=3").json()
    places = sorted(hashlib.sha256(f"June{one.id}".encode()).hexdigest() for one in Decision.objects.all())
    assert [one["place"] for one in drawn["decisions"]] == places[:3]
    assert drawn["out_of"] == 4
    assert as_ana.get("portfolios/home/sample/").status_code == 400
    assert as_ana.get("portfolios/home/sample/?seed=x&size=201").status_code == 400
    assert as_ben.get("portfolios/home/sample/?seed=June").status_code == 403


def test_own_notices_are_ones_own_and_marked_once(as_ana, as_ben, home, asked):
    notices.read_on()
    told = as_ana.get("notices/").json()["results"]
    assert Notice.objects.filter(user=home.ana).count() == len(told) > 0
    assert {one["use_case"] for one in told} == {str(asked.use_case_id)}
    assert as_ana.post("notices/seen/", {"upto": told[0]["id"]}).json() == {"marked": len(told)}
    assert as_ana.post("notices/seen/", {"upto": told[0]["id"]}).json() == {"marked": 0}
    assert as_ana.post("notices/seen/", {"upto": -1}).status_code == 400
    assert all(one["id"] not in {row["id"] for row in told} for one in as_ben.get("notices/").json()["results"])
    refused = Api(token=home.token("use-cases:read")).get("notices/")
    assert (refused.status_code, refused.json()["code"]) == (403, "person_required")


def test_sample_and_notices_take_the_same_queries_for_few_and_many(as_ana, home, django_assert_num_queries):
    for number in range(2):
        for place in range(1 + 3 * number):
            pilot = home.use_case(f"Pilot {number} {place}", stage=Stage.PILOT)
            dates.ask(use_case_id=pilot.id, by=identity.person(home.ben), kind=Verb.STOP, reason="Enough.")
            notices.read_on()  # while it waits for Ana
            verbs.stop(use_case_id=pilot.id, by=identity.person(home.ana), reason="Enough.", learnt="Much.")
        with django_assert_num_queries(6):
            drawn = as_ana.get("portfolios/home/sample/?seed=June&size=9").json()
        assert len(drawn["decisions"]) == drawn["out_of"] == 1 + 4 * number
        with django_assert_num_queries(4):
            told = as_ana.get("notices/").json()["results"]
        assert len(told) >= 1 + 4 * number
