"""Does each missing thing on the people's side make its gap, with the severity of the lane, and only then?"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from adoption.rules import Adoption, AffectedRole, Mode, Oversight, closers, gaps, measure, slowest
from portfolio.rules import Severity, Stage

TODAY = date(2026, 6, 15)
ANA, BEN, ROLE = (UUID(int=number) for number in (1, 2, 3))
WHOLE = Adoption(
    plan_owner_id=ANA, first_on=TODAY, heard_on=TODAY,
    roles=(AffectedRole(ROLE, "Motor handlers", 64, 64, 41, "", 1),),
    oversight=Oversight(Mode.APPROVES, ANA, BEN, True, True, 30, TODAY),
)  # fmt: skip


def found(facts, lane="standard", stage=Stage.PILOT, since=TODAY - timedelta(days=40)):
    return {gap.code: gap.severity for gap in gaps(facts, lane=lane, stage=stage, since_on=since, on=TODAY)}


def role(**changes):
    return replace(WHOLE, roles=(replace(WHOLE.roles[0], **changes),))


def watched(**changes):
    return replace(WHOLE, oversight=replace(WHOLE.oversight, **changes))


def test_whole_one_has_no_gap_and_neither_has_one_without_lane_or_ended():
    assert found(WHOLE) == {}
    assert found(Adoption(), lane=None) == {}
    for stage in (Stage.PAUSED, Stage.STOPPED, Stage.DECLINED, Stage.RETIRED):
        assert found(Adoption(), stage=stage) == {}


@pytest.mark.parametrize(
    ("facts", "code", "fast", "standard", "high"),
    [
        (replace(WHOLE, plan_owner_id=None), "no_adoption_plan", "hard", "hard", "hard"),
        (replace(WHOLE, roles=()), "no_adoption_plan", "hard", "hard", "hard"),
        (replace(WHOLE, heard_on=None), "no_frontline_conversation", "condition", "hard", "hard"),
        (replace(WHOLE, heard_on=TODAY - timedelta(days=41)), "frontline_late", "advisory", "advisory", "advisory"),
        (role(actions=0), "no_transition_support", "condition", "hard", "hard"),
        (role(reached=63), "role_not_reached", "condition", "condition", "condition"),
        (watched(mode=None), "no_overseer", "condition", "hard", "hard"),
        (watched(overseer_id=None), "no_overseer", "condition", "hard", "hard"),
        (watched(cover_id=None), "oversight_incomplete", "condition", "condition", "hard"),
        (watched(stop_authority=False), "oversight_incomplete", "condition", "condition", "hard"),
        (watched(reviewed_on=TODAY - timedelta(days=31)), "oversight_review_overdue", *["condition"] * 3),
    ],
)
def test_each_gap_by_lane(facts, code, fast, standard, high):
    for lane, severity in (("fast", fast), ("standard", standard), ("high-impact", high)):
        assert found(facts, lane) == {code: Severity(severity)}, lane


def test_reason_settles_a_role_and_the_slowest_is_named():
    assert found(role(reached=3, reason="On strike until July.")) == {}
    roles = [AffectedRole(UUID(int=n), f"Team {n}", 10, n) for n in (4, 2, 9)]
    assert slowest(roles).name == "Team 2"
    assert slowest([replace(one, reason="Away.") for one in roles]) is None


def test_fortnight_after_select_is_not_yet_late():
    facts = replace(WHOLE, heard_on=TODAY - timedelta(days=15))
    assert found(facts, since=TODAY - timedelta(days=14)) == {}
    assert set(found(facts, since=TODAY - timedelta(days=14) + timedelta(days=-1))) == set()
    assert set(found(replace(facts, heard_on=TODAY - timedelta(days=16)), since=TODAY - timedelta(days=15))) == {
        "frontline_late"
    }


def test_measure_counts_each_role_from_its_first_numbers_on():
    first, second = TODAY - timedelta(days=7), TODAY
    counts = [[(first, 10, 2, 1), (second, 10, 6, 4)], [(second, 30, 0, 0)]]
    assert measure(counts) == [(first, 0.2, 0.1), (second, 0.15, 0.1)]
    assert measure([]) == measure([[(TODAY, 0, 0, 0)]]) == []


def test_oversight_is_lost_only_when_the_cover_is_gone_too():
    assert not Oversight().lost
    assert not WHOLE.oversight.lost
    assert not replace(WHOLE.oversight, overseer_id=None).lost
    assert replace(WHOLE.oversight, overseer_id=None, cover_id=None).lost


def test_gaps_go_to_the_plans_owner_and_those_of_oversight_to_the_lead():
    facts = Adoption(plan_owner_id=ANA)
    found = gaps(facts, lane="standard", stage=Stage.PILOT, since_on=TODAY, on=TODAY)
    owners = {key[1]: owner for key, owner in closers(found, facts, {"lead": BEN}).items()}
    assert owners == {"no_adoption_plan": ANA, "no_frontline_conversation": ANA, "no_overseer": BEN}
    assert closers(found, Adoption(), {}) == {}
