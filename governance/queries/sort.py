"""Which pilots still lack one of the five facts, and which comes next?"""

from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Length

from portfolio.models import Portfolio, UseCase

MOST = 500  # pilots in one sitting
_SHOWN = 14  # lines of the list, around the current one
_FACTS = ("business outcome", "order of magnitude", "sponsor", "running since", "real users")


def lacking(row: UseCase) -> list[str]:
    """The facts this pilot lacks, in words; the same test as `UseCaseSet.to_sort`."""
    known = (
        row.business_outcome != "",
        row.magnitude != "",
        row.sponsor_id is not None or row.sponsor_name != "",
        row.running_since is not None,
        row.real_users is not None,
    )
    return [name for name, there in zip(_FACTS, known, strict=True) if not there]


@dataclass(frozen=True)
class Sitting:
    """The pilots of a portfolio in a fixed order. Each row carries `lacks`."""

    rows: list[UseCase]

    @property
    def open(self) -> list[UseCase]:
        return [row for row in self.rows if row.lacks]  # type: ignore[attr-defined]

    @property
    def sorted_count(self) -> int:
        return len(self.rows) - len(self.open)

    def place(self, key: str) -> int | None:
        return next((index for index, row in enumerate(self.rows) if row.key == key), None)

    def next_after(self, key: str) -> UseCase | None:
        """The next one with a fact missing, round the end to the start; never the same unless it is the only one."""
        at = self.place(key)
        turned = self.rows if at is None else [*self.rows[at + 1 :], *self.rows[: at + 1]]
        return next((row for row in turned if row.lacks), None)  # type: ignore[attr-defined]

    def before(self, key: str) -> UseCase | None:
        at = self.place(key)
        return self.rows[at - 1] if at else None

    def around(self, key: str) -> dict[str, Any]:
        """The lines of the list that are shown, and how many stand before and after them."""
        at = self.place(key) or 0
        start = max(min(at - _SHOWN // 2, len(self.rows) - _SHOWN), 0)
        shown = self.rows[start : start + _SHOWN]
        return {"rows": shown, "earlier": start, "later": len(self.rows) - start - len(shown)}

    def top(self, most: int) -> list[UseCase]:
        """The best by rank, those without an assessment left out."""
        ranked = [row for row in self.rows if getattr(getattr(row, "assessment", None), "rank", None)]
        return sorted(ranked, key=lambda row: row.assessment.rank)[:most]


def sitting(portfolio: Portfolio) -> Sitting:
    rows = UseCase.objects.in_pilot().filter(portfolio=portfolio).select_related("assessment", "sponsor", "lead")
    found = list(rows.defer("details", "searchable").order_by(Length("key"), "key")[:MOST])
    for row in found:
        row.portfolio = portfolio
        row.lacks = lacking(row)  # type: ignore[attr-defined]
    return Sitting(found)
