"""What table is in this file? Encoding, delimiter, sheet and header row are found; rows are streamed, never held."""

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from portfolio.importing import sheets
from portfolio.importing.faults import ImportFault
from portfolio.importing.headers import find_header
from portfolio.importing.values import one_line, text

MOST_COLUMNS = 2_000
MOST_ROWS = 50_000
MOST_CELL = 100_000  # characters kept of one cell
LONGEST_FIELD = 12 * 1024 * 1024  # characters the CSV reader takes in one field before the cell is cut
PEEK = 60  # rows looked at to find the header
_NAMES = {"utf-8-sig": "UTF-8 with BOM", "utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


@dataclass
class Table:
    """A file as rows of text. `rows()` starts anew each time and yields (row number as a spreadsheet shows it, cells)."""

    headers: list[str]
    header_row: int
    encoding: str
    sheet: str
    open_rows: Callable[[], Iterator[tuple[int, list[str]]]]
    warnings: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header that hold anything."""
        count = 0
        for number, cells in self.open_rows():
            if number > self.header_row and any(cells):
                count += 1
                if count > MOST_ROWS:
                    raise ImportFault("too_many_rows", f"At most {MOST_ROWS:,} rows are read. Split the file.")
                yield number, cells

    def sample(self, most: int = 200) -> list[list[str]]:
        found = []
        for _, cells in self.rows():
            found.append(cells)
            if len(found) >= most:
                break
        return found


def read(path: Path, *, name: str = "", sheet: str | None = None) -> Table:
    """Open a CSV, XLSX or JSON file. Raises `ImportFault` with a code: empty_file, not_a_table, …"""
    with path.open("rb") as file:
        start = file.read(8)
    if not start.strip(b"\x00 \r\n\t"):
        raise ImportFault("empty_file", "The file is empty.")
    suffix = Path(name or path.name).suffix.lower()
    if start.startswith(b"PK"):
        return _sheet_table(path, suffix, sheet)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportFault("old_excel", "This is an old Excel file (.xls). Save it as .xlsx or CSV.")
    if start.startswith(b"%PDF"):
        raise ImportFault("not_a_table", "This is a PDF, not a table.")
    encoding = _encoding(path)
    if suffix == ".json" or (suffix not in (".csv", ".tsv", ".txt") and _starts_json(path, encoding)):
        return _json_table(path, encoding)
    return _text_table(path, encoding)


def _encoding(path: Path) -> str:
    """UTF-8 when every byte fits, else Windows-1252; a byte order mark decides at once."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if start.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _starts_json(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding, errors="replace") as file:
        return file.read(64).lstrip()[:1] in ("{", "[")


def _text_table(path: Path, encoding: str) -> Table:
    delimiter = _delimiter(path, encoding)

    def rows() -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST_FIELD)
        # Bytes that the encoding does not know are kept as replacement marks: one bad byte must not cost the file.
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            reader = csv.reader((line.replace("\x00", "") for line in file), delimiter=delimiter)
            number = 0
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as fault:
                    raise ImportFault("unreadable", f"Row {number + 1} cannot be read: {fault}.") from None
                number += 1
                yield number, _cut(cells)

    return _table(rows, _NAMES.get(encoding, encoding), "")


def _delimiter(path: Path, encoding: str) -> str:
    """The separator that gives the most even, widest rows."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text_start = file.read(64 * 1024).replace("\x00", "")
    best, best_score = ",", 0.0
    for candidate in ",;\t|":
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(text_start), delimiter=candidate) if any(row)][:PEEK]
        except csv.Error:
            continue
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        score = (common - 1) * widths.count(common) / len(widths)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _sheet_table(path: Path, suffix: str, sheet: str | None) -> Table:
    book = sheets.Book(path, suffix)
    name = book.choose(sheet)
    table = _table(lambda: ((number, _cut(cells)) for number, cells in book.rows(name)), "XLSX", name)
    table.warnings += book.warnings
    return table


def _json_table(path: Path, encoding: str) -> Table:
    """A list of objects, or an object that holds one (such as {"records": […]})."""
    if path.stat().st_size > 64 * 1024 * 1024:
        raise ImportFault("too_large", "A JSON file may have 64 MB. Use CSV for more.")
    try:
        said = json.loads(path.read_text(encoding=encoding))
    except (ValueError, RecursionError) as fault:
        raise ImportFault("unreadable", f"The JSON cannot be read: {str(fault)[:200]}") from None
    if isinstance(said, dict):
        said = next((part for part in said.values() if isinstance(part, list) and part), None)
    if not isinstance(said, list) or not said or not all(isinstance(part, dict) for part in said):
        raise ImportFault("not_a_table", "The JSON holds no list of objects.")
    headers = list(dict.fromkeys(str(key) for part in said for key in part))

    def rows() -> Iterator[tuple[int, list[str]]]:
        yield 1, headers
        for number, part in enumerate(said, start=2):
            yield number, _cut([_json_cell(part.get(header)) for header in headers])

    return _table(rows, "JSON", "")


def _json_cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _cut(cells: list) -> list[str]:
    """Cells as clean text, at most MOST_COLUMNS of them, trailing empty ones dropped."""
    cleaned = [text(cell)[:MOST_CELL] for cell in cells[:MOST_COLUMNS]]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return cleaned


def _table(rows: Callable[[], Iterator[tuple[int, list[str]]]], encoding: str, sheet: str) -> Table:
    peeked = []
    for number, cells in rows():
        peeked.append((number, cells))
        if len(peeked) >= PEEK:
            break
    header = find_header(peeked)
    if header is None:
        raise ImportFault("no_header", "No header row was found: a table needs one with at least two named columns.")
    number, cells = header
    # Columns may be filled without having a name; they are data all the same.
    width = max(len(other) for row, other in peeked if row >= number)
    headers = _unique([one_line(cell) for cell in cells] + [""] * (width - len(cells)))
    table = Table(headers, number, encoding, sheet, rows)
    if width >= MOST_COLUMNS:
        table.warnings.append(f"Only the first {MOST_COLUMNS} columns are read.")
    return table


def _unique(headers: list[str]) -> list[str]:
    """Nameless columns get a name, repeated names a number."""
    seen: dict[str, int] = {}
    found = []
    for index, header in enumerate(headers, start=1):
        base = header[:200] or f"Column {index}"
        seen[base] = seen.get(base, 0) + 1
        found.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return found
