"""How do the stored parts of cases come down to counts a day? The one SQL that the fold writes and the summary reads.

A tail of events changes some cases and exceptions. What those contributed before is taken away, what they contribute
now is added: `delta` holds the difference by (day, model, segment, code, bucket). Because each part of a case is the
least or greatest (at, id) of its kind, the result depends on the set of events only, never on their order or batches.

Contributions: a suggestion counts on its day; a decision on its own day, with reliance by the outcome as now known; an
outcome's value on the outcome's day; an exception's opening on its first opening's day and its resolution on the day of
its last state. Model and segment are those of the case's suggestion; `code` is a decision's reason or an exception's
kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from feedback.clock import BUCKET_SQL, NO_CLOCK
from feedback.shapes import (
    ACCEPTED,
    ESCALATED,
    MODEL_RIGHT,
    MODEL_WRONG,
    MODIFIED,
    OPENED,
    OUTCOME_UNKNOWN,
    OVERRIDDEN,
    RESOLVED,
    SUGGESTION,
)  # fmt: skip

KEY = ("counted_on", "model", "segment", "code", "bucket")
COUNTERS = (
    "suggestions", "undecided", "accepted", "modified", "overridden", "escalated", "accepted_right", "accepted_wrong",
    "overridden_model_right", "overridden_model_wrong", "outcomes", "value", "opened", "still_open", "resolved",
)  # fmt: skip

# A tail is at most so much: a transaction of the fold stays short, and a summary bounded.
TAIL_REQUESTS = 200
TAIL_EVENTS = 20_000

# The oldest waiting requests of %(use_case_id)s; the first is always among them.
TAIL = f"""
SELECT batch_id, received_on, event_count FROM (
  SELECT *, sum(event_count) OVER (ORDER BY batch_id) AS so_far FROM (
    SELECT batch_id, received_on, event_count FROM feedback_pending
    WHERE use_case_id = %(use_case_id)s ORDER BY batch_id LIMIT {TAIL_REQUESTS}) oldest) counted
WHERE so_far <= {TAIL_EVENTS} OR so_far = event_count"""

_Parts = Mapping[str, tuple[tuple[str, ...], str]]
_CASE: _Parts = {  # each part of a case: its columns, (at, id) first, and the sign that decides which of two is kept
    "suggestion": (("suggested_at", "suggestion_id", "model", "segment"), "<"),
    "decision": (("decided_at", "decision_id", "decision", "reason"), ">"),
    "outcome": (("outcome_at", "outcome_id", "outcome", "value"), ">"),
}
_EXCEPTION: _Parts = {
    "opening": (("opened_at", "opening_id", "kind"), "<"),
    "state": (("state_at", "state_id", "state"), ">"),
}
CASE_COLUMNS = ("case_id", *(column for columns, _ in _CASE.values() for column in columns))
EXCEPTION_COLUMNS = ("exception_id", *(column for columns, _ in _EXCEPTION.values() for column in columns))


def _merged(parts: _Parts, key: str, new: str, old: str) -> str:
    """SELECT of one row a case (or exception): of each part the new or the old one, by (at, id)."""
    picked = [f"n.{key}"]
    for columns, sign in parts.values():
        at, event_id = columns[:2]
        wins = f"coalesce((n.{at}, n.{event_id}) {sign} (o.{at}, o.{event_id}), n.{at} IS NOT NULL)"
        picked += [f"CASE WHEN {wins} THEN n.{column} ELSE o.{column} END AS {column}" for column in columns]
    return f"SELECT {', '.join(picked)} FROM {new} n LEFT JOIN {old} o USING ({key})"


def _states(columns: tuple[str, ...], now: str, before: str) -> str:
    names = ", ".join(columns[1:])
    return f"SELECT 1 AS f, {names} FROM {now} UNION ALL SELECT -1, {names} FROM {before}"


def changes(batches: str, first: str, last: str) -> str:
    """The CTEs from a tail to `delta`. Arguments are SQL: an array of batch ids and the days they were received on.

    Naming the use case in `events` too would let a planner with stale statistics read by (use case, at) instead of by
    batch; OFFSET 0 keeps the look-up of old cases a look-up by key.
    """
    return f"""
events AS MATERIALIZED (
  SELECT thing_id, at, event_id, what, model, segment, code, value FROM feedback_event
  WHERE batch_id = ANY({batches}) AND received_on BETWEEN {first} AND {last} AND NOT test AND what < 50),
new_suggestion AS (
  SELECT DISTINCT ON (thing_id) thing_id AS case_id, at AS suggested_at, event_id AS suggestion_id, model, segment
  FROM events WHERE what = {SUGGESTION} ORDER BY thing_id, at, event_id),
new_decision AS (
  SELECT DISTINCT ON (thing_id) thing_id AS case_id, at AS decided_at, event_id AS decision_id,
    what AS decision, code AS reason
  FROM events WHERE what BETWEEN {ACCEPTED} AND {ESCALATED} ORDER BY thing_id, at DESC, event_id DESC),
new_outcome AS (
  SELECT DISTINCT ON (thing_id) thing_id AS case_id, at AS outcome_at, event_id AS outcome_id, what AS outcome, value
  FROM events WHERE what BETWEEN {OUTCOME_UNKNOWN} AND {MODEL_WRONG} ORDER BY thing_id, at DESC, event_id DESC),
new_case AS MATERIALIZED (
  SELECT * FROM new_suggestion FULL JOIN new_decision USING (case_id) FULL JOIN new_outcome USING (case_id)),
old_case AS MATERIALIZED (
  SELECT c.* FROM new_case n CROSS JOIN LATERAL (
    SELECT * FROM feedback_case WHERE use_case_id = %(use_case_id)s AND case_id = n.case_id OFFSET 0) c),
now_case AS MATERIALIZED ({_merged(_CASE, "case_id", "new_case", "old_case")}),
case_states AS (
  {_states(CASE_COLUMNS, "now_case", "old_case")}),
new_opening AS (
  SELECT DISTINCT ON (thing_id) thing_id AS exception_id, at AS opened_at, event_id AS opening_id, code AS kind
  FROM events WHERE what = {OPENED} ORDER BY thing_id, at, event_id),
new_state AS (
  SELECT DISTINCT ON (thing_id) thing_id AS exception_id, at AS state_at, event_id AS state_id, what AS state
  FROM events WHERE what BETWEEN {OPENED} AND {RESOLVED} ORDER BY thing_id, at DESC, event_id DESC),
new_exception AS MATERIALIZED (SELECT * FROM new_state LEFT JOIN new_opening USING (exception_id)),
old_exception AS MATERIALIZED (
  SELECT c.* FROM new_exception n CROSS JOIN LATERAL (
    SELECT * FROM feedback_exception WHERE use_case_id = %(use_case_id)s AND exception_id = n.exception_id OFFSET 0) c),
now_exception AS MATERIALIZED ({_merged(_EXCEPTION, "exception_id", "new_exception", "old_exception")}),
exception_states AS (
  SELECT *, {BUCKET_SQL.format(seconds="extract(epoch FROM state_at - opened_at)")} AS bucket FROM (
    {_states(EXCEPTION_COLUMNS, "now_exception", "old_exception")}) s),
parts AS (
  SELECT f, suggested_at AS at, model, segment, NULL AS code, {NO_CLOCK} AS bucket, {SUGGESTION} AS what,
    (decided_at IS NULL)::int AS waits, NULL::smallint AS outcome, NULL::numeric AS value
  FROM case_states WHERE suggested_at IS NOT NULL
  UNION ALL SELECT f, decided_at, model, segment, reason, {NO_CLOCK}, decision, 0, outcome, NULL
  FROM case_states WHERE decided_at IS NOT NULL
  UNION ALL SELECT f, outcome_at, model, segment, NULL, {NO_CLOCK}, {OUTCOME_UNKNOWN}, 0, NULL, value
  FROM case_states WHERE outcome_at IS NOT NULL
  UNION ALL SELECT f, opened_at, NULL, NULL, kind, {NO_CLOCK}, {OPENED}, (state = {OPENED})::int, NULL, NULL
  FROM exception_states WHERE opened_at IS NOT NULL
  UNION ALL SELECT f, state_at, NULL, NULL, kind, bucket, {RESOLVED}, 0, NULL, NULL
  FROM exception_states WHERE state = {RESOLVED}),
delta AS (
  SELECT * FROM (
    SELECT (at AT TIME ZONE 'UTC')::date AS counted_on, coalesce(model, '') COLLATE "C" AS model,
      coalesce(segment, '') COLLATE "C" AS segment, coalesce(code, '') COLLATE "C" AS code, bucket::smallint AS bucket,
      {", ".join(f"coalesce({_sum(name)}, 0) AS {name}" for name in COUNTERS)}
    FROM parts GROUP BY 1, 2, 3, 4, 5) sums
  WHERE ({", ".join(COUNTERS)}) <> ({", ".join("0" for _ in COUNTERS)}))"""


def _sum(counter: str) -> str:
    """One counter of `delta` as an aggregate over `parts`."""
    changed = f"what IN ({MODIFIED}, {OVERRIDDEN})"
    return {
        "suggestions": f"sum(f) FILTER (WHERE what = {SUGGESTION})",
        "undecided": f"sum(f * waits) FILTER (WHERE what = {SUGGESTION})",
        "accepted": f"sum(f) FILTER (WHERE what = {ACCEPTED})",
        "modified": f"sum(f) FILTER (WHERE what = {MODIFIED})",
        "overridden": f"sum(f) FILTER (WHERE what = {OVERRIDDEN})",
        "escalated": f"sum(f) FILTER (WHERE what = {ESCALATED})",
        "accepted_right": f"sum(f) FILTER (WHERE what = {ACCEPTED} AND outcome = {MODEL_RIGHT})",
        "accepted_wrong": f"sum(f) FILTER (WHERE what = {ACCEPTED} AND outcome = {MODEL_WRONG})",
        "overridden_model_right": f"sum(f) FILTER (WHERE {changed} AND outcome = {MODEL_RIGHT})",
        "overridden_model_wrong": f"sum(f) FILTER (WHERE {changed} AND outcome = {MODEL_WRONG})",
        "outcomes": f"sum(f) FILTER (WHERE what = {OUTCOME_UNKNOWN})",
        "value": "sum(f * value)",
        "opened": f"sum(f) FILTER (WHERE what = {OPENED})",
        "still_open": f"sum(f * waits) FILTER (WHERE what = {OPENED})",
        "resolved": f"sum(f) FILTER (WHERE what = {RESOLVED})",
    }[counter]
