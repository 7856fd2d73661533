"""Dates that slip with their cause, lanes, requests, and who may answer them."""

import pytest

from governance.actions import dates, verbs
from governance.models import AgreedDate, Condition, Request
from portfolio.models import UseCase
from portfolio.rules import Conflict, NotPermitted, NotVisible, Role, Stage, Verb
from tests import factories
from tests.readiness.houses import clear
from tests.witness import new_lines, nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(norwell):
    return factories.use_case(norwell, Stage.PILOT)


@pytest.fixture
def asked(pilot, by_ana, by_ben):
    """The pilot stands in the fast lane and Ben has asked for its go."""
    dates.choose_lane(use_case_id=pilot.id, by=by_ana, lane="fast")
    clear(pilot, by_ben)
    return dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.GO, reason="Nothing blocks it.")


def test_date_is_agreed_then_slips_with_its_cause(norwell, pilot, by_ana):
    first, second = factories.in_days(norwell, 30), factories.in_days(norwell, 45)
    with new_lines(norwell.id) as lines:
        dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=first)
        dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=first)
    assert lines == ["date.agreed"]
    with nothing_written() as codes:
        dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=second, cause=" ")
    assert codes == ["no_cause"]
    dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=second, cause="Data late.")
    kept = AgreedDate.objects.order_by("made_at").values_list("was_on", "agreed_on", "cause")
    assert list(kept) == [(None, first, ""), (first, second, "Data late.")]
    assert UseCase.objects.get(id=pilot.id).agreed_on == second


def test_date_in_the_past_and_missing_cause_are_named_together(norwell, pilot, by_ana):
    dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=factories.in_days(norwell, 3))
    with nothing_written() as codes:
        dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=factories.in_days(norwell, -1))
    assert codes == ["date_in_past", "no_cause"]


def test_date_and_lane_keep_out_strangers_contributors_and_stale_writers(norwell, pilot, by_ana, by_ben, by_cleo):
    day = factories.in_days(norwell, 3)
    for fault, by, version in ((NotVisible, by_cleo, None), (NotPermitted, by_ben, None), (Conflict, by_ana, 99)):
        with nothing_written(fault):
            dates.agree_date(use_case_id=pilot.id, by=by, agreed_on=day, version=version)
        with nothing_written(fault):
            dates.choose_lane(use_case_id=pilot.id, by=by, lane="fast", version=version)


@pytest.mark.parametrize(
    ("answers", "lane"),
    [
        ({}, "fast"),
        ({"personal_data": True}, "standard"),
        ({"many_users": True}, "standard"),
        ({"acts_alone": True}, "high-impact"),
        ({"affects_people": True, "many_users": True}, "high-impact"),
    ],
)
def test_four_answers_propose_a_lane(answers, lane):
    assert dates.propose_lane(answers) == lane


def test_other_lane_than_proposed_needs_a_reason(norwell, pilot, by_ana):
    answers = {"affects_people": True}
    with nothing_written() as codes:
        dates.choose_lane(use_case_id=pilot.id, by=by_ana, lane="fast", answers=answers)
    assert codes == ["other_lane_without_reason"]
    with nothing_written() as codes:
        dates.choose_lane(use_case_id=pilot.id, by=by_ana, lane="slow")
    assert codes == ["no_such_lane"]
    with new_lines(norwell.id) as lines:
        dates.choose_lane(use_case_id=pilot.id, by=by_ana, lane="fast", answers=answers, reason="Only a draft.")
    assert lines == ["lane.chosen"]
    assert UseCase.objects.get(id=pilot.id).lane.code == "fast"


def test_request_is_opened_once_and_withdrawn_by_its_author_or_a_leader(norwell, pilot, asked, by_ana, by_ben):
    with nothing_written() as codes:
        dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.GO, reason="Me too.")
    assert codes == ["already_asked"]
    with new_lines(norwell.id) as lines:
        dates.withdraw(request_id=asked.id, by=by_ben)
        again = dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.GO, reason="Now it is.")
        dates.withdraw(request_id=again.id, by=by_ana)
    assert lines == ["request.withdrawn", "request.opened", "request.withdrawn"]
    with nothing_written() as codes:
        dates.withdraw(request_id=again.id, by=by_ana)
    assert codes == ["request_closed"]


def test_request_keeps_out_strangers_viewers_and_impossible_moves(norwell, pilot, asked, by_ben, by_cleo, cleo):
    with nothing_written(NotVisible):
        dates.ask(use_case_id=pilot.id, by=by_cleo, kind=Verb.GO, reason="x")
    with nothing_written(NotVisible):
        dates.withdraw(request_id=asked.id, by=by_cleo)
    viewer = factories.join(norwell, factories.person("vic"), Role.VIEWER)
    with nothing_written(NotPermitted):
        dates.ask(use_case_id=pilot.id, by=factories.actor_for(viewer), kind=Verb.GO, reason="x")
    with nothing_written() as codes:
        dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.RETIRE, reason=" ")
    assert codes == ["wrong_stage", "no_reason"]


def test_withdrawing_another_contributors_request_is_not_permitted(norwell, asked):
    eve = factories.join(norwell, factories.person("eve"), Role.CONTRIBUTOR)
    with nothing_written(NotPermitted):
        dates.withdraw(request_id=asked.id, by=factories.actor_for(eve))


def test_go_needs_a_request_and_two_people(norwell, by_ana, by_dora):
    pilot = factories.use_case(norwell, Stage.PILOT)
    with nothing_written() as codes:
        verbs.go(use_case_id=pilot.id, by=by_dora, reason="Go.")
    assert codes == ["no_lane", "no_request"]
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.GO, reason="It is time.")
    with nothing_written() as codes:
        verbs.go(use_case_id=pilot.id, by=by_ana, reason=" ")
    assert codes == ["no_lane", "own_request", "lead_decides", "no_reason"]


def test_go_closes_its_request_and_keeps_conditions(norwell, pilot, asked, by_dora, ben):
    due = verbs.Due(" Rehearse the rollback. ", ben, factories.in_days(norwell, 10))
    decision = verbs.go(use_case_id=pilot.id, by=by_dora, reason="Go.", conditions=(due,))
    request = Request.objects.get(id=asked.id)
    assert (request.closed_as, decision.request) == (Request.DECIDED, request)
    assert Condition.objects.get(decision=decision).text == "Rehearse the rollback."
    assert UseCase.objects.get(id=pilot.id).stage == Stage.PRODUCTION


def test_go_refuses_conditions_in_the_past_or_of_strangers(norwell, pilot, asked, by_dora, cleo, elsewhere):
    due = verbs.Due("Rehearse.", cleo, norwell.today())
    with nothing_written() as codes:
        verbs.go(use_case_id=pilot.id, by=by_dora, reason="Go.", conditions=(due,))
    assert codes == ["condition_in_past", "not_a_member"]


def test_no_go_answers_the_request_sets_a_new_date_and_keeps_the_slip(norwell, pilot, asked, by_dora, ben):
    new = factories.in_days(norwell, 30)
    item = verbs.Due("Mask the names.", ben, factories.in_days(norwell, 9))
    decision = verbs.no_go(use_case_id=pilot.id, by=by_dora, reason="Names leak.", agreed_on=new, items=(item,))
    assert (decision.request_id, decision.terms["items"][0]["owner"]) == (asked.id, str(ben.id))
    assert Request.objects.get(id=asked.id).closed_as == Request.DECIDED
    assert AgreedDate.objects.get(use_case=pilot).cause == "No-go: Names leak."
    assert UseCase.objects.get(id=pilot.id).agreed_on == new
