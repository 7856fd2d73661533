"""Give me the object of this request: 404 when it is not visible, 403 when the verb of the route is not permitted."""

import uuid

from django.db.models import Q
from django.http import HttpRequest

from portfolio.access.identity import actor_of
from portfolio.access.table import TABLE, require
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import SEATS
from portfolio.rules import NotVisible


def route_verb(request: HttpRequest) -> str:
    """The verb that access.yaml names for this route and method."""
    verb = TABLE.verb_of(request.resolver_match.view_name, request.method)  # type: ignore[union-attr,arg-type]
    if verb is None:
        raise NotVisible
    return verb


def portfolio(request: HttpRequest, slug: str) -> Portfolio:
    """The portfolio of the address, visible and permitted."""
    actor = actor_of(request)
    found = Portfolio.objects.visible_to(actor).listed().filter(slug=slug).first()
    if found is None:
        raise NotVisible
    require(actor, route_verb(request), found.id)
    return found


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError):
        return None


def use_case(request: HttpRequest, ref: str) -> UseCase:
    """The use case of the address (an id or a key such as UC-12), visible and permitted."""
    actor = actor_of(request)
    row_id = as_uuid(ref)
    wanted = Q(id=row_id) if row_id else Q(key=ref[:20].upper())
    found = (
        UseCase.objects.visible_to(actor)
        .filter(wanted, portfolio__archived_at=None)
        .select_related("portfolio", "lane", "sponsor", "lead")
        .first()
    )
    if found is None:
        raise NotVisible
    require(actor, route_verb(request), found.portfolio_id, seats_of(found))
    return found


def seats_of(found: UseCase) -> dict[str, uuid.UUID | None]:
    """Who holds which seat on this use case."""
    return {seat: getattr(found, f"{seat}_id") for seat in SEATS}
