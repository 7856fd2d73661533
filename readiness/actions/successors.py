"""Somebody leaves a portfolio: who takes over the open items that they own there?"""

from collections import defaultdict
from uuid import UUID

from django.db.models import Q

from ledger import actions as ledger
from portfolio import changes
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.models.use_cases import SEATS
from portfolio.rules import Actor
from readiness.models import BlockingItem, ItemEvent
from readiness.models.items import ItemSet


def open_of(portfolio_id: UUID, user_id: UUID) -> ItemSet:
    """The open items that this person owns there."""
    return BlockingItem.objects.open().filter(owner_id=user_id, use_case__portfolio_id=portfolio_id)


def hand_over(*, by: Actor, portfolio: Portfolio, leaver_id: UUID, heir_id: UUID | None) -> list[ledger.Event]:
    """Give each open item of the leaver to the heir of their seat on its use case, else to its lead, else to the heir.

    Inside the act that takes the leaver out, and before their seats move: the caller holds the portfolio's row, asked
    whether `by` may, and writes the lines that are returned, one for each new owner. Where there is neither lead nor
    heir the item stays as it is, and shows as without an owner.
    """
    wanted = open_of(portfolio.id, leaver_id)
    seated = Q()
    for seat in SEATS:
        seated |= Q(**{f"{seat}_id": leaver_id})
    about = UseCase.objects.filter(seated | Q(id__in=wanted.values("use_case_id")), portfolio=portfolio)
    use_cases = {row.id: row for row in about.order_by("id").select_for_update(of=("self",))}
    members = set(
        Membership.objects.filter(portfolio=portfolio, user__is_active=True).values_list("user_id", flat=True)
    )
    members.discard(leaver_id)
    given: dict[UUID, list[BlockingItem]] = defaultdict(list)
    for item in wanted.order_by("id").select_for_update(of=("self",)):
        row = use_cases[item.use_case_id]
        sat = any(getattr(row, f"{seat}_id") == leaver_id for seat in SEATS)
        to_id = heir_id if sat or row.lead_id not in members else row.lead_id
        if to_id is not None:
            given[to_id].append(item)
    on = portfolio.today()
    for to_id, items in given.items():
        for item in items:
            item.write(owner_id=to_id)
        ItemEvent.objects.bulk_create(
            ItemEvent(item=item, act="changed", field="owner", was=str(leaver_id), now=str(to_id), by_id=by.user_id, on=on)
            for item in items
        )  # fmt: skip
    changes.touched(sorted({item.use_case_id for items in given.values() for item in items}))
    return [
        ledger.Event(
            event_type="items.changed", subject=("portfolio", portfolio.id),
            payload={"items": sorted(str(item.id) for item in items), "owner": to_id},
        )
        for to_id, items in given.items()
    ]  # fmt: skip
