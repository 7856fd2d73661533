"""Is any sensible table found in the file: encoding, delimiter, header row, sheet?"""

import pytest

from portfolio.importing import reading
from portfolio.importing.faults import ImportFault
from tests.portfolio.importing import files

LINES = "Name,Stage,Agency\nRöntgen – Triage,Pilot,Züri\nMail,Deployed,HQ\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with BOM"),
        ("cp1252", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", None),
    ],
)
def test_encodings(tmp_path, encoding, said):
    content = LINES.encode(encoding)
    if said is None:  # without a mark: only the mark makes it UTF-16
        content, said = b"\xff\xfe" + content, "UTF-16"
    plan, rows = files.planned(files.text(tmp_path, content))
    assert (plan.table.encoding, [row.title for row in rows]) == (said, ["Röntgen – Triage", "Mail"])


def test_one_bad_byte_does_not_cost_the_file(tmp_path):
    plan, rows = files.planned(files.text(tmp_path, LINES.encode() + b"Gr\x81n\xff,Pilot,HQ\n"))
    assert plan.count == len(rows) == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    content = LINES.replace(",", delimiter) + delimiter.join(['"a, b; c"', "Pilot", "HQ"]) + "\n"
    _, rows = files.planned(files.text(tmp_path, content))
    assert [row.title for row in rows] == ["Röntgen – Triage", "Mail", "a, b; c"]


def test_the_header_is_found_below_titles_and_bands(tmp_path):
    above = "Inventory of AI 2025,,\n,,\nBasics,,Owner\n"
    plan, rows = files.planned(files.text(tmp_path, above + LINES))
    assert (plan.table.header_row, len(rows), rows[0].number) == (4, 2, 5)


def test_repeated_and_nameless_headers_get_names_of_their_own(tmp_path):
    plan, rows = files.planned(files.table(tmp_path, ["Name", "Note", "Note", ""], ["A", "1", "2", "3"]))
    assert plan.table.headers == ["Name", "Note", "Note (2)", "Column 4"]
    assert rows[0].details == {"Note": "1", "Note (2)": "2", "Column 4": "3"}


def test_the_visible_sheet_that_looks_like_a_register_is_taken(tmp_path):
    rows = [["Use Case Name", "Stage"], ["A", "Pilot"], ["B", "Deployed"]]
    sheets = {"Lists": rows * 3, "Read me": [["How to fill this in"]], "Data": rows}
    plan, found = files.planned(files.book(tmp_path, sheets, Lists="hidden"))
    assert (plan.table.sheet, len(found)) == ("Data", 2)
    assert reading.read(tmp_path / "register.xlsx", sheet="Lists").sheet == "Lists"
    with pytest.raises(ImportFault, match="There are: Lists, Read me, Data") as fault:
        reading.read(tmp_path / "register.xlsx", sheet="Dta")
    assert fault.value.code == "no_such_sheet"


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "A", "stage": "Pilot"}, {"name": "B", "stage": "Live", "tags": ["x"]}]',
        '{"meta": {"n": 2}, "records": [{"name": "A", "stage": "Pilot"}, {"name": "B", "stage": "Live"}]}',
    ],
)
def test_json(tmp_path, content):
    plan, rows = files.planned(files.text(tmp_path, content, "register.json"))
    assert [(row.title, str(row.stage)) for row in rows] == [("A", "pilot"), ("B", "production")]
    assert plan.table.encoding == "JSON"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\x00\x00\x00\x00", "empty_file"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"PK\x03\x04 and then nothing", "unreadable"),
        (b'{"a": 1}', "not_a_table"),
        (b'[{"a": ', "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b"a,b\n1,2\n", "no_title_column"),
    ],
)
def test_what_is_no_table_is_said_with_a_code(tmp_path, content, code):
    with pytest.raises(ImportFault) as fault:
        files.planned(files.text(tmp_path, content, "upload"))
    assert fault.value.code == code
