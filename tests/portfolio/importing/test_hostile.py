"""Does a hostile or broken file cost little and end in a sentence? (reliability C3, 53-63)"""

import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from portfolio.importing import export
from portfolio.importing.faults import ImportFault
from tests.portfolio.importing import files

HEADER = [["Use Case Name", "Stage"], ["A", "Pilot"], ["B", "Deployed"]]
SHEET = "xl/worksheets/sheet1.xml"
XML = '<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s<sheetData>%s</sheetData></worksheet>'
ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c><c r="B{0}" t="inlineStr"><is><t>{2}</t></is></c></row>'
TABLE = ROW.format(1, "Use Case Name", "Stage") + ROW.format(2, "A", "Pilot")


def sheet(path: Path, rows: str, *, before: str = "", inside: str = "") -> Path:
    return files.rewritten(files.book(path, {"Data": HEADER}), SHEET, (XML % (before, inside, rows)).encode())


def refused(path: Path) -> str:
    with pytest.raises(ImportFault) as fault:
        files.planned(path)
    return fault.value.code


def test_zip_bomb(tmp_path):
    path = sheet(tmp_path, TABLE + '<row r="3"><c r="A3"/></row>' * 3_700_000)
    assert path.stat().st_size < 400_000
    assert refused(path) == "zip_bomb"


def test_billion_laughs_and_outside_entities(tmp_path):
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{"&" + a + ";"}{"&" + a + ";"}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ) + "]>"  # fmt: skip
    assert refused(sheet(tmp_path, ROW.format(1, "Name", "&i;"), before=laughs)) in ("unsafe_xml", "unreadable")
    outside = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    assert refused(sheet(tmp_path, ROW.format(1, "Name", "&f;"), before=outside)) in ("unsafe_xml", "unreadable")


def test_parts_outside_the_archive(tmp_path):
    path = files.book(tmp_path, {"Data": HEADER})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil.xml", "x")
    assert refused(path) == "unsafe_zip"


def test_a_zip_in_a_zip_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("inner.zip", b"PK\x03\x04")
    assert refused(tmp_path / "a.xlsx") == "not_a_table"


def test_links_and_macros_are_said_and_never_followed(tmp_path):
    path = files.book(tmp_path, {"Data": HEADER}, name="register.xlsm")
    files.rewritten(path, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    files.rewritten(path, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    plan, rows = files.planned(path)
    assert len(rows) == 2
    assert [note.text.split(";")[0] for note in plan.file_notes()] == [
        "The workbook holds macros",
        "The workbook links to other files",
    ]


def test_a_formula_gives_its_stored_value_and_is_not_run(tmp_path):
    row = '<row r="2"><c r="A2" t="str"><f>WEBSERVICE("http://x")</f><v>kept</v></c><c r="B2" t="str"><v>Pilot</v></c></row>'
    _, rows = files.planned(sheet(tmp_path, ROW.format(1, "Use Case Name", "Stage") + row))
    assert [row.title for row in rows] == ["kept"]


def test_a_dimension_that_lies(tmp_path):
    _, rows = files.planned(sheet(tmp_path, TABLE, inside='<dimension ref="A1:XFD1048576"/>'))
    assert [row.title for row in rows] == ["A"]


@pytest.mark.parametrize("cell", ["", '<c r="A{0}" s="0"/>'])
def test_a_million_empty_rows(tmp_path, cell):
    empty = "".join(f'<row r="{number}">{cell.format(number)}</row>' for number in range(3, 1_000_000))
    began = time.process_time()
    path = sheet(tmp_path, TABLE + empty)
    made = time.process_time() - began
    _, rows = files.planned(path)
    assert [row.title for row in rows] == ["A"]
    assert time.process_time() - began - made < 10


def test_nul_bytes_are_left_out(tmp_path):
    _, rows = files.planned(files.text(tmp_path, "Name,Stage\nA\x00B,Pilot\x00\n"))
    assert [(row.title, row.stage) for row in rows] == [("AB", "pilot")]


def test_an_unclosed_quote_ends_in_one_row_or_a_sentence(tmp_path):
    plan, rows = files.planned(files.text(tmp_path, 'Name,Stage\nA,Pilot\n"B,Pilot\n' + "C,Pilot\n" * 50))
    assert plan.count == len(rows) == 2
    assert rows[1].title.startswith("B,Pilot")


MEASURED = """
import resource, sys
from pathlib import Path
from tests.portfolio.importing import files
from portfolio.importing.faults import ImportFault
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    plan, rows = files.planned(Path(sys.argv[1]))
    said = f"{len(rows)} rows"
except ImportFault as fault:
    said = fault.code
print(said, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a line of 10 MB", lambda to: files.text(to, "Name,Stage\n" + "A" * 10_000_000 + ",Pilot\nB,Pilot\n"), "2 rows"),
        ("one cell of 20 MB", lambda to: files.text(to, 'Name,Stage\n"' + "A\n" * 10_000_000 + '",Pilot\n'), "unreadable"),
        ("10,000 columns", lambda to: files.text(to, ",".join(["Name", *(f"c{n}" for n in range(10_000))]) + "\n" + ",".join(["A"] * 10_001) + "\n"), "1 rows"),
        ("105 MB in a zip", lambda to: sheet(to, TABLE + '<row r="3"><c r="A3"/></row>' * 3_700_000), "zip_bomb"),
        ("deep JSON", lambda to: files.text(to, "[" * 1_000_000, "a.json"), "unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_memory_stays_small(tmp_path, name, make, said):
    """In a process of its own: less than 150 MB grow."""
    path = make(tmp_path)
    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)
    answer, grown = done.stdout.rsplit(maxsplit=1)
    assert answer == said
    assert int(grown) < 150
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0  # the figure is one


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\r=1", "＝1", " =1", '"=1', "- a list"]
)
def test_formulas_leave_as_text_and_come_back_as_they_were(text):
    assert export.guarded(text).startswith("'")
    assert export.unguarded(export.guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "+3.5", "2024-01-01", "plain", "", "it's"])
def test_plain_text_and_numbers_leave_as_they_are(text):
    assert export.guarded(text) == text == export.unguarded(text)
