"""Which rows of a register are no use cases: headers said again, sums, notes?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.importing import values

_TOTAL = re.compile(
    r"^(?:grand |overall |sub-?\s?)?(?:totals?|sum|summe|gesamt|gesamtsumme|insgesamt|zwischensumme|somme|totale|suma|totaal)"
    r"(?:\s+(?:number|count|of|use|cases?|rows|records|entries|projects|général|anzahl|general))*\s*[:=]?\s*[\d.,]*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:(?:foot)?notes?|n\.b|nb|source|sources|quellen?|hinweise?|anmerkung(?:en)?|legende?|remarques?|nota|notas|fuente|fonte|bron|"
    r"disclaimer|key|stand)\s*[:：]|^[*†‡¹²³]\s*\S|^(?:last updated|data as of|as of \d|prepared by|generated (?:on|by)|"
    r"exported (?:on|by)|end of (?:file|list|table|report)|-{2,}\s*end|zuletzt aktualisiert|mis à jour le)\b",
    re.IGNORECASE,
)
_SENTENCE = 120  # characters from which one lone cell under the table is prose, not a name


@dataclass(frozen=True, slots=True)
class Shape:
    """Of the rows below the header: cells filled in the middle row of all, and the last row with two or more."""

    usual: int
    last_full: int


def reason(
    number: int, cells: Sequence[str], headers: Sequence[str], title: int, shape: Shape
) -> tuple[str, str] | None:
    """(code, text) when the row is skipped; None when it is a use case, even a thin one. Cells are cleaned."""
    filled = [(index, cell) for index, cell in enumerate(cells) if cell]
    if _repeats(filled, headers):
        return "repeated_header", "The header again, not a use case."
    first_index, first = filled[0]
    others = [cell for _, cell in filled[1:]]
    if _TOTAL.match(first) and len(others) <= max(3, shape.usual) and all(_figure(cell) for cell in others):
        return "total", f'"{first[:40]}": a sum, not a use case.'
    wide = shape.usual >= 3
    if wide and len(filled) <= 2 and _NOTE.match(first):
        return "note", "A note, not a use case."
    if wide and len(filled) == 1 and first_index != title:
        return "note", "Text in one cell only, and not in the column of the title."
    if wide and len(filled) == 1 and number > shape.last_full and (len(first) > _SENTENCE or _is_sentence(first)):
        return "note", "A note below the table, not a use case."
    return None


def _repeats(filled: Sequence[tuple[int, str]], headers: Sequence[str]) -> bool:
    same = sum(1 for index, cell in filled if index < len(headers) and values.fold(cell) == values.fold(headers[index]))
    return same >= 2 and same >= 0.6 * len(filled)


def _figure(cell: str) -> bool:
    return values.is_number(cell) or cell.startswith("=") or values.is_nothing(cell)


def _is_sentence(text: str) -> bool:
    return len(text) > 40 and text.endswith((".", "!")) and text.count(" ") >= 5
