"""Which week has which value, in text pasted from a sheet or sent as CSV?"""

import re
from dataclasses import dataclass
from datetime import date

from portfolio.rules import Reason
from roi.rules.track import monday

MOST_LINES = 1000
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})(-[1-7])?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True)
class Pasted:
    """Values by Monday, and what could not be read, line by line."""

    values: dict[date, float]
    faults: tuple[Reason, ...]


def parse(text: str) -> Pasted:
    """One week a line: a day of the week (2026-11-02, 02.11.2026 or 2026-W45), then the value.

    Columns are cut by tab, semicolon or comma; a decimal comma is read where the comma is no cut. A line without a
    value is a gap. A first line without any figure is a heading.
    """
    values: dict[date, float] = {}
    faults = []
    lines = [line.strip("\ufeff ") for line in text.splitlines()]
    if len(lines) > MOST_LINES:
        return Pasted({}, (Reason("too_many", f"At most {MOST_LINES} lines at a time.", "text"),))
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (number == 1 and not any(char.isdigit() for char in line)):
            continue
        cells = _cells(line)
        week = _week(cells[0])
        if week is None:
            text_ = f"Line {number}: “{cells[0][:40]}” is no day. Write 2026-11-02 or 2026-W45."
            faults.append(Reason("no_day", text_, f"line {number}"))
            continue
        if len(cells) < 2 or not cells[1]:
            continue
        value = number_of(cells[1])
        if value is None:
            text_ = f"Line {number}: “{cells[1][:40]}” {why_no_number(cells[1])}."
            faults.append(Reason("not_a_number", text_, f"line {number}"))
        elif week in values and values[week] != value:
            text_ = f"Line {number}: the week of {week} has a value already. Give one value a week."
            faults.append(Reason("week_twice", text_, f"line {number}"))
        else:
            values[week] = value
    return Pasted(values, tuple(faults))


def _cells(line: str) -> list[str]:
    for cut in ("\t", ";"):
        if cut in line:
            return [cell.strip().strip('"').strip() for cell in line.split(cut)]
    if "," in line:
        first, _, rest = line.partition(",")
        cells = [first, *rest.split(",")] if rest.count(",") != 1 or not _is_decimal_comma(rest) else [first, rest]
        return [cell.strip().strip('"').strip() for cell in cells]
    return line.split(None, 1)


def _is_decimal_comma(rest: str) -> bool:
    """Is "41,5" one number rather than two columns? A short fraction is; "80,000" is asked about, not cut in two."""
    return re.fullmatch(r"\s*-?\d+,\d{1,2}\s*", rest) is not None or _EITHER.fullmatch(rest.strip()) is not None


_GROUPED = re.compile(r"[-+]?\d{1,3}(([,.])\d{3})(\2\d{3})+", re.ASCII)
_EITHER = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,2})?", re.IGNORECASE | re.ASCII)


def number_of(text: str) -> float | None:
    """The number people wrote: 1,234.5 or 1.234,5 or 41,5 or 1,150,000; None for anything else, infinities included.

    "80,000" is none: it may mean eighty or eighty thousand, and a guess would be wrong by a thousand.
    """
    plain = _bare(text)
    if _EITHER.fullmatch(plain):
        return None
    if found := _GROUPED.fullmatch(plain):
        plain = plain.replace(found[2], "")
    elif "," in plain and "." in plain:
        thousands = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    return float(plain) if len(plain) <= 40 and _NUMBER.fullmatch(plain) else None


def why_no_number(text: str) -> str:
    """Why `number_of` reads none here: "could be 80000 or 80.000", or "is no number"."""
    plain = _bare(text)
    if _EITHER.fullmatch(plain):
        return f"could be {plain.replace(',', '')} or {plain.replace(',', '.')}: write it without the comma"
    return "is no number"


def _bare(text: str) -> str:
    return text.replace("\u00a0", "").replace(" ", "").replace("\N{MINUS SIGN}", "-")


def _week(text: str) -> date | None:
    try:
        if found := _ISO_WEEK.fullmatch(text):
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        if found := _DAY_FIRST.fullmatch(text):
            return monday(date(int(found[3]), int(found[2]), int(found[1])))
        return monday(date.fromisoformat(text[:10])) if re.match(r"\d{4}-\d{2}-\d{2}", text) else None
    except (ValueError, OverflowError):
        return None
