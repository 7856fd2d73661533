"""What does one row of the file say of one use case?"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portfolio.importing import columns, dates, export, stages, values
from portfolio.importing.columns import ColumnMatch
from portfolio.importing.faults import Note
from portfolio.rules import Stage

Fact = str | int | dt.date | list[str]
# What the register holds of a text, in characters; what does not fit stays whole in the details.
LENGTHS = {"title": 500, "external_id": 200, "organisation": 300, "business_outcome": 300, "sponsor_name": 200}
TAG_LENGTH, MOST_TAGS = 60, 30
LARGEST_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a use case is found again (rules.md 2). `kind` is "id" or "title"; `nth` counts from 1 within the file."""

    kind: str
    external_id: str
    organisation: str
    title: str
    nth: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for what people would call the same; compare within one portfolio."""
        if self.kind == "id":
            return ("id", values.fold(self.external_id))
        return ("title", values.fold(self.organisation), values.fold(self.title), str(self.nth))

    @property
    def digest(self) -> str:
        """SHA-256 of the key, hex: what is stored."""
        return hashlib.sha256("\x00".join(self.key).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    """A use case as the file tells it. `stage` None waits as proposed and is asked about by its `raw_stage`.

    `facts` holds only what is filled, by the fields of `UseCase`, without the title. `details`: column → text of every
    cell that is not wholly in the facts, the title or `raw_stage`. `belongs_to` is the text of the column that names
    the portfolio, if one was asked for.
    """

    number: int
    identity: Identity
    title: str
    untitled: bool
    stage: Stage | None
    raw_stage: str
    facts: Mapping[str, Fact]
    details: Mapping[str, str]
    notes: tuple[Note, ...]
    belongs_to: str = ""

    @property
    def by_id(self) -> bool:
        """Does its external id alone tell it apart?"""
        return self.identity.kind == "id"


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns cleaned cells into facts and details. `take_dates` is False where the dates are a placeholder."""

    matches: Mapping[str, ColumnMatch]
    name_of: Callable[[int], str]
    chosen_stages: Mapping[str, str | None]
    order: dates.Order | None
    take_dates: bool = True

    def facts_of(self, number: int, cells: Sequence[str], notes: list[Note]) -> tuple[dict[str, Fact], dict[str, str]]:
        """(facts, details) of one row, the title among the facts; what could not be read is added to `notes`."""
        facts: dict[str, Fact] = {}
        whole: set[int] = set()  # columns that say nothing beyond the facts
        for name, match in self.matches.items():
            text = cells[match.index]
            if name == "stage":
                if stages.word_of(text) == values.one_line(text):
                    whole.add(match.index)  # kept as raw_stage
            elif values.is_spreadsheet_error(text):
                notes.append(Note(number, "cell_error", f'"{match.column}" holds the error {text}.'))
            elif values.is_nothing(text):
                whole.add(match.index)
            else:
                value, kept = self._value(name, match.column, text, number, notes)
                if value not in (None, "", []):
                    facts[name] = value  # type: ignore[assignment]
                if kept:
                    whole.add(match.index)
        self._join_unit(facts, whole)
        details = {self.name_of(index): cell for index, cell in enumerate(cells) if cell and index not in whole}
        return facts, details

    def _value(self, name: str, column: str, text: str, number: int, notes: list[Note]) -> tuple[Fact | None, bool]:
        """(value, does it say all the cell says?)"""
        if name in ("title", "external_id") and self._combined():
            pair = columns.ID_AND_NAME.match(text)
            identifier, title = (pair[1], pair[2]) if pair else ("", text)
            value, kept = _short(name, title if name == "title" else identifier)
            return value, kept and name == "title"
        match name:
            case "problem":
                return text, True
            case "tags":
                return tags(text)
            case "running_since":
                return self._day(text, column, number, notes)
            case "real_users":
                count = values.count(text)
                if count is None or count > LARGEST_COUNT:
                    notes.append(Note(number, "count_not_read", f'"{text[:60]}" in "{column}" is no count of users.'))
                    return None, False
                return count, text.isdigit()
        return _short(name, text)

    def _combined(self) -> bool:
        found = self.matches.get("external_id")
        return found is not None and found.how == "combined"

    def _day(self, text: str, column: str, number: int, notes: list[Note]) -> tuple[Fact | None, bool]:
        if not self.take_dates:
            return None, False
        day = dates.parse(text, self.order)
        if day is None:
            code = "date_unclear" if dates.needs_order(text) else "date_not_read"
            why = "day and month cannot be told apart" if code == "date_unclear" else "it names no day"
            notes.append(Note(number, code, f'"{text[:60]}" in "{column}" is kept as text: {why}.'))
            return None, False
        if day.bare_year:
            why = f'"{text[:30]}" is the year {day.on.year}, which a spreadsheet took for a day.'
            notes.append(Note(number, "bare_year", why))
        return day.on, day.precision is dates.Precision.DAY and not dates.needs_order(text)

    def _join_unit(self, facts: dict[str, Fact], whole: set[int]) -> None:
        """The register names one organisation: "Agency, Bureau"."""
        unit = str(facts.pop("unit", ""))
        organisation = str(facts.get("organisation", ""))
        if not unit or unit == organisation:
            return
        facts["organisation"], kept = _short("organisation", f"{organisation}, {unit}" if organisation else unit)
        if not kept:
            whole.discard(self.matches["unit"].index)

    def stage_of(self, cells: Sequence[str]) -> tuple[Stage | None, str]:
        """(our stage or None, the raw text that is kept)"""
        match = self.matches.get("stage")
        raw = cells[match.index] if match else ""
        return stages.stage_of(raw, self.chosen_stages), stages.word_of(raw)


def titled(number: int, facts: dict[str, Fact], details: Mapping[str, str], notes: list[Note]) -> tuple[str, bool]:
    """(title, was it made up?); takes it out of the facts."""
    title = str(facts.pop("title", ""))
    if not title:
        notes.append(Note(number, "untitled", f'It has no title and becomes "Untitled (row {number})".'))
        return f"Untitled (row {number})", True
    if len(title) == LENGTHS["title"] and title.endswith("…"):
        notes.append(
            Note(
                number, "title_cut", f"The title was cut to {LENGTHS['title']} characters; all of it is in the details."
            )
        )
    return title, False


def cleaned(cells: Sequence[str], number: int, limit: int, from_csv: bool, notes: list[Note]) -> list[str]:
    """The cells without control characters, at most `limit` characters each; what was taken off is reported."""
    found = []
    for index, cell in enumerate(cells, start=1):
        if "\x00" in cell:
            notes.append(Note(number, "nul_removed", f"Column {index} held NUL bytes; they were removed."))
        text = values.clean(cell[: 4 * limit])
        if len(cell) > limit:
            notes.append(Note(number, "cell_cut", f"Column {index} held {len(cell):,} characters; {limit:,} are kept."))
            text = text[:limit]
        found.append(export.unguarded(text) if from_csv else text)
    return found


def tags(text: str) -> tuple[list[str], bool]:
    """Tags of a cell, split at ; | and line breaks (never at commas, which names hold), or a JSON list of texts."""
    parts = _list_of(text)
    found: dict[str, str] = {}
    for part in parts:
        tag = values.one_line(part)
        if not values.is_nothing(tag):
            found.setdefault(values.fold(tag), tag)
    kept = len(found) <= MOST_TAGS and all(len(tag) <= TAG_LENGTH for tag in found.values())
    return [tag[:TAG_LENGTH] for tag in found.values()][:MOST_TAGS], kept


def _list_of(text: str) -> list[str]:
    if text.startswith("["):
        try:
            items = json.loads(text)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list):
            return [item for item in items if isinstance(item, str)]
    return re.split(r"[;|\n]", text)


def _short(name: str, text: str) -> tuple[str, bool]:
    """The text on one line as the register holds it, and whether that is all of it."""
    most, line = LENGTHS.get(name, LENGTHS["organisation"]), values.one_line(text)
    return (line, True) if len(line) <= most else (line[: most - 1].rstrip() + "…", False)
