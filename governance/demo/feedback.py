"""What has the demo's live use case been saying for twelve weeks? Suggestions, decisions, outcomes, signals, lessons.

Seeded, so that every demo tells the same story: since four weeks a new product code is overridden, an alarm rang.
"""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from feedback import events, fold, ingest
from feedback.actions import alarms, plan, watch
from feedback.models import LearningAction, Plan, Ring, Signal
from people.models import User
from portfolio.access.identity import person
from portfolio.models import UseCase

DAYS = 84
NEW_CODE = "new product code"
_BATCH = 4_000
_REASONS = ("not sure", "two topics in one letter", "wrong department", None)
_SIGNALS = (  # code, name, unit, lower, upper, newest value (None: silent), what the owner does
    ("drift", "Input drift", "", None, "0.20", "0.186", "Compare last week's letters with the training set, retrain."),
    ("p95", "Answer time, 95th percentile", "s", None, "3", "1.9", "Switch to the small model, ring operations."),
    ("cost", "Cost a letter", "cent", None, "6", "4.1", "Look for letters read twice."),
    ("volume", "Letters a day", "", "800", "1800", "1240", "Ask the mail room what is different."),
    ("confidence", "Mean confidence", "", "0.60", None, None, "Ask the model's owner why nothing arrives."),
)


def agree(use_case: UseCase, users: Mapping[str, User]) -> None:
    """The band and the monitoring plan: a go asks for them."""
    by = person(users["helena"])
    plan.agree(by=by, use_case_id=use_case.id, band_low=0.08, band_high=0.18, infer_after_hours=72)
    for code, name, unit, lower, upper, _, action in _SIGNALS:
        plan.define_signal(
            by=by, use_case_id=use_case.id, code=code, name=name, unit=unit, lower=Decimal(lower) if lower else None,
            upper=Decimal(upper) if upper else None, owner_id=users["daniel"].id, action=action,
        )  # fmt: skip


def stream(use_case: UseCase, users: Mapping[str, User], now: datetime | None = None) -> None:
    """Twelve weeks of events, what the clock made of them, and what people did about it."""
    now = now or datetime.now(UTC)
    today = now.date()
    said = list(_events(today, now))
    for start in range(0, len(said), _BATCH):
        batch = events.read(msgspec.json.encode({"events": said[start : start + _BATCH]}), events.JSON, "", now)
        ingest.store(use_case.id, batch, now)
    fold.fold(use_case.id)
    Signal.objects.filter(use_case=use_case, code="confidence").update(
        last_at=now - timedelta(hours=43), last_value=Decimal("0.71"), made_at=now - timedelta(days=DAYS)
    )
    Plan.objects.filter(use_case=use_case).update(watch_since=today - timedelta(days=DAYS))
    LearningAction.objects.create(
        use_case=use_case, reason="wrong department", text="Form 4b added to the examples", owner=users["daniel"],
        taught_on=today - timedelta(days=47), opened_by=users["daniel"], opened_at=now - timedelta(days=50),
    )  # fmt: skip
    watch.close_days(today)
    watch.flag()
    for ring in Ring.objects.filter(use_case=use_case, acknowledged_at=None):
        alarms.acknowledge(
            by=person(users["daniel"]), ring_id=ring.id, note="A new product code the router does not know."
        )


def _events(today: date, now: datetime) -> Any:
    draw = random.Random(20_260_112)  # noqa: S311 (a story, no secret)
    for back in range(DAYS - 1, -1, -1):
        on = today - timedelta(days=back)
        if on.weekday() < 5:
            yield from _day(draw, on, back, now)
    for number, (hours, kind) in enumerate(((52, "letter_to_no_queue"), (4, "court_letter"), (1, "two_languages"))):
        yield {"id": f"x{number}", "type": "exception", "exception": f"x{number}", "state": "opened", "kind": kind,
               "case": f"L-8{7_900 + number}", "at": (now - timedelta(hours=hours)).isoformat()}  # fmt: skip
    for code, _, _, _, _, value, _ in _SIGNALS:
        if value is not None:
            at = (now - timedelta(minutes=20)).isoformat()
            yield {"id": f"v {code}", "type": "signal", "signal": code, "value": value, "at": at}


def _day(draw: random.Random, on: date, back: int, now: datetime) -> Any:
    opening = datetime.combine(on, time(7), UTC)
    for number in range(draw.randint(26, 38)):
        case, at = f"L-{on:%m%d}{number:03}", opening + timedelta(minutes=number * 15)
        if at > now:
            return
        common = {"case": case, "at": at.isoformat()}
        recent = back <= 34  # four whole weeks, whatever weekday it is: the reason opens a learning action by itself
        unsure, limit = draw.random(), 0.28 if recent else 0.135
        reason = None
        if recent and unsure < 0.11:
            reason = NEW_CODE
        elif unsure < limit:
            reason = draw.choice(_REASONS if back >= 47 else _REASONS[:2] + _REASONS[3:])
        over = unsure < limit
        action = (
            ("modified" if draw.random() < 0.3 else "overridden")
            if over
            else "escalated"
            if unsure > 0.985
            else "accepted"
        )
        right = draw.random() < (0.42 if over else 0.96)
        yield common | {"id": f"s {case}", "type": "suggestion", "model": "router 3.2", "segment": draw.choice(("motor", "home", "life")),
                        "summary": "Motor claims", "confidence": round(draw.uniform(0.5, 0.99), 2)}  # fmt: skip
        if draw.random() < 0.97:
            told = {
                "id": f"d {case}",
                "type": "decision",
                "action": action,
                "at": (at + timedelta(minutes=draw.randint(1, 50))).isoformat(),
            }
            yield common | told | ({"reason": reason} if reason and over else {})
        if draw.random() < 0.6:
            yield common | {
                "id": f"o {case}",
                "type": "outcome",
                "correct": right,
                "value": "1.80" if not over else "0.40",
            }
