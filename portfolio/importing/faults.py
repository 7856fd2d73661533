"""What can be wrong with a file, and how is it said?

Two kinds: an `ImportFault` refuses the whole file before anything is stored; a `Note` belongs to one row
(or, with row 0, to the file) and never stops the others.
"""

from __future__ import annotations

from dataclasses import dataclass


class ImportFault(Exception):
    """The file as a whole cannot be read: `code` is stable, the text is one plain sentence for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Note:
    """Why a row was skipped, or what is worth a look. `row` as a spreadsheet shows it (1-based), 0 for the file."""

    row: int
    code: str
    text: str

    def as_dict(self) -> dict[str, object]:
        return {"row": self.row, "code": self.code, "text": self.text}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of us. Sizes in bytes.

    Measured on the public registers we read: the largest is 3 MB with 62 columns, its longest cell 4,129 characters,
    XLSX members unpack to at most 12 times their size. The limits leave room of one to two orders of magnitude.
    """

    file_bytes: int = 50 * 2**20
    unpacked_bytes: int = 200 * 2**20
    ratio: float = 100.0
    ratio_from_bytes: int = 10 * 2**20
    members: int = 2_000
    part_bytes: int = 32 * 2**20  # parts kept in memory as a whole: shared strings, styles
    columns: int = 1_000
    rows: int = 100_000
    cell_characters: int = 32_767  # what one spreadsheet cell can hold
    empty_rows: int = 10_000  # this many in a row end a sheet


LIMITS = Limits()
