"""What do people call a chain? The room that owns the names says so; this one only knows UUIDs.

`portfolio.apps.ready()` calls `register`: an inversion of the arrows for names only, so that a command can speak of
portfolios.
"""

from collections.abc import Callable
from uuid import UUID

_finders: list[Callable[[str], UUID | None]] = []
_namers: list[Callable[[UUID], str | None]] = []


def register(*, find: Callable[[str], UUID | None], name: Callable[[UUID], str | None]) -> None:
    """`find` gives the chain of a slug, `name` what people call a chain; both None when unknown."""
    _finders.append(find)
    _namers.append(name)


def find(slug: str) -> UUID | None:
    """The chain behind a slug."""
    return next((chain_id for finder in _finders if (chain_id := finder(slug)) is not None), None)


def name(chain_id: UUID) -> str:
    """What people call this chain; its UUID when nobody knows."""
    return next((known for namer in _namers if (known := namer(chain_id)) is not None), str(chain_id))
