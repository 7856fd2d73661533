"""Which row heads the columns, and what are the columns called?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.importing import dates, stages, values
from portfolio.importing.columns import THRESHOLD, header_scores

LOOKED_AT = 40  # rows from the top in which a header is looked for


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """`row` is 1-based; `fields` counts the different fields its words name; `sure` is False when nothing matched."""

    row: int
    cells: tuple[str, ...]
    score: float
    fields: frozenset[str]
    sure: bool


def find(records: Sequence[tuple[int, Sequence[str]]]) -> HeaderRow | None:
    """The row of the first 40 that reads most like column names; None when all are empty."""
    top = [(number, cells) for number, cells in records if any(cell.strip() for cell in cells)][:LOOKED_AT]
    if not top:
        return None
    width = max(_filled(cells) for _, cells in records)
    best: HeaderRow | None = None
    for position, (number, cells) in enumerate(top):
        fields, score = _score(cells, width)
        if position + 1 == len(top) and len(top) > 1:
            score -= 1.0  # a header heads something
        if best is None or score > best.score + 0.05:
            best = HeaderRow(number, tuple(cells), score, fields, bool(fields))
    return best


def names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """One name per column: on one line, a second "Name" becomes "Name (2)"; a nameless one is "Column K"."""
    seen: Counter[str] = Counter()
    found = []
    for index in range(width):
        name = values.one_line(cells[index]) if index < len(cells) else ""
        name = name or f"Column {letter(index)}"
        seen[values.fold(name)] += 1
        if (count := seen[values.fold(name)]) > 1:
            name = f"{name} ({count})"
        found.append(name)
    return tuple(found)


def letter(index: int) -> str:
    """The spreadsheet's letters of a 0-based column: 0 → A, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _score(cells: Sequence[str], width: int) -> tuple[frozenset[str], float]:
    """Named fields weigh most; then how much of the width is filled, all different; values speak against."""
    filled = [text for cell in cells if (text := values.one_line(cell))]
    if not filled:
        return frozenset(), -9.0
    fields = set()
    for text in filled:
        scores = header_scores(text)
        if scores and (best := max(scores, key=lambda field: scores[field])) and scores[best] >= THRESHOLD:
            fields.add(best)
    as_value = sum(1 for text in filled if _is_value(text)) / len(filled)
    distinct = len({values.fold(text) for text in filled}) / len(filled)
    score = min(len(fields), 6) + 2.0 * len(filled) / max(width, 1) + distinct - 4.0 * as_value
    return frozenset(fields), score


def _is_value(text: str) -> bool:
    return (
        values.is_number(text)
        or "@" in text
        or text.startswith(("http://", "https://"))
        or dates.looks_like_date(text)
        or values.boolean(text) is not None
        or len(text) > 400
        or (stages.stage_of(text) is not None and not header_scores(text))
    )
