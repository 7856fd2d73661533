"""Which items block a use case today? Gaps derived afresh, with the owner and date that the stored item carries.

Guards never trust the items table (rules.md 2): a gap counts whether or not its item has been opened yet, and an item
whose gap is gone does not.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from governance.rules.facts import Item
from portfolio.rules import Gap, Severity
from readiness.rules.items import MANUAL, Mode, age


class Stored(Protocol):
    """A stored item; `readiness.queries.facts.ItemRow` fits."""

    @property
    def id(self) -> UUID: ...
    @property
    def key(self) -> tuple[str, str, str]: ...
    @property
    def severity(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def owner_id(self) -> UUID | None: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def waits_on(self) -> tuple[UUID, ...]: ...
    @property
    def earlier_days(self) -> int: ...
    @property
    def spell_since_on(self) -> date: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def waived_until(self) -> date | None: ...


def blocking(gaps: Iterable[Gap], stored: Sequence[Stored], mode: Mode, on: date) -> tuple[Item, ...]:
    """The items as they are once the table has been made equal to the gaps; derived ones first."""
    if mode is Mode.ENDED:
        return ()
    if mode is Mode.FROZEN:
        return tuple(_item(row, row.severity, row.kind, row.text, on) for row in stored if row.is_open)
    by_hand = tuple(
        _item(row, row.severity, row.kind, row.text, on) for row in stored if row.is_open and row.key[0] == MANUAL
    )
    if mode is Mode.LISTED:  # a plain list: no owners, no dates, no ages
        return tuple(Item(gap.key, gap.severity, gap.kind, gap.text) for gap in gaps) + by_hand
    known = {row.key: row for row in stored if row.key[0] != MANUAL}
    derived = []
    for gap in gaps:
        row = known.get(gap.key)
        if row is None:
            derived.append(Item(gap.key, gap.severity, gap.kind, gap.text))
        else:
            derived.append(_item(row, gap.severity, gap.kind, gap.text, on))
    return tuple(derived) + by_hand


def _item(row: Stored, severity: str, kind: str, text: str, on: date) -> Item:
    days = age(row.earlier_days, row.spell_since_on, on) if row.is_open else row.earlier_days
    return Item(
        row.key, Severity(severity), kind, text, row.owner_id, row.due_on, row.waived_until, row.id, days, row.waits_on
    )
