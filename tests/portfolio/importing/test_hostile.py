"""Do files made to harm, or by accident, end in a coded fault or a report, with flat memory (reliability.md C3, 53-66)?"""

import contextlib
import io
import random
import subprocess
import sys
import zipfile

import pytest

from portfolio.importing import export
from portfolio.importing.faults import ImportFault, Limits
from portfolio.importing.reading import read
from tests.portfolio.importing.made import (
    codes,
    content_of,
    csv_of,
    plan_of,
    raw_workbook,
    row_xml,
    rows_of,
    saved,
    sheet_xml,
    workbook,
)  # fmt: skip

MEGABYTE = 2**20
TITLES = row_xml(1, "Title", "Stage")


def code_of(content: bytes, **options) -> str:
    with pytest.raises(ImportFault) as fault:
        content_of(content, **options)
    return fault.value.code


def bomb_of(megabytes: int) -> bytes:
    """A workbook whose sheet unpacks to so many MB of one cell, made without holding them."""
    out = io.BytesIO(raw_workbook(sheet_xml(TITLES), sheet="xl/worksheets/other.xml"))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        head, tail = sheet_xml(TITLES, row_xml(2, "@")).encode().split(b"@")
        sheet.write(head)
        for _ in range(megabytes):
            sheet.write(b"A" * 10**6)
        sheet.write(tail)
    return out.getvalue()


def test_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = bomb_of(105)
    assert len(bomb) < 300_000
    assert code_of(bomb) == "zip_bomb"


def test_too_many_members_are_refused():
    assert code_of(raw_workbook(sheet_xml(TITLES), {f"junk/{n}.bin": b"" for n in range(2_001)})) == "zip_bomb"


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil", "C:/evil", "xl/../../evil"])
def test_members_that_lead_out_are_refused(name):
    assert code_of(raw_workbook(sheet_xml(TITLES), {name: b"x"})) == "unsafe_names"


def test_entities_are_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    outside = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    assert code_of(raw_workbook(sheet_xml(TITLES, row_xml(2, "&e;", "Pilot"), before=outside))) == "unsafe_xml"
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 1000 + '">]>'
    assert code_of(raw_workbook(sheet_xml(TITLES, row_xml(2, "&b;", "Pilot"), before=laughs))) == "unsafe_xml"
    late = "<!--" + "x" * 70_000 + "-->" + laughs
    assert code_of(raw_workbook(sheet_xml(TITLES, row_xml(2, "&b;", "Pilot"), before=late))) == "unsafe_xml"


@pytest.mark.parametrize("inside", ["", '<c r="A{0}" s="0"/>'])
def test_a_million_empty_rows_are_survived(inside):
    empty = "".join(f'<row r="{n}">{inside.format(n)}</row>' for n in range(3, 1_000_003))
    content = raw_workbook(sheet_xml(TITLES, row_xml(2, "A", "Pilot"), empty, row_xml(1_000_003, "Z", "Live")))
    found = content_of(content)
    assert [row.title for row in found.rows] == ["A"]
    assert "ended_early" in codes(found.reported)


def test_a_claimed_dimension_is_only_a_claim():
    content = raw_workbook(sheet_xml(TITLES, row_xml(2, "A", "Pilot"), dimension="A1:XFD1048576"))
    assert content_of(content).count == 1
    one_far_down = raw_workbook(sheet_xml(TITLES, row_xml(2, "A", "Pilot"), row_xml(1_048_576, "Z", "Live")))
    assert content_of(one_far_down).count == 1


def test_macros_and_links_are_noted_and_left_alone():
    content = raw_workbook(
        sheet_xml(TITLES, row_xml(2, "A", "Pilot")),
        {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<x/>"},
    )
    found = content_of(content)
    assert {"macros_ignored", "links_ignored"} <= set(codes(found.reported))
    assert found.count == 1


@pytest.mark.parametrize("cut", [30, 500, 900, -60])
def test_a_damaged_workbook_is_a_fault(cut):
    content = workbook({"S": [["Title", "Stage"], ["A", "Pilot"]]})
    assert code_of(content[:cut]) in ("broken_xlsx", "unknown_format")


def test_random_damage_never_crashes():
    content = bytearray(workbook({"S": [["Title", "Stage"], *[[f"T{n}", "Pilot"] for n in range(20)]]}))
    dice = random.Random(7)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(8):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with contextlib.suppress(ImportFault):  # anything else fails the test
            content_of(bytes(damaged))


def test_wrong_kinds_are_refused_by_content():
    other_zip = io.BytesIO()
    with zipfile.ZipFile(other_zip, "w") as archive:
        archive.writestr("hello.txt", "x")
    assert code_of(other_zip.getvalue()) == "unknown_format"
    assert code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "old_format"
    assert code_of(b"<html><table><tr><td>Title</td></tr></table></html>") == "unknown_format"
    assert code_of(b"%PDF-1.7 ...") == "unknown_format"
    assert code_of(b'{"a": 1}') == "no_records"
    assert code_of(b'{"a": ') == "broken_json"
    assert code_of(b"[ " * 100_000) == "broken_json"


@pytest.mark.parametrize("content", [bytes(range(256)), b"\x00\x01\x02\x03" * 40, random.Random(4).randbytes(5000)])
def test_noise_is_no_table_whatever_its_name(content):
    assert code_of(content) == "unknown_format"


def test_a_pasted_control_character_is_no_noise():
    assert rows_of(b"Title,Stage\nChat \x02,Pilot\n")[0].stage == "pilot"
    assert rows_of("Title,Stage\nБот для писем,Pilot\n".encode("utf-16"))[0].title == "Бот для писем"


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0" * 100, b",,,\n,,,\n"])
def test_nothing_in_it(content):
    assert code_of(content) == "empty_file"


def test_a_header_alone_has_no_rows():
    assert code_of(b"Title,Stage\n") == "no_rows"


def test_too_big():
    assert code_of(b"Title\n" + b"x" * 1000, limits=Limits(file_bytes=1000)) == "too_big"
    assert read(io.BytesIO(b"Title\n" + b"x" * 994), limits=Limits(file_bytes=1000)).headers == ("Title",)


def test_nul_bytes_are_removed_and_reported():
    row = rows_of(b"Title,Stage\nCh\x00at,Pi\x00lot\n")[0]
    assert (row.title, row.stage) == ("Chat", "pilot")
    assert codes(row.notes) == ["nul_removed", "nul_removed"]


def test_an_unclosed_quotation_mark_names_its_row():
    with pytest.raises(ImportFault, match="row 3") as fault:
        plan_of(b'Title,Stage\nA,Pilot\n"B,Pilot\nC,Pilot\nD,Live\n')
    assert fault.value.code == "unclosed_quote"
    assert len(rows_of(b'Title,Stage\nA 5" screen,Pilot\n"B ""b""",Live')) == 2


def test_a_cell_of_ten_megabytes_is_cut_and_reported():
    row, other = rows_of(b"Title,Problem\nA," + b"x" * 10 * MEGABYTE + b"\nB,short\n")
    assert len(row.facts["problem"]) == 32_767
    assert codes(row.notes) == ["cell_cut"]
    assert other.facts["problem"] == "short"


def test_ten_thousand_columns_are_refused():
    header = ",".join(["Title", *[f"c{n}" for n in range(10_000)]])
    assert code_of(csv_of(header, ",".join(["x"] * 10_001))) == "too_many_columns"
    assert len(read(io.BytesIO(csv_of("Title" + "," * 10_000, "A" + "," * 10_000))).headers) == 1


def test_a_formula_gives_its_stored_result_and_is_not_run():
    row = '<row r="2"><c r="A2" t="str"><f>WEBSERVICE("http://x")</f><v>kept</v></c><c r="B2" t="str"><v>Pilot</v></c></row>'
    assert [row.title for row in rows_of(raw_workbook(sheet_xml(TITLES, row)))] == ["kept"]


def test_formulas_without_a_result_are_text():
    rows = rows_of(workbook({"S": [["Title", "Stage"], ['=HYPERLINK("http://x","y")', "Pilot"]]}))
    assert rows[0].title.startswith("=HYPERLINK")  # saved without a result: kept as text, never run
    assert rows_of(csv_of("Title,Stage", "\"=cmd|'/c calc'!A1\",Pilot"))[0].title.startswith("=cmd")


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx", "＝x", "  =x", '"=x', "'=x", "- a list item"])
def test_cells_leave_guarded_and_come_back_as_they_were(text):
    assert export.guarded(text).startswith("'")
    assert export.unguarded(export.guarded(text)) == text


@pytest.mark.parametrize("text", ["", "-5", "+1,200.50", "12", "plain", "a=b", "'quoted'"])
def test_harmless_cells_leave_as_they_are(text):
    assert export.guarded(text) == text
    assert export.unguarded(text) == text


MEASURED = """
import resource, sys
from pathlib import Path
from portfolio.importing.faults import ImportFault
from tests.portfolio.importing.made import planned
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said = f"{len(planned(Path(sys.argv[1]))[1].rows)} rows"
except ImportFault as fault:
    said = fault.code
print(said, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"Name,Stage\n" + b"A" * 10 * MEGABYTE + b",Pilot\nB,Pilot\n", "2 rows"),
        (lambda: b'Name,Stage\n"' + b"A\n" * 10 * MEGABYTE + b'",Pilot\nB,Pilot\n', "2 rows"),
        (lambda: b'Name,Stage\nB,Pilot\n"' + b"A,Pilot\n" * MEGABYTE, "unclosed_quote"),
        (lambda: bomb_of(105), "zip_bomb"),
        (lambda: b"[" * MEGABYTE, "broken_json"),
    ],
    ids=["a line of 10 MB", "a cell of 20 MB", "an unclosed quote over 8 MB", "105 MB in a zip", "deep JSON"],
)
def test_memory_stays_small(tmp_path, make, said):
    """In a process of its own: less than 150 MB grow."""
    path = saved(tmp_path, make())
    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)
    answer, grown = done.stdout.rsplit(maxsplit=1)
    assert answer == said
    assert int(grown) < 150
