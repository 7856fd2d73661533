"""May this raw request enter a use case? For doors that are plain views: no serializer, no write for the token."""

from collections.abc import Mapping
from uuid import UUID

import psycopg
from django.db import connection
from django.http import HttpRequest
from rest_framework.authentication import CSRFCheck

from portfolio.access import tokens
from portfolio.access.fetch import among, as_uuid, seats_of
from portfolio.access.identity import person
from portfolio.access.table import can, require
from portfolio.models import UseCase
from portfolio.models.use_cases import SEATS
from portfolio.rules import Actor, NotVisible, Role

# A live token, its maker's present role, and the use case of the address if the token reaches it. One query: on this
# path each further one costs as much as storing the event.
_LOOK = f"""
SELECT t.id, t.secret_hmac, t.scopes, t.portfolio_id, t.use_case_id, t.made_by_id, m.role, u.id,
  {", ".join(f"u.{seat}_id" for seat in SEATS)}
FROM portfolio_token t
JOIN people_user p ON p.id = t.made_by_id AND p.is_active
JOIN portfolio_portfolio f ON f.id = t.portfolio_id AND f.archived_at IS NULL
LEFT JOIN portfolio_membership m ON m.portfolio_id = t.portfolio_id AND m.user_id = t.made_by_id
LEFT JOIN portfolio_usecase u ON {{named}} AND u.portfolio_id = t.portfolio_id AND m.id IS NOT NULL
  AND (t.use_case_id IS NULL OR t.use_case_id = u.id)
WHERE t.public_id = %s AND t.revoked_at IS NULL AND t.expires_at > now()"""  # noqa: S608 (names of our own columns)


class NotIdentified(Exception):
    """Nobody is there, or with a token that does not count (401)."""


class NoCsrf(Exception):
    """A session without its CSRF token (403)."""


def door(request: HttpRequest, ref: str, *verbs: str) -> tuple[UUID, Actor, str]:
    """The use case of the address, who speaks, and the first of `verbs` that they may.

    Raises `NotIdentified`, `NoCsrf`, `NotVisible`, `NotPermitted`.
    """
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header:
        actor, use_case_id, portfolio_id, seats = _bearer(header, ref)
    else:
        actor, use_case_id, portfolio_id, seats = _session(request, ref)
    request.actor = actor  # type: ignore[attr-defined]
    if use_case_id is None or portfolio_id is None:
        raise NotVisible
    for verb in verbs:
        if can(actor, verb, portfolio_id, seats).allowed:
            return use_case_id, actor, verb
    require(actor, verbs[0], portfolio_id, seats)
    raise NotVisible  # never reached: `require` refused


type _Found = tuple[Actor, UUID | None, UUID | None, Mapping[str, UUID | None]]


def _bearer(header: str, ref: str) -> _Found:
    kind, _, text = header.partition(" ")
    named = tokens.parts(text.strip()) if kind.lower() == "bearer" else None
    row_id = as_uuid(ref)
    row = None
    if named is not None:
        where = "u.id = %s" if row_id else "u.key = %s"
        connection.ensure_connection()
        # Bound on the server, so that it is planned once a connection: the plan costs more than the look.
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            row = cursor.execute(_LOOK.format(named=where), [row_id or ref[:20].upper(), named[0]]).fetchone()
    if not tokens.proves(named, bytes(row[1]) if row else None) or row is None:
        raise NotIdentified("This token is unknown, expired or revoked.")
    token_id, _, scopes, portfolio_id, limited_to, maker, role, use_case_id, *seats = row
    actor = Actor(
        kind="token", id=token_id, user_id=maker, roles={portfolio_id: Role(role)} if role else {},
        scopes=frozenset(scopes), portfolio_id=portfolio_id, use_case_id=limited_to, on_behalf_of=maker,
    )  # fmt: skip
    return actor, use_case_id, portfolio_id, dict(zip(SEATS, seats, strict=True))


def _session(request: HttpRequest, ref: str) -> _Found:
    if not request.user.is_authenticated:
        raise NotIdentified("Send the header Authorization: Bearer <token>.")
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    if check.process_view(request, None, (), {}):
        raise NoCsrf("The CSRF token is missing or wrong.")
    actor = person(request.user)
    use_case = among(UseCase.objects.visible_to(actor).filter(portfolio__archived_at=None), ref)
    if use_case is None:
        return actor, None, None, {}
    return actor, use_case.id, use_case.portfolio_id, seats_of(use_case)
