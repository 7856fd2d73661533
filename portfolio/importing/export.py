"""How does text from strangers leave as CSV without acting as a formula in somebody's spreadsheet?"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(value: object) -> str:
    """The cell as text, with ' before anything a spreadsheet would run; numbers stay numbers."""
    text = "" if value is None else str(value)
    if not text.lstrip(" \u00a0\"'").startswith(_ACTS):
        return text
    return text if _is_number(text) else f"'{text}"


def unguarded(text: str) -> str:
    """What `guarded` protected, for the way back in."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _is_number(text: str) -> bool:
    plain = text[1:] if text[:1] in "+-" else text
    return plain.isascii() and plain.replace(".", "", 1).isdigit()


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """CSV (RFC 4180) line by line, every text guarded."""
    held = io.StringIO()
    writer = csv.writer(held)
    for cells in (header, *rows):
        writer.writerow([guarded(cell) for cell in cells])
        yield held.getvalue()
        held.seek(0)
        held.truncate()
