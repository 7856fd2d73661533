"""What do governance's rules need to know of the feedback of these use cases? Three queries, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import connection

from feedback.models import ModelSeen, Signal
from feedback.rules.facts import FeedbackFacts
from feedback.rules.signals import SignalFact
from feedback.rules.watch import new_major
from feedback.shapes import OPENED

# Open exceptions, those overdue, breaches overdue by signal; and the newest alarm nobody acknowledged.
_WORK = f"""
SELECT e.use_case_id, count(*), count(*) FILTER (WHERE n.overdue_since IS NOT NULL),
  array_agg(DISTINCT s.name) FILTER (WHERE n.overdue_since IS NOT NULL AND s.name IS NOT NULL), NULL AS direction
FROM feedback_exception e
  LEFT JOIN feedback_incidentnote n ON n.use_case_id = e.use_case_id AND n.exception_id = e.exception_id
  LEFT JOIN feedback_signal s ON s.id = n.signal_id
WHERE e.use_case_id = ANY(%(ids)s) AND e.state = {OPENED} GROUP BY 1
UNION ALL
SELECT DISTINCT ON (use_case_id) use_case_id, 0, 0, NULL, direction FROM feedback_ring
WHERE use_case_id = ANY(%(ids)s) AND acknowledged_at IS NULL ORDER BY 1"""


def facts_of(ids: Iterable[UUID], gone_on: Mapping[UUID, date | None]) -> dict[UUID, FeedbackFacts]:
    """use case → its facts; those of whom nothing is known are there too. `gone_on`: the day of the newest go."""
    wanted = list(ids)
    signals: dict[UUID, list[SignalFact]] = defaultdict(list)
    for row in Signal.objects.filter(use_case_id__in=wanted, retired_at=None):
        signals[row.use_case_id].append(fact_of(row))
    work: dict[UUID, dict] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_WORK, {"ids": wanted})
        for use_case_id, opened, overdue, breaches, direction in cursor.fetchall():
            if direction:
                work[use_case_id]["alarm"] = direction
            else:
                work[use_case_id] |= {
                    "open_exceptions": opened,
                    "overdue_exceptions": overdue,
                    "breaches_overdue": tuple(breaches or ()),
                }
    seen: dict[UUID, list[tuple[str, date, date]]] = defaultdict(list)
    rows = ModelSeen.objects.filter(use_case_id__in=wanted)
    for use_case_id, model, first_on, last_on in rows.values_list("use_case_id", "model", "first_on", "last_on"):
        seen[use_case_id].append((model, first_on, last_on))
    return {
        use_case_id: FeedbackFacts(
            signals=tuple(signals[use_case_id]),
            new_model=new_major(seen[use_case_id], gone_on.get(use_case_id)),
            **work[use_case_id],
        )
        for use_case_id in wanted
    }


def fact_of(row: Signal) -> SignalFact:
    """A stored signal as the rules see it."""
    return SignalFact(
        code=row.code, name=row.name, lower=row.lower, upper=row.upper, owner_id=row.owner_id, action=row.action,
        value=row.last_value, silent=row.silent_since is not None,
    )  # fmt: skip
