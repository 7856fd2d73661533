"""Who overrides how often? Asked only where a leader switched it on, which the ledger records (rules.md 6).

The counts know no persons on purpose. So this looks at the newest decisions themselves, never at more than a fixed
number, and knows producers' pseudonyms, not names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import connection

from feedback.shapes import ACCEPTED, ESCALATED, MODIFIED, OVERRIDDEN

NEWEST = 2_000  # decisions looked at; older ones of the period are left out
SHOWN = 12

# Along the index (use case, at), backwards; of several decisions of one case the newest.
_BY = f"""
WITH newest AS MATERIALIZED (
  SELECT thing_id, at, event_id, what, body FROM feedback_event
  WHERE use_case_id = %(id)s AND at >= %(since)s AND at < %(until)s
    AND what BETWEEN {ACCEPTED} AND {ESCALATED} AND NOT test
  ORDER BY at DESC LIMIT {NEWEST}),
standing AS (SELECT DISTINCT ON (thing_id) * FROM newest ORDER BY thing_id, at DESC, event_id DESC)
SELECT coalesce(body::jsonb ->> 'actor', '') AS actor, count(*),
  count(*) FILTER (WHERE what IN ({MODIFIED}, {OVERRIDDEN})), sum(count(*)) OVER ()
FROM standing GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT {SHOWN}"""


@dataclass(frozen=True)
class Person:
    """One pseudonym; `""` where the producer names nobody."""

    actor: str
    decided: int
    overrides: int

    @property
    def rate(self) -> float:
        return self.overrides / self.decided


@dataclass(frozen=True)
class Persons:
    """`looked_at` decisions, the newest of the period."""

    rows: tuple[Person, ...] = ()
    looked_at: int = 0


def of(use_case_id: UUID, first: date, last: date) -> Persons:
    """Decisions and overrides by pseudonym over these UTC days, the most overrides first; at most twelve."""
    since, until = (datetime.combine(day, time.min, UTC) for day in (first, last + timedelta(days=1)))
    with connection.cursor() as cursor:
        cursor.execute(_BY, {"id": use_case_id, "since": since, "until": until})
        found = cursor.fetchall()
    rows = tuple(Person(actor, decided, overrides) for actor, decided, overrides, _ in found)
    return Persons(rows, int(found[0][3]) if found else 0)
