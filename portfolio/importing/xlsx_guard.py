"""Is this workbook safe to open? Asked before any part of it is unpacked.

A 268 KB zip can unpack to gigabytes (C3 53); a part can carry a document type with entities (55), a name that leaves
its folder (62), macros or links to other files (58). Declared sizes may be trusted for the limit: `zipfile` never
unpacks more than what the directory declares, and checks the sum afterwards.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from typing import BinaryIO

from portfolio.importing.faults import ImportFault, Limits, Note

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HEAD = 1 << 16
BROKEN_ZIP = (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, zlib.error)


def guard(stream: BinaryIO, limits: Limits) -> tuple[Note, ...]:
    """Notes on what is in the workbook but not read. Raises ImportFault when it must not be opened."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _sizes(members, limits)
            for member in members:
                _name(member)
            names = {member.filename.replace("\\", "/") for member in members}
            if "xl/workbook.xml" not in names:
                raise _unknown(names)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _no_document_type(archive, member)
    except BROKEN_ZIP as error:
        raise ImportFault("broken_xlsx", "The workbook is damaged or locked and cannot be opened.") from error
    return _notes(names)


def _sizes(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise ImportFault("zip_bomb", f"The workbook has {len(members):,} parts; at most {limits.members:,} are read.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise ImportFault(
            "zip_bomb",
            f"The workbook would unpack to {unpacked // 2**20:,} MB; at most {limits.unpacked_bytes // 2**20} MB are read.",
        )
    for member in members:
        if member.file_size > limits.ratio_from_bytes and member.file_size > limits.ratio * max(
            member.compress_size, 1
        ):
            raise ImportFault(
                "zip_bomb", "A part of the workbook unpacks to over a hundred times its size; it is not read."
            )
        whole = member.filename.endswith(("sharedStrings.xml", "styles.xml", "workbook.xml", ".rels"))
        if whole and member.file_size > limits.part_bytes:
            raise ImportFault("too_big", f"The workbook holds more than {limits.part_bytes // 2**20} MB of text.")


def _name(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in name.split("/"):
        raise ImportFault("unsafe_names", "The workbook holds parts whose names lead out of it; it is not opened.")


def _no_document_type(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as part:
        head = part.read(_HEAD)
    if _DOCTYPE.search(head.replace(b"\x00", b"")):
        raise ImportFault("unsafe_xml", "The workbook defines document types or entities; it is not read.")


def _unknown(names: set[str]) -> ImportFault:
    if "mimetype" in names and "content.xml" in names:
        return ImportFault("unknown_format", "This is an OpenDocument file. Save it as XLSX or CSV and try again.")
    return ImportFault("unknown_format", "This is a zip file, but not an Excel workbook. Choose a CSV or XLSX file.")


def _notes(names: set[str]) -> tuple[Note, ...]:
    notes = []
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        notes.append(Note(0, "macros_ignored", "The workbook holds macros. They were not run and not read."))
    if any(name.startswith("xl/externalLinks/") for name in names):
        notes.append(Note(0, "links_ignored", "The workbook links to other files. They were not opened."))
    return tuple(notes)
