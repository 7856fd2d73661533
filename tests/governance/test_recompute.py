"""Does every assessment become what the rules say of the facts, whichever way the work is lost?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.actions import dates, nightly, sweep
from governance.models import Assessment, AssessmentHistory, PortfolioState, Quarantine
from governance.rules.status import Status
from portfolio.actions import use_cases
from portfolio.models import Dirty, PolicyVersion, UseCase
from portfolio.rules import Stage
from tests import factories
from tests.governance.convergence import poison, stale
from tests.readiness.houses import clear


@pytest.mark.django_db
def test_settle_after_commit_makes_the_assessment_right(norwell, ben, by_ana, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        use_case = factories.use_case(norwell, Stage.PILOT)
    assert (stale(), Dirty.objects.count()) == (set(), 0)
    assert use_case.assessment.status == Status.NO_DATE
    version = PortfolioState.objects.get(portfolio=norwell).version
    with django_capture_on_commit_callbacks(execute=True):
        dates.choose_lane(use_case_id=use_case.id, by=by_ana, lane="fast")
        clear(use_case, ben)
    state = PortfolioState.objects.get(portfolio=norwell)
    assert Assessment.objects.get(use_case=use_case).status == Status.READY
    assert state.version > version
    assert state.counts == {"pilot": 1}
    assert list(AssessmentHistory.objects.order_by("id").values_list("status", flat=True)) == ["no_date", "ready"]


@pytest.mark.django_db
def test_several_are_left_to_the_sweep_which_takes_only_what_is_old_enough(norwell):
    factories.several(norwell, 3, Stage.PILOT)
    assert sweep.settle_dirty(older_than=10) == 0
    Dirty.objects.update(at=timezone.now() - timedelta(seconds=11))
    assert sweep.settle_dirty(older_than=10) == 3
    assert (stale(), Dirty.objects.count(), Quarantine.objects.count()) == (set(), 0, 0)


@pytest.mark.django_db
def test_row_of_a_deleted_use_case_is_swept_away(norwell):
    use_case = factories.use_case(norwell)
    UseCase.objects.filter(id=use_case.id).delete()
    assert sweep.settle_dirty() == 0
    assert Dirty.objects.count() == 0


@pytest.mark.django_db
def test_counts_are_right_as_soon_as_one_is_deleted(norwell, by_ana, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        mistaken = factories.use_case(norwell, complete=False)
        factories.use_case(norwell, Stage.PILOT)
    state = PortfolioState.objects.get(portfolio=norwell)
    assert state.counts == {"proposed": 1, "pilot": 1}
    with django_capture_on_commit_callbacks(execute=True):
        use_cases.delete(by=by_ana, use_case_id=mistaken.id)
    assert Dirty.objects.count() == 0
    seen = state.version
    state.refresh_from_db()
    assert state.counts == {"pilot": 1}
    assert state.version > seen  # open boards fetch it


@pytest.mark.django_db
def test_sweep_counts_anew_when_nobody_settled_a_deletion(norwell, by_ana):
    factories.use_case(norwell, Stage.PILOT)
    mistaken = factories.use_case(norwell, complete=False)
    sweep.settle_dirty()
    use_cases.delete(by=by_ana, use_case_id=mistaken.id)
    assert PortfolioState.objects.get(portfolio=norwell).counts == {"proposed": 1, "pilot": 1}
    sweep.settle_dirty()
    assert PortfolioState.objects.get(portfolio=norwell).counts == {"pilot": 1}


@pytest.mark.django_db
def test_poisoned_one_rests_after_five_attempts_while_the_others_converge(norwell):
    bad, *good = factories.several(norwell, 5, Stage.PILOT)
    poison(bad.id)
    sweep.settle_dirty()
    assert set(Assessment.objects.values_list("use_case_id", flat=True)) == {one.id for one in good}
    for attempts in (1, 2, 3, 4, 5, 5, 5):
        row = Quarantine.objects.get()
        assert (row.use_case_id, row.attempts) == (bad.id, attempts)
        sweep.settle_dirty()
    assert "nonsense" in Quarantine.objects.get().error
    assert Dirty.objects.filter(use_case_id=bad.id).exists()


@pytest.mark.django_db
def test_attempts_are_counted_before_the_work_and_the_worst_suspect_comes_last(norwell, monkeypatch):
    """A worker that dies leaves its mark; nobody stands behind the one that kills."""
    made = sorted(one.id for one in factories.several(norwell, 4, Stage.PILOT))
    killer, done = made[0], []

    class Killed(BaseException):
        pass

    real = sweep.reassess

    def dies(ids, *rest, **more):
        if killer in ids:
            raise Killed
        done.extend(ids)
        return real(ids, *rest, **more)

    monkeypatch.setattr(sweep, "reassess", dies)  # stands for kill -9; the real one is in tests/faults
    for _ in range(sweep.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            sweep.settle_dirty()
    assert sorted(done) == made[1:]
    assert Quarantine.objects.get().attempts == sweep.MOST_ATTEMPTS
    assert sweep.settle_dirty() == 0


@pytest.mark.django_db
def test_mended_one_leaves_quarantine_whoever_recomputes_it(norwell, by_ana, django_capture_on_commit_callbacks):
    use_case = factories.use_case(norwell)
    poison(use_case.id)
    for _ in range(sweep.MOST_ATTEMPTS):
        sweep.settle_dirty()
    UseCase.objects.filter(id=use_case.id).update(registered_as="proposed")
    with django_capture_on_commit_callbacks(execute=True):
        use_cases.edit(by=by_ana, use_case_id=use_case.id, title="Mended")
    assert (Quarantine.objects.count(), Dirty.objects.count(), stale()) == (0, 0, set())


@pytest.mark.django_db
def test_portfolio_with_an_unusable_policy_never_holds_up_another(norwell, elsewhere):
    bad = factories.several(norwell, 3, Stage.PILOT)
    good = factories.several(elsewhere, 3, Stage.PILOT)
    PolicyVersion.objects.filter(portfolio=norwell).update(limits={"pilot_cap": "three"})
    sweep.settle_dirty()
    assert set(Assessment.objects.values_list("use_case_id", flat=True)) == {one.id for one in good}
    assert set(Quarantine.objects.values_list("use_case_id", flat=True)) == {one.id for one in bad}
    assert nightly.nightly_due(timezone.now().replace(hour=12)) == [elsewhere.id]
