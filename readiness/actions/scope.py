"""Whose use case or portfolio is this, and may the actor do this to it?"""

from datetime import date
from typing import Any
from uuid import UUID

from people.models import User
from portfolio import access
from portfolio.access.fetch import seats_of
from portfolio.models import Lane, Membership, Portfolio, UseCase
from portfolio.rules import Actor, NotPermitted, NotVisible, Reason, Refused, Role
from readiness.queries import sets
from readiness.rules.sets import Part


def use_case_of(by: Actor, use_case_id: UUID, verb: str, *, lock: bool = False) -> UseCase:
    """The use case, visible and permitted; locked when the act changes what blocks it."""
    rows = UseCase.objects.visible_to(by).filter(id=use_case_id, portfolio__archived_at=None)
    rows = rows.select_related("portfolio", "lane")
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None:
        raise NotVisible
    access.require(by, verb, found.portfolio_id, seats_of(found))
    return found


def portfolio_of(by: Actor, portfolio_id: UUID, verb: str) -> Portfolio:
    found = Portfolio.objects.visible_to(by).listed().filter(id=portfolio_id).first()
    if found is None:
        raise NotVisible
    if by.use_case_id is not None:  # a token of one use case changes nothing that others share
        raise NotPermitted
    access.require(by, verb, found.id)
    return found


def part_of(use_case: UseCase, code: str) -> Part:
    """The part of the use case's lane version; refused without a lane or when it is not asked there."""
    if use_case.lane is None:
        raise Refused([Reason("no_lane", "Choose a lane first: it says which questions are asked.", use_case.key)])
    part = sets.of_lane(use_case.lane).part(code)
    if part is None:
        raise NotVisible
    return part


def is_leader(by: Actor, portfolio_id: UUID) -> bool:
    return by.role_in(portfolio_id) is Role.LEADER


def require_members(portfolio_id: UUID, users: dict[str, User | None]) -> None:
    """People named in a field are members here; a foreign one is answered like an unknown one."""
    named = {name: user.id for name, user in users.items() if user is not None}
    members = set(
        Membership.objects.filter(portfolio_id=portfolio_id, user_id__in=named.values(), user__is_active=True)
        .values_list("user_id", flat=True)
    )  # fmt: skip
    reasons = [
        Reason("not_a_member", f"The {name.replace('_', ' ')} must be a member here.", name)
        for name, user_id in named.items()
        if user_id not in members
    ]
    if reasons:
        raise Refused(reasons)


def newest_lane(portfolio: Portfolio, code: str) -> Lane | None:
    return Lane.objects.filter(portfolio=portfolio, code=code).order_by("-version").first()


def plain(value: Any) -> str:
    """A value as a history line shows it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "pk", value))
