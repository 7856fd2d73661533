"""Small files for the importer's tests, made on the spot: text, workbooks, and workbooks that no spreadsheet would write."""

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from portfolio.importing.mapping import Mapping
from portfolio.importing.plan import Content, Plan, prepare
from portfolio.importing.reading import opened, read
from portfolio.importing.rows import Row

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TYPES = (
    f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def plan_of(content: bytes, mapping: dict[str, Any] | None = None, by: str | None = None, **options) -> Plan:
    return prepare(read(io.BytesIO(content), **options), Mapping.of(mapping), by_column=by)


def content_of(content: bytes, mapping: dict[str, Any] | None = None, **options) -> Content:
    return plan_of(content, mapping, **options).content()


def rows_of(content: bytes, mapping: dict[str, Any] | None = None, **options) -> list[Row]:
    return content_of(content, mapping, **options).rows


def planned(path: Path, by: str | None = None) -> tuple[Plan, Content]:
    """A file of the disk: the plan (its table is closed) and what it holds."""
    with opened(path) as table:
        plan = prepare(table, by_column=by)
        return plan, plan.content()


def codes(notes) -> list[str]:
    return [note.code for note in notes]


def saved(folder: Path, content: str | bytes, name: str = "register.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(headers: list[str], *rows: list[str]) -> bytes:
    """A CSV file with every cell quoted."""
    return csv_of(*(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in (headers, *rows)))


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def workbook(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = (), merge: str = "") -> bytes:
    """A workbook with these sheets, in order."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        if merge and title not in hidden:
            sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def raw_workbook(
    sheet_xml: str | bytes, extra: dict[str, bytes] | None = None, sheet: str = "xl/worksheets/sheet1.xml"
) -> bytes:
    """A workbook of one sheet whose XML is given; `extra` adds members by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook {NS} xmlns:r="{RELS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(sheet, sheet_xml)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def cell(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def row_xml(number: int, *texts: str) -> str:
    cells = "".join(cell(f"{chr(65 + i)}{number}", text) for i, text in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'


def sheet_xml(*rows: str, dimension: str = "", before: str = "") -> str:
    claimed = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f"{HEAD}{before}<worksheet {NS}>{claimed}<sheetData>{''.join(rows)}</sheetData></worksheet>"
