"""Who is asking, through which door, with which rights?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    LEADER = "leader"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Actor:
    """A person, a person's token, or the system itself.

    `id` identifies the actor in the ledger (a user's or a token's id; None for the system). `user_id` is the
    person behind it. `roles` are the person's present memberships: portfolio id → role. A token is narrowed to
    `scopes`, and to one portfolio or use case.
    """

    kind: str  # person · token · system
    id: UUID | None = None
    user_id: UUID | None = None
    roles: Mapping[UUID, Role] = field(default_factory=dict, hash=False)
    scopes: frozenset[str] = frozenset()
    portfolio_id: UUID | None = None
    use_case_id: UUID | None = None
    is_instance_admin: bool = False
    request_id: UUID | None = None
    on_behalf_of: UUID | None = None

    @property
    def is_person(self) -> bool:
        return self.kind == "person"

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    def role_in(self, portfolio_id: UUID) -> Role | None:
        """The role that counts in this portfolio; None when it is not visible to the actor."""
        if self.portfolio_id is not None and self.portfolio_id != portfolio_id:
            return None
        return self.roles.get(portfolio_id)

    def portfolio_ids(self) -> list[UUID]:
        """The portfolios this actor sees."""
        if self.portfolio_id is not None:
            return [self.portfolio_id] if self.portfolio_id in self.roles else []
        return list(self.roles)


SYSTEM = Actor(kind="system")
