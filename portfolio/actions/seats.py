"""Who takes over the seats of somebody who leaves?"""

from collections import Counter
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from ledger import actions as ledger
from portfolio import access, changes
from portfolio.models import Membership, UseCase
from portfolio.models.use_cases import SEATS
from portfolio.rules import Actor, NotVisible, Reason, Refused


def held(portfolio_id: UUID, user_id: UUID) -> dict[str, int]:
    """seat → on how many use cases this person holds it; seats they hold nowhere are left out."""
    found: Counter[str] = Counter()
    for row in _holding(portfolio_id, user_id).values(*(f"{seat}_id" for seat in SEATS)):
        found.update(seat for seat in SEATS if row[f"{seat}_id"] == user_id)
    return {seat: found[seat] for seat in SEATS if found[seat]}


def use_cases_of(portfolio_id: UUID, user_id: UUID) -> list[UUID]:
    """On which use cases this person holds a seat."""
    return list(_holding(portfolio_id, user_id).order_by("id").values_list("id", flat=True))


@transaction.atomic
def hand_over(*, by: Actor, membership_id: UUID, to_id: UUID) -> int:
    """Give every seat of a member to another; answers on how many use cases. One ledger line each.

    Refused (`not_a_member`, `same_person`).
    """
    member = Membership.objects.filter(id=membership_id).first()
    if member is None:
        raise NotVisible
    access.require(by, "member.manage", member.portfolio_id)
    heirs = Membership.objects.filter(portfolio_id=member.portfolio_id, user_id=to_id, user__is_active=True)
    reasons = []
    if to_id == member.user_id:
        reasons.append(Reason("same_person", "The seats go to somebody else.", "to"))
    elif not heirs.exists():
        reasons.append(Reason("not_a_member", "Whoever takes the seats must be an active member here.", "to"))
    if reasons:
        raise Refused(reasons)
    rows = list(_holding(member.portfolio_id, member.user_id).order_by("id").select_for_update(of=("self",)))
    for row in rows:
        seats = {seat: to_id for seat in SEATS if getattr(row, f"{seat}_id") == member.user_id}
        row.write(**{f"{seat}_id": holder for seat, holder in seats.items()})
        ledger.append(
            member.portfolio_id, "use_case.responsibilities_changed", by=by, subject=("use_case", row.id),
            payload={"seats": seats, "dates": {}},
        )  # fmt: skip
    changes.touched([row.id for row in rows])
    return len(rows)


def _holding(portfolio_id: UUID, user_id: UUID):
    seated = Q()
    for seat in SEATS:
        seated |= Q(**{f"{seat}_id": user_id})
    return UseCase.objects.filter(seated, portfolio_id=portfolio_id)
