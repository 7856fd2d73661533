"""How is a workbook opened with openpyxl so that nothing is read twice and every fault has a code?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]
from openpyxl.styles.stylesheet import apply_stylesheet  # type: ignore[import-untyped]
from openpyxl.worksheet._read_only import ReadOnlyWorksheet  # type: ignore[import-untyped]

from portfolio.importing.faults import ImportFault
from portfolio.importing.xlsx_guard import BROKEN_ZIP

BROKEN = (*BROKEN_ZIP, ParseError, LookupError, TypeError, AttributeError, AssertionError)


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]
    """A sheet whose size nobody asks for: it is only a claim, and looking for a missing one reads the whole sheet."""

    def _get_size(self) -> None:
        return None


class Workbook:
    """The sheets of an open workbook, in order. With `formulas`, cells hold formulas instead of their last results.

    `ExcelReader.read` is spelt out, because it makes sheets that read themselves through when opened. The stream must
    stay open. Raises ImportFault `unsafe_xml` or `broken_xlsx`, also while rows are read.
    """

    def __init__(self, stream: BinaryIO, formulas: bool = False) -> None:
        self._sheets: dict[str, _Sheet] = {}
        self.visible: list[str] = []
        self.parts: dict[str, str] = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of what it does not keep; we keep only cells
                self._open(stream, formulas)
        except DefusedXmlException as error:
            raise _unsafe() from error
        except BROKEN as error:
            raise ImportFault("broken_xlsx", "The workbook is damaged and cannot be opened.") from error

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(self._sheets)

    def rows(self, title: str) -> Iterator[tuple[Any, ...]]:
        """Typed values of each row, from row 1, gaps filled with empty rows."""
        iterator = self._sheets[title].iter_rows(values_only=True)
        while True:
            try:
                row = next(iterator)
            except StopIteration:
                return
            except DefusedXmlException as error:
                raise _unsafe() from error
            except BROKEN as error:
                raise ImportFault("broken_xlsx", f'The sheet "{title}" is damaged and cannot be read.') from error
            yield row

    def _open(self, stream: BinaryIO, formulas: bool) -> None:
        stream.seek(0)
        reader = ExcelReader(stream, read_only=True, data_only=not formulas, keep_links=False)
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        reader.read_theme()
        apply_stylesheet(reader.archive, reader.wb)
        for sheet, relation in reader.parser.find_sheets():
            if relation.target in reader.valid_files and "chartsheet" not in relation.Type:
                self._sheets[sheet.name] = _Sheet(reader.wb, sheet.name, relation.target, reader.shared_strings)
                self.parts[sheet.name] = relation.target
                if sheet.state == "visible":
                    self.visible.append(sheet.name)


def _unsafe() -> ImportFault:
    return ImportFault("unsafe_xml", "The workbook defines document types or entities; it is not read.")
