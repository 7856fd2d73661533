"""May this raw request enter a use case? For doors that are plain views: no serializer, no write for the token."""

from uuid import UUID

from django.http import HttpRequest
from rest_framework.authentication import CSRFCheck

from portfolio.access import tokens
from portfolio.access.fetch import among, seats_of
from portfolio.access.identity import bearer, person
from portfolio.access.table import require
from portfolio.models import UseCase
from portfolio.rules import Actor, NotVisible


class NotIdentified(Exception):
    """Nobody is there, or with a token that does not count (401)."""


class NoCsrf(Exception):
    """A session without its CSRF token (403)."""


def door(request: HttpRequest, ref: str, verb: str) -> tuple[UUID, Actor]:
    """The use case of the address and who speaks. Raises `NotIdentified`, `NoCsrf`, `NotVisible`, `NotPermitted`."""
    actor = _actor(request)
    request.actor = actor  # type: ignore[attr-defined]
    use_case = among(UseCase.objects.visible_to(actor).filter(portfolio__archived_at=None), ref)
    if use_case is None:
        raise NotVisible
    require(actor, verb, use_case.portfolio_id, seats_of(use_case))
    return use_case.id, actor


def _actor(request: HttpRequest) -> Actor:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header:
        kind, _, text = header.partition(" ")
        token = tokens.find(text.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise NotIdentified("This token is unknown, expired or revoked.")
        return bearer(token)
    if not request.user.is_authenticated:
        raise NotIdentified("Send the header Authorization: Bearer <token>.")
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    if check.process_view(request, None, (), {}):
        raise NoCsrf("The CSRF token is missing or wrong.")
    return person(request.user)
