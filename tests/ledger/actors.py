"""Who acts in the ledger's tests?"""

from dataclasses import dataclass
from uuid import UUID, uuid4


@dataclass(frozen=True)
class Someone:
    """The least that `ledger.actions.Actor` asks for."""

    kind: str = "person"
    id: UUID | None = UUID("0a0a0a0a-0000-4000-8000-000000000001")
    on_behalf_of: UUID | None = None
    request_id: UUID | None = None


ANA = Someone(request_id=uuid4())
SYSTEM = Someone(kind="system", id=None)
