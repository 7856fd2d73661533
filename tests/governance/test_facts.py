"""Is the cost of reading facts the same for one and for many?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance import facts, presence
from governance.actions import assess, dates, verbs
from governance.rules.moves import CapAsk
from portfolio.models import Dirty, UseCase
from portfolio.rules import Stage, Verb
from tests import factories
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows_everywhere(monkeypatch):
    """Every use case has rows in every room: each of them is asked."""
    monkeypatch.setattr(facts, "present", lambda ids: {kind: list(ids) for kind in presence.KINDS})


@pytest.mark.parametrize("count", [1, 30])
def test_gather_takes_as_many_queries_for_one_as_for_thirty(count, norwell, elsewhere, django_assert_num_queries):
    ids = [one.id for one in factories.several(norwell, count, Stage.PILOT)]
    ids += [one.id for one in factories.several(elsewhere, count)]
    with django_assert_num_queries(7):  # no room has rows, and none but the first statement asks
        picture = facts.gather(ids)
    assert set(picture.facts) == set(ids)
    assert {one.slots_taken for one in picture.facts.values()} == {count, 0}


@pytest.mark.parametrize("count", [1, 30])
def test_gather_asks_every_room_once(count, norwell, rows_everywhere, django_assert_num_queries):
    ids = [one.id for one in factories.several(norwell, count, Stage.PILOT)]
    with django_assert_num_queries(15):  # and the one statement of `present`
        assert set(facts.gather(ids).facts) == set(ids)


def test_leaving_a_room_out_changes_nothing(norwell, elsewhere, ana, ben, by_ana, monkeypatch):
    bare = factories.use_case(norwell, complete=False)
    full = factories.use_case(norwell, Stage.PILOT, lead=ben, sponsor=ana)
    dates.choose_lane(use_case_id=full.id, by=by_ana, lane="standard")
    assess.reassess([full.id])
    clear(full, ben)
    ids = [bare.id, full.id, factories.use_case(elsewhere, Stage.PAUSED).id]
    briefly = facts.gather(ids)
    assert {kind for kind, found in presence.present(ids).items() if full.id in found} >= {
        "answers",
        "feedback",
        "roi",
        "adoption",
    }
    assert [kind for kind, found in presence.present(ids).items() if bare.id in found] == []
    monkeypatch.setattr(facts, "present", lambda ids: {kind: list(ids) for kind in presence.KINDS})
    assert facts.gather(ids) == briefly


def test_reassess_takes_as_many_queries_for_two_as_for_forty(norwell, rows_everywhere):
    assess.rank_portfolios([norwell.id])  # makes the portfolio's row
    taken = []
    for some in (factories.several(norwell, 2, Stage.PILOT), factories.several(norwell, 40, Stage.PILOT)):
        with CaptureQueriesContext(connection) as queries:
            assess.reassess([one.id for one in some])
        taken.append(len(queries))
    assert taken == [39, 39]


def test_ids_that_are_gone_are_left_out(norwell):
    use_case = factories.use_case(norwell)
    gone = use_case.id
    UseCase.objects.filter(id=gone).delete()
    assert facts.gather([gone]).facts == {}
    assert assess.reassess([gone]) == 0


def test_day_is_the_portfolios_own(ana, norwell):
    kiritimati = factories.portfolio(ana, name="Far", time_zone="Pacific/Kiritimati")  # UTC+14
    pago = factories.portfolio(ana, name="Late", time_zone="Pacific/Pago_Pago")  # UTC-11
    ids = [factories.use_case(where).id for where in (kiritimati, pago)]
    found = facts.gather(ids).facts
    assert found[ids[0]].on - found[ids[1]].on in (timedelta(days=1), timedelta(days=2))
    assert {one.on for one in facts.gather(ids, date(2026, 3, 1)).facts.values()} == {date(2026, 3, 1)}


def test_facts_say_what_people_did(norwell, by_ana, by_ben, by_dora, ben):
    use_case = factories.use_case(norwell, lead=ben, magnitude="100k_1m", real_users=12)
    until = factories.in_days(norwell, 9)
    verbs.select(use_case_id=use_case.id, by=by_ana, reason="It pays.", exception=CapAsk(until, "Deadline."))
    dates.choose_lane(use_case_id=use_case.id, by=by_ana, lane="standard")
    request = dates.ask(use_case_id=use_case.id, by=by_ana, kind=Verb.GO, reason="Ready.")
    seen, policy = facts.gather_one(use_case.id)
    assert (seen.stage, seen.lane, seen.lane_version, seen.magnitude, seen.real_users) == (
        Stage.PILOT,
        "standard",
        1,
        2,
        12,
    )
    assert (seen.slots_taken, seen.cap_exception_until, seen.gone_on, len(seen.gaps)) == (1, until, None, 29)
    assert [(one.id, one.kind, one.author_id) for one in seen.requests] == [(request.id, "go", by_ana.user_id)]
    assert (policy.pilot_cap, policy.version) == (3, 1)
    clear(use_case, ben)
    verbs.go(use_case_id=use_case.id, by=by_dora, reason="Go.")
    seen, _ = facts.gather_one(use_case.id)
    assert (seen.gone_on, seen.cap_exception_until, seen.requests, seen.slots_taken) == (norwell.today(), None, (), 0)


def test_governance_days_count_each_day_once(norwell, by_ana, by_ben):
    """Two requests that wait side by side are one wait; what lay before the present stage does not count."""
    began = datetime.now(UTC) - timedelta(days=20)
    use_case = factories.use_case(norwell, Stage.PILOT, since=began)
    for by, kind, opened, closed in (
        (by_ben, Verb.GO, 30, 12),
        (by_ana, Verb.STOP, 15, 10),
        (by_ben, Verb.PAUSE, 3, None),
    ):
        request = dates.ask(use_case_id=use_case.id, by=by, kind=kind, reason="Please.")
        request.opened_at = datetime.now(UTC) - timedelta(days=opened)
        if closed is not None:
            request.closed_at = datetime.now(UTC) - timedelta(days=closed)
        request.save()
    assert facts.gather_one(use_case.id)[0].governance_days == (20 - 10) + 3


def test_missing_lane_is_one_hard_gap_while_it_matters(norwell):
    for stage, codes in ((Stage.PROPOSED, ["no_lane"]), (Stage.PRODUCTION, ["no_lane"]), (Stage.STOPPED, [])):
        seen, _ = facts.gather_one(factories.use_case(norwell, stage).id)
        assert [gap.code for gap in seen.gaps] == codes
        assert [item.key for item in seen.items] == [gap.key for gap in seen.gaps]


def test_every_change_leaves_a_dirty_row_in_its_transaction(norwell, by_ana):
    Dirty.objects.all().delete()
    use_case = factories.use_case(norwell, hypothesis=False)
    dates.choose_lane(use_case_id=use_case.id, by=by_ana, lane="fast")
    dates.agree_date(use_case_id=use_case.id, by=by_ana, agreed_on=factories.in_days(norwell, 5))
    assert list(Dirty.objects.values_list("use_case_id", flat=True)) == [use_case.id] * 3
