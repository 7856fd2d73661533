"""What do the events of a use case say, over which days, and how fresh is that?

Rollups plus the tail the fold has not yet seen, in one statement and so in one snapshot: an event shows in the next
answer, folded or not. A tail beyond `rollups.TAIL_EVENTS` is left out and counted as `pending`.
Never reads the events counted already, so the price does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from feedback import clock, rollups, shapes

_FIRST, _LAST = date(1, 1, 1), date(9999, 12, 31)
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_CELLS = ("accepted_right", "accepted_wrong", "overridden_model_right", "overridden_model_wrong")
_ACTIONS = ("accepted", "modified", "overridden", "escalated")
_DECISIONS = _ACTIONS + _CELLS
_DIMENSIONS = {
    "model": "model",
    "segment": "segment",
    "reason": "code",
    "week": "date_trunc('week', counted_on)::date",  # ISO weeks, named by their Monday
}

_COLUMNS = ", ".join(rollups.KEY + rollups.COUNTERS)
_COUNTED = f"SELECT {_COLUMNS} FROM feedback_rollup WHERE use_case_id = %(use_case_id)s AND counted_on <= %(to)s"
_SHOWN = "shown AS (SELECT * FROM counted WHERE counted_on >= %(from)s)"
_TAIL = "ARRAY(SELECT batch_id FROM tail)"
_WITH_TAIL = f"""
WITH tail AS MATERIALIZED ({rollups.TAIL}),
{rollups.changes(_TAIL, "(SELECT min(received_on) FROM tail)", "(SELECT max(received_on) FROM tail)")},
counted AS MATERIALIZED ({_COUNTED} UNION ALL SELECT {_COLUMNS} FROM delta WHERE counted_on <= %(to)s),
{_SHOWN}"""
# The same names where nothing waits: a third of the time to plan.
_WITHOUT_TAIL = f"""
WITH tail AS (SELECT 0 AS event_count WHERE false),
case_states AS (SELECT 0 AS f, NULL::timestamptz AS suggested_at, NULL::timestamptz AS decided_at WHERE false),
counted AS MATERIALIZED ({_COUNTED}),
{_SHOWN}"""

_SUMS = ", ".join(f"sum({name}) AS {name}" for name in rollups.COUNTERS)
# One row in all, one a day, one a bucket of the exceptions' clock. Whole days of undecided cases come from the rollups;
# those of the day on which the time to infer runs out are looked at one by one.
_SUMMARY = f"""
SELECT counted_on, bucket, {_SUMS},
  (SELECT coalesce(sum(event_count), 0) FROM feedback_pending WHERE use_case_id = %(use_case_id)s)
    - (SELECT coalesce(sum(event_count), 0) FROM tail) AS pending,
  (SELECT coalesce(sum(still_open), 0) FROM counted) AS open_now,
  (SELECT coalesce(sum(undecided), 0) FROM shown WHERE counted_on < %(due_on)s)
    + (SELECT count(*) FROM feedback_case WHERE use_case_id = %(use_case_id)s AND decided_at IS NULL
       AND suggested_at BETWEEN %(due_from)s AND %(due_at)s)
    + (SELECT coalesce(sum(f), 0) FROM case_states WHERE decided_at IS NULL
       AND suggested_at BETWEEN %(due_from)s AND %(due_at)s) AS inferred_accepted
FROM shown GROUP BY GROUPING SETS ((), (counted_on), (bucket)) ORDER BY counted_on, bucket"""
_BY = f"""
SELECT {{dimension}} AS label, {_SUMS} FROM shown GROUP BY 1
HAVING ({", ".join(f"sum({name})" for name in rollups.COUNTERS)}) <> ({", ".join("0" for _ in rollups.COUNTERS)})
ORDER BY 1"""


def summary(
    use_case_id: UUID,
    first: date | None = None,
    last: date | None = None,
    *,
    as_of: datetime | None = None,
    infer_after: timedelta | None = None,
    band: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Counts and rates of the UTC days `first` to `last` (both included; None: no bound), as interfaces.md has them.

    `infer_after`: an undecided case counts as accepted once its suggestion is so old; None: never. Those are counted
    apart and enter no rate and no reliance. `exceptions.open` are those open now, opened by `last`, whenever that was.
    `band` is the agreed band and its state, from the monitoring plan; shown as given. Shares are 0 to 1, `value` is a
    decimal string, seconds are within 2.2 % (feedback.clock).
    """
    as_of = as_of or datetime.now(UTC)
    first, last = first or _FIRST, last or _LAST
    names: dict[str, Any] = {"use_case_id": use_case_id, "from": first, "to": last} | _due(
        first, last, None if infer_after is None else as_of - infer_after
    )
    rows = _rows(_SUMMARY, names)
    total = next(row for row in rows if row["counted_on"] is None and row["bucket"] is None)
    seconds = {row["bucket"]: int(row["resolved"]) for row in rows if row["bucket"] is not None}
    rates = _rates(total, known=bool(total["accepted"] or total["escalated"]))
    return {
        "as_of": as_of,
        "pending": int(total["pending"]),
        "suggestions": total["suggestions"],
        "decided": rates.pop("decided"),
        **{name: total[name] for name in _ACTIONS},
        "inferred_accepted": int(total["inferred_accepted"]),
        **rates,
        "band": band,
        "reliance": _reliance(total),
        "exceptions": {
            "opened": total["opened"],
            "open": int(total["open_now"]),
            "resolved": total["resolved"],
            "median_seconds": clock.quantile(seconds, 0.5),
            "p90_seconds": clock.quantile(seconds, 0.9),
        },
        "value": _decimal(total["value"]),
        # A day that a correction left empty is as if it had never been counted.
        "daily": [_day(row) for row in rows if row["counted_on"] and any(row[name] for name in rollups.COUNTERS)],
    }


def by(dimension: str, use_case_id: UUID, first: date | None = None, last: date | None = None) -> list[dict[str, Any]]:
    """The same counts for each `model`, `segment`, `reason` or ISO `week` (named by its Monday) over the UTC days.

    `""` is an unknown model or segment. A reason shows the decisions that gave it; those without one are left out, and
    so are kinds of exceptions. Rates as in `summary`; a group with overrides only has one if others were accepted.
    """
    names = {"use_case_id": use_case_id, "from": first or _FIRST, "to": last or _LAST}
    rows = _rows(_BY.format(dimension=_DIMENSIONS[dimension]), names)
    if dimension == "reason":
        return [
            {"reason": row["label"], **{name: row[name] for name in _DECISIONS}}
            for row in rows
            if row["label"] and any(row[name] for name in _DECISIONS)
        ]
    known = any(row["accepted"] or row["escalated"] for row in rows)
    return [
        {
            dimension: row["label"],
            **{name: row[name] for name in ("suggestions", *_DECISIONS, "outcomes")},
            **_rates(row, known),
            "exceptions_opened": row["opened"],
            "exceptions_resolved": row["resolved"],
            "value": _decimal(row["value"]),
        }
        for row in rows
    ]


DIGEST = ("suggestions", *_ACTIONS, "outcomes", "exceptions_opened", "exceptions_resolved", "value")
_DAYS = f"SELECT counted_on AS label, {_SUMS} FROM shown GROUP BY 1 ORDER BY 1"


def daily(use_case_id: UUID, first: date, last: date) -> list[dict[str, Any]]:
    """Every counter of each UTC day on which anything was counted, in order; `decided` beside them."""
    rows = _rows(_DAYS, {"use_case_id": use_case_id, "from": first, "to": last})
    return [
        {"on": row["label"], **{name: row[name] for name in ("suggestions", *_DECISIONS, "outcomes")},
         "decided": _decided(row), "exceptions_opened": row["opened"], "exceptions_resolved": row["resolved"],
         "value": _decimal(row["value"])}
        for row in rows
        if any(row[name] for name in rollups.COUNTERS)
    ]  # fmt: skip


def watched(counts: Mapping[str, Any], which: str) -> int:
    """The decisions a band looks at: `modified`, `overridden`, or both as `override`."""
    return counts["modified"] + counts["overridden"] if which == "override" else counts[which]


def overrides_by_reason(use_case_id: UUID, first: date, last: date) -> tuple[int, dict[str, int]]:
    """All overrides of the days, and how many gave which reason."""
    names = {"use_case_id": use_case_id, "from": first, "to": last}
    rows = _rows(_BY.format(dimension="code"), names)
    counts = {row["label"]: row["modified"] + row["overridden"] for row in rows}
    return sum(counts.values()), {reason: count for reason, count in counts.items() if reason and count}


def undecided(use_case_id: UUID, first: date, last: date) -> int:
    """Cases suggested on these days that nobody has decided yet, inferred ones among them."""
    [row] = _rows(f"SELECT {_SUMS} FROM shown", {"use_case_id": use_case_id, "from": first, "to": last})
    return row["undecided"]


_WEEKS = """
SELECT w.id, date_trunc('week', r.counted_on)::date AS week_on, sum(r.outcomes)::int, sum(r.value)
FROM unnest(%s::uuid[], %s::date[]) AS w(id, since)
JOIN feedback_rollup r ON r.use_case_id = w.id AND r.counted_on >= w.since AND r.counted_on < %s
GROUP BY 1, 2 ORDER BY 1, 2"""


def weekly_values(since: Mapping[UUID, date], today: date) -> dict[UUID, dict[date, Decimal]]:
    """Value of the outcomes by ISO week (its Monday), for many use cases, each from its Monday on: what ROI reads.

    From the folded counts alone, weeks only that are over on `today` (a UTC day). A week without outcomes is not there.
    A use case whose outcomes never carried a value is not there: it reports right and wrong, not money.
    """
    found: dict[UUID, dict[date, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, [list(since), list(since.values()), today - timedelta(days=today.weekday())])
        for use_case_id, week_on, outcomes, value in cursor.fetchall():
            if outcomes:
                found.setdefault(use_case_id, {})[week_on] = value
    return {use_case_id: weeks for use_case_id, weeks in found.items() if any(weeks.values())}


def first_suggestions(use_case_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The UTC day of the first suggestion that was no test, of those that have one: from the folded counts, one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT use_case_id, min(counted_on) FROM feedback_rollup"
            " WHERE use_case_id = ANY(%s) AND suggestions > 0 GROUP BY 1",
            [list(use_case_ids)],
        )
        return dict(cursor.fetchall())


def _rows(statement: str, names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a statement over rollups and tail. Nothing waiting when we look means the rollups hold all there was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM feedback_pending WHERE use_case_id = %(use_case_id)s)", names)
        cursor.execute((_WITH_TAIL if cursor.fetchone()[0] else _WITHOUT_TAIL) + statement, names)
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in rollups.COUNTERS:
            if name != "value":
                row[name] = int(row[name] or 0)
    return rows


def _due(first: date, last: date, due_at: datetime | None) -> dict[str, Any]:
    """Up to when undecided suggestions count as accepted: whole days before `due_on`, then the rest of that day."""
    if due_at is None:
        return {"due_on": _FIRST, "due_from": _NEVER, "due_at": _NEVER - timedelta(days=1)}
    due_on = due_at.astimezone(UTC).date()
    inside = first <= due_on <= last
    return {
        "due_on": due_on,
        "due_from": datetime.combine(due_on, time.min, UTC) if inside else _NEVER,
        "due_at": due_at,
    }


def _rates(counts: Mapping[str, Any], known: bool) -> dict[str, Any]:
    """Shares of the decided; None if nothing was decided or not `known`: only overrides arrive, nobody reports the
    accepted ones, and every share would read 100 %."""
    modified, overridden = counts["modified"], counts["overridden"]
    decided = _decided(counts)
    known = known and decided > 0
    return {
        "decided": decided,
        "override_rate": (modified + overridden) / decided if known else None,
        "modified_rate": modified / decided if known else None,
        "overridden_rate": overridden / decided if known else None,
    }


def _decided(counts: Mapping[str, Any]) -> int:
    return sum(counts[name] for name in _ACTIONS)


def _reliance(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The four cells, and what the human adds: (saved - spoilt) / all, as a share of the cases (methods.md 5)."""
    cells = {name: counts[name] for name in _CELLS}
    kept_out, spoilt = cells["overridden_model_wrong"], cells["overridden_model_right"]
    overridden, known = kept_out + spoilt, sum(cells.values())
    return cells | {
        "override_precision": kept_out / overridden if overridden else None,
        "human_value": (kept_out - spoilt) / known if known else None,
    }


def _day(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "on": row["counted_on"],
        "suggestions": row["suggestions"],
        "decided": _decided(row),
        "modified": row["modified"],
        "overridden": row["overridden"],
        "exceptions_opened": row["opened"],
    }


def _decimal(value: Decimal | None) -> str:
    """A decimal string without trailing zeros or exponent."""
    return shapes.plain(f"{value or Decimal(0):f}")
