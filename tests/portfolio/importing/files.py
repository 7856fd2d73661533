"""Small files for the importer's tests, made on the spot."""

import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from portfolio.importing import reading
from portfolio.importing.plan import Plan, Row, prepare


def text(folder: Path, content: str | bytes, name: str = "register.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def table(folder: Path, headers: list[str], *rows: list[str], name: str = "register.csv") -> Path:
    """A CSV file with every cell quoted."""
    said = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in (headers, *rows)]
    return text(folder, "\n".join(said) + "\n", name)


def book(folder: Path, sheets: dict[str, list[list[Any]]], name: str = "register.xlsx", **hidden: str) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        sheet.sheet_state = hidden.get(title, "visible")
        for row in rows:
            sheet.append(row)
    path = folder / name
    made.save(path)
    return path


def rewritten(path: Path, member: str, content: bytes) -> Path:
    """The same zip with one member replaced or added."""
    with zipfile.ZipFile(path) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    parts[member] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for filename, data in parts.items():
            new.writestr(filename, data)
    return path


def planned(path: Path, mapping: dict[str, Any] | None = None, by: str | None = None) -> tuple[Plan, list[Row]]:
    plan = prepare(reading.read(path), mapping, by)
    return plan, list(plan.rows())


def codes(plan: Plan) -> list[str]:
    return [note.code for note in plan.file_notes() + plan.reported]
