"""When many decide at once, does exactly one win, and does each of the others hear why?"""

import threading

import pytest
from django.db import connection, transaction

from governance.actions import dates, rounds, verbs
from governance.models import Decision
from ledger import queries
from portfolio.actions import members
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Conflict, Refused, Role, Stage, Verb
from tests import factories
from tests.readiness.houses import clear
from tests.threads import PATIENCE, at_once, beside, blocked, until
from tests.witness import lines

pytestmark = pytest.mark.django_db(transaction=True)


def _codes(fault):
    return [reason.code for reason in fault.reasons] if isinstance(fault, Refused) else [type(fault).__name__]


def test_twenty_selects_for_the_last_slot_one_wins(norwell, by_ana):
    """All twenty are seen waiting for the portfolio's row, which is then let go."""
    factories.several(norwell, 2, Stage.PILOT)
    wanted = factories.several(norwell, 20)
    before = len(lines(norwell.id))
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Portfolio.objects.lock_for_slots(norwell.id)
            held.set()
            assert release.wait(PATIENCE)

    selects = [lambda one=one: verbs.select(use_case_id=one.id, by=by_ana, reason="Mine.") for one in wanted]
    with beside(hold):
        assert held.wait(PATIENCE)
        with beside(*selects) as found:
            until(lambda: blocked() == 20)
            release.set()
    won = [one for one in found if isinstance(one, Decision)]
    assert len(won) == 1
    assert [_codes(one) for one in found if one is not won[0]] == [["pilot_cap"]] * 19
    assert UseCase.objects.in_pilot().filter(portfolio=norwell).count() == 3
    assert lines(norwell.id)[before:] == ["use_case.selected"]
    assert Decision.objects.count() == 1
    assert queries.verified(norwell.id).ok


def test_two_who_select_different_ones_by_pausing_the_same_pilot_do_not_both_win(norwell, by_ana, by_dora):
    first, *_ = factories.several(norwell, 3, Stage.PILOT)
    wanted = factories.several(norwell, 2)
    review = factories.in_days(norwell, 30)
    other = verbs.PauseOther(first.id, "Room.", "A slot.", review)

    def select(use_case, by):
        return lambda: verbs.select(use_case_id=use_case.id, by=by, reason="Now.", pause=other)

    found = at_once(select(wanted[0], by_ana), select(wanted[1], by_dora))
    refused = [one for one in found if isinstance(one, Refused)]
    assert len(refused) == 1
    assert {"wrong_stage", "pilot_cap", "frees_no_slot"} == set(_codes(refused[0]))
    assert UseCase.objects.in_pilot().filter(portfolio=norwell).count() == 3


@pytest.mark.parametrize(
    ("other", "rounds_"), [("stop", 20), ("go", 10), pytest.param("stop", 300, marks=pytest.mark.full)]
)
def test_two_deciders_on_the_same_version_one_wins_each_time(other, rounds_, norwell, by_ana, by_dora, by_ben):
    """F26, thirty rounds in all, in both orders of starting; three hundred more with `--full`."""
    review = factories.in_days(norwell, 30)
    for turn in range(rounds_):
        pilot = factories.use_case(norwell, Stage.PILOT)
        if other == "go":
            dates.choose_lane(use_case_id=pilot.id, by=by_ana, lane="fast")
            dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.GO, reason="Ready.")
            clear(pilot, by_ben)
        pilot.refresh_from_db()
        seen = {"use_case_id": pilot.id, "reason": "Mine.", "version": pilot.version}
        pause = lambda seen=seen: verbs.pause(by=by_ana, restart_condition="Data.", review_on=review, **seen)  # noqa: E731
        stop = lambda seen=seen: verbs.stop(by=by_dora, learnt="Ask first.", **seen)  # noqa: E731
        go = lambda seen=seen: verbs.go(by=by_dora, **seen)  # noqa: E731
        before = len(lines(norwell.id))
        acts = [pause, stop if other == "stop" else go]
        found = at_once(*(acts if turn % 2 else reversed(acts)))
        won = [one for one in found if isinstance(one, Decision)]
        lost = [one for one in found if isinstance(one, Conflict)]
        assert (len(won), len(lost)) == (1, 1), found
        pilot.refresh_from_db()
        assert (pilot.stage, lost[0].present.stage) == (won[0].to_stage, won[0].to_stage)
        told = [
            event for event in lines(norwell.id)[before:] if event != "request.lapsed"
        ]  # a pause ends what was asked
        assert len(told) == 1
        assert list(Decision.objects.filter(use_case=pilot)) == won
        UseCase.objects.filter(id=pilot.id).update(stage=Stage.STOPPED)
    assert queries.verified(norwell.id).ok


def test_cap_lowered_while_others_select_is_never_exceeded(norwell, by_ana, by_dora):
    """The policy is read after the lock: whoever comes later sees the newer cap."""
    wanted = factories.several(norwell, 6)
    selects = [lambda one=one: verbs.select(use_case_id=one.id, by=by_ana, reason="Mine.") for one in wanted]
    found = at_once(lambda: rounds.change_policy(portfolio_id=norwell.id, by=by_dora, pilot_cap=1), *selects)
    assert not isinstance(found[0], Exception)
    for decision in Decision.objects.all():
        assert decision.snapshot["slots_taken"] < decision.snapshot["policy"]["pilot_cap"]
    refused = [_codes(one) for one in found[1:] if not isinstance(one, Decision)]
    assert refused == [["pilot_cap"]] * len(refused)
    assert len(refused) >= 3


def test_two_leaders_cannot_remove_each_other_at_once(norwell, by_ana, by_dora, ana, dora):
    mine, hers = (norwell.memberships.get(user=user).id for user in (ana, dora))
    found = at_once(
        lambda: members.remove_member(by=by_ana, membership_id=hers),
        lambda: members.remove_member(by=by_dora, membership_id=mine),
    )
    assert sorted(_codes(one)[0] for one in found) == ["NoneType", "last_leader"]
    assert norwell.memberships.filter(role=Role.LEADER).count() == 1


def test_two_requests_at_once_one_is_opened(norwell, by_ana, by_ben):
    pilot = factories.use_case(norwell, Stage.PILOT)

    def ask(by):
        return lambda: dates.ask(use_case_id=pilot.id, by=by, kind=Verb.GO, reason="Ready.")

    found = at_once(ask(by_ana), ask(by_ben))
    assert [_codes(one) for one in found if isinstance(one, Exception)] == [["already_asked"]]


def test_act_that_dies_in_its_transaction_leaves_nothing(norwell, by_ana):
    """The session is terminated between the guard and the commit: stage, decision and line are all absent."""
    use_case = factories.use_case(norwell)
    before = lines(norwell.id)

    def die():
        with transaction.atomic():
            verbs.select(use_case_id=use_case.id, by=by_ana, reason="Mine.")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    (fault,) = at_once(die)
    assert isinstance(fault, Exception)
    use_case.refresh_from_db()
    assert (use_case.stage, Decision.objects.count(), lines(norwell.id)) == (Stage.PROPOSED, 0, before)
