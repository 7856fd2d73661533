"""Which open items wait for the reader, which for nobody, which check-ins are due?"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor, Stage
from readiness.models import BlockingItem
from roi.queries import check_ins_due

SHOWN = {"mine": "Mine", "nobodys": "Nobody’s", "all": "All"}
MOST = 200  # rows on the page; the count tells how many there are


@dataclass(frozen=True)
class MyItems:
    """`items`: those of the chosen view, the earliest due first, undated last."""

    of: str
    today: date
    items: list[BlockingItem]
    counts: dict[str, int]  # mine, nobodys, all
    check_ins: list[tuple[UseCase, Any]]

    @property
    def views(self) -> list[dict[str, Any]]:
        return [
            {"url": f"?of={code}", "label": f"{label} ({self.counts[code]})", "current": code == self.of}
            for code, label in SHOWN.items()
        ]

    @property
    def left(self) -> int:
        """How many are not shown."""
        return self.counts[self.of] - len(self.items)


def my_items(actor: Actor, portfolio: Portfolio, of: str) -> MyItems:
    """Open items of one portfolio for one reader: six queries."""
    rows = BlockingItem.objects.visible_to(actor).open().filter(use_case__portfolio=portfolio)
    wanted = {"mine": Q(owner_id=actor.user_id), "nobodys": Q(owner=None), "all": Q()}
    counts = {code: rows.filter(condition).count() for code, condition in wanted.items()}
    items = rows.filter(wanted[of]).select_related("use_case", "owner").order_by("due_on", "opened_on", "id")[:MOST]
    me, today = actor.user_id, portfolio.today()
    seats = Q(lead_id=me) | Q(sponsor_id=me) | Q(benefit_owner_id=me)
    active = UseCase.objects.filter(seats, portfolio=portfolio, stage__in=(Stage.PILOT, Stage.PRODUCTION))
    found = list(items)
    for item in found:
        item.days = item.age(today)  # type: ignore[attr-defined]
    return MyItems(of, today, found, counts, check_ins_due(active.only("id", "key", "title"), today))
