"""Which of the weekly values that outcomes add up to are news to a hypothesis?"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portfolio.formats import SYMBOLS


def in_money(unit: str, currency: str) -> bool:
    """Is this unit the portfolio's currency, as in "EUR", "EUR a week" or "€ a week"? Only then do values add up to it."""
    first = unit.strip().partition(" ")[0]
    return first.upper() == currency or first == SYMBOLS.get(currency)


def due(
    earned: Mapping[date, Decimal], known: Mapping[tuple[date, str], float | None], ours: str
) -> dict[date, float | None]:
    """What is to be recorded: week → value, None where our own reading is to be taken back.

    `known` are the stored readings by (week, source), `ours` the source of outcomes. A week that has a value from any
    other source is left to it.
    """
    others = {week for (week, source), value in known.items() if source != ours and value is not None}
    found: dict[date, float | None] = {
        week: float(value)
        for week, value in earned.items()
        if week not in others and known.get((week, ours)) != float(value)
    }
    gone = {week for (week, source), value in known.items() if source == ours and value is not None} - set(earned)
    return found | dict.fromkeys(gone - others)
