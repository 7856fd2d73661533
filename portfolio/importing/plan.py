"""What would this file bring into a portfolio, row by row, and what must a person still answer?

Two readings of the file, none of which holds it: the first keeps only ids and counts, because an id is worth
something only if it is unique in the file; the second yields the rows. Nothing here knows what is already registered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from portfolio.importing import columns, dates, skips, values
from portfolio.importing.columns import ColumnMatch
from portfolio.importing.faults import ImportFault, Note
from portfolio.importing.mapping import Mapping
from portfolio.importing.reading import Table
from portfolio.importing.rows import Fact, Identity, Row, RowReader, cleaned, titled
from portfolio.importing.xlsx_file import XlsxFile
from portfolio.rules import Stage

_ENOUGH_FOR_CONSTANT = 5  # filled rows from which one and the same date in all of them is a placeholder


@dataclass(slots=True)
class Content:
    """A whole file, every row accounted for. `unmapped_stages`: raw text → rows that wait as proposed, blank under "".

    `known_stages`: (raw text, the stage it was taken for) → rows. `reported` holds what is to be said of the file and of its rows; `skipped` names the rows that are no use cases.
    """

    rows: list[Row] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    reported: list[Note] = field(default_factory=list)
    stages: Counter[Stage] = field(default_factory=Counter)
    unmapped_stages: Counter[str] = field(default_factory=Counter)
    known_stages: Counter[tuple[str, Stage]] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.skipped)

    def add(self, found: Row | Note) -> None:
        if isinstance(found, Note):
            self.skipped.append(found)
            return
        self.rows.append(found)
        self.reported.extend(found.notes)
        self.stages[found.stage or Stage.PROPOSED] += 1
        if found.stage is None:
            self.unmapped_stages[found.raw_stage] += 1
        else:
            self.known_stages[found.raw_stage, found.stage] += 1


@dataclass(slots=True)
class Plan:
    """A table whose columns are settled. `columns`: field → match."""

    table: Table
    columns: dict[str, ColumnMatch]
    notes: tuple[Note, ...]
    _reader: RowReader
    _ids: Counter[str]
    _shape: skips.Shape
    _by: int | None = None

    def rows(self) -> Iterator[Row | Note]:
        """Every filled row below the header, once, in the order of the file: a use case, or why it is none.

        May be called again and says the same. Raises ImportFault.
        """
        nth: Counter[tuple[str, str]] = Counter()
        title, ids = self.columns["title"].index, self.columns.get("external_id")
        for number, cells, notes in _clean_rows(self.table):
            why = skips.reason(number, cells, self.table.headers, title, ids.index if ids else None, self._shape)
            yield Note(number, *why) if why else self._row(number, cells, notes, nth)

    def content(self, tick: Callable[[], None] | None = None) -> Content:
        """The whole file; `tick` is called at every row."""
        content = Content(reported=list(self.notes))
        for found in self.rows():
            content.add(found)
            if tick is not None:
                tick()
        source = self.table.source
        if isinstance(source, XlsxFile) and source.ended_at:
            text = f"Reading ended at row {source.ended_at:,}, after {self.table.limits.empty_rows:,} empty rows."
            content.reported.append(Note(0, "ended_early", text))
        return content

    def _row(self, number: int, cells: list[str], notes: list[Note], nth: Counter[tuple[str, str]]) -> Row:
        facts, details = self._reader.facts_of(number, cells, notes)
        title, untitled = titled(number, facts, details, notes)
        stage, raw = self._reader.stage_of(cells)
        if raw and stage is None:
            text = f'The stage "{raw[:80]}" is not known; it waits as proposed.'
            notes.append(Note(number, "unknown_stage", text))
        return Row(
            number=number,
            identity=self._identity(number, facts, title, notes, nth),
            title=title,
            untitled=untitled,
            stage=stage,
            raw_stage=raw,
            facts=facts,
            details=details,
            notes=tuple(notes),
            belongs_to=values.one_line(cells[self._by]) if self._by is not None else "",
        )

    def _identity(
        self, number: int, facts: dict[str, Fact], title: str, notes: list[Note], nth: Counter[tuple[str, str]]
    ) -> Identity:
        external_id, organisation = str(facts.get("external_id", "")), str(facts.get("organisation", ""))
        if external_id and self._ids[values.fold(external_id)] == 1:
            return Identity("id", external_id, organisation, title)
        if external_id:
            text = f'The id "{external_id[:60]}" stands in several rows; this one goes by its title.'
            notes.append(Note(number, "repeated_id", text))
        pair = (values.fold(organisation), values.fold(title))
        nth[pair] += 1
        if nth[pair] > 1:
            text = f'"{title[:60]}" stands in the file {nth[pair]} times up to here; all are kept.'
            notes.append(Note(number, "repeated_title", text))
        return Identity("title", external_id, organisation, title, nth[pair])


def prepare(table: Table, mapping: Mapping | None = None, *, by_column: str | None = None) -> Plan:
    """Settle the columns and read the file a first time. `by_column` names the column that tells the portfolio.

    Raises ImportFault: what `reading.read` raises, no_header (the mapping's row), no_title (no column reads like
    titles), unknown_column, no_rows.
    """
    mapping = mapping or Mapping()
    if mapping.header_row is not None:
        table = table.headed(mapping.header_row)
    matches = columns.propose(table.headers, table.sample(), mapping.columns)
    by = columns.index_of(table.headers, by_column) if by_column else None
    if "title" not in matches:
        raise ImportFault("no_title", "No column reads like the name of a use case. Say which one it is.")
    first = _first_reading(table, matches)
    if not first.rows:
        raise ImportFault("no_rows", "There is a header, but no filled row below it.")
    order = mapping.date_order or first.order
    return Plan(
        table=table,
        columns=matches,
        notes=(*table.warnings, *_notes(table, matches, first, order)),
        _reader=RowReader(matches, table.column_name, mapping.stages, order, not first.constant_date),
        _ids=first.ids,
        _shape=first.shape(),
        _by=by,
    )


@dataclass(slots=True)
class _First:
    """What the first reading keeps: ids with their counts, how full rows are, what dates say."""

    rows: int = 0
    ids: Counter[str] = field(default_factory=Counter)
    filled: Counter[int] = field(default_factory=Counter)
    last_full: int = 0
    orders: Counter[str] = field(default_factory=Counter)
    since: Counter[str] = field(default_factory=Counter)
    longest: int = 0
    unclear: int = 0

    @property
    def order(self) -> dates.Order | None:
        """The order nearly all telling cells agree on (five to one); None when they are silent or at odds."""
        day_first, month_first = self.orders["dmy"], self.orders["mdy"]
        if day_first > 5 * month_first:
            return "dmy"
        return "mdy" if month_first > 5 * day_first else None

    @property
    def constant_date(self) -> bool:
        return len(self.since) == 1 and self.since.total() == self.rows >= _ENOUGH_FOR_CONSTANT

    def shape(self) -> skips.Shape:
        middle, seen = self.rows / 2, 0
        for filled in sorted(self.filled):
            seen += self.filled[filled]
            if seen >= middle:
                return skips.Shape(filled, self.last_full)
        return skips.Shape(0, self.last_full)


def _first_reading(table: Table, matches: dict[str, ColumnMatch]) -> _First:
    first = _First()
    reader = RowReader(matches, table.column_name, {}, None, take_dates=False)
    since = matches.get("running_since")
    for number, cells, _ in _clean_rows(table):
        first.rows += 1
        filled = sum(1 for cell in cells if cell)
        first.filled[filled] += 1
        first.last_full = number if filled >= 2 else first.last_full
        first.longest = max(first.longest, len(cells))
        facts, _ = reader.facts_of(number, cells, [])
        if external_id := str(facts.get("external_id", "")):
            first.ids[values.fold(external_id)] += 1
        for cell in cells:
            if 6 <= len(cell) <= 30 and cell[0].isdigit() and (order := dates.order_of(cell)):
                first.orders[order] += 1
        if since and (text := cells[since.index]) and len(first.since) < 100:
            first.since[text[:60]] += 1
            first.unclear += dates.needs_order(text)
    return first


def _notes(table: Table, matches: dict[str, ColumnMatch], first: _First, order: dates.Order | None) -> Iterator[Note]:
    if "stage" not in matches:
        yield Note(0, "no_stage_column", "No column tells the stage; all use cases wait as proposed.")
    if matches["title"].how == "values":
        yield Note(0, "title_by_values", f'"{matches["title"].column}" was taken for the title by what it holds.')
    if since := matches.get("running_since"):
        if first.constant_date:
            yield Note(
                0, "constant_date", f'"{since.column}" holds one and the same date in all rows; it was not taken.'
            )
        elif first.unclear and order is None:
            yield Note(
                0,
                "date_order_unknown",
                f'"{since.column}": day and month cannot be told apart in {first.unclear} cells.',
            )
    if first.longest > len(table.headers):
        yield Note(
            0, "more_cells", "Some rows have more cells than there are columns; the rest is kept in the details."
        )


def _clean_rows(table: Table) -> Iterator[tuple[int, list[str], list[Note]]]:
    """The rows that hold anything once they are cleaned."""
    from_csv = table.format == "csv"
    for number, cells in table.rows():
        notes: list[Note] = []
        found = cleaned(cells, number, table.limits.cell_characters, from_csv, notes)
        if any(found):
            yield number, found, notes
