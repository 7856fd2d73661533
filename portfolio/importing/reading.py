"""What table is in this file? CSV, XLSX or JSON, told by content, not by name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from portfolio.importing import headers, values
from portfolio.importing.csv_file import CsvFile
from portfolio.importing.faults import LIMITS, ImportFault, Limits, Note
from portfolio.importing.json_file import JsonFile
from portfolio.importing.xlsx_file import XlsxFile

SAMPLE_ROWS = 300
_OLE = b"\xd0\xcf\x11\xe0"
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"MZ",
    b"\x7fELF",
    b"SQLite",
)
# Sheets of this name explain or feed the register; one of them is taken only when nothing else is there.
_ASIDE = (
    "readme", "read me", "instruction", "selection", "lookup", "pick", "list", "dropdown", "drop down", "legend",
    "overview", "cover", "glossary", "definition", "template", "anleitung", "hinweis", "legende", "lisez", "notes",
    "summary", "pivot", "chart", "dashboard", "deckblatt", "übersicht", "guidance", "about", "contents", "changelog",
)  # fmt: skip
Source = CsvFile | XlsxFile | JsonFile


@dataclass(slots=True)
class Table:
    """A header and the rows below it. `header_row` is 1-based as spreadsheets count.

    `rows()` may be called any number of times; each call reads the file anew and holds one row at a time.
    """

    source: Source
    header_row: int
    headers: tuple[str, ...]
    limits: Limits
    found_headers: tuple[str, ...]  # as the file was read at first, whatever row a person named since
    warnings: list[Note] = field(default_factory=list)

    @property
    def format(self) -> str:
        return self.source.format

    @property
    def encoding(self) -> str:
        return self.source.encoding

    @property
    def sheet(self) -> str:
        """The sheet of a workbook; "" for other files."""
        return self.source.sheet or ""

    @property
    def sheets(self) -> tuple[str, ...]:
        """The visible sheets of a workbook; none for other files."""
        return self.source.visible if isinstance(self.source, XlsxFile) else ()

    def headed(self, row: int) -> Table:
        """The same table with the columns named by this row. Raises ImportFault `no_header`."""
        top = _top(self.source)
        chosen = next((cells for number, cells in top if number == row), None)
        if chosen is None:
            raise ImportFault("no_header", f"Row {row} is empty or too far down to head the columns.")
        found = _table(self.source, headers.HeaderRow(row, tuple(chosen), 0.0, frozenset(), True), top, self.limits)
        return replace(found, found_headers=self.found_headers)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row, cells) below the header, empty ones left out; cells are as many as headers or more, not yet cleaned.

        Raises ImportFault, also midway: read all of it before anything is stored.
        """
        width = len(self.headers)
        filled = 0
        for number, cells in self.source.records():
            if number <= self.header_row or not any(cell.strip("\x00 \t\r\n\u00a0") for cell in cells):
                continue
            filled += 1
            if filled > self.limits.rows:
                raise ImportFault("too_many_rows", f"The file has more than {self.limits.rows:,} rows.")
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            cells.extend([""] * (width - len(cells)))
            yield number, cells

    def sample(self, count: int = SAMPLE_ROWS) -> list[list[str]]:
        """The first `count` rows."""
        return [cells for _, cells in itertools.islice(self.rows(), count)]

    def column_name(self, index: int) -> str:
        """The header; "Column K" for cells beyond the last one."""
        return self.headers[index] if index < len(self.headers) else f"Column {headers.letter(index)}"


@contextmanager
def opened(path: Path, *, sheet: str | None = None, limits: Limits = LIMITS) -> Iterator[Table]:
    """The table in a file, while it is open. Arguments and errors as `read`."""
    with path.open("rb") as stream:
        yield read(stream, sheet=sheet, limits=limits)


def read(stream: BinaryIO, *, sheet: str | None = None, limits: Limits = LIMITS) -> Table:
    """The table in a seekable binary stream, which must stay open while the table is used.

    `sheet` overrides what would be found. Raises ImportFault with one of: empty_file, too_big, unknown_format,
    old_format, broken_xlsx, broken_csv, broken_json, unclosed_quote, zip_bomb, unsafe_names, unsafe_xml, no_sheet,
    unknown_sheet, no_records, too_many_columns.
    """
    source = _source(stream, limits)
    if isinstance(source, XlsxFile):
        _choose_sheet(source, sheet)
    top = _top(source)
    found = headers.find(top)
    if found is None:
        raise ImportFault("empty_file", "The file holds no filled row.")
    return _table(source, found, top, limits)


def _top(source: Source) -> list[tuple[int, list[str]]]:
    return list(itertools.islice(source.records(), headers.LOOKED_AT + 160))


def _table(source: Source, found: headers.HeaderRow, top: list[tuple[int, list[str]]], limits: Limits) -> Table:
    below = [cells for number, cells in top if number > found.row]
    width = max((_last(cells) for cells in (found.cells, *below)), default=0)
    if width > limits.columns:
        raise ImportFault("too_many_columns", f"The file has {width:,} columns; at most {limits.columns:,} are read.")
    names = headers.names(found.cells, width)
    table = Table(source, found.row, names, limits, names, list(source.warnings))
    if not found.sure:
        table.warnings.append(
            Note(found.row, "header_unsure", f"No column name is known; row {found.row} was taken as the header.")
        )
    return table


def _last(cells: Sequence[str]) -> int:
    return max((index for index, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _source(stream: BinaryIO, limits: Limits) -> Source:
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(4096)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        if size <= len(head):
            raise ImportFault("empty_file", "The file is empty.")
    if size > limits.file_bytes:
        raise ImportFault(
            "too_big", f"The file has {size / 2**20:,.0f} MB; at most {limits.file_bytes // 2**20} MB are read."
        )
    if head.startswith(b"PK"):
        return XlsxFile(stream, limits)
    if head.startswith(_OLE):
        raise ImportFault(
            "old_format", "This is an old .xls file or a workbook with a password. Save it as XLSX without one."
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if head.startswith(_BINARY) or start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"<table")):
        raise ImportFault("unknown_format", "This is neither CSV, XLSX nor JSON. Choose one of these.")
    if start.startswith((b"[{", b"[[", b'{"', b"{\n", b"{\r", b"{ ", b"[\n", b"[\r", b"[ ", b"[]", b"{}")):
        return JsonFile(stream, limits)
    return CsvFile(stream, limits)


def _choose_sheet(book: XlsxFile, wanted: str | None) -> None:
    """The sheet named, else the first visible one that reads like a register, else the best of the visible ones."""
    if wanted is not None:
        title = next((name for name in book.sheets if values.fold(name) == values.fold(wanted)), None)
        if title is None:
            raise ImportFault("unknown_sheet", f'There is no sheet "{wanted}". There are: {", ".join(book.sheets)}.')
        book.use(title)
        return
    scored: list[tuple[float, str]] = []
    for title in book.visible:
        top = list(itertools.islice(book.records_of(title), headers.LOOKED_AT))
        found = headers.find(top)
        if found is None:
            continue
        aside = any(word in values.fold(title) for word in _ASIDE)
        rows_below = sum(1 for number, _ in top if number > found.row)
        register = "title" in found.fields and len(found.fields) >= 2 and rows_below > 0
        scored.append((found.score + 10 * register - 6 * aside + 0.05 * min(rows_below, 20), title))
    if not scored:
        raise ImportFault("no_sheet", "The workbook has no visible sheet with filled cells.")
    likely = [title for score, title in scored if score >= 10]
    chosen = likely[0] if likely else max(scored, key=lambda item: item[0])[1]
    book.use(chosen)
    others = [title for _, title in scored if title != chosen]
    if others:
        names = ", ".join(f'"{name}"' for name in others[:10])
        book.warnings.append(Note(0, "sheets_not_read", f'The sheet "{chosen}" was read; not read: {names}.'))
