"""What does access.yaml say, and does it permit this actor this verb on this object?

Source of the table: rules.md 1. `can` is pure; `require` raises. Visibility (404) is decided before, by the
`visible_to` of each queryset: here the object is already seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from portfolio.rules import Actor, NotPermitted, Reason, Role, Verdict

PATH = Path(__file__).resolve().parent.parent / "access.yaml"

_PERSON_REQUIRED = Reason("person_required", "Only a signed-in person may do this, never a token.")
_NOT_PERMITTED = Reason("not_permitted", "Your role in this portfolio does not permit this.")


@dataclass(frozen=True)
class Right:
    """One verb's row of the table."""

    verb: str
    roles: frozenset[Role] = frozenset()
    scope: str | None = None
    person: bool = False
    seats: frozenset[str] = frozenset()
    admin: bool = False
    self: bool = False
    anyone: bool = False  # a list that is narrowed to what the actor sees: nobody is refused


@dataclass(frozen=True)
class Table:
    rights: Mapping[str, Right] = field(default_factory=dict)
    public: frozenset[str] = frozenset()
    routes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """Every scope a token may carry."""
        return tuple(sorted({right.scope for right in self.rights.values() if right.scope}))

    def verb_of(self, route: str, method: str) -> str | None:
        """The verb that `method` needs on `route`; HEAD and OPTIONS need what GET needs."""
        methods = self.routes.get(route, {})
        if method in ("HEAD", "OPTIONS"):
            return methods.get("GET") or next(iter(methods.values()), None)
        return methods.get(method)


def load(path: Path = PATH) -> Table:
    """Read and check the table. Raises `ValueError` naming the line that is wrong."""
    raw = yaml.safe_load(path.read_text())
    rights = {verb: _right(verb, row) for verb, row in raw["verbs"].items()}
    for route, methods in raw["routes"].items():
        for method, verb in methods.items():
            if verb not in rights:
                raise ValueError(f"access.yaml: {method} {route} names the unknown verb {verb!r}")
    return Table(rights, frozenset(raw["public"]), raw["routes"])


def _right(verb: str, row: dict[str, Any]) -> Right:
    return Right(
        verb=verb,
        roles=frozenset(Role(role) for role in row.get("roles", [])),
        scope=row.get("scope"),
        person=row.get("person", False),
        seats=frozenset(row.get("seats", [])),
        admin=row.get("admin", False),
        self=row.get("self", False),
        anyone=row.get("anyone", False),
    )


TABLE = load()


def can(
    actor: Actor, verb: str, portfolio_id: UUID | None = None, seats: Mapping[str, UUID | None] | None = None
) -> Verdict:
    """May `actor` do `verb` in this portfolio?

    `seats` maps a seat's name to the person who holds it on the use case in question. The system may always.
    """
    right = TABLE.rights[verb]
    if actor.is_system:
        return Verdict()
    if not actor.is_person and (right.person or right.scope is None):
        return Verdict((_PERSON_REQUIRED,))
    if not actor.is_person and right.scope not in actor.scopes:
        return Verdict(
            (Reason("not_permitted", f"This token does not carry the scope {right.scope}.", right.scope or ""),)
        )
    if right.self or right.anyone:
        return Verdict()
    if right.admin and actor.is_person and actor.is_instance_admin:
        return Verdict()
    role = actor.role_in(portfolio_id) if portfolio_id else None
    if role in right.roles:
        return Verdict()
    # A seat adds a right only to somebody who still sees the portfolio.
    if role is not None and seats and any(seats.get(seat) == actor.user_id for seat in right.seats):
        return Verdict()
    return Verdict((_NOT_PERMITTED,))


def require(
    actor: Actor, verb: str, portfolio_id: UUID | None = None, seats: Mapping[str, UUID | None] | None = None
) -> None:
    """Raise `NotPermitted` unless `can`."""
    verdict = can(actor, verb, portfolio_id, seats)
    if not verdict.allowed:
        reason = verdict.reasons[0]
        raise NotPermitted(reason.code, reason.text)
