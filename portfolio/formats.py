"""How are money, days and moments written, so that every page writes them alike?

Plain strings in British order. The clock is an argument; templates pass today through their filters.
"""

from datetime import date, datetime
from decimal import Decimal

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
NBSP = "\u00a0"  # a number never parts from its sign or unit
MINUS = "\u2212\u2060"  # with a word joiner: a line would otherwise break between the minus and the currency's sign


def symbol(currency: str) -> str:
    """€ for EUR; a currency without a short sign keeps its code."""
    return SYMBOLS.get(currency, f"{currency}{NBSP}")


def _shortest(value: float, places: int) -> str:
    return f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"


def money(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """Compact money: €800, €52k, €4.2k, €1.15m, €2.3bn; a true minus sign that stays with it; None is "not known"."""
    if amount is None:
        return "not known"
    value = float(amount)
    size, sign = abs(value), MINUS if value < 0 else ""
    for limit, unit, letter in (
        (999_500_000, 1e9, "bn"),
        (999_500, 1e6, "m"),
        (999.5, 1e3, "k"),
    ):
        if size >= limit:
            scaled = size / unit
            places = 2 if letter != "k" else (1 if scaled < 10 else 0)
            return f"{sign}{symbol(currency)}{_shortest(scaled, places)}{letter}"
    rounded = f"{size:.0f}"
    return f"{'' if rounded == '0' else sign}{symbol(currency)}{rounded}"


def money_full(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """Money to the unit: €1,150,000."""
    if amount is None:
        return "not known"
    value = float(amount)
    return f"{MINUS if value < 0 else ''}{symbol(currency)}{abs(value):,.0f}"


def number(value: float | Decimal | None, places: int = 0) -> str:
    """A number with thousands separators and a true minus sign; None is "not known"."""
    return "not known" if value is None else f"{float(value):,.{places}f}".replace("-", "−")


def percent(share: float | Decimal | None, places: int = 0) -> str:
    """A share from 0 to 1 as percent: 0.207 with one place is "20.7 %"."""
    return "not known" if share is None else f"{number(float(share) * 100, places)}{NBSP}%"


def days(count: int | None) -> str:
    """A number of days: "1 day", "7 days"."""
    return "not known" if count is None else f"{count:,}{NBSP}{'day' if abs(count) == 1 else 'days'}"


def day(on: date, today: date) -> str:
    """ "7 Dec" in today's year, "7 Dec 2027" otherwise."""
    return f"{on.day}{NBSP}{on:%b}" + ("" if on.year == today.year else f"{NBSP}{on.year}")


def weekday(on: date, today: date) -> str:
    """ "Mon 7 Dec", with the year when it is not this one."""
    return f"{on:%a}{NBSP}{day(on, today)}"


def moment(at: datetime, now: datetime) -> str:
    """ "today, 09:10", "yesterday, 15:42" or "Fri 20 Nov, 15:42"; both in the reader's zone. It stands inside sentences."""
    gap = (now.date() - at.date()).days
    named = {0: "today", 1: "yesterday"}.get(gap) or weekday(at.date(), now.date())
    return f"{named}, {at:%H:%M}"
