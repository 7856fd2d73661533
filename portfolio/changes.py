"""Which use cases have facts that changed since they were last assessed?

A change appends a row in its own transaction; what happens after the commit is only a shortcut. A room above
registers how to settle and how to nudge: the one permitted inversion of the arrows (rules.md 9).
"""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import transaction

from portfolio.models import Dirty

log = logging.getLogger(__name__)

_settle: Callable[[UUID], bool] | None = None
_nudge: Callable[[], None] | None = None


def register(settle: Callable[[UUID], bool], nudge: Callable[[], None]) -> None:
    """`settle(id)` reassesses one use case and says whether it could; `nudge()` wakes a worker and never waits."""
    global _settle, _nudge
    _settle, _nudge = settle, nudge


def touched(use_case_ids: Iterable[UUID]) -> None:
    """Mark these use cases dirty in this transaction; after its commit settle one, or nudge for more."""
    ids = list(dict.fromkeys(use_case_ids))
    if not ids:
        return
    Dirty.objects.bulk_create([Dirty(use_case_id=use_case_id) for use_case_id in ids])
    transaction.on_commit(lambda: _after_commit(ids), robust=True)


def _after_commit(ids: list[UUID]) -> None:
    if len(ids) == 1 and _settle is not None and _settle(ids[0]):
        return
    if _nudge is not None:
        _nudge()
