"""What was taught because of overrides, and did the rate of its reason move?

For one use case or for many, from the folded counts alone and in two queries: the rate of a reason is the share of all
decisions that were overridden for it, over the 28 UTC days before the turn and up to 28 from it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import F

from feedback.models import LearningAction
from feedback.periods import WINDOW
from feedback.rules import watch

MOST = 20  # of one use case
MOST_OF_ALL = 200

# One row a lesson: overrides for its reason and all decisions, before the turn and from it on.
_RATES = f"""
SELECT l.id, {
    ", ".join(
        f"coalesce(sum({what}) FILTER (WHERE {when}), 0)::int"
        for when in ("r.counted_on < l.turn", "r.counted_on >= l.turn")
        for what in (
            "CASE WHEN r.code = l.reason THEN r.modified + r.overridden ELSE 0 END",
            "r.accepted + r.modified + r.overridden + r.escalated",
        )
    )
}
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::date[]) AS l(id, use_case_id, reason, turn)
LEFT JOIN feedback_rollup r ON r.use_case_id = l.use_case_id
  AND r.counted_on BETWEEN l.turn - {WINDOW} AND least(l.turn + {WINDOW - 1}, %s)
GROUP BY l.id"""


@dataclass(frozen=True)
class Lesson:
    """A learning action with the rate of its reason before and after; (overrides for the reason, decided)."""

    row: LearningAction
    before: tuple[int, int] | None = None
    after: tuple[int, int] | None = None
    effect: str = ""  # moved, no_change, too_early; "" without a reason or before it was taught

    @property
    def rates(self) -> tuple[float | None, float | None]:
        (over, of), (over_after, of_after) = self.before or (0, 0), self.after or (0, 0)
        return over / of if of else None, over_after / of_after if of_after else None

    @property
    def top(self) -> float:
        """The end of the scale on which both rates are drawn."""
        return max(0.05, *(rate or 0.0 for rate in self.rates)) * 1.2

    @property
    def spoken(self) -> str:
        before, after = self.rates
        if before is None or after is None:
            return ""
        return f"{before * 100:.1f} → {after * 100:.1f} %, {'moved' if self.effect == 'moved' else 'no change'}"


def of_use_case(use_case_id: UUID, today: date) -> list[Lesson]:
    """The newest of one use case; open ones first. `today` is a UTC day."""
    rows = LearningAction.objects.filter(use_case_id=use_case_id).select_related("owner", "opened_by")[:MOST]
    return sorted(measured(rows, today), key=lambda lesson: lesson.row.taught_on is not None)


def of_many(use_case_ids: Iterable[UUID], today: date) -> list[Lesson]:
    """Of many use cases: the open ones, longest open first, then the taught ones, newest first; MOST_OF_ALL at most."""
    rows = LearningAction.objects.filter(use_case_id__in=list(use_case_ids)).select_related(
        "owner", "opened_by", "use_case"
    )
    opened = list(rows.filter(taught_on=None).order_by("opened_at", "id")[:MOST_OF_ALL])
    taught = rows.exclude(taught_on=None).order_by(F("taught_on").desc(), "id")[: MOST_OF_ALL - len(opened)]
    return measured([*opened, *taught], today)


def measured(rows: Iterable[LearningAction], today: date) -> list[Lesson]:
    """Each with its rates, in the order given; what is not taught yet has the rate of the days before `today`."""
    given = list(rows)
    rates = _rates([row for row in given if row.reason], today)
    return [_lesson(row, *rates[row.id]) if row.id in rates else Lesson(row) for row in given]


def _lesson(row: LearningAction, before: tuple[int, int], after: tuple[int, int]) -> Lesson:
    if row.taught_on is None:
        return Lesson(row, before)
    return Lesson(row, before, after, watch.moved(before, after))


def _rates(rows: Sequence[LearningAction], today: date) -> dict[UUID, tuple[tuple[int, int], tuple[int, int]]]:
    if not rows:
        return {}
    columns = [
        [row.id for row in rows], [row.use_case_id for row in rows], [row.reason for row in rows],
        [row.taught_on or today for row in rows],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_RATES, [*columns, today])
        return {row_id: ((k, n), (k_after, n_after)) for row_id, k, n, k_after, n_after in cursor.fetchall()}
