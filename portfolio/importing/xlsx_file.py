"""How is one sheet of a workbook read row by row, without holding it in memory?"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from openpyxl.utils import column_index_from_string  # type: ignore[import-untyped]

from portfolio.importing import values
from portfolio.importing.faults import Limits, Note
from portfolio.importing.workbook import BROKEN, Workbook
from portfolio.importing.xlsx_guard import guard

_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
# Written by a program that calculates nothing; an empty text as result (t="str") is a result.
_NO_RESULT = re.compile(
    rb'<(?:\w+:)?c(?:\s(?!t="str")[^\s>]*)*>\s*<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>'
)
_CHUNK = 1 << 20
_OVERLAP = 1024


class XlsxFile:
    """A workbook, guarded before it is opened; `use` chooses the sheet that `records` reads."""

    format = "xlsx"
    encoding = "XLSX"

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.warnings: list[Note] = [*guard(stream, limits)]
        self._stream = stream
        self._limits = limits
        self._book = Workbook(stream)
        self._formulas: Workbook | None = None  # the same with formulas, for sheets saved without results
        self.sheets = self._book.titles
        self.visible = tuple(self._book.visible)
        self.sheet: str | None = None
        self._merged: dict[int, list[tuple[int, int]]] = {}  # column → (first row, last row) of vertical merges
        self._formulas_without_result = False
        self.ended_at: int | None = None

    def use(self, sheet: str) -> None:
        """Read this sheet from now on; its merged cells and formulas are looked up first."""
        self.sheet = sheet
        self._merged, self.ended_at = {}, None
        formulas, self._formulas_without_result = self._scan(self._book.parts[sheet])
        if formulas:
            text = f"The sheet holds {formulas:,} formulas; their last results were read, nothing was calculated."
            if self._formulas_without_result:
                text += " Those saved without a result are kept as text."
            self.warnings.append(Note(0, "formulas_read", text))

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(row, cells) of the sheet; ends after `limits.empty_rows` empty rows. Raises ImportFault `broken_xlsx`."""
        return self.records_of(self.sheet or self.sheets[0], self._merged, self._formulas_without_result)

    def records_of(
        self, title: str, merged: dict[int, list[tuple[int, int]]] | None = None, formulas: bool = False
    ) -> Iterator[tuple[int, list[str]]]:
        held: dict[int, str] = {}
        empty = 0
        if formulas and self._formulas is None:
            self._formulas = Workbook(self._stream, formulas=True)
        texts = self._formulas.rows(title) if formulas and self._formulas else None
        for number, cells in enumerate(self._book.rows(title), start=1):
            cells = _with_formulas(cells, next(texts, ())) if texts else cells
            record = [values.text_of(cell) for cell in cells]
            if merged:
                _fill_down(number, record, merged, held)
            if any(record):
                empty = 0
                yield number, record
                continue
            empty += 1
            if empty >= self._limits.empty_rows:
                self.ended_at = number - empty
                return

    def _scan(self, part: str) -> tuple[int, bool]:
        """Look through the sheet's XML once, in chunks: vertical merges, number of formulas, any without a result."""
        formulas, without, tail = 0, False, b""
        try:
            self._stream.seek(0)
            with zipfile.ZipFile(self._stream) as archive, archive.open(part.lstrip("/")) as sheet:
                while chunk := sheet.read(_CHUNK):
                    text = tail + chunk
                    formulas += len(_FORMULA.findall(text)) - len(_FORMULA.findall(tail))
                    without = without or bool(_NO_RESULT.search(text))
                    for match in _MERGE.finditer(text):
                        self._note_merge(match)
                    tail = text[-_OVERLAP:]
        except BROKEN:
            return 0, False  # the reader will say what is wrong
        return formulas, without

    def _note_merge(self, match: re.Match[bytes]) -> None:
        left, top, right, bottom = match[1].decode(), int(match[2]), match[3].decode(), int(match[4])
        if left == right and bottom > top and sum(map(len, self._merged.values())) < 50_000:
            ranges = self._merged.setdefault(column_index_from_string(left) - 1, [])
            if (top, bottom) not in ranges:
                ranges.append((top, bottom))


def _with_formulas(cells: tuple[Any, ...], texts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where a formula was saved without a result, its text."""
    return tuple(
        text if cell is None and isinstance(text, str) and text.startswith("=") else cell
        for cell, text in zip(cells, (*texts, *[None] * len(cells)), strict=False)
    )


def _fill_down(number: int, record: list[str], merged: dict[int, list[tuple[int, int]]], held: dict[int, str]) -> None:
    """A cell merged over several rows says the same for each of them; the file keeps it only in the first."""
    for column, ranges in merged.items():
        for top, bottom in ranges:
            if number == top:
                held[column] = record[column] if column < len(record) else ""
            elif top < number <= bottom and any(record):
                record.extend([""] * (column + 1 - len(record)))
                record[column] = record[column] or held.get(column, "")
