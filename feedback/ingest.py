"""Is it stored, for good, once and only once?

One statement, durable before the answer: keys that are new, their events, and one waiting row for the fold. A key is
never forgotten, so the same event is a duplicate for ever; the same id with other content is a conflict and is not
stored. No row is locked but the new keys, in the order of their ids: rivals wait for each other, never in a circle.
"""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import connection
from django.db.utils import IntegrityError
from msgspec import Struct

from feedback import arrays, events, partitions
from feedback.events import Batch, Rejection, Row


class Conflict(Struct):
    """An event whose id is known with other content; `index` is its place in the request."""

    index: int
    id: str


class Answer(Struct):
    """received = created + duplicates + conflicts + rejected."""

    received: int
    created: int
    duplicates: int
    conflicts: list[Conflict]
    rejected: list[Rejection]


# Answers one row for each event that was not created: its place among the rows, and whether the content is the same;
# null when a rival committed the key after this statement's snapshot.
_STORE = """
WITH given AS MATERIALIZED (
  SELECT * FROM unnest(%(event_id)b, %(fingerprint)b, %(at)b, %(what)b, %(thing_id)b, %(model)b, %(segment)b, %(code)b,
    %(value)b, %(test)b, %(body)b) WITH ORDINALITY
    AS u(event_id, fingerprint, at, what, thing_id, model, segment, code, value, test, body, n)),
batch AS MATERIALIZED (SELECT nextval('feedback_batch') AS id),
fresh AS (
  INSERT INTO feedback_key (use_case_id, event_id, fingerprint)
  SELECT %(use_case_id)s::uuid, event_id, fingerprint FROM given
  ON CONFLICT (use_case_id, event_id) DO NOTHING RETURNING event_id),
stored AS (
  INSERT INTO feedback_event (use_case_id, received_on, batch_id, at, what, test, event_id, thing_id, model, segment,
    code, value, body)
  SELECT %(use_case_id)s::uuid, %(received_on)s::date, batch.id, at, what, coalesce(test, false), event_id, thing_id,
    model, segment, code, value::numeric, body
  FROM given JOIN fresh USING (event_id) CROSS JOIN batch RETURNING what, test),
waiting AS (
  INSERT INTO feedback_pending (use_case_id, batch_id, received_on, event_count)
  SELECT %(use_case_id)s::uuid, (SELECT id FROM batch), %(received_on)s::date, count(*)
  FROM stored WHERE NOT test HAVING count(*) > 0)
SELECT g.n, k.fingerprint = g.fingerprint FROM given g LEFT JOIN fresh USING (event_id)
  LEFT JOIN feedback_key k ON k.use_case_id = %(use_case_id)s::uuid AND k.event_id = g.event_id
WHERE fresh.event_id IS NULL"""

# For rows that a rival stored meanwhile, and for events that use an id of their own request again.
_COMPARE = """
SELECT u.n, k.fingerprint = u.fingerprint
FROM unnest(%(event_id)b, %(fingerprint)b, %(n)b) AS u(event_id, fingerprint, n)
JOIN feedback_key k ON k.use_case_id = %(use_case_id)s::uuid AND k.event_id = u.event_id"""


def store(use_case_id: UUID, batch: Batch, received_at: datetime) -> Answer:
    """Store what is new of a batch and say what became of each event. Committed when this returns.

    Inside an outer transaction it is as durable as that one: call it in autocommit.
    """
    try:
        known = _insert(use_case_id, batch, received_at)
    except IntegrityError as error:
        if not isinstance(error.__cause__, psycopg.errors.CheckViolation):
            raise
        partitions.make_month(received_at.astimezone(UTC).date())  # the nightly job makes them ahead; it was missed
        known = _insert(use_case_id, batch, received_at)
    return Answer(
        received=batch.received,
        created=len(batch.rows) + len(batch.repeats) - len(known),
        duplicates=sum(same for _, same in known),
        conflicts=[
            Conflict(row.place, row.event_id)
            for row in sorted((row for row, same in known if not same), key=attrgetter("place"))
        ],
        rejected=batch.rejected,
    )


def store_one(use_case_id: UUID, event: dict[str, Any], now: datetime) -> None:
    """One event of our own, by the same way as everybody's. Raises ValueError for one that would be rejected."""
    batch = events.read(msgspec.json.encode({"events": [event]}), events.JSON, "", now)
    if batch.rejected:
        raise ValueError(batch.rejected[0].text)
    store(use_case_id, batch, now)


def _insert(use_case_id: UUID, batch: Batch, received_at: datetime) -> list[tuple[Row, bool]]:
    """Run the statement. Answers (row, same content) for each row that was not new."""
    if not batch.rows:
        return []
    columns = list(zip(*batch.rows, strict=True))
    event_ids, _, fingerprints, ats, whats, things, models, segments, codes, values, tests, bodies = columns
    parameters = {
        "use_case_id": use_case_id,
        "received_on": received_at.astimezone(UTC).date(),
        "event_id": arrays.texts(event_ids),
        "fingerprint": arrays.uuids(fingerprints),
        "at": arrays.times(ats),
        "what": arrays.smalls(whats),
        "thing_id": arrays.texts(things),
        "model": arrays.texts(models),
        "segment": arrays.texts(segments),
        "code": arrays.texts(codes),
        "value": arrays.texts(values),
        "test": arrays.bools(tests),
        "body": arrays.encoded(bodies),
    }
    known: list[tuple[Row, bool]] = []
    unsettled = list(batch.repeats)
    connection.ensure_connection()
    with connection.wrap_database_errors, arrays.cursor(connection.connection) as cursor:
        cursor.execute(_STORE, parameters)
        for place, same in cursor.fetchall():
            row = batch.rows[place - 1]
            if same is None:
                unsettled.append(row)
            else:
                known.append((row, same))
        if unsettled:
            again = {
                "use_case_id": use_case_id,
                "event_id": arrays.texts([row.event_id for row in unsettled]),
                "fingerprint": arrays.uuids([row.fingerprint for row in unsettled]),
                "n": arrays.smalls(range(len(unsettled))),
            }
            cursor.execute(_COMPARE, again)
            known += [(unsettled[n], same) for n, same in cursor.fetchall()]
    return known
