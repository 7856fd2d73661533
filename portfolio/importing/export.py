"""How does a cell leave us, so that no spreadsheet runs it?

A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection); numbers stay
numbers. `unguarded` is the way back in, so that export and re-import is a round trip.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from portfolio.importing import values

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def guarded(text: str) -> str:
    """The cell with `'` in front when it could start a formula, also behind blanks or a quotation mark."""
    if values.is_number(text):
        return text
    start = text.lstrip(" \u00a0\"'")
    return "'" + text if text.startswith(_STARTS) or start.startswith(_STARTS) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """RFC 4180 lines (CRLF), each cell guarded; a BOM first, so that spreadsheets see UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([guarded(cell) for cell in header])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([guarded("" if cell is None else str(cell)) for cell in row])
        yield buffer.getvalue()
