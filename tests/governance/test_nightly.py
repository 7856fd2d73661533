"""Does the night find what is wrong, say nothing where nothing is, and bring each local day once?"""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from governance.actions import nightly, rounds, sweep
from governance.models import Assessment, PortfolioState, Quarantine
from portfolio.actions import use_cases
from portfolio.models import Dirty, PolicyVersion, UseCase
from portfolio.rules import Stage
from tests import factories
from tests.governance.convergence import poison, stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessed(norwell):
    """Four pilots and a paused one, all assessed."""
    made = factories.several(norwell, 4, Stage.PILOT) + factories.several(norwell, 1, Stage.PAUSED)
    sweep.settle_dirty()
    return made


def _tonight(where):
    return nightly.nightly(where.id, where.today())


def test_audit_reports_nothing_where_nothing_was_tampered(norwell, assessed):
    assert nightly.audit(norwell.id) == []


@pytest.mark.parametrize(
    "tampered",
    [{"status": "ready"}, {"blocking_open": 9}, {"flags": []}, {"pause_order": [0] * 7}, {"stage": "stopped"}],
)
def test_night_reports_a_tampered_row_and_then_mends_it(tampered, norwell, assessed, caplog):
    victim = assessed[1].id
    Assessment.objects.filter(use_case_id=victim).update(**tampered)
    assert nightly.audit(norwell.id) == [str(victim)]
    with caplog.at_level(logging.ERROR):
        assert _tonight(norwell)
    assert f"self_audit_differs portfolio={norwell.id}" in caplog.text
    assert str(victim) in caplog.text
    assert (stale(), nightly.audit(norwell.id)) == (set(), [])


def test_night_reports_a_lost_row_and_makes_it_again(norwell, assessed):
    Assessment.objects.filter(use_case=assessed[0]).delete()
    assert nightly.audit(norwell.id) == [str(assessed[0].id)]
    _tonight(norwell)
    assert stale() == set()


def test_dirty_ones_and_those_of_another_code_version_are_left_out(norwell, assessed, by_ana):
    use_cases.edit(by=by_ana, use_case_id=assessed[0].id, stop_met=True)
    old = Assessment.objects.get(use_case=assessed[1])
    old.inputs["code"], old.status = 0, "ready"
    old.save()
    assert nightly.audit(norwell.id) == []


def test_audit_compares_with_the_stored_day_and_policy(norwell, by_ana, assessed):
    """Unchanged under the new policy, then a fact that only the old policy would flag: no false alarm."""
    rounds.change_policy(portfolio_id=norwell.id, by=by_ana, pilot_limit_days=200)
    sweep.settle_dirty()
    long_ago = norwell.today() - timedelta(days=120)
    use_cases.edit(by=by_ana, use_case_id=assessed[0].id, running_since=long_ago)
    sweep.settle_dirty()
    assert {row.inputs["policy"] for row in Assessment.objects.all()} == {2}
    assert nightly.audit(norwell.id) == []


def test_audit_takes_as_many_queries_for_many_as_for_few(norwell, elsewhere, django_assert_num_queries):
    factories.several(norwell, 25, Stage.PILOT)
    factories.several(elsewhere, 2, Stage.PILOT)
    sweep.settle_dirty()
    for where in (norwell, elsewhere):
        with django_assert_num_queries(10):  # ids, dirty, lost, stored, what rooms have rows, gathering 4, policy
            nightly.audit(where.id)


def test_new_day_is_computed_and_raises_the_board_version(norwell, assessed, time_machine_at):
    before = PortfolioState.objects.get(portfolio=norwell).version
    time_machine_at(timedelta(days=100))
    assert nightly.nightly_due() == [norwell.id]
    state = PortfolioState.objects.get(portfolio=norwell)
    assert (stale(), state.nightly_on) == (set(), norwell.today())
    assert state.version > before
    assert "purgatory" in [warning["code"] for warning in state.warnings]


@pytest.fixture
def time_machine_at():
    """Moves the clock ahead by so much, until the test ends."""
    import time_machine

    travels = []

    def travel(ahead):
        moved = time_machine.travel(datetime.now(UTC) + ahead, tick=True)
        moved.start()
        travels.append(moved)

    yield travel
    for moved in reversed(travels):
        moved.stop()


def test_each_portfolio_has_its_own_night(ana, norwell):
    east = factories.portfolio(ana, name="East", time_zone="Pacific/Kiritimati")  # UTC+14
    west = factories.portfolio(ana, name="West", time_zone="Pacific/Pago_Pago")  # UTC-11
    for where in (norwell, east, west):
        factories.use_case(where)
    noon = datetime(2026, 6, 15, 10, 9, tzinfo=UTC)  # 00:09 of the 16th in the east, 23:09 of the 14th in the west
    first = nightly.nightly_due(noon)
    assert set(first) == {norwell.id, west.id}
    assert nightly.nightly_due(noon + timedelta(minutes=1)) == [east.id]
    assert nightly.nightly_due(noon + timedelta(minutes=2)) == []
    days = dict(PortfolioState.objects.values_list("portfolio_id", "nightly_on"))
    assert [days[where.id].day for where in (east, norwell, west)] == [16, 15, 14]


def test_night_is_done_once_however_often_it_is_asked(norwell, assessed):
    assert _tonight(norwell)
    version = PortfolioState.objects.get(portfolio=norwell).version
    assert not _tonight(norwell)
    assert PortfolioState.objects.get(portfolio=norwell).version == version


def test_missed_review_counts_once_a_review_day(norwell, by_ana):
    use_case = factories.use_case(norwell, Stage.PAUSED, review_on=factories.in_days(norwell, 2))
    today = norwell.today()

    def missed(days):
        nightly.nightly(norwell.id, today + timedelta(days=days))
        return UseCase.objects.get(id=use_case.id).reviews_missed

    assert [missed(2), missed(3), missed(4)] == [0, 1, 1]
    UseCase.objects.filter(id=use_case.id).update(review_on=today + timedelta(days=5))
    assert [missed(5), missed(6), missed(7)] == [1, 2, 2]
    assert "paused_too_long" in Assessment.objects.get(use_case=use_case).flags


def test_pass_that_dies_after_counting_leaves_no_false_alarm(norwell):
    factories.use_case(norwell, Stage.PAUSED, review_on=factories.in_days(norwell, -1), reviews_missed=1)
    sweep.settle_dirty()
    nightly._count_missed_reviews(norwell.id, norwell.today())
    assert Dirty.objects.count() == 1
    assert nightly.audit(norwell.id) == []


def test_poisoned_one_does_not_cost_the_others_their_night(norwell, elsewhere, assessed):
    factories.use_case(elsewhere)
    sweep.settle_dirty()
    PolicyVersion.objects.filter(portfolio=elsewhere).update(limits={"pilot_cap": "three"})
    Assessment.objects.filter(use_case=assessed[1]).update(status="ready")
    poison(assessed[0].id)
    assert set(nightly.audit(norwell.id)) == {str(assessed[0].id), str(assessed[1].id)}
    assert nightly.nightly_due(datetime.now(UTC).replace(hour=12)) == [norwell.id]
    assert Assessment.objects.get(use_case=assessed[1]).status == "no_date"
    assert Quarantine.objects.filter(use_case=assessed[0], attempts=1).exists()


def test_archived_portfolio_has_no_night(norwell, assessed):
    norwell.archived_at = norwell.created_at
    norwell.save(update_fields=["archived_at"])
    assert nightly.nightly_due(datetime.now(UTC).replace(hour=12)) == []
