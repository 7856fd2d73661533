"""Which moment does a cell name? ISO, 31/03/2026 14:00, 3/31/26 2:05 PM, a spreadsheet's serial, seconds since 1970.

A zone that is written counts exactly; without one the portfolio's clock is meant. Day and month that cannot be told
apart are not guessed: the other cells of the file say their order, or the person who imports.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portfolio.importing import dates
from portfolio.importing.dates import Order, Precision

_CLOCK = re.compile(
    r"[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?\s*(?:Uhr|h)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")
UTC = ZoneInfo("UTC")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """How times without a zone, and days without a clear order, are read."""

    zone: ZoneInfo = UTC
    order: Order | None = None

    def read(self, text: str) -> dt.datetime | None:
        """The moment, with its zone; a day alone is its midnight. None: the cell names none, or not surely."""
        text = text.strip()[:60]
        if _SERIAL.fullmatch(text):
            return self._serial(text)
        if _EPOCH.fullmatch(text):
            whole = text.partition(".")[0]
            return dt.datetime.fromtimestamp(float(text) / (1000 if len(whole) == 13 else 1), dt.UTC)
        try:
            at = dt.datetime.fromisoformat(text)
        except ValueError:
            return self._written(text)
        return at if at.tzinfo else at.replace(tzinfo=self.zone)

    def _serial(self, text: str) -> dt.datetime | None:
        day = dates.parse(text)
        if day is None:
            return None
        whole = dt.datetime(day.on.year, day.on.month, day.on.day, tzinfo=self.zone)
        seconds = round(float("0." + (text.partition(".")[2] or "0")) * _DAY.total_seconds())
        return whole + dt.timedelta(seconds=seconds)

    def _written(self, text: str) -> dt.datetime | None:
        clock = _CLOCK.search(text)
        day = dates.parse(text[: clock.start()] if clock else text, self.order)
        if day is None or day.precision is not Precision.DAY:
            return None
        hour, minute, second = 0, 0, 0
        zone: dt.tzinfo = self.zone
        if clock:
            hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
            if clock[4]:
                if not 1 <= hour <= 12:
                    return None
                hour = hour % 12 + 12 * (clock[4] in "pP")
            zone = _zone(clock[5]) or zone
        try:
            return dt.datetime(day.on.year, day.on.month, day.on.day, hour, minute, second, tzinfo=zone)
        except ValueError:
            return None


def _zone(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC"):
        return dt.UTC
    offset = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return dt.timezone(-offset if text[0] == "-" else offset) if offset < _DAY else None


def order_in(cells: Iterable[str]) -> Order | None:
    """The order of day and month that all cells of a file agree on; None when none says, or they do not agree."""
    said = {order for cell in cells if (order := dates.order_of(cell))}
    return said.pop() if len(said) == 1 else None


def looks_like_time(text: str) -> bool:
    """Is this cell a moment or a day, also one whose order is open? A bare number is not taken for one."""
    text = text.strip()[:60]
    if _SERIAL.fullmatch(text) or _EPOCH.fullmatch(text):
        return False
    clock = Clock(order="dmy")
    return clock.read(text) is not None or Clock(order="mdy").read(text) is not None
