"""What does the feedback of a use case look like to its readers? Values for pages and REST; events are never scanned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from feedback import queries
from feedback.alarms import wilson
from feedback.facts import fact_of
from feedback.models import Plan, Ring, Signal
from feedback.periods import WINDOW
from feedback.rules import watch
from feedback.rules.signals import missing, standing
from feedback.shapes import OPENED, plain

SHOWN = 84  # days of the chart
MOST_EXCEPTIONS = 200


@dataclass(frozen=True)
class OpenException:
    """An open exception with its owner and its clock; `opened_at` is unknown when only its closing was reported."""

    use_case_id: UUID
    id: str
    kind: str
    text: str
    case: str
    signal: str
    action: str  # what was agreed for the signal
    opened_at: datetime
    due_at: datetime
    owner_id: UUID | None
    owner: str
    overdue: bool

    @property
    def title(self) -> str:
        return self.text or self.kind.replace("_", " ").capitalize() or "Exception"

    def seconds(self, now: datetime) -> int:
        return max(0, int((now - self.opened_at).total_seconds()))


# Owner: who was named, else the lead. The case stands in the text of the opening event, found by its key and its time.
_EXCEPTIONS = f"""
SELECT e.use_case_id, e.exception_id, coalesce(e.kind, ''), coalesce(n.text, ''),
  coalesce((SELECT v.body::jsonb ->> 'case' FROM feedback_event v WHERE v.use_case_id = e.use_case_id
    AND v.at = e.opened_at AND v.event_id = e.opening_id LIMIT 1), ''),
  coalesce(s.name, ''), coalesce(s.action, ''), coalesce(e.opened_at, e.state_at),
  coalesce(n.due_at, coalesce(e.opened_at, e.state_at) + coalesce(p.resolve_within_hours, 24) * interval '1 hour'),
  o.id, coalesce(nullif(o.name, ''), o.email, ''), n.overdue_since IS NOT NULL OR coalesce(n.due_at,
    coalesce(e.opened_at, e.state_at) + coalesce(p.resolve_within_hours, 24) * interval '1 hour') < now()
FROM feedback_exception e
  JOIN portfolio_usecase u ON u.id = e.use_case_id
  LEFT JOIN feedback_plan p ON p.use_case_id = e.use_case_id
  LEFT JOIN feedback_incidentnote n ON n.use_case_id = e.use_case_id AND n.exception_id = e.exception_id
  LEFT JOIN feedback_signal s ON s.id = n.signal_id
  LEFT JOIN people_user o ON o.id = coalesce(n.owner_id, u.lead_id)
WHERE e.use_case_id = ANY(%s) AND e.state = {OPENED} ORDER BY 9, 2 LIMIT {MOST_EXCEPTIONS}"""


def open_exceptions(use_case_ids: Iterable[UUID]) -> list[OpenException]:
    """Open exceptions of these use cases, the one due first first; at most 200."""
    with connection.cursor() as cursor:
        cursor.execute(_EXCEPTIONS, [list(use_case_ids)])
        return [OpenException(*row) for row in cursor.fetchall()]


def plan_of(use_case_id: UUID) -> Plan:
    """The agreed plan, or the defaults of one that nobody has touched."""
    return Plan.objects.filter(use_case_id=use_case_id).first() or Plan(use_case_id=use_case_id)


def summary(use_case_id: UUID, first: date | None = None, last: date | None = None) -> dict[str, Any]:
    """The summary of interfaces.md with the agreed band and its state."""
    plan = plan_of(use_case_id)
    infer = None if plan.infer_after_hours is None else timedelta(hours=plan.infer_after_hours)
    found = queries.summary(use_case_id, first, last, infer_after=infer)
    rate = found[f"{plan.watches}_rate"]
    low, high = plan.band or (None, None)
    state = watch.band_state(rate, found["decided"], plan.band, plan.minimum_sample)
    found["band"] = {"low": low, "high": high, "watches": plan.watches, "state": state}
    return found


def days_of(use_case_id: UUID, plan: Plan, today: date) -> list[tuple[date, Any, Any, Any, Any]]:
    """For the chart: (day, its rate, the rate of the 28 days up to it, that rate's 95 % interval), closed days and today."""
    first = today - timedelta(days=SHOWN - 1)
    rows = {row["on"]: row for row in queries.daily(use_case_id, first - timedelta(days=WINDOW - 1), today)}
    known = any(row["accepted"] or row["escalated"] for row in rows.values())
    counted = {on: (queries.watched(row, plan.watches), row["decided"]) for on, row in rows.items()}
    found = []
    for back in range(SHOWN):
        on = first + timedelta(days=back)
        window = [counted.get(on - timedelta(days=n), (0, 0)) for n in range(WINDOW)]
        overrides, decided = sum(k for k, _ in window), sum(n for _, n in window)
        k, n = counted.get(on, (0, 0))
        enough = known and decided >= plan.minimum_sample
        low, high = wilson(overrides, decided) if enough else (None, None)
        found.append((on, k / n if known and n else None, overrides / decided if enough else None, low, high))
    start = next((index for index, day in enumerate(found) if day[1] is not None or day[2] is not None), len(found))
    return found[start:]


@dataclass(frozen=True)
class SignalLine:
    """A signal as a page shows it."""

    row: Signal
    state: str
    lacks: tuple[str, ...]
    scale: tuple[float, float]
    silent_for: timedelta | None = None

    @property
    def value(self) -> str:
        return _plain(self.row.last_value)

    @property
    def limits(self) -> str:
        """The agreed limits in words."""
        lower, upper = _plain(self.row.lower), _plain(self.row.upper)
        if lower and upper:
            return f"{lower} to {upper}"
        return f"limit {lower or upper}" if lower or upper else "no limit"

    @property
    def spoken(self) -> str:
        return f"{self.value or 'no value'}, {self.limits}"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else plain(f"{value:f}")


def signals_of(use_case_id: UUID, now: datetime | None = None) -> list[SignalLine]:
    """The monitoring plan with the newest values."""
    now = now or datetime.now(UTC)
    found = []
    for row in Signal.objects.filter(use_case_id=use_case_id, retired_at=None).select_related("owner"):
        fact = fact_of(row)
        quiet = now - (row.last_at or row.made_at) if fact.silent else None
        found.append(SignalLine(row, standing(fact), missing(fact), _scale(row), quiet))
    return found


def _scale(row: Signal) -> tuple[float, float]:
    """A scale on which both limits and the value have room."""
    marks = [float(value) for value in (row.lower, row.upper, row.last_value) if value is not None] or [1.0]
    low, high = min(0.0, *marks), max(marks)
    return low, high + ((high - low) or 1.0) * 0.25


def reasons_of(use_case_id: UUID, first: date, last: date) -> list[tuple[str, int, float]]:
    """(reason, overrides, share of all overrides), the most frequent first; "" gave none."""
    total, by = queries.overrides_by_reason(use_case_id, first, last)
    named = sorted(by.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = total - sum(by.values())
    return [(reason, count, count / total) for reason, count in [*named, *([("", rest)] if rest else [])]]


def groups_of(use_case_id: UUID, first: date, last: date) -> list[tuple[str, list[dict[str, Any]]]]:
    """By model, by segment, by week: (heading, rows with `label`, decided, override_rate); one group alone says nothing.

    At most twelve rows each: the newest weeks, the most used models and segments.
    """
    found = []
    for dimension, heading in (("model", "By model"), ("segment", "By segment"), ("week", "By week")):
        rows = [
            row | {"label": row[dimension] or "not said"} for row in queries.by(dimension, use_case_id, first, last)
        ]
        rows = [row for row in rows if row["decided"]]
        if len(rows) > 1:
            most = rows if dimension == "week" else sorted(rows, key=lambda row: row["decided"])
            found.append((heading, most[-12:] if dimension == "week" else most[:-13:-1]))
    return found


def alarms_of(use_case_id: UUID) -> Sequence[Ring]:
    """The alarms that rang, newest first."""
    return list(Ring.objects.filter(use_case_id=use_case_id).select_related("acknowledged_by")[:20])


def last_event(use_case_id: UUID) -> tuple[datetime, bool] | None:
    """When did the newest event happen by its own clock, and was it a test? Among those received lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, test FROM feedback_event WHERE use_case_id = %s AND received_on >= %s ORDER BY at DESC LIMIT 1",
            [use_case_id, datetime.now(UTC).date() - timedelta(days=31)],
        )
        return cursor.fetchone()


def last_test(use_case_id: UUID) -> datetime | None:
    """When the newest test event happened: what turns the light green. Kept for a day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM feedback_event WHERE use_case_id = %s AND test", [use_case_id])
        return cursor.fetchone()[0]
