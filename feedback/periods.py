"""Which days does a page of feedback show? The last 28, more, or all that was ever counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

WINDOW = 28  # days a rate is read over, unless the reader asks for more
LENGTHS = {"28": (WINDOW, "28 days"), "84": (84, "12 weeks"), "365": (365, "a year")}
ALL = "all"


@dataclass(frozen=True)
class Period:
    """UTC days, both included. `words` follow "over" and "in"; `known` are the days on which anything was counted."""

    code: str
    first: date
    last: date
    words: str
    known: tuple[date, date] | None

    @property
    def drawn_to(self) -> date:
        """The last day of the chart: of a history that ended long ago, its own end."""
        return self.known[1] if self.code == ALL and self.known else self.last

    @property
    def misses_all(self) -> bool:
        """There is a history, and none of it lies in these days: an import, or a system that fell silent."""
        return self.known is not None and self.known[1] < self.first

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """(code, words, chosen) of what a reader may ask for."""
        named = [(code, words) for code, (_, words) in LENGTHS.items()]
        return [(code, words, code == self.code) for code, words in [*named, (ALL, "all")]]


def read(asked: str | None, use_case_id: UUID, today: date) -> Period:
    """The period an address asks for; what it says and we do not know is the usual one."""
    known = _known(use_case_id)
    if asked == ALL and known is not None:
        return Period(ALL, known[0], max(today, known[1]), "all time", known)
    code = asked if asked in LENGTHS else "28"
    length, words = LENGTHS[code]
    return Period(code, today - timedelta(days=length - 1), today, words, known)


def _known(use_case_id: UUID) -> tuple[date, date] | None:
    """The first and the last day of the rollups: two looks at the ends of their key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(counted_on), max(counted_on) FROM feedback_rollup WHERE use_case_id = %s", [use_case_id]
        )
        first, last = cursor.fetchone()
    return (first, last) if first else None
