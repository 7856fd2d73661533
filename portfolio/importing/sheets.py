"""Is this workbook safe to open, and which of its sheets is the register?

The zip is looked at before anything is unpacked: a bomb is refused by its own table of contents. Macros and links to
other files are never followed.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import defusedxml.common
import openpyxl

from portfolio.importing.columns import PHRASES
from portfolio.importing.faults import ImportFault
from portfolio.importing.values import folded, text

MOST_MEMBERS = 2_000
MOST_BYTES = 512 * 1024 * 1024  # unpacked, all members
MOST_RATIO = 200  # unpacked ÷ packed, for members over a megabyte
MOST_STRINGS = 64 * 1024 * 1024  # bytes of shared strings: openpyxl holds these in memory
EMPTY_RUN = 2_000  # empty rows in a row after which a sheet has ended
_KNOWN = {phrase for phrases in PHRASES.values() for phrase in phrases}


class Book:
    """A workbook opened for reading only."""

    def __init__(self, path: Path, suffix: str) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._guard(suffix)
        try:
            self._book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except defusedxml.common.DefusedXmlException:
            raise ImportFault("unsafe_xml", "The workbook's XML defines entities, which is refused.") from None
        except Exception as fault:
            raise ImportFault("unreadable", f"The workbook cannot be opened: {type(fault).__name__}.") from None

    def _guard(self, suffix: str) -> None:
        try:
            with zipfile.ZipFile(self.path) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError):
            raise ImportFault("unreadable", "The file looks like a workbook but is damaged.") from None
        names = {member.filename for member in members}
        if "xl/workbook.xml" not in names:
            raise ImportFault("not_a_table", "This is a zip file, not a workbook.")
        if len(members) > MOST_MEMBERS:
            raise ImportFault("zip_bomb", f"The workbook holds {len(members)} parts; at most {MOST_MEMBERS} are read.")
        for member in members:
            if member.filename.startswith(("/", "\\")) or ".." in Path(member.filename.replace("\\", "/")).parts:
                raise ImportFault("unsafe_zip", "The workbook holds a part outside its own folder.")
            large = member.file_size > 1024 * 1024
            if large and member.file_size > MOST_RATIO * max(member.compress_size, 1):
                raise ImportFault("zip_bomb", "A part of the workbook unpacks to far more than it should.")
            if member.filename.endswith("sharedStrings.xml") and member.file_size > MOST_STRINGS:
                raise ImportFault("too_large", "The workbook holds more text than can be read. Use CSV.")
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise ImportFault("zip_bomb", "The workbook unpacks to more than 512 MB.")
        if suffix == ".xlsm" or any("vbaProject" in name for name in names):
            self.warnings.append("The workbook holds macros; they are not looked at.")
        if any("externalLink" in name for name in names):
            self.warnings.append("The workbook links to other files; the links are not followed.")

    def choose(self, wanted: str | None) -> str:
        """The sheet named, or the visible one that looks most like a register."""
        if wanted is not None:
            if wanted in self._book.sheetnames:
                return wanted
            known = ", ".join(self._book.sheetnames[:20])
            raise ImportFault("no_such_sheet", f"There is no sheet {wanted!r}. There are: {known}.")
        best, best_score = None, 0.0
        for sheet in self._book.worksheets:
            if getattr(sheet, "sheet_state", "visible") != "visible":
                continue
            score = self._likeness(sheet.title)
            if score > best_score:
                best, best_score = sheet.title, score
        if best is None:
            raise ImportFault("empty_file", "No visible sheet of the workbook holds a table.")
        return best

    def _likeness(self, name: str) -> float:
        """How much a sheet looks like a register: known column names near its top, and filled rows beneath."""
        known = filled = widest = 0
        for number, cells in self.rows(name):
            said = [folded(text(cell)) for cell in cells if cell is not None]
            if number <= 15:
                known = max(known, sum(1 for word in said if word in _KNOWN))
            widest = max(widest, len(said))
            filled += bool(said)
            if filled >= 40:
                break
        return (known * 10 + min(widest, 30)) * (1 if filled > 1 else 0.1) if filled else 0.0

    def rows(self, name: str) -> Iterator[tuple[int, list[object]]]:
        """(row number, cells) of a sheet; ends after a long run of empty rows, whatever size the sheet claims."""
        sheet = self._book[name]
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()
        empty = 0
        try:
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                if any(cell is not None and cell != "" for cell in cells):
                    empty = 0
                    yield number, list(cells)
                else:
                    empty += 1
                    if empty > EMPTY_RUN:
                        return
        except defusedxml.common.DefusedXmlException:
            raise ImportFault("unsafe_xml", "The workbook's XML defines entities, which is refused.") from None
        except (ValueError, KeyError, TypeError, SyntaxError, zipfile.BadZipFile) as fault:
            raise ImportFault("unreadable", f"The sheet {name!r} cannot be read: {type(fault).__name__}.") from None
