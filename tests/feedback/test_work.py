"""Do breaches, silences, overdue exceptions, alarms and dominant reasons become work, once, and does it end?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import facts, fold, ingest, queries
from feedback.actions import alarms, exceptions, learning, plan, watch
from feedback.models import IncidentNote, LearningAction, Plan, Ring, Signal
from governance import facts as governance_facts
from governance.models import Assessment
from ledger.models import Entry
from portfolio import changes
from portfolio.rules import NotPermitted, NotVisible, Refused, Role, Stage
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
DRIFT = {"code": "drift", "name": "Input drift", "upper": Decimal("0.2"), "action": "Retrain."}


def send(live, *events):
    for number, event in enumerate(events):
        made = {"id": f"{number} {event}"[:250], "at": NOW.isoformat()} | event
        ingest.store_one(live.id, made, NOW)
    fold.fold(live.id, changes.touched)


def drift(value, **more):
    return {"type": "signal", "signal": "drift", "value": str(value)} | more


def opened(name, hours=0.0):
    at = (NOW - timedelta(hours=hours)).isoformat()
    return {"type": "exception", "exception": name, "state": "opened", "at": at, "id": f"open {name}"}


def summary(live):
    return queries.summary(live.id)["exceptions"]


@pytest.fixture
def signal(live):
    return plan.define_signal(by=live.leader, use_case_id=live.id, owner_id=live.leader.user_id, **DRIFT)


def test_a_breach_opens_one_exception_for_the_owner_with_the_agreed_action(live, signal):
    send(live, drift("0.1"))
    assert summary(live)["open"] == 0
    send(live, drift("0.3"), drift("0.4"))
    send(live, drift("0.5", at=(NOW + timedelta(seconds=9)).isoformat()))
    note = IncidentNote.objects.get(use_case=live.use_case)
    assert (note.owner_id, note.signal.action, note.text) == (
        live.leader.user_id,
        "Retrain.",
        "Input drift above 0.2: 0.3",
    )
    assert summary(live)["open"] == 1
    signal.refresh_from_db()
    assert signal.last_value == Decimal("0.5")
    send(live, drift("0.6", at=(NOW - timedelta(days=1)).isoformat()))  # late: the newest value stays
    signal.refresh_from_db()
    assert signal.last_value == Decimal("0.5")


def test_after_closing_a_new_breach_opens_a_new_exception(live, signal, django_capture_on_commit_callbacks):
    send(live, drift("0.3", at=(NOW - timedelta(hours=2)).isoformat()))
    first = IncidentNote.objects.get(use_case=live.use_case)
    with django_capture_on_commit_callbacks(execute=True):
        exceptions.close(
            by=live.leader, use_case_id=live.id, exception_id=first.exception_id, change="nothing", note="Known."
        )
    assert summary(live) | {"median_seconds": 0, "p90_seconds": 0} == {
        "opened": 1, "open": 0, "resolved": 1, "median_seconds": 0, "p90_seconds": 0,
    }  # fmt: skip
    send(live, drift("0.3"))
    assert summary(live)["open"] == 1


def test_closing_asks_what_changes(live):
    send(live, opened("late letter"))
    shared = {"by": live.leader, "use_case_id": live.id, "exception_id": "late letter"}
    with pytest.raises(Refused) as refused:
        exceptions.close(**shared, change="", note=" ")
    assert [reason.code for reason in refused.value.reasons] == ["no_change_said", "no_note"]
    with pytest.raises(NotVisible):
        exceptions.close(**shared | {"exception_id": "other"}, change="nothing", note="x")
    note = exceptions.close(**shared, change="learning", note="Form 4b added to the examples")
    assert note.learning.text == "Form 4b added to the examples"
    assert note.learning.because == "exception late letter"
    with pytest.raises(Refused) as refused:
        exceptions.close(**shared, change="nothing", note="again")
    assert refused.value.reasons[0].code == "not_open"
    assert Entry.objects.filter(event_type="feedback.exception_closed").count() == 1


def test_only_who_may_works_on_exceptions(live):
    send(live, opened("e"))
    vera = factories.join(live.portfolio, factories.person("vera"), Role.VIEWER)
    shared = {"use_case_id": live.id, "exception_id": "e", "change": "nothing", "note": "x"}
    with pytest.raises(NotPermitted):
        exceptions.close(by=factories.actor_for(vera), **shared)
    with pytest.raises(NotVisible):
        exceptions.close(by=factories.actor_for(factories.person("cleo")), **shared)


def test_what_is_overdue_or_silent_is_flagged_once_and_shows_on_the_board(live, signal):
    Signal.objects.filter(id=signal.id).update(made_at=NOW - timedelta(hours=30))
    send(live, opened("slow", hours=25), opened("fresh", hours=1))
    assert set(watch.flag()) == {live.id}
    assert watch.flag() == []
    seen = governance_facts.gather([live.id]).facts[live.id].feedback
    assert (seen.overdue_exceptions, seen.open_exceptions, seen.silent) == (1, 2, ("Input drift",))
    send(live, drift("0.1"))
    seen = governance_facts.gather([live.id]).facts[live.id].feedback
    assert seen.silent == ()
    from governance.actions import assess

    assess.reassess([live.id])
    stood = Assessment.objects.get(use_case=live.use_case)
    assert (stood.status, stood.status_text) == ("watch", "Watch: 1 overdue exception")


def decisions(live, on, overridden, accepted, reason="new code"):
    for number in range(overridden + accepted):
        action = "overridden" if number < overridden else "accepted"
        event = {"type": "decision", "case": f"{on} {number}", "action": action, "at": f"{on}T10:00:00Z",
                 "id": f"{on} {number}"}  # fmt: skip
        ingest.store_one(live.id, event | ({"reason": reason} if action == "overridden" else {}), NOW)


def test_a_closed_day_rings_once_is_acknowledged_and_has_its_digest(live):
    today = NOW.date()
    plan.agree(by=live.leader, use_case_id=live.id, band_low=0.05, band_high=0.1)
    Plan.objects.update(watch_since=today - timedelta(days=9))
    for back in range(5, 0, -1):
        decisions(live, today - timedelta(days=back), 14, 6)
    fold.fold(live.id)
    assert watch.close_days(today) == 1
    assert watch.close_days(today) == 0
    ring = Ring.objects.get(use_case=live.use_case)
    assert (ring.direction, ring.rate) == ("up", 0.7)
    digest = Entry.objects.filter(event_type="feedback.digest")
    assert digest.count() == 1
    with pytest.raises(Refused):
        alarms.acknowledge(by=live.leader, ring_id=ring.id, note="")
    alarms.acknowledge(by=live.leader, ring_id=ring.id, note="A new product code.")
    assert Plan.objects.get().watch_since == today
    assert watch.close_days(today + timedelta(days=1)) == 1
    assert Ring.objects.count() == 1


def test_a_dominant_reason_opens_one_learning_action_by_itself(live):
    monday = NOW.date() - timedelta(days=NOW.date().weekday())
    for week in range(1, 5):
        decisions(live, monday - timedelta(weeks=week), 6, 10)
    fold.fold(live.id)
    watch.close_days(monday)
    [action] = LearningAction.objects.all()
    assert (action.reason, action.opened_by, action.owner_id) == ("new code", None, live.use_case.lead_id)
    watch.close_days(monday + timedelta(days=1))
    assert LearningAction.objects.count() == 1
    taught = learning.teach(by=live.leader, action_id=action.id, text="Shown to all.", taught_on=live.portfolio.today())
    assert taught.version == 2
    with pytest.raises(Refused):
        learning.teach(
            by=live.leader, action_id=action.id, text="x", taught_on=live.portfolio.today() + timedelta(days=2)
        )


def test_a_plan_refuses_what_cannot_be(live):
    with pytest.raises(Refused) as refused:
        plan.agree(by=live.leader, use_case_id=live.id, band_low=0.3, band_high=0.1, watches="x", minimum_sample=0)
    assert [reason.code for reason in refused.value.reasons] == ["bad_band", "unknown_rate", "out_of_range"]
    ben = factories.actor_for(factories.join(live.portfolio, factories.person("ben"), Role.CONTRIBUTOR))
    with pytest.raises(NotPermitted):
        plan.agree(by=ben, use_case_id=live.id, named_persons=True)
    assert plan.agree(by=ben, use_case_id=live.id, band_low=0.1, band_high=0.2).version == 2


def test_a_signal_belongs_to_one_code_and_to_a_member(live, signal):
    stranger = factories.person("cleo").id
    with pytest.raises(Refused) as refused:
        plan.define_signal(by=live.leader, use_case_id=live.id, owner_id=stranger, **DRIFT | {"lower": Decimal(3)})
    assert [reason.code for reason in refused.value.reasons] == ["not_a_member", "code_taken", "bad_limits"]
    plan.retire_signal(by=live.leader, signal_id=signal.id)
    plan.define_signal(by=live.leader, use_case_id=live.id, **DRIFT)


@pytest.mark.parametrize("count", [1, 20])
def test_facts_of_any_number_take_three_queries(count, live):
    ids = [one.id for one in factories.several(live.portfolio, count, Stage.PRODUCTION)]
    with CaptureQueriesContext(connection) as asked:
        found = facts.facts_of(ids, {})
    assert (len(asked), set(found)) == (3, set(ids))


def test_a_new_major_model_makes_the_go_outdated(live):
    from governance.rules.snapshot import material

    def suggestion(model, days):
        return {"type": "suggestion", "case": model, "model": model, "at": (NOW - timedelta(days=days)).isoformat()}

    send(live, suggestion("router 3.1", 20), suggestion("router 3.2", 2))
    gone = {live.id: (NOW - timedelta(days=10)).date()}
    assert facts.facts_of([live.id], gone)[live.id].new_model == ""
    send(live, suggestion("router 4.0", 1))
    seen = facts.facts_of([live.id], gone)[live.id]
    assert seen.new_model == "router 4"
    stood = governance_facts.gather([live.id]).facts[live.id]
    assert material(stood)["stage"] == "production"
    assert "new_model" not in material(stood)  # it has no recorded go
