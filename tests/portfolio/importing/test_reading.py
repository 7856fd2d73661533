"""Is any sensible table found in the file: encoding, delimiter, header row, sheet?"""

import io

import pytest

from portfolio.importing.faults import ImportFault
from portfolio.importing.reading import read
from tests.portfolio.importing.made import codes, content_of, csv_of, plan_of, rows_of, table, workbook


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_newlines(mark, newline):
    text = newline.join(mark.join(cells) for cells in [["Title", "Stage"], ['"a, b; c|d"', "Pilot"], ["e", "Live"]])
    assert [row.stage for row in rows_of(text.encode())] == ["pilot", "production"]


def test_mixed_newlines_and_newlines_in_cells():
    rows = rows_of(b'Title,Problem\r\nA,"one\ntwo\r\nthree"\nB,letters\rC,queues\r\n')
    assert [row.number for row in rows] == [2, 3, 4]
    assert rows[0].facts["problem"] == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with BOM"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")],
)  # fmt: skip
def test_encodings(encoding, name):
    content = "Title,Stage\nCafé “Ärger”,Pilot\n".encode(encoding)
    assert (plan_of(content).table.encoding, rows_of(content)[0].title) == (name, "Café “Ärger”")


def test_a_few_strays_do_not_spoil_a_utf8_file():
    content = ("Title\n" + "Prüfung für Bürger\n" * 5).encode() + b"Caf\xe9 here\n"
    assert plan_of(content).table.encoding == "UTF-8 with Windows-1252 strays"
    assert [row.title for row in rows_of(content)][-2:] == ["Prüfung für Bürger", "Café here"]
    assert "mixed_encoding" in codes(content_of(content).reported)


def test_the_header_is_found_below_titles_and_bands():
    content = csv_of("Inventory of AI 2025,,", ",,", "Basics,,Owner", "Name,Stage,Agency", "Triage,Pilot,Züri")
    plan = plan_of(content)
    assert (plan.table.header_row, rows_of(content)[0].number) == (4, 5)


def test_a_person_may_say_which_row_is_the_header():
    content = csv_of("Name,Stage", "old name,old stage", "Titel,Phase", "Chat,Pilot")
    plan = plan_of(content, {"header_row": 3})
    assert (plan.table.headers, [row.title for row in rows_of(content, {"header_row": 3})]) == (
        ("Titel", "Phase"),
        ["Chat"],
    )
    assert plan.table.found_headers == ("Name", "Stage")
    with pytest.raises(ImportFault) as fault:
        plan_of(content, {"header_row": 9})
    assert fault.value.code == "no_header"


def test_repeated_and_nameless_headers_get_names_of_their_own():
    content = table(["Name", "Note", "Note", ""], ["A", "1", "2", "3"], ["B", "1", "2", "3", "4"])
    assert plan_of(content).table.headers == ("Name", "Note", "Note (2)", "Column D", "Column E")
    assert rows_of(content)[0].details == {"Note": "1", "Note (2)": "2", "Column D": "3"}
    assert rows_of(content, {"columns": {"tags": "column e"}})[1].facts == {"tags": ["4"]}


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
    with pytest.raises(ImportFault, match="There are: Read me, Hidden, Summary, Data") as fault:
        read(io.BytesIO(content), sheet="Nowhere")
    assert fault.value.code == "unknown_sheet"


def test_merged_cells_speak_for_all_their_rows():
    rows = [["Directorate", "Title", "Stage"], ["Place", "A", "Pilot"], [None, "B", "Live"], ["Adults", "C", "Live"]]
    found = rows_of(workbook({"S": rows}, merge="A2:A3"))
    assert [row.facts["organisation"] for row in found] == ["Place", "Place", "Adults"]


@pytest.mark.parametrize("wrap", ["%s", '{"meta": {"n": 2}, "records": %s}'])
def test_json(wrap):
    said = '[{"tool_name": "Ask", "status": "Pilot", "bodies": ["A", "B"], "x": {"y": 1}}, {"tool_name": "Tell"}]'
    content = (wrap % said).encode()
    first, second = rows_of(content)
    assert plan_of(content).table.encoding == "JSON"
    assert (first.number, first.title, first.stage) == (2, "Ask", "pilot")
    assert first.details == {"bodies": "A; B", "x": '{"y": 1}'}
    assert (second.title, second.stage, second.raw_stage) == ("Tell", None, "")
