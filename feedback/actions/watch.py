"""What does the clock bring about: a breach, a silence, an exception overdue, a day closed?

Stored as flags, so that every status is a function of stored rows. Safe to run twice, and in several processes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import Error, connection, transaction

from feedback import ingest, queries
from feedback.actions.learning import open_by_itself
from feedback.models import IncidentNote, LearningAction, Plan, Ring, Signal
from feedback.rules import watch as rules
from feedback.rules.signals import outside
from feedback.shapes import OPENED, plain
from feedback.shapes import SIGNAL as SIGNAL_WHAT
from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import SYSTEM

log = logging.getLogger(__name__)
WINDOW = timedelta(days=28)

_SIGNALS = f"""
SELECT code, at, event_id, value FROM feedback_event
WHERE batch_id = ANY(%s) AND received_on BETWEEN %s AND %s AND NOT test AND what = {SIGNAL_WHAT}
ORDER BY code, at, event_id"""
_SILENT = """
UPDATE feedback_signal s SET silent_since = now() WHERE retired_at IS NULL AND silent_since IS NULL
  AND coalesce(last_at, made_at) < now() - silent_after_hours * interval '1 hour'
  AND EXISTS (SELECT FROM portfolio_usecase u WHERE u.id = s.use_case_id AND u.stage = 'production')
RETURNING use_case_id"""
# The clock of an exception: its own due time, or the hours agreed for the use case after it opened.
_OVERDUE = f"""
INSERT INTO feedback_incidentnote AS n (use_case_id, exception_id, text, change, note, overdue_since)
SELECT e.use_case_id, e.exception_id, '', '', '', now() FROM feedback_exception e
  JOIN portfolio_usecase u ON u.id = e.use_case_id
  LEFT JOIN feedback_plan p ON p.use_case_id = e.use_case_id
  LEFT JOIN feedback_incidentnote o ON o.use_case_id = e.use_case_id AND o.exception_id = e.exception_id
WHERE e.state = {OPENED} AND o.overdue_since IS NULL
  AND coalesce(o.due_at, coalesce(e.opened_at, e.state_at) + coalesce(p.resolve_within_hours, 24) * interval '1 hour') < now()
ON CONFLICT (use_case_id, exception_id) DO UPDATE SET overdue_since = now() WHERE n.overdue_since IS NULL
RETURNING use_case_id"""


def take_signals(use_case_id: UUID, batches: Sequence[int], first: date, last: date) -> bool:
    """Newest values of the signals in these requests; a value outside opens an exception. Runs inside the fold."""
    with connection.cursor() as cursor:
        cursor.execute(_SIGNALS, [list(batches), first, last])
        values = cursor.fetchall()
    if not values:
        return False
    known = {
        one.code: one for one in Signal.objects.filter(use_case_id=use_case_id, retired_at=None).select_for_update()
    }
    for code, at, event_id, value in values:
        signal = known.get(code)
        if signal is None or (signal.last_at is not None and (signal.last_at, signal.last_id) >= (at, event_id)):
            continue
        signal.last_at, signal.last_id, signal.last_value, signal.silent_since = at, event_id, value, None
        if outside(value, signal.lower, signal.upper):
            _breach(signal, at, value)
    Signal.objects.bulk_update(known.values(), ["last_at", "last_id", "last_value", "silent_since"])
    return True


def _breach(signal: Signal, at: datetime, value: Decimal) -> None:
    """Open an exception for the owner with the agreed action, unless one is open for this signal."""
    mine = IncidentNote.objects.filter(use_case_id=signal.use_case_id, signal=signal, closed_at=None)
    if mine.exists():
        return
    exception_id = f"{signal.code} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    below = signal.lower is not None and value < signal.lower
    limit = f"below {_short(signal.lower)}" if below else f"above {_short(signal.upper)}"
    IncidentNote.objects.get_or_create(
        use_case_id=signal.use_case_id,
        exception_id=exception_id,
        defaults={
            "signal": signal,
            "owner_id": signal.owner_id,
            "text": f"{signal.name} {limit}: {_short(value)}"[:300],
        },
    )
    now = datetime.now(UTC)
    event = {"id": f"pilotage opened {exception_id}", "type": "exception", "at": min(at, now).isoformat(),
             "exception": exception_id, "state": "opened", "kind": "signal"}  # fmt: skip
    ingest.store_one(signal.use_case_id, event, now)


def _short(value: Decimal | None) -> str:
    return plain(f"{value:f}") if value is not None else ""


def flag() -> list[UUID]:
    """Mark what fell silent and what became overdue since the last look; answers the use cases concerned."""
    found: list[UUID] = []
    for statement in (_SILENT, _OVERDUE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            ids = list(dict.fromkeys(use_case_id for (use_case_id,) in cursor.fetchall()))
            changes.touched(ids)
        found += ids
    return found


def close_days(today: date) -> int:
    """Close every UTC day that is over: step the alarms, look for dominant reasons, write the digest line."""
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO feedback_plan (use_case_id, watches, minimum_sample, resolve_within_hours, named_persons, version,"
            " updated_at) SELECT u.id, 'override', 20, 24, false, 1, now() FROM portfolio_usecase u"
            " WHERE EXISTS (SELECT FROM feedback_rollup r WHERE r.use_case_id = u.id)"
            " AND NOT EXISTS (SELECT FROM feedback_plan p WHERE p.use_case_id = u.id) ON CONFLICT DO NOTHING"
        )
    yesterday = today - timedelta(days=1)
    waiting = Plan.objects.exclude(closed_on__gte=yesterday).values_list("use_case_id", flat=True)
    for use_case_id in list(waiting):
        try:
            done += _close(use_case_id, yesterday)
        except Error:
            log.exception("close_day_failed use_case=%s", use_case_id)
    return done


@transaction.atomic
def _close(use_case_id: UUID, on: date) -> bool:
    plan = Plan.objects.select_for_update(skip_locked=True, of=("self",)).filter(use_case_id=use_case_id).first()
    if plan is None or (plan.closed_on is not None and plan.closed_on >= on):
        return False
    use_case = UseCase.objects.select_related("portfolio").get(id=use_case_id)
    days = {row["on"]: row for row in queries.daily(use_case_id, on - timedelta(days=400), on)}
    ring = _ring(plan, days, on)
    since = plan.closed_on
    plan.closed_on = on
    plan.save(update_fields=["closed_on"])
    for reason in _dominant(use_case_id, on):
        taught = LearningAction.objects.filter(use_case=use_case, reason=reason)
        if not taught.filter(taught_on=None).exists() and not taught.filter(taught_on__gt=on - WINDOW).exists():
            open_by_itself(use_case, reason)
    if ring is not None:
        changes.touched([use_case_id])
        payload = {"direction": ring.direction, "rang_on": ring.rang_on}
        ledger.append(
            use_case.portfolio_id, "feedback.alarm", by=SYSTEM, subject=("use_case", use_case_id), payload=payload
        )
    for day in sorted(days):
        if (since is None and day == on) or (since is not None and day > since):
            line = {"on": day, **{name: days[day][name] for name in queries.DIGEST}}
            ledger.append(
                use_case.portfolio_id, "feedback.digest", by=SYSTEM, subject=("use_case", use_case_id), payload=line
            )
    return True


def _ring(plan: Plan, days: dict[date, dict[str, Any]], on: date) -> Ring | None:
    """The alarm, computed from the day the watch began: late events count too."""
    if plan.band is None or Ring.objects.filter(use_case_id=plan.use_case_id, acknowledged_at=None).exists():
        return None
    watched = [day for day in sorted(days) if plan.watch_since is None or day >= plan.watch_since]
    if not any(days[day]["accepted"] or days[day]["escalated"] for day in watched):
        return None  # only overrides arrive: the rate is not known
    found = rules.first_ring(
        plan.band, ((day, queries.watched(days[day], plan.watches), days[day]["decided"]) for day in watched)
    )
    if found is None:
        return None
    rang_on, direction = found
    last = [days[day] for day in watched if rang_on - WINDOW < day <= rang_on]
    decided = sum(day["decided"] for day in last)
    rate = sum(queries.watched(day, plan.watches) for day in last) / decided if decided else None
    return Ring.objects.get_or_create(
        use_case_id=plan.use_case_id, rang_on=rang_on, direction=direction, defaults={"rate": rate}
    )[0]


def _dominant(use_case_id: UUID, on: date) -> tuple[str, ...]:
    """Reasons over a fifth of overrides in each of the last four whole ISO weeks up to `on`."""
    end = on - timedelta(days=on.isoweekday() % 7)  # the last Sunday, or `on` itself if it is one
    weeks = []
    for back in range(rules.WEEKS):
        last = end - timedelta(weeks=back)
        weeks.append(queries.overrides_by_reason(use_case_id, last - timedelta(days=6), last))
    return rules.dominant(weeks)
