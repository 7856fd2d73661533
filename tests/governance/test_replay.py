"""Is what a past day is replayed as, what was stored on that day? For random histories, and for the demo."""

import io
import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adoption import actions as adoption
from adoption.models import Oversight, Plan
from adoption.rules import Mode
from governance.actions import assess, dates, nightly, verbs
from governance.demo import load
from governance.models import AgreedDate, Assessment, AssessmentHistory, Decision, Request
from governance.queries import replay
from ledger import actions as ledger
from portfolio.actions import use_cases
from portfolio.models import UseCase
from portfolio.rules import Refused, Role, Stage, Verb
from readiness.actions import items
from readiness.actions.expiry import record_expiries
from readiness.models import BlockingItem, Waiver
from tests import factories

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture
def ledger_follows(monkeypatch, db):
    """Lines are stamped by the travelled clock too; a database knows no other than its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_append'::regproc)")
        [text] = cursor.fetchone()
        assert text.count("clock_timestamp()") == 1
        cursor.execute(text.replace("clock_timestamp()", "current_setting('test.now')::timestamptz"))
    write = ledger._write

    def travelled(*given):
        connection.cursor().execute("SELECT set_config('test.now', %s, true)", [timezone.now().isoformat()])
        return write(*given)

    monkeypatch.setattr(ledger, "_write", travelled)


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def stored(portfolio):
    """{use case: displayed values} as the board has them at this moment."""
    return {
        row.use_case_id: {name: assess._plain(getattr(row, name)) for name in assess._SHOWN}
        for row in Assessment.objects.filter(portfolio=portfolio)
    }


def replayed(portfolio, on):
    return {past.use_case.id: past.shown for past in replay.of_day(portfolio, on).rows}


def act(draw, where, by, asker):
    """One act of one kind on one use case; refusals are part of a history."""
    later = where.today() + timedelta(days=draw.randint(1, 60))
    leader = where.memberships.get(role=Role.LEADER).user
    row = draw.choice(list(UseCase.objects.filter(portfolio=where).order_by("created_at", "id")))
    key = {"use_case_id": row.id, "by": by}
    rest = {"reason": "Waits.", "restart_condition": "Data."}
    verb = draw.choice(["register", "lane", "date", "select", "pause", "resume", "stop", "return", "reopen", "nothing",
                        "ask", "go", "no_go", "waive", "unwaive", "seat", "plan", "watch"])  # fmt: skip
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
            case "ask":
                dates.ask(use_case_id=row.id, by=asker, kind=draw.choice([Verb.GO, Verb.STOP]), reason="Ready.")
            case "go":
                verbs.go(**key, reason="It works.")
            case "no_go":
                verbs.no_go(**key, reason="Not yet.", agreed_on=later)
            case "waive":
                item = draw.choice(list(BlockingItem.objects.filter(use_case=row, closed_on=None)))
                items.ask_waiver(
                    by=asker, item_id=item.id, reason="A week.", until_on=where.today() + timedelta(days=2)
                )
                items.waive(by=by, item_id=item.id)
            case "unwaive":
                items.end_waiver(by=by, item_id=draw.choice(list(BlockingItem.objects.filter(use_case=row))).id)
            case "seat":
                use_cases.edit(**key, lead=draw.choice([leader, None]), overseer=draw.choice([leader, None]))
            case "plan":
                adoption.start_plan(**key, owner=leader, first_on=later)
            case "watch":
                adoption.set_oversight(**key, mode=draw.choice(list(Mode)), review_days=draw.choice([None, 30]))
    except (Refused, IndexError):  # IndexError: there is no item to choose
        pass


@given(seed=st.integers(0, 2**32), days=st.integers(1, 6))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_history_is_replayed_as_it_was_stored_each_day(seed, days, ledger_follows):
    draw = random.Random(seed)
    name = f"p{seed}x{days}x{random.SystemRandom().random()}".replace(".", "")
    with time_machine.travel(NOON, tick=False) as clock:
        leader, other = factories.person(name), factories.person(f"b{name}")
        where = factories.portfolio(
            leader, contributors=(other,), name=name, time_zone=draw.choice(["UTC", "Asia/Tokyo", "America/Lima"])
        )
        by, asker, kept = factories.actor_for(leader), factories.actor_for(other), {}
        factories.several(where, 2)
        factories.several(where, 2, Stage.PILOT)
        for _ in range(days):
            for _ in range(draw.randint(0, 5)):
                act(draw, where, by, asker)
                clock.shift(timedelta(minutes=draw.randint(0, 90)))
                assess.reassess(list(UseCase.objects.filter(portfolio=where).values_list("id", flat=True)))
            kept[where.today()] = stored(where)
            clock.move_to(datetime.combine(where.today() + timedelta(days=1), NOON.time(), UTC))
            record_expiries(where.id, where.today())
        for on, was in kept.items():
            seen = replay.of_day(where, on)
            assert {past.use_case.id: past.shown for past in seen.rows} == was, on
            assert all(past.stage == past.stage_decided for past in seen.rows)
            assert (seen.unproved, seen.differences) == ([], []), on
        today = replay.of_day(where, where.today())
        assert today.differences == [], "seats, lanes, plans and oversight as they stand"


def test_demo_is_replayed_as_it_was_stored_each_day(ledger_follows):
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
        with time_machine.travel(NOON + timedelta(days=3), tick=False):
            seen = replay.of_day(where, on)
        assert (seen.unproved, seen.differences) == ([], []), on
    assert replayed(where, min(kept) - timedelta(days=1)) == {}


def test_a_changed_decision_is_not_proved(norwell, by_ana):
    pilot = factories.use_case(norwell, Stage.PILOT)
    made = verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")
    assert replay.of_day(norwell, norwell.today()).unproved == []
    Decision.objects.filter(id=made.id).update(snapshot_hash="0" * 64)
    assert replay.of_day(norwell, norwell.today()).unproved == [made]


def _rewritten_stage(pilot, **_):
    row = AssessmentHistory.objects.filter(use_case=pilot).latest("id")
    AssessmentHistory.objects.filter(id=row.id).update(shown={**row.shown, "stage": "stopped"})


def _row(model, **values):
    return lambda pilot, **_: model.objects.filter(use_case=pilot).update(**values)


def _decision(**values):
    return lambda pilot, **_: Decision.objects.filter(use_case=pilot).update(**values)


def _use_case(**values):
    return lambda pilot, **_: UseCase.objects.filter(id=pilot.id).update(**values)


def _stood_on_another(pilot, **_):
    row = Decision.objects.get(use_case=pilot)
    Decision.objects.filter(id=row.id).update(snapshot={**row.snapshot, "seats": {"lead": None}})


def _lane(pilot, **_):
    UseCase.objects.filter(id=pilot.id).update(lane=pilot.portfolio.lanes.get(code="high-impact"))


@pytest.mark.parametrize(
    ("change", "about", "past"),
    [
        (_rewritten_stage, "stage", True),
        (_decision(from_stage="paused"), "decision", True),
        (_stood_on_another, "seat:lead when decided", True),
        (lambda pilot, **_: Request.objects.all().delete(), "open request", True),
        (_row(Request, closed_at=NOON), "open request", True),
        (lambda pilot, **_: Waiver.objects.all().delete(), "waiver in force", True),
        (_row(AgreedDate, agreed_on="2027-01-01"), "agreed date", True),
        (lambda pilot, **_: AgreedDate.objects.all().delete(), "agreed date", True),
        (_use_case(lead=None), "seat:lead", False),
        (_lane, "lane", False),
        (_row(Plan, first_on="2027-01-01"), "plan.first_on", False),
        (_row(Oversight, mode="samples"), "oversight.mode", False),
    ],
)
def test_what_is_changed_beside_the_ledger_is_named(
    norwell, ana, ben, by_ana, by_ben, ledger_follows, change, about, past
):
    with time_machine.travel(NOON, tick=False) as clock:
        pilot = factories.use_case(norwell, lead=ana)
        key = {"use_case_id": pilot.id, "by": by_ana}
        dates.choose_lane(**key, lane="fast")
        verbs.select(**key, reason="Now.")
        dates.agree_date(**key, agreed_on=norwell.today() + timedelta(days=40))
        dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.STOP, reason="Enough.")
        adoption.set_oversight(**key, mode=Mode.APPROVES)
        assess.reassess([pilot.id])
        item = BlockingItem.objects.filter(use_case=pilot, severity="hard", closed_on=None).first()
        items.ask_waiver(by=by_ben, item_id=item.id, reason="A week.", until_on=norwell.today() + timedelta(days=9))
        items.waive(by=by_ana, item_id=item.id)
        assess.reassess([pilot.id])
        on = norwell.today()
        clock.shift(timedelta(days=past))
        before = replay.of_day(norwell, on)
        assert (before.unproved, before.differences) == ([], [])
        change(pilot)
        after = replay.of_day(norwell, on)
        assert {(one.use_case_id, one.about) for one in after.differences} == {(pilot.id, about)}
        with pytest.raises(CommandError, match="difference"):
            call_command("replay_day", norwell.slug, on=on, stdout=(out := io.StringIO()))
        assert f"{pilot.key}: {replay.named(after.differences)[0].what}: the ledger tells" in out.getvalue()
        reader = Client()
        reader.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
        shown = reader.get(f"/p/{norwell.slug}/replay/", {"on": on.isoformat()}).content.decode()
        assert "Where the ledger tells something else" in shown


def test_line_without_its_decision_is_named(norwell, by_ana, ledger_follows):
    with time_machine.travel(NOON, tick=False) as clock:
        pilot = factories.use_case(norwell, Stage.PILOT)
        made = verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")
        assess.reassess([pilot.id])
        clock.shift(timedelta(days=1))
        Decision.objects.filter(id=made.id).delete()
        [one] = replay.of_day(norwell, NOON.date()).differences
    assert (one.about, one.told, one.stored) == ("decision", str(made.id), "none")


def test_page_shows_the_day_in_the_same_queries(norwell, ana, by_ana, django_assert_num_queries):
    page = Client()
    page.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/p/{norwell.slug}/replay/"
    for count in (1, 3):
        for pilot in factories.several(norwell, count, Stage.PILOT):
            verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")
            assess.reassess([pilot.id])
        with django_assert_num_queries(17):
            shown = page.get(path, {"on": norwell.today().isoformat()})
        assert pilot.title in shown.content.decode()
    early = page.get(path, {"on": "2020-01-01"})
    assert "Nothing was shown yet" in early.content.decode()
    assert page.get(path, {"on": "no day"}).status_code == 422
