"""Do plan, roles, engagements, support and oversight become facts, and what is impossible is refused?"""

import pytest

from adoption import actions
from adoption.queries import facts_of
from adoption.rules import Mode
from portfolio.rules import NotPermitted, NotVisible, Refused, Stage
from tests import factories
from tests.witness import new_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(norwell):
    return factories.use_case(norwell, Stage.PILOT)


def test_everything_said_becomes_one_picture(norwell, pilot, ana, ben, by_ben, by_ana):
    today = norwell.today()
    who = {"use_case_id": pilot.id, "by": by_ben}
    with new_lines(norwell.id) as lines:
        actions.start_plan(**who, owner=ben, first_on=today)
        role = actions.set_role(**who, name="Motor handlers", headcount=64, reached=52, using=41)
        actions.add_support(**who, role=role, text="Two hours of training.", owner=ana, due_on=today)
        actions.log_engagement(**who, on=today, who="Leeds", heard="It hides the form.", changed="Form first.")
        actions.set_oversight(
            **who, mode=Mode.SAMPLES, cover=ana, stop_authority=True, competence="Ten years.", review_days=30
        )
    assert lines == ["adoption.planned", "oversight.set"]
    facts = facts_of([pilot.id])[pilot.id]
    assert (facts.planned, facts.heard_on, facts.plan_owner_id) == (True, today, ben.id)
    assert [(one.name, one.reached, one.actions) for one in facts.roles] == [("Motor handlers", 52, 1)]
    assert (facts.oversight.mode, facts.oversight.cover_id, facts.oversight.overseer_id) == (Mode.SAMPLES, ana.id, None)
    norwell.memberships.filter(user=ben).delete()
    assert facts_of([pilot.id])[pilot.id].plan_owner_id is None  # an owner who left is none


@pytest.mark.parametrize("count", [1, 5])
def test_facts_take_one_query_for_any_number(count, norwell, django_assert_num_queries):
    ids = [one.id for one in factories.several(norwell, count)]
    with django_assert_num_queries(1):
        assert set(facts_of(ids)) == set(ids)


def test_impossible_is_refused_with_every_reason(norwell, pilot, cleo, by_ben):
    with pytest.raises(Refused) as raised:
        actions.log_engagement(
            use_case_id=pilot.id, by=by_ben, on=factories.in_days(norwell, 1), who=" ", heard="", changed=""
        )
    assert {reason.code for reason in raised.value.reasons} == {"no_who", "no_heard", "in_future"}
    with pytest.raises(Refused) as raised:
        actions.set_role(use_case_id=pilot.id, by=by_ben, name="Handlers", headcount=3, reached=4, using=5)
    assert {reason.code for reason in raised.value.reasons} == {"reached_above_headcount", "using_above_headcount"}
    with pytest.raises(Refused):
        actions.start_plan(use_case_id=pilot.id, by=by_ben, owner=cleo, first_on=norwell.today())


def test_viewer_may_not_and_stranger_sees_nothing(norwell, pilot, cleo, by_ben):
    vera = factories.join(norwell, factories.person("vera"), "viewer")
    terms = {"use_case_id": pilot.id, "name": "Handlers", "headcount": 3}
    with pytest.raises(NotPermitted):
        actions.set_role(by=factories.actor_for(vera), **terms)
    with pytest.raises(NotVisible):
        actions.set_role(by=factories.actor_for(cleo), **terms)
