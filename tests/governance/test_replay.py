"""Is what a past day is replayed as, what was stored on that day? For random histories, and for the demo."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.actions import assess, dates, nightly, verbs
from governance.demo import load
from governance.models import Assessment, Decision
from governance.queries import replay
from portfolio.models import UseCase
from portfolio.rules import Refused, Stage
from tests import factories

pytestmark = pytest.mark.django_db(transaction=False)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def stored(portfolio):
    """{use case: displayed values} as the board has them at this moment."""
    return {
        row.use_case_id: {name: assess._plain(getattr(row, name)) for name in assess._SHOWN}
        for row in Assessment.objects.filter(portfolio=portfolio)
    }


def replayed(portfolio, on):
    return {past.use_case.id: past.shown for past in replay.of_day(portfolio, on).rows}


def act(draw, where, by):
    """One act of one kind on one use case; refusals are part of a history."""
    later = where.today() + timedelta(days=draw.randint(1, 60))
    row = draw.choice(list(UseCase.objects.filter(portfolio=where).order_by("created_at", "id")))
    key = {"use_case_id": row.id, "by": by}
    rest = {"reason": "Waits.", "restart_condition": "Data."}
    verb = draw.choice(["register", "lane", "date", "select", "pause", "resume", "stop", "return", "reopen", "nothing"])
    try:
        match verb:
            case "register":
                factories.use_case(where, title=f"New {draw.random()}")
            case "lane":
                dates.choose_lane(**key, lane=draw.choice(["fast", "standard"]), reason="Because.")
            case "date":
                dates.agree_date(**key, agreed_on=later, cause="Later.")
            case "select":
                verbs.select(**key, reason="Now.")
            case "pause":
                verbs.pause(**key, **rest, review_on=later)
            case "resume":
                verbs.resume(**key, reason="Came.")
            case "stop":
                verbs.stop(**key, reason="Enough.", learnt="Much.")
            case "return":
                verbs.return_(**key, reason="Mistake.")
            case "reopen":
                verbs.reopen(**key, reason="Again.")
    except Refused:
        pass


@given(seed=st.integers(0, 2**32), days=st.integers(1, 6))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_history_is_replayed_as_it_was_stored_each_day(seed, days, django_db_blocker):
    draw = random.Random(seed)
    name = f"p{seed}x{days}x{random.SystemRandom().random()}".replace(".", "")
    with time_machine.travel(NOON, tick=False) as clock:
        leader = factories.person(name)
        where = factories.portfolio(leader, name=name, time_zone=draw.choice(["UTC", "Asia/Tokyo", "America/Lima"]))
        by, kept = factories.actor_for(leader), {}
        factories.several(where, 2)
        factories.several(where, 2, Stage.PILOT)
        for _ in range(days):
            for _ in range(draw.randint(0, 5)):
                act(draw, where, by)
                clock.shift(timedelta(minutes=draw.randint(0, 90)))
                assess.reassess(list(UseCase.objects.filter(portfolio=where).values_list("id", flat=True)))
            kept[where.today()] = stored(where)
            clock.move_to(datetime.combine(where.today() + timedelta(days=1), NOON.time(), UTC))
        for on, was in kept.items():
            seen = replay.of_day(where, on)
            assert {past.use_case.id: past.shown for past in seen.rows} == was, on
            assert all(past.stage == past.stage_decided for past in seen.rows)
            assert seen.unproved == []


def test_demo_is_replayed_as_it_was_stored_each_day():
    with time_machine.travel(NOON, tick=False) as clock:
        where, kept = load.load(), {}
        for _ in range(3):
            kept[where.today()] = stored(where)
            clock.shift(timedelta(days=1))
            nightly.nightly(where.id, where.today())
        kept[where.today()] = stored(where)
    assert len({str(was) for was in kept.values()}) > 1, "days that look alike would prove nothing"
    for on, was in kept.items():
        assert replayed(where, on) == was, on
    assert replayed(where, min(kept) - timedelta(days=1)) == {}
    assert replay.of_day(where, max(kept)).unproved == []


def test_a_changed_decision_is_not_proved(norwell, by_ana):
    pilot = factories.use_case(norwell, Stage.PILOT)
    made = verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")
    assert replay.of_day(norwell, norwell.today()).unproved == []
    Decision.objects.filter(id=made.id).update(snapshot_hash="0" * 64)
    assert replay.of_day(norwell, norwell.today()).unproved == [made]


def test_page_shows_the_day_in_the_same_queries(norwell, ana, by_ana, django_assert_num_queries):
    page = Client()
    page.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/p/{norwell.slug}/replay/"
    for count in (1, 3):
        for pilot in factories.several(norwell, count, Stage.PILOT):
            verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")
            assess.reassess([pilot.id])
        with django_assert_num_queries(9):
            shown = page.get(path, {"on": norwell.today().isoformat()})
        assert pilot.title in shown.content.decode()
    early = page.get(path, {"on": "2020-01-01"})
    assert "Nothing was shown yet" in early.content.decode()
    assert page.get(path, {"on": "no day"}).status_code == 422
