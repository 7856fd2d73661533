"""May this be done to this use case? What every action of the room asks first."""

from uuid import UUID

from portfolio import access
from portfolio.access.fetch import seats_of
from portfolio.models import Membership, UseCase
from portfolio.rules import Actor, NotVisible, Reason


def use_case_of(by: Actor, use_case_id: UUID, verb: str) -> UseCase:
    """The use case, visible and permitted. Raises `NotVisible`, `NotPermitted`."""
    found = (
        UseCase.objects.visible_to(by)
        .filter(id=use_case_id, portfolio__archived_at=None)
        .select_related("portfolio")
        .first()
    )
    if found is None:
        raise NotVisible
    access.require(by, verb, found.portfolio_id, seats_of(found))
    return found


def owner_faults(use_case: UseCase, owner_id: UUID | None) -> list[Reason]:
    """An owner is a member of the portfolio who can act."""
    members = Membership.objects.filter(portfolio_id=use_case.portfolio_id, user_id=owner_id, user__is_active=True)
    if owner_id is None or members.exists():
        return []
    return [Reason("not_a_member", "The owner must be a member here.", "owner")]
