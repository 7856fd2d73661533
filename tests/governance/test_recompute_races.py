"""Do recomputes that run at once, or beside writers, leave the newest picture behind?"""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from governance.actions import assess, sweep
from governance.models import Assessment
from portfolio.actions import use_cases
from portfolio.models import Dirty, Portfolio, UseCase
from portfolio.rules import Stage
from tests import factories
from tests.governance.convergence import stale
from tests.threads import PATIENCE, at_once, beside, blocked, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pilot(norwell):
    """Assessed, nothing dirty."""
    made = factories.use_case(norwell, Stage.PILOT)
    sweep.settle_dirty()
    return made


def test_later_reassess_waits_and_gathers_after_the_first_has_committed(pilot, by_ana):
    """The older picture never overwrites the newer one."""
    gathered, release = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            assess.reassess([pilot.id])
            gathered.set()
            assert release.wait(PATIENCE)

    with beside(first):
        assert gathered.wait(PATIENCE)
        use_cases.edit(by=by_ana, use_case_id=pilot.id, stop_met=True)  # its own settle gives up after 200 ms
        assert stale() == {pilot.id}
        with beside(lambda: assess.reassess([pilot.id])):
            until(lambda: blocked() == 1)
            release.set()
    assert (stale(), Dirty.objects.count()) == (set(), 0)


def test_only_dirty_rows_seen_before_gathering_are_deleted(norwell, pilot, by_ana):
    """A change that commits while the recompute writes keeps its mark, and the sweep does it."""
    UseCase.objects.filter(id=pilot.id).update(running_since=norwell.today() - timedelta(days=200))
    release = threading.Event()

    def hold_the_row():
        with transaction.atomic():
            Assessment.objects.select_for_update().get(use_case=pilot)
            held.set()
            assert release.wait(PATIENCE)

    held = threading.Event()
    with beside(hold_the_row):
        assert held.wait(PATIENCE)
        with beside(lambda: assess.reassess([pilot.id])):  # has gathered, cannot write yet
            until(lambda: blocked() == 1)
            use_cases.edit(by=by_ana, use_case_id=pilot.id, stop_met=True)
            release.set()
    assert (stale(), Dirty.objects.count()) == ({pilot.id}, 1)
    sweep.settle_dirty()
    assert (stale(), Dirty.objects.count()) == (set(), 0)


def test_settle_gives_up_after_200_ms_and_leaves_the_mark(pilot, norwell, by_ana):
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            assess._lock_states([norwell.id])
            held.set()
            assert release.wait(PATIENCE)

    with beside(hold):
        assert held.wait(PATIENCE)
        took = until(lambda: use_cases.edit(by=by_ana, use_case_id=pilot.id, title="Later").id == pilot.id)
        release.set()
    assert 0.15 < took < 1.5
    assert Dirty.objects.count() == 1


def test_recompute_does_not_wait_for_a_use_case_that_an_action_holds(pilot, norwell):
    """The history's foreign key needs the row to stay, not to be free."""
    UseCase.objects.filter(id=pilot.id).update(stop_met_on=norwell.today())
    with transaction.atomic():
        Portfolio.objects.lock_for_slots(norwell.id)
        UseCase.objects.lock(pilot.id)
        with beside(lambda: assess.settle(pilot.id)) as found:
            pass
    assert found == [True]


def test_two_sweeps_at_once_leave_everything_right(norwell, elsewhere):
    for where in (norwell, elsewhere):
        factories.several(where, 30, Stage.PILOT)
    taken = at_once(*[sweep.settle_dirty] * 3)
    assert sum(taken) == 60
    assert sorted(taken)[:2] == [0, 0]
    assert (stale(), Dirty.objects.count()) == (set(), 0)


def test_writers_and_recomputes_together_converge(norwell, by_ana):
    """Eight writers edit four use cases while two sweeps run: no deadlock, no stale row."""
    made = factories.several(norwell, 4, Stage.PILOT)

    def edit(number):
        def work():
            for turn in range(5):
                use_case = made[(number + turn) % 4]
                use_cases.edit(by=by_ana, use_case_id=use_case.id, stop_met=bool(turn % 2), title=f"{number} {turn}")

        return work

    def sweeping():
        for _ in range(5):
            sweep.settle_dirty()

    assert at_once(*[edit(number) for number in range(8)], sweeping, sweeping) == [None] * 10
    sweep.settle_dirty()
    assert (stale(), Dirty.objects.count()) == (set(), 0)


def test_use_case_deleted_while_it_is_recomputed_harms_nobody(norwell, by_ana):
    made = factories.several(norwell, 6, hypothesis=False)  # what work hangs on is not deleted
    deleting = [lambda one=one: use_cases.delete(by=by_ana, use_case_id=one.id) for one in made[:3]]
    found = at_once(*deleting, sweep.settle_dirty, sweep.settle_dirty)
    assert [one for one in found[:3] if one is not None] == []
    sweep.settle_dirty()
    assert UseCase.objects.count() == 3
    assert (stale(), Dirty.objects.count()) == (set(), 0)


def test_lost_session_lets_go_of_the_sweep(norwell):
    factories.several(norwell, 2, Stage.PILOT)
    held, release = threading.Event(), threading.Event()

    def die():
        with sweep.one_at_a_time("sweep") as ours:
            assert ours
            held.set()
            assert release.wait(PATIENCE)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (pid,) = cursor.fetchone()
            killed.append(pid)
            assert gone.wait(PATIENCE)

    killed, gone = [], threading.Event()
    with beside(die) as found:
        assert held.wait(PATIENCE)
        assert sweep.settle_dirty() == 0
        release.set()
        until(lambda: bool(killed))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", killed)
        gone.set()
    assert found == [None]
    assert sweep.settle_dirty() == 2
