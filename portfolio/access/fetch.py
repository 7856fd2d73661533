"""Give me the object of this request: 404 when it is not visible, 403 when the verb of the route is not permitted."""

import uuid

from django.db.models import Q
from django.http import HttpRequest

from portfolio.access.identity import actor_of
from portfolio.access.table import TABLE, can, require
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import SEATS, UseCaseSet
from portfolio.rules import Actor, NotPermitted, NotVisible


def route_verb(request: HttpRequest) -> str:
    """The verb that access.yaml names for this route and method."""
    verb = TABLE.verb_of(request.resolver_match.view_name, request.method)  # type: ignore[union-attr,arg-type]
    if verb is None:
        raise NotVisible
    return verb


def anywhere(request: HttpRequest) -> None:
    """A route without an object: permitted when the verb is in any portfolio of the actor, or without one."""
    actor, verb = actor_of(request), route_verb(request)
    if can(actor, verb).allowed:
        return
    for portfolio_id in actor.portfolio_ids():
        if can(actor, verb, portfolio_id).allowed:
            return not_for_one_use_case(actor)
    require(actor, verb)


def portfolio(request: HttpRequest, slug: str) -> Portfolio:
    """The portfolio of the address, visible and permitted."""
    found = seen_portfolio(request, slug)
    require(actor_of(request), route_verb(request), found.id)
    return found


def seen_portfolio(request: HttpRequest, slug: str) -> Portfolio:
    """The portfolio of the address, visible; whether the verb is permitted hangs on more than the role.

    An instance administrator sees one only through a verb that the table gives them.
    """
    actor = actor_of(request)
    administers = actor.is_person and actor.is_instance_admin and TABLE.rights[route_verb(request)].admin
    seen = Portfolio.objects.all() if administers else Portfolio.objects.visible_to(actor)
    found = seen.listed().filter(slug=slug).first()
    if found is None:
        raise NotVisible
    not_for_one_use_case(actor)
    return found


def not_for_one_use_case(actor: Actor) -> None:
    """What is about a whole portfolio names other use cases too."""
    if actor.use_case_id is not None:
        raise NotPermitted("not_permitted", "This token is limited to one use case.")


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError):
        return None


def among(use_cases: UseCaseSet, ref: str) -> UseCase | None:
    """The one of these with this id or key."""
    row_id = as_uuid(ref)
    return use_cases.filter(Q(id=row_id) if row_id else Q(key=ref[:20].upper())).first()


def use_case(request: HttpRequest, ref: str) -> UseCase:
    """The use case of the address (an id or a key such as UC-12), visible and permitted."""
    actor = actor_of(request)
    seen = UseCase.objects.visible_to(actor).filter(portfolio__archived_at=None)
    found = among(seen.select_related("portfolio", "lane", "sponsor", "lead"), ref)
    if found is None:
        raise NotVisible
    require(actor, route_verb(request), found.portfolio_id, seats_of(found))
    return found


def seats_of(found: UseCase) -> dict[str, uuid.UUID | None]:
    """Who holds which seat on this use case."""
    return {seat: getattr(found, f"{seat}_id") for seat in SEATS}
