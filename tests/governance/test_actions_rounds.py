"""Pause the rest, policy versions, undo: one act, all of it or none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from governance.actions import rounds, verbs
from governance.facts import gather_one
from governance.models import Decision
from governance.rules.moves import CapAsk
from governance.rules.status import standing
from governance.rules.warnings import flags
from portfolio.models import Dirty, PolicyVersion, UseCase
from portfolio.rules import Conflict, NotPermitted, NotVisible, PolicyFault, Stage, Verb
from tests import factories
from tests.witness import new_lines, nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilots(norwell):
    """Five pilots, the oldest first."""
    today = norwell.created_at
    return [
        factories.use_case(norwell, Stage.PILOT, title=f"Pilot {days}", since=today - timedelta(days=days))
        for days in (50, 40, 30, 20, 10)
    ]


def _rest(norwell, by, keep, **more):
    terms = {"reason": "Too many at once.", "restart_condition": "A slot is free.",
             "review_on": factories.in_days(norwell, 30)} | more  # fmt: skip
    return rounds.pause_the_rest(portfolio_id=norwell.id, by=by, keep=[one.id for one in keep], **terms)


def _stages(use_cases):
    found = dict(UseCase.objects.filter(id__in=[one.id for one in use_cases]).values_list("id", "stage"))
    return [found[one.id] for one in use_cases]


def test_rest_is_paused_in_one_round_with_staggered_reviews(norwell, by_ana, pilots):
    Dirty.objects.all().delete()
    with new_lines(norwell.id) as lines:
        decisions = _rest(norwell, by_ana, pilots[:2])
    assert _stages(pilots) == [Stage.PILOT] * 2 + [Stage.PAUSED] * 3
    assert lines == ["use_case.paused"] * 3
    assert len({decision.round_id for decision in decisions}) == 1
    assert [decision.use_case_id for decision in decisions] == [one.id for one in pilots[2:]]
    start = factories.in_days(norwell, 30)
    reviews = [UseCase.objects.get(id=one.id).review_on for one in pilots[2:]]
    assert reviews == [start, start + timedelta(days=7), start + timedelta(days=14)]
    assert all(UseCase.objects.get(id=one.id).kept_at for one in pilots[:2])
    assert set(Dirty.objects.values_list("use_case_id", flat=True)) == {one.id for one in pilots}


def test_row_of_its_own_wins_where_it_says_something(norwell, by_ana, pilots):
    own = factories.in_days(norwell, 3)
    row = rounds.Row(reason="The vendor left.", restart_condition=" ", review_on=own)
    _rest(norwell, by_ana, pilots[1:4], per_row={pilots[0].id: row})
    decision = Decision.objects.get(use_case=pilots[0])
    assert decision.reason == "The vendor left."
    assert decision.terms.items() >= {"restart_condition": "A slot is free.", "review_on": own.isoformat()}.items()


def test_everything_wrong_is_named_and_nothing_is_paused(norwell, by_ana, pilots):
    proposed = factories.use_case(norwell)
    row = rounds.Row(review_on=norwell.today())
    with nothing_written() as codes:
        _rest(norwell, by_ana, [*pilots[:4], proposed], reason=" ", restart_condition="", per_row={pilots[4].id: row})
    assert sorted(codes) == ["no_reason", "no_restart_condition", "not_in_pilot", "over_cap", "review_in_past"]


def test_more_than_the_cap_is_kept_only_under_exceptions(norwell, by_ana, pilots):
    with nothing_written() as codes:
        _rest(norwell, by_ana, pilots[:4])
    assert codes == ["over_cap"]
    excepted = factories.use_case(norwell)
    ask = CapAsk(factories.in_days(norwell, 9), "Deadline.")
    verbs.select(use_case_id=excepted.id, by=by_ana, reason="Now.", exception=ask)
    assert len(_rest(norwell, by_ana, [*pilots[:3], excepted])) == 2


def test_nothing_to_pause_is_said(norwell, by_ana, pilots):
    _rest(norwell, by_ana, pilots[:3])
    with nothing_written() as codes:
        _rest(norwell, by_ana, pilots[:3])
    assert codes == ["nothing_to_pause"]


def test_rest_is_a_leaders_act(norwell, by_ben, by_cleo, pilots):
    with nothing_written(NotPermitted):
        _rest(norwell, by_ben, pilots[:2])
    with nothing_written(NotVisible):
        _rest(norwell, by_cleo, pilots[:2])


@pytest.fixture
def paused(norwell, by_ana):
    """A pilot, and Ana's decision that paused it."""
    use_case = factories.use_case(norwell, Stage.PILOT)
    review = factories.in_days(norwell, 30)
    terms = {"reason": "Data late.", "restart_condition": "Data arrives.", "review_on": review}
    return use_case, verbs.pause(use_case_id=use_case.id, by=by_ana, **terms)


def test_undo_of_a_pause_and_of_its_undo(norwell, by_ana, paused):
    use_case, decision = paused
    with new_lines(norwell.id) as lines:
        undone = verbs.undo(decision_id=decision.id, by=by_ana)
    assert lines == ["use_case.resumed"]
    assert (undone.kind, undone.undoes, undone.reason) == (Verb.RESUME, decision, "Undone: Data late.")
    assert UseCase.objects.get(id=use_case.id).stage == Stage.PILOT
    with nothing_written() as codes:
        verbs.undo(decision_id=undone.id, by=by_ana)
    assert codes == ["no_undo"]


def test_undo_of_a_resume_puts_back_what_it_ended(norwell, by_ana, paused):
    use_case, _ = paused
    moved = factories.in_days(norwell, 60)
    row = UseCase.objects.get(id=use_case.id)
    row.write(review_on=moved, reviews_missed=1, review_missed_on=factories.in_days(norwell, -1))
    resumed = verbs.resume(use_case_id=use_case.id, by=by_ana, reason="It arrived.")
    assert UseCase.objects.get(id=use_case.id).review_on is None
    verbs.undo(decision_id=resumed.id, by=by_ana)
    row = UseCase.objects.get(id=use_case.id)
    assert (row.stage, row.stage_left, row.restart_condition) == (Stage.PAUSED, Stage.PILOT, "Data arrives.")
    assert (row.review_on, row.reviews_missed) == (moved, 1)
    assert row.review_missed_on == factories.in_days(norwell, -1)


def test_pilot_is_as_before_after_the_undo_of_a_pause(norwell, by_ana):
    factories.several(norwell, 3, Stage.PILOT)
    use_case = factories.use_case(norwell)
    ask = CapAsk(factories.in_days(norwell, 9), "Deadline.")
    verbs.select(use_case_id=use_case.id, by=by_ana, reason="Now.", exception=ask)
    since = norwell.created_at - timedelta(days=120)
    row = UseCase.objects.get(id=use_case.id)
    row.write(stage_since=since, waiting_reason="The vendor.", waiting_until_on=factories.in_days(norwell, 5))
    before, policy = gather_one(use_case.id)
    assert "purgatory" in flags(before, standing(before, policy), policy)

    terms = {"restart_condition": "Never.", "review_on": factories.in_days(norwell, 30)}
    paused = verbs.pause(use_case_id=use_case.id, by=by_ana, reason="By mistake.", **terms)
    assert gather_one(use_case.id)[0].cap_exception_until is None
    verbs.undo(decision_id=paused.id, by=by_ana)

    row = UseCase.objects.get(id=use_case.id)
    assert (row.stage, row.stage_since, row.waiting_reason) == (Stage.PILOT, since, "The vendor.")
    after, policy = gather_one(use_case.id)
    assert after.cap_exception_until == ask.until_on
    assert replace(after, last_recorded_on=before.last_recorded_on) == before


def test_undo_gives_back_no_more_slots_than_were_taken(norwell, by_ana, pilots):
    terms = {"reason": "Rest.", "restart_condition": "Data.", "review_on": factories.in_days(norwell, 30)}
    mistaken = verbs.pause(use_case_id=pilots[0].id, by=by_ana, **terms)
    verbs.undo(decision_id=mistaken.id, by=by_ana)  # five of three, as it was
    assert _stages(pilots) == [Stage.PILOT] * 5
    again = verbs.pause(use_case_id=pilots[0].id, by=by_ana, **terms)
    factories.use_case(norwell, Stage.PILOT)
    with nothing_written() as codes:
        verbs.undo(decision_id=again.id, by=by_ana)
    assert codes == ["pilot_cap"]


def test_undo_of_decline_and_reopen(norwell, by_ana):
    use_case = factories.use_case(norwell)
    declined = verbs.decline(use_case_id=use_case.id, by=by_ana, reason="Not now.")
    assert verbs.undo(decision_id=declined.id, by=by_ana).kind == Verb.REOPEN
    verbs.decline(use_case_id=use_case.id, by=by_ana, reason="Still not.")
    reopened = verbs.reopen(use_case_id=use_case.id, by=by_ana, reason="Money.")
    assert verbs.undo(decision_id=reopened.id, by=by_ana).to_stage == Stage.DECLINED


def test_undo_is_for_ones_own_newest_decision_and_needs_the_slot(norwell, by_ana, by_dora, by_ben, by_cleo, paused):
    use_case, decision = paused
    with nothing_written() as codes:
        verbs.undo(decision_id=decision.id, by=by_dora)
    assert codes == ["not_yours"]
    with nothing_written(NotPermitted):
        verbs.undo(decision_id=decision.id, by=by_ben)
    with nothing_written(NotVisible):
        verbs.undo(decision_id=decision.id, by=by_cleo)
    factories.several(norwell, 3, Stage.PILOT)
    with nothing_written() as codes:
        verbs.undo(decision_id=decision.id, by=by_ana)
    assert codes == ["pilot_cap"]
    verbs.stop(use_case_id=use_case.id, by=by_dora, reason="Enough.", learnt="Ask first.")
    with nothing_written() as codes:
        verbs.undo(decision_id=decision.id, by=by_ana)
    assert "not_newest" in codes


def test_policy_changes_by_a_new_version_and_touches_everything(norwell, by_ana):
    use_cases = factories.several(norwell, 3)
    Dirty.objects.all().delete()
    with new_lines(norwell.id) as lines:
        row = rounds.change_policy(portfolio_id=norwell.id, by=by_ana, version=1, pilot_cap=2)
    assert lines == ["policy.changed"]
    assert (row.number, row.as_policy().pilot_cap) == (2, 2)
    assert list(PolicyVersion.objects.filter(portfolio=norwell).values_list("number", flat=True)) == [1, 2]
    assert set(Dirty.objects.values_list("use_case_id", flat=True)) == {one.id for one in use_cases}


def test_same_policy_makes_no_version(norwell, by_ana):
    with new_lines(norwell.id) as lines:
        assert rounds.change_policy(portfolio_id=norwell.id, by=by_ana, pilot_cap=3).number == 1
    assert lines == []


def test_policy_is_refused_when_stale_unusable_or_foreign(norwell, by_ana, by_ben, by_cleo):
    rounds.change_policy(portfolio_id=norwell.id, by=by_ana, pilot_cap=2)
    for fault, by, more in (
        (Conflict, by_ana, {"version": 1, "pilot_cap": 5}),
        (PolicyFault, by_ana, {"pilot_cap": -1}),
        (NotPermitted, by_ben, {"pilot_cap": 5}),
        (NotVisible, by_cleo, {"pilot_cap": 5}),
    ):
        with nothing_written(fault):
            rounds.change_policy(portfolio_id=norwell.id, by=by, **more)
