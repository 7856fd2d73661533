"""Which row names the columns? Titles and section bands above it are passed over."""

from collections.abc import Sequence

from portfolio.importing.columns import PHRASES
from portfolio.importing.values import folded

_KNOWN = {phrase for phrases in PHRASES.values() for phrase in phrases}
_CORE = {word for field in ("title", "external_id", "stage", "problem") for word in PHRASES[field]}


def find_header(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]] | None:
    """The most header-like of the first rows, or None when none names at least two columns (one, in a narrow file)."""
    width = max((sum(1 for cell in cells if cell) for _, cells in rows), default=0)
    best, best_score = None, 0.0
    for order, (number, cells) in enumerate(rows[:25]):
        score = _score(cells, width) - order * 0.4
        if score > best_score:
            best, best_score = (number, cells), score
    if best is None or (width > 1 and sum(1 for cell in best[1] if cell) < 2):
        return None
    return best


def _score(cells: Sequence[str], width: int) -> float:
    """Filled, distinct, short cells that sound like names of columns."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return 0.0
    words = [folded(cell) for cell in filled]
    known = sum(1 for word in words if word in _KNOWN)
    alike = sum(1 for word in words if any(word.startswith(f"{phrase} ") for phrase in _CORE))
    numbers = sum(1 for cell in filled if cell.replace(".", "").replace(",", "").isdigit())
    long = sum(1 for cell in filled if len(cell) > 400)
    distinct = len(set(words)) / len(words)
    return known * 4 + alike * 2 + len(filled) / max(width, 1) * 6 + distinct * 2 - numbers * 2 - long
