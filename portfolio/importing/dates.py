"""Which day does a cell name, and how exactly?

People write days in many shapes. What is ambiguous is not guessed: 03/04/2026 is read only when the order of day and
month is known from other cells of the same file or from the person who imports.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Day:
    """The first day of what was written; `bare_year` marks a year that a spreadsheet had turned into a day of 1905."""

    on: dt.date
    precision: Precision
    bare_year: bool = False


Order = Literal["dmy", "mdy"]
FIRST_YEAR, LAST_YEAR = 1970, 2100  # outside of these a "year" is a mistake
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_CLOCK = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}$")
_SLASHED = re.compile(rf"^(\d{{1,2}})([-/.])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{2}}){_CLOCK}$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_YEAR_MONTH = re.compile(r"^(\d{4})[-/.](\d{1,2})$")
_YEAR = re.compile(r"^(\d{4})$")
_SERIAL = re.compile(r"^(\d{5})(?:\.\d+)?$")
_QUARTER = re.compile(
    r"^(?:Q([1-4])[\s./-]*(\d{4})|(\d{4})[\s./-]*Q([1-4])|([1-4])\.?\s*(?:quartal|quarter|trimestre)\s+(\d{4}))$", re.I
)
_DAY_NAME = re.compile(rf"^(\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+([^\W\d_]+)\.?,?[\s-]+(\d{{4}}|\d{{2}}){_CLOCK}$")
_NAME_DAY = re.compile(rf"^([^\W\d_]+)\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_CLOCK}$")
_NAME_YEAR = re.compile(r"^([^\W\d_]+)\.?[\s,/'’-]+(\d{4}|\d{2})$")
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan januar jänner janvier janv enero ene gennaio gen januari",
            "february feb februar février fevrier févr febrero febbraio februari",
            "march mar märz maerz mrz mars marzo maart mrt",
            "april apr avril avr abril abr aprile",
            "may mai mayo maggio mag mei",
            "june jun juni juin junio giugno giu",
            "july jul juli juillet juil julio luglio lug",
            "august aug août aout agosto ago augustus",
            "september sep sept septembre septiembre settembre set",
            "october oct oktober okt octobre octubre ottobre ott",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre déc diciembre dic dicembre",
        ],
        start=1,
    )
    for name in names.split()
}


def looks_like_date(text: str) -> bool:
    """Is this written as a day, month or quarter (also when day and month cannot be told apart)? A year alone counts."""
    text = _bare(text)
    return bool(_SLASHED.match(text)) or (not _SERIAL.match(text) and parse(text) is not None)


def order_of(text: str) -> Order | None:
    """What this one cell says of the order of day and month; None when it says nothing."""
    match = _SLASHED.match(_bare(text))
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return "dmy"
    if second > 12 >= first:
        return "mdy"
    return "dmy" if match[2] == "." and first != second else None


def needs_order(text: str) -> bool:
    """Would only the order of day and month make this cell readable?"""
    return parse(text) is None and parse(text, "dmy") is not None


def parse(text: str, order: Order | None = None) -> Day | None:
    """The day named by the cell; None when it names none, or not surely. Work is bounded by the length (≤ 60)."""
    text = _bare(text)
    if not text or len(text) > 60:
        return None
    if match := _ISO.match(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _SLASHED.match(text):
        return _slashed(int(match[1]), match[2], int(match[3]), _year(match[4]), order)
    if match := _MONTH_YEAR.match(text):
        return _day(int(match[2]), int(match[1]), 1, Precision.MONTH)
    if match := _YEAR_MONTH.match(text):
        return _day(int(match[1]), int(match[2]), 1, Precision.MONTH)
    if match := _YEAR.match(text):
        return _day(int(match[1]), 1, 1, Precision.YEAR)
    if match := _QUARTER.match(text):
        year, quarter = int(match[2] or match[3] or match[6]), int(match[1] or match[4] or match[5])
        return _day(year, 3 * quarter - 2, 1, Precision.QUARTER)
    if match := _SERIAL.match(text):
        on = _EXCEL_EPOCH + dt.timedelta(days=int(match[1]))
        return _day(on.year, on.month, on.day) if 1995 <= on.year <= 2060 else None
    return _named(text)


def _named(text: str) -> Day | None:
    for pattern, year, month, day in ((_DAY_NAME, 3, 2, 1), (_NAME_DAY, 3, 1, 2)):
        if match := pattern.match(text):
            number = _MONTHS.get(match[month].casefold())
            return _day(_year(match[year]), number, int(match[day])) if number else None
    if match := _NAME_YEAR.match(text):
        number = _MONTHS.get(match[1].casefold())
        return _day(_year(match[2]), number, 1, Precision.MONTH) if number else None
    return None


def _slashed(first: int, mark: str, second: int, year: int, order: Order | None) -> Day | None:
    if first > 12 or mark == ".":
        return _day(year, second, first)
    if second > 12 or first == second:
        return _day(year, first, second)
    if year == 1905 and (day := _day(year, first, second)) and day.bare_year:
        return day  # only a spreadsheet's mishap writes 1905, and it writes as its own locale does
    if order is None:
        return None
    return _day(year, second, first) if order == "dmy" else _day(year, first, second)


def _day(year: int, month: int, day: int, precision: Precision = Precision.DAY) -> Day | None:
    try:
        on = dt.date(year, month, day)
    except ValueError:
        return None
    serial = (on - _EXCEL_EPOCH).days
    if year == 1905 and 1990 <= serial <= LAST_YEAR:
        # A bare year typed into a cell formatted as a date: 2024 is day 2,024 since 1900, shown as 16 July 1905.
        return Day(dt.date(serial, 1, 1), Precision.YEAR, bare_year=True)
    return Day(on, precision) if FIRST_YEAR <= year <= LAST_YEAR else None


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _bare(text: str) -> str:
    """Without a remark in brackets behind: "2022-08 (estimated)"."""
    return _REMARK.sub("", text[:200]).strip()
