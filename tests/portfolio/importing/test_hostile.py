"""Do files made to harm, or by accident, end in a coded fault or a report, with flat memory (reliability.md C3, 53-66)?"""

import contextlib
import io
import random
import resource
import zipfile

import pytest

from portfolio.importing import export
from portfolio.importing.faults import ImportFault, Limits
from portfolio.importing.plan import prepare
from portfolio.importing.reading import read
from tests.portfolio.importing.made import (
    csv_of,
    plan_of,
    raw_workbook,
    row_xml,
    rows_of,
    sheet_xml,
    summary_of,
    workbook,
)  # fmt: skip

MEGABYTE = 2**20
TITLES = row_xml(1, "Title", "Stage")


def code_of(content: bytes, **options) -> str:
    with pytest.raises(ImportFault) as fault:
        prepare(read(io.BytesIO(content), **options)).summary()
    return fault.value.code


@pytest.fixture
def flat_memory():
    """Fails when the greatest resident size grew by 150 MB (ru_maxrss is in KiB on Linux)."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 150


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


def test_zip_bomb_is_refused_before_it_is_unpacked(flat_memory):
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


def test_a_million_empty_rows_are_survived(flat_memory):
    empty = "".join(f'<row r="{n}"/>' for n in range(3, 1_000_003))
    content = raw_workbook(sheet_xml(TITLES, row_xml(2, "A", "Pilot"), empty, row_xml(1_000_003, "Z", "Live")))
    summary = summary_of(content)
    assert summary.use_cases == 1
    assert "ended_early" in [report.code for report in summary.reported]


def test_a_claimed_dimension_is_only_a_claim(flat_memory):
    content = raw_workbook(sheet_xml(TITLES, row_xml(2, "A", "Pilot"), dimension="A1:XFD1048576"))
    assert summary_of(content).use_cases == 1
    one_far_down = raw_workbook(sheet_xml(TITLES, row_xml(2, "A", "Pilot"), row_xml(1_048_576, "Z", "Live")))
    assert summary_of(one_far_down).use_cases == 1


def test_macros_and_links_are_noted_and_left_alone():
    content = raw_workbook(
        sheet_xml(TITLES, row_xml(2, "A", "Pilot")),
        {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<x/>"},
    )
    summary = summary_of(content)
    assert {"macros_ignored", "links_ignored"} <= {report.code for report in summary.reported}
    assert summary.use_cases == 1


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
            prepare(read(io.BytesIO(bytes(damaged)))).summary()


def test_wrong_kinds_are_refused_by_content():
    other_zip = io.BytesIO()
    with zipfile.ZipFile(other_zip, "w") as archive:
        archive.writestr("hello.txt", "x")
    assert code_of(other_zip.getvalue()) == "unknown_format"
    assert code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "old_format"
    assert code_of(b"<html><table><tr><td>Title</td></tr></table></html>") == "unknown_format"
    assert code_of(b"%PDF-1.7 ...") == "unknown_format"


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
    assert (row.fields["title"], row.stage) == ("Chat", "pilot")
    assert [report.code for report in row.reports] == ["nul_removed", "nul_removed"]


def test_an_unclosed_quotation_mark_names_its_row():
    with pytest.raises(ImportFault, match="row 3") as fault:
        plan_of(b'Title,Stage\nA,Pilot\n"B,Pilot\nC,Pilot\nD,Live\n')
    assert fault.value.code == "unclosed_quote"
    assert len(rows_of(b'Title,Stage\nA 5" screen,Pilot\n"B ""b""",Live')) == 2


def test_ten_megabytes_in_one_line(flat_memory):
    row, other = rows_of(b"Title,Problem\nA," + b"x" * 10 * MEGABYTE + b"\nB,short\n")
    assert len(row.fields["problem"]) == 32_767
    assert [report.code for report in row.reports] == ["cell_cut"]
    assert other.fields["problem"] == "short"


def test_ten_thousand_columns_are_refused():
    header = ",".join(["Title", *[f"c{n}" for n in range(10_000)]])
    assert code_of(csv_of(header, ",".join(["x"] * 10_001))) == "too_many_columns"
    assert len(read(io.BytesIO(csv_of("Title" + "," * 10_000, "A" + "," * 10_000))).headers) == 1


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_newlines(mark, newline):
    text = newline.join(mark.join(cells) for cells in [["Title", "Stage"], ['"a, b; c|d"', "Pilot"], ["e", "Live"]])
    assert [row.stage for row in rows_of(text.encode())] == ["pilot", "production"]


def test_mixed_newlines_and_newlines_in_cells():
    rows = rows_of(b'Title,Problem\r\nA,"one\ntwo\r\nthree"\nB,letters\rC,queues\r\n')
    assert [row.number for row in rows] == [2, 3, 4]
    assert rows[0].fields["problem"] == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "windows-1252"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le")],
)  # fmt: skip
def test_encodings(encoding, name):
    plan = plan_of("Title,Stage\nCafé “Ärger”,Pilot\n".encode(encoding))
    assert plan.table.encoding == name
    assert next(iter(plan.rows())).fields["title"] == "Café “Ärger”"


def test_a_few_strays_do_not_spoil_a_utf8_file():
    plan = plan_of(("Title\n" + "Prüfung für Bürger\n" * 5).encode() + b"Caf\xe9 here\n")
    assert "strays" in plan.table.encoding
    assert [row.fields["title"] for row in plan.rows()][-1] == "Café here"


def test_formulas():
    rows = rows_of(workbook({"S": [["Title", "Stage"], ['=HYPERLINK("http://x","y")', "Pilot"]]}))
    assert rows[0].fields["title"].startswith("=HYPERLINK")  # saved without a result: kept as text, never run
    assert rows_of(csv_of("Title,Stage", "\"=cmd|'/c calc'!A1\",Pilot"))[0].fields["title"].startswith("=cmd")


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx", "＝x", "  =x", '"=x', "'=x", "- a list item"])
def test_cells_leave_guarded_and_come_back_as_they_were(text):
    assert export.guarded(text).startswith("'")
    assert export.unguarded(export.guarded(text)) == text


@pytest.mark.parametrize("text", ["", "-5", "+1,200.50", "12", "plain", "a=b", "'quoted'"])
def test_harmless_cells_leave_as_they_are(text):
    assert export.guarded(text) == text
    assert export.unguarded(text) == text


def test_the_sheet_that_reads_like_a_register_is_taken():
    register = [["Title", "Agency", "Stage"], ["A", "X", "Pilot"]]
    sheets = {
        "Read me": [["How to fill this in"]],
        "Hidden": register,
        "Summary": [["Stage", "Count"], ["Pilot", 1]],
        "Data": register,
    }
    content = workbook(sheets, hidden=("Hidden",))
    assert read(io.BytesIO(content)).sheet == "Data"
    assert read(io.BytesIO(content), sheet="hidden").sheet == "Hidden"
    assert code_of(content, sheet="Nowhere") == "unknown_sheet"


def test_json():
    content = b'{"meta": {}, "records": [{"tool_name": "Ask", "status": "Pilot", "bodies": ["A", "B"], "x": {"y": 1}}]}'
    row = rows_of(content)[0]
    assert (row.number, row.fields["title"], row.stage) == (2, "Ask", "pilot")
    assert row.extra == {"bodies": "A; B", "x": '{"y": 1}'}
    assert code_of(b'{"a": ') == "broken_json"
    assert code_of(b"[ " * 100_000) == "broken_json"
