"""Which stored events are not yet counted, and who counts them?

One transaction a turn, one claim a use case: take the oldest waiting requests, join their events with the cases they
touch, write the cases, and add to the rollups what the touched cases contribute now minus what they contributed before.
Safe to run twice, in any number of processes, and to be killed anywhere: the waiting rows go in the same transaction.
Wake it every half second or so, never a request: one at a time costs 30 times more an event.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import Error, connection, transaction

from feedback import rollups
from feedback.actions import watch

log = logging.getLogger(__name__)

SECONDS = 15.0  # of one task; the next one goes on
_LOCK = 7001  # advisory lock space of the claims


def _upsert(table: str, columns: tuple[str, ...], source: str) -> str:
    names = ", ".join(columns)
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    return f"""INSERT INTO {table} (use_case_id, {names}) SELECT %(use_case_id)s, {names} FROM {source}
  ON CONFLICT (use_case_id, {columns[0]}) DO UPDATE SET {updates}"""


_CLAIM = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))"
_TAKE = f"""
WITH tail AS MATERIALIZED ({rollups.TAIL}),
gone AS (DELETE FROM feedback_pending p USING tail t
  WHERE p.use_case_id = %(use_case_id)s AND p.batch_id = t.batch_id
  RETURNING p.batch_id, p.received_on, p.event_count)
SELECT array_agg(batch_id), min(received_on), max(received_on), sum(event_count)::int FROM gone"""
_FOLD = f"""
WITH {rollups.changes("%(batches)s", "%(first)s", "%(last)s")},
cases AS ({_upsert("feedback_case", rollups.CASE_COLUMNS, "now_case")}),
exceptions AS ({_upsert("feedback_exception", rollups.EXCEPTION_COLUMNS, "now_exception")}),
models AS (
  INSERT INTO feedback_modelseen AS m (use_case_id, model, first_on, last_on)
  SELECT %(use_case_id)s, model, min(counted_on), max(counted_on) FROM delta
  WHERE suggestions > 0 AND model <> '' GROUP BY model
  ON CONFLICT (use_case_id, model) DO UPDATE
    SET first_on = least(m.first_on, excluded.first_on), last_on = greatest(m.last_on, excluded.last_on)
  WHERE m.first_on > excluded.first_on OR m.last_on < excluded.last_on)
INSERT INTO feedback_rollup AS r (use_case_id, {", ".join(rollups.KEY + rollups.COUNTERS)})
SELECT %(use_case_id)s, {", ".join(rollups.KEY + rollups.COUNTERS)} FROM delta
ON CONFLICT (use_case_id, {", ".join(rollups.KEY)}) DO UPDATE SET
  {", ".join(f"{name} = r.{name} + excluded.{name}" for name in rollups.COUNTERS)}"""


def _nobody(ids: Iterable[UUID]) -> None:
    """Nobody wants to know."""


@transaction.atomic
def fold_once(use_case_id: UUID, touched: Callable[[Iterable[UUID]], None] = _nobody) -> int | None:
    """Count one tail of a use case. Answers the number of events; 0 if none waits, None if somebody else is at it.

    `touched` is called inside the transaction when figures may have changed (portfolio.changes.touched).
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_LOCK, str(use_case_id)])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_TAKE, {"use_case_id": use_case_id})
        batches, first, last, count = cursor.fetchone()
        if batches is None:
            return 0
        names = {"use_case_id": use_case_id, "batches": batches, "first": first, "last": last}
        cursor.execute(_FOLD, names)
    watch.take_signals(use_case_id, batches, first, last)
    touched([use_case_id])
    return count


def fold(use_case_id: UUID, touched: Callable[[Iterable[UUID]], None] = _nobody) -> int:
    """Count all that waits for a use case; answers the number of events."""
    total = 0
    while count := fold_once(use_case_id, touched):
        total += count
    return total


def waiting() -> list[UUID]:
    """The use cases with events not yet counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT use_case_id FROM feedback_pending")
        return [use_case_id for (use_case_id,) in cursor.fetchall()]


def fold_all(touched: Callable[[Iterable[UUID]], None] = _nobody, seconds: float = SECONDS) -> int:
    """Count what waits, one turn a use case after the other, so that a flood in one does not hold up the others.

    Ends when nothing waits or after `seconds`; answers the number of events. What cannot be counted is logged and left.
    """
    total, ends, failed = 0, time.monotonic() + seconds, set()
    while queue := [use_case_id for use_case_id in waiting() if use_case_id not in failed]:
        counted = 0
        for use_case_id in queue:
            try:
                counted += fold_once(use_case_id, touched) or 0
            except Error:
                failed.add(use_case_id)
                log.exception("fold_failed use_case=%s", use_case_id)
            if time.monotonic() > ends:
                return total + counted
        total += counted
        if not counted:
            break
    return total
