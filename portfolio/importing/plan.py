"""Which use cases does this table describe? Every row becomes one, or is named with the cause why not.

Identity (rules.md 2): the external id if present and unique in the file, else (organisation, title, n-th occurrence).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portfolio.importing import columns, stages, values
from portfolio.importing.faults import ImportFault, Note
from portfolio.importing.reading import Table
from portfolio.rules import Stage

_MOST = {
    "title": 500,
    "organisation": 300,
    "external_id": 200,
    "business_outcome": 300,
    "sponsor_name": 200,
    "raw_stage": 200,
}
_TOTAL = re.compile(r"^(grand )?totals?$|^(sum|summe|gesamt|total general)$", re.IGNORECASE)
_LIST = re.compile(r"[;|\n]|, (?=[A-Z])")
_PLACEHOLDER = 20  # rows with one and the same start, and none with another
ANSWERED = ("columns", "stages")  # what a mapping may hold


@dataclass(frozen=True)
class Row:
    """One use case as the file tells it. `raw_stage` is the file's word; `stage` None means: asked about."""

    number: int
    identity: str  # SHA-256, hex
    title: str
    stage: Stage | None
    raw_stage: str
    facts: dict[str, Any]
    details: dict[str, str]
    belongs_to: str  # the cell of `--by-column`, or ""
    by_id: bool = False  # its external id tells it apart
    untitled: bool = False
    notes: tuple[Note, ...] = ()


@dataclass
class Plan:
    """How a table is read: its columns, and after `rows` was run through, what was found."""

    table: Table
    proposals: dict[str, columns.Proposal]
    stage_words: dict[str, str]
    by_column: str | None = None
    skipped: list[Note] = field(default_factory=list)
    reported: list[Note] = field(default_factory=list)
    stages: Counter[str] = field(default_factory=Counter)
    unmapped_stages: Counter[str] = field(default_factory=Counter)
    count: int = 0
    placeholder: str | None = None  # a day that stands in every row is no fact

    def columns(self) -> dict[str, str]:
        """field → header."""
        return {name: proposal.header for name, proposal in self.proposals.items()}

    def rows(self) -> Iterator[Row]:
        """Every row in order. Counts and notes are filled as it runs; running again starts them anew."""
        self.skipped, self.reported = [], []
        self.stages, self.unmapped_stages, self.count = Counter(), Counter(), 0
        unique = self._look_through()
        seen: Counter[str] = Counter()
        by_index = self._by_index()
        for number, cells in self.table.rows():
            self.count += 1
            cause = self._not_a_use_case(number, cells)
            if cause is not None:
                self.skipped.append(cause)
                continue
            row = self._row(number, cells, unique, seen, by_index)
            self.reported += row.notes
            self.stages[row.stage or Stage.PROPOSED] += 1
            if row.stage is None:
                self.unmapped_stages[row.raw_stage] += 1
            yield row

    def _cell(self, cells: list[str], name: str) -> str:
        proposal = self.proposals.get(name)
        return cells[proposal.index] if proposal is not None and proposal.index < len(cells) else ""

    def _by_index(self) -> int | None:
        if self.by_column is None:
            return None
        index = columns.named(self.table.headers, self.by_column)
        if index is None:
            known = ", ".join(self.table.headers[:40])
            raise ImportFault("no_such_column", f"There is no column {self.by_column!r}. There are: {known}.")
        return index

    def file_notes(self) -> list[Note]:
        """What is worth saying about the file as a whole; its row is that of the header."""
        row = self.table.header_row
        notes = [Note(row, "file", text) for text in self.table.warnings]
        if "stage" not in self.proposals:
            notes.append(Note(row, "no_stage_column", "No column holds the stage: every row waits as proposed."))
        if self.placeholder is not None:
            text = f"{self.placeholder!r} is the day in every filled row of {self.proposals['running_since'].header!r}: no start."
            notes.append(Note(row, "constant_date", text))
        return notes

    def _look_through(self) -> set[str]:
        """A first pass: the external ids that occur once, and whether the start is the same day everywhere."""
        ids: Counter[str] = Counter()
        starts: Counter[str] = Counter()
        for _, cells in self.table.rows():
            ids[values.one_line(self._cell(cells, "external_id"))] += 1
            start = self._cell(cells, "running_since")
            if not values.is_nothing(start) and len(starts) < 2:
                starts[start] += 1
        self.placeholder = None
        if len(starts) == 1 and starts.total() >= _PLACEHOLDER:
            self.placeholder = next(iter(starts))
        return {said for said, times in ids.items() if times == 1 and not values.is_nothing(said)}

    def _not_a_use_case(self, number: int, cells: list[str]) -> Note | None:
        """A repeated header, or a line of totals."""
        named = [header for header in self.table.headers if header]
        same = sum(
            1
            for header, cell in zip(self.table.headers, cells, strict=False)
            if cell and values.one_line(cell) == header
        )
        if same >= 2 and same >= len([cell for cell in cells if cell]) * 0.8 and same >= len(named) * 0.5:
            return Note(number, "repeated_header", "The header again.")
        title = self._cell(cells, "title")
        if _TOTAL.match(title) and "external_id" in self.proposals and not self._cell(cells, "external_id"):
            return Note(number, "total_line", "A line of totals.")
        return None

    def _row(self, number: int, cells: list[str], unique: set[str], seen: Counter[str], by_index: int | None) -> Row:
        notes: list[Note] = []
        facts = self._facts(number, cells, notes)
        title = values.one_line(self._cell(cells, "title"))
        if values.is_nothing(title) and not title.isalpha():
            title = ""
        external = facts.get("external_id", "")
        by_id = external != "" and external in unique
        identity = f"id\x00{external}"
        if not by_id:
            told = f"at\x00{facts.get('organisation', '')}\x00{values.one_line(title).casefold()}"
            seen[told] += 1
            identity = f"{told}\x00{seen[told]}"
            if external:
                notes.append(
                    Note(number, "repeated_id", f"The id {external!r} occurs more than once; the title counts.")
                )
        untitled = not title
        if untitled:
            title = f"Untitled (row {number})"
            notes.append(Note(number, "untitled", "It has no title."))
        if len(title) > _MOST["title"]:
            notes.append(Note(number, "shortened", "The title is longer than 500 characters and was cut."))
        raw_stage = values.one_line(self._cell(cells, "stage"))[: _MOST["raw_stage"]]
        stage = stages.stage_of(raw_stage, self.stage_words)
        return Row(
            number=number,
            identity=hashlib.sha256(identity.encode()).hexdigest(),
            title=title[: _MOST["title"]],
            stage=stage,
            raw_stage=raw_stage,
            facts=facts,
            details=self._details(cells),
            belongs_to=cells[by_index] if by_index is not None and by_index < len(cells) else "",
            by_id=by_id,
            untitled=untitled,
            notes=tuple(notes),
        )

    def _facts(self, number: int, cells: list[str], notes: list[Note]) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for name in ("problem", "organisation", "external_id", "business_outcome", "sponsor_name"):
            said = self._cell(cells, name)
            said = said if name == "problem" else values.one_line(said)
            if not values.is_nothing(said):
                facts[name] = said[: _MOST.get(name, 20_000)]
        unit = values.one_line(self._cell(cells, "unit"))
        if not values.is_nothing(unit) and unit != facts.get("organisation"):
            facts["organisation"] = f"{facts['organisation']}, {unit}"[:300] if "organisation" in facts else unit[:300]
        topic = self._cell(cells, "tags")
        if not values.is_nothing(topic):
            facts["tags"] = list(
                dict.fromkeys(values.one_line(part)[:60] for part in _LIST.split(topic) if part.strip())
            )[:8]
        began = self._cell(cells, "running_since")
        if not values.is_nothing(began) and self.placeholder is None:
            found = values.day(began)
            self._note_day(number, began, found, notes)
            if found is not None and not values.is_year_as_serial(found):
                facts["running_since"] = found
        users = values.count(self._cell(cells, "real_users"))
        if users is not None:
            facts["real_users"] = users
        return facts

    def _note_day(self, number: int, said: str, found: date | None, notes: list[Note]) -> None:
        if found is None:
            notes.append(Note(number, "no_day", f"{said[:60]!r} is not a day; it is kept as text."))
        elif values.is_year_as_serial(found):
            notes.append(Note(number, "year_1905", f"{said[:60]!r} looks like a bare year read as a day number."))

    def _details(self, cells: list[str]) -> dict[str, str]:
        """Every filled column that is not one of our facts, by its header; days that could not be read too."""
        ours = {
            p.index
            for name, p in self.proposals.items()
            if name not in ("stage", "running_since", "real_users", "tags")
        }
        names = self.table.headers
        return {
            names[index] if index < len(names) else f"Column {index + 1}": cell[:5_000]
            for index, cell in enumerate(cells)
            if cell and index not in ours
        }


def prepare(table: Table, mapping: dict[str, Any] | None = None, by_column: str | None = None) -> Plan:
    """Read a table under a mapping {"columns": {field: header or null}, "stages": {raw word: stage}}.

    Raises `ImportFault` for an unusable mapping, an unknown column, or a table without any column for the title.
    """
    mapping = mapping or {}
    for part in mapping:
        if part not in ANSWERED:
            raise ImportFault("bad_mapping", f"A mapping holds columns and stages, not {part!r}.")
    given = mapping.get("columns", {})
    words = mapping.get("stages", {})
    if not isinstance(given, dict) or not isinstance(words, dict):
        raise ImportFault("bad_mapping", "In a mapping, columns and stages are objects.")
    for name, header in given.items():
        if name not in columns.PHRASES:
            raise ImportFault("bad_mapping", f"There is no field {name!r}. There are: {', '.join(columns.PHRASES)}.")
        if header is not None and columns.named(table.headers, str(header)) is None:
            raise ImportFault("no_such_column", f"There is no column {header!r} for {name}.")
    for word, stage in words.items():
        if stage not in set(Stage):
            raise ImportFault("bad_mapping", f"{word!r} is mapped to {stage!r}, which is no stage.")
    proposals = columns.propose(table.headers, table.sample(), given)
    if "title" not in proposals:
        raise ImportFault("no_title_column", "No column for the title was found. Name it in a mapping.")
    return Plan(table, proposals, words, by_column)
