"""Somebody leaves: who takes their seats and items over, and is every door shut to them from their next request on?

The person stays in what they did. `persons.erase_person` is the other act: it takes their name out too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from governance.actions import persons
from ledger import actions as ledger
from people import actions as people
from people.models import User
from portfolio import access, changes
from portfolio.actions import members, seats, tokens
from portfolio.models import Membership, Portfolio, Token, UseCase
from portfolio.queries import INSTANCE_CHAIN
from portfolio.rules import Actor, NotVisible, Reason, Refused, Role
from readiness.actions import successors


@dataclass(frozen=True)
class Place:
    """One portfolio that somebody belongs to: what they hold there, and whether nobody else leads it."""

    member: Membership
    held: dict[str, int]  # seat → on how many use cases
    items: int  # open blocking items that they own
    only_leader: bool

    @property
    def portfolio(self) -> Portfolio:
        return self.member.portfolio


def places_of(user: User) -> list[Place]:
    """Where the person belongs, archived portfolios left out; in the order in which they are locked."""
    rows = Membership.objects.filter(user=user, portfolio__archived_at=None).select_related("portfolio", "user")
    return [
        Place(
            row, seats.held(row.portfolio_id, user.id), successors.open_of(row.portfolio_id, user.id).count(),
            row.role == Role.LEADER and not _others_lead(row),
        )
        for row in rows.order_by("portfolio_id")
    ]  # fmt: skip


def _others_lead(member: Membership) -> bool:
    leaders = Membership.objects.filter(portfolio_id=member.portfolio_id, role=Role.LEADER, user__is_active=True)
    return leaders.exclude(id=member.id).exists()


@transaction.atomic
def take_out(*, membership_id: UUID, by: Actor, to_id: UUID | None = None, items: bool = True) -> int:
    """Take somebody out of a portfolio; `to_id` takes their seats. Answers how many open items found a new owner.

    Their items go with the seat, else to the lead of the use case (`successors.hand_over`); not without `items`.
    Refused as `members.remove_member` and `seats.hand_over` refuse.
    """
    member = Membership.objects.filter(id=membership_id).first()
    if member is None:
        raise NotVisible
    portfolio = Portfolio.objects.lock_for_slots(member.portfolio_id)
    moved = []
    if items:
        moved = successors.hand_over(by=by, portfolio=portfolio, leaver_id=member.user_id, heir_id=to_id)
    members.remove_member(by=by, membership_id=membership_id, to_id=to_id)
    ledger.append_many(portfolio.id, moved, by=by)
    return sum(len(event.payload["items"]) for event in moved)


@transaction.atomic
def deactivate(*, user_id: UUID, by: Actor, heirs: Mapping[UUID, UUID], items: bool = True) -> User:
    """Hand over the seats (`heirs`: portfolio → who takes them), and with `items` the open items too; then end
    memberships, tokens, sessions and links.

    One ledger line for each of these in its portfolio, and one of the whole in the instance's chain. Refused with
    every reason: own_account, not_active, last_leader, no_heir; and as `seats.hand_over` refuses an heir.
    """
    access.require(by, "person.manage")
    user = _known(user_id)
    places = places_of(user)
    _may_leave(user, places, by, heirs)
    for place in places:
        heir = heirs.get(place.portfolio.id) if place.held else None
        take_out(membership_id=place.member.id, by=by, to_id=heir, items=items)
    for token in Token.objects.filter(made_by=user, revoked_at=None).order_by("portfolio_id", "id"):
        tokens.end_token(by=by, token=token)
    changes.touched(list(UseCase.objects.filter(persons.concerns(user)).values_list("id", flat=True)))
    user = people.deactivate(user_id=user.id, by=by)
    payload = {"portfolios": [place.portfolio.id for place in places]}
    ledger.append(INSTANCE_CHAIN, "person.deactivated", by=by, subject=("user", user.id), payload=payload)
    return user


@transaction.atomic
def reactivate(*, user_id: UUID, by: Actor) -> User:
    """Let somebody sign in again; a leader gives them a role again. Refused (`active`) when they may already."""
    access.require(by, "person.manage")
    user = _known(user_id)
    if user.is_active:
        raise Refused([Reason("active", f"{user} may sign in already.", str(user.id))])
    user = people.reactivate(user_id=user.id, by=by)
    ledger.append(INSTANCE_CHAIN, "person.reactivated", by=by, subject=("user", user.id))
    return user


def _known(user_id: UUID) -> User:
    """Whoever has an account; who was erased is nobody any more."""
    found = User.objects.exclude(email__endswith=people.ERASED).filter(id=user_id).first()
    if found is None:
        raise NotVisible
    return found


def _may_leave(user: User, places: list[Place], by: Actor, heirs: Mapping[UUID, UUID]) -> None:
    reasons = []
    if user.id == by.user_id:
        reasons.append(
            Reason("own_account", "Nobody shuts their own account; ask another administrator.", str(user.id))
        )
    if not user.is_active:
        reasons.append(Reason("not_active", f"{user} is shut out already.", str(user.id)))
    for place in places:
        name, subject = place.portfolio.name, str(place.portfolio.id)
        if place.only_leader:
            reasons.append(Reason("last_leader", f"{name} has no other leader: name one there first.", subject))
        if place.held and place.portfolio.id not in heirs:
            reasons.append(Reason("no_heir", f"Say who takes the seats in {name}.", subject))
    if reasons:
        raise Refused(reasons)
