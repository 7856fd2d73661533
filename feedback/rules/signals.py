"""Is a monitored value where it should be, and is the plan for it complete?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

NEAR = Decimal("0.1")  # this part of the way to a limit counts as close to it


@dataclass(frozen=True)
class SignalFact:
    """One line of a monitoring plan with what is known of it now."""

    code: str
    name: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    owner_id: UUID | None = None
    action: str = ""
    value: Decimal | None = None
    silent: bool = False

    @property
    def complete(self) -> bool:
        """Thresholds, an owner and an agreed action: only then does a breach lead to an act."""
        return not missing(self)


def missing(signal: SignalFact) -> tuple[str, ...]:
    """What the plan lacks, in words of the page."""
    lacks = {
        "thresholds": signal.lower is None and signal.upper is None,
        "an owner": signal.owner_id is None,
        "an agreed action": not signal.action.strip(),
    }
    return tuple(word for word, lacking in lacks.items() if lacking)


def outside(value: Decimal, lower: Decimal | None, upper: Decimal | None) -> bool:
    """Beyond a limit; a limit itself is still inside."""
    return (lower is not None and value < lower) or (upper is not None and value > upper)


def standing(signal: SignalFact) -> str:
    """silent · outside · near · inside; `unknown` before the first value. Silence says more than an old value."""
    if signal.silent:
        return "silent"
    if signal.value is None:
        return "unknown"
    if outside(signal.value, signal.lower, signal.upper):
        return "outside"
    if signal.lower is not None and signal.upper is not None:
        margin = (signal.upper - signal.lower) * NEAR
        near = min(signal.value - signal.lower, signal.upper - signal.value) <= margin
    else:
        limit = signal.upper if signal.lower is None else signal.lower
        near = limit is not None and abs(limit - signal.value) <= abs(limit) * NEAR
    return "near" if near else "inside"
