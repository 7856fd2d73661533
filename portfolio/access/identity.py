"""Which actor is behind this request?"""

import uuid

from django.http import HttpRequest

from portfolio.models import Membership, Token
from portfolio.rules import Actor, Role


def roles_of(user_id: uuid.UUID) -> dict[uuid.UUID, Role]:
    """The person's present memberships in portfolios that are not archived: one query."""
    rows = Membership.objects.filter(user_id=user_id).values_list("portfolio_id", "role")
    return {portfolio_id: Role(role) for portfolio_id, role in rows}


def person(user, request_id: uuid.UUID | None = None) -> Actor:
    """The signed-in person as an actor with their present roles."""
    return Actor(
        kind="person",
        id=user.id,
        user_id=user.id,
        roles=roles_of(user.id),
        is_instance_admin=user.is_instance_admin,
        request_id=request_id,
    )


def bearer(token: Token, request_id: uuid.UUID | None = None) -> Actor:
    """A token as an actor: its scopes, and never more than its maker's present roles."""
    return Actor(
        kind="token",
        id=token.id,
        user_id=token.made_by_id,
        roles=roles_of(token.made_by_id),
        scopes=frozenset(token.scopes),
        portfolio_id=token.portfolio_id,
        use_case_id=token.use_case_id,
        request_id=request_id,
        on_behalf_of=token.made_by_id,
    )


def actor_of(request: HttpRequest) -> Actor:
    """The actor of an identified request, read once."""
    actor = getattr(request, "actor", None)
    if actor is None:
        token = getattr(request, "auth", None)
        request_id = getattr(request, "request_id", None)
        actor = bearer(token, request_id) if isinstance(token, Token) else person(request.user, request_id)
        request.actor = actor  # type: ignore[attr-defined]
    return actor
