"""Does every row of a file end up as a use case or named, with the identity, stage and fields it tells?"""

import datetime as dt

import pytest

from portfolio.importing import values
from portfolio.importing.faults import ImportFault
from tests.portfolio.importing.made import codes, content_of, csv_of, plan_of, rows_of


def test_a_council_register_in_other_words():
    content = csv_of(
        "Aldermoor;;;;;;", "AI register October 2026;;;;;;", ";;;;;;",
        "Ref;Name of tool or project;Directorate;What is it for?;Status (Oct 26);Service contact;Start",
        "AI-014;Bin-day assistant;Place;Residents ring about missed bins;Pilot;j.a@example.org;03.04.2026",
        "AI-015;Planning summary;Place;Letters take long to read in full;Sandbox;T. Bloom;Q2 2025",
        "AI-016;;Housing;Mould is reported late by tenants;Live;;17.12.2025",
        "Total;3;;;;;",
    )  # fmt: skip
    plan = plan_of(content)
    assert plan.table.header_row == 4
    assert {name: match.column for name, match in plan.columns.items()} == {
        "title": "Name of tool or project", "external_id": "Ref", "stage": "Status (Oct 26)", "problem": "What is it for?",
        "organisation": "Directorate", "running_since": "Start",
    }  # fmt: skip
    found = content_of(content)
    assert (found.count, [(note.row, note.code) for note in found.skipped]) == (4, [(8, "total")])
    assert dict(found.unmapped_stages) == {"Sandbox": 1}
    first, second, third = found.rows
    assert first.identity.key == ("id", "ai-014")
    assert first.facts["running_since"] == dt.date(2026, 4, 3)
    assert (second.stage, second.raw_stage) == (None, "Sandbox")
    assert second.facts["running_since"] == dt.date(2025, 4, 1)
    assert second.details == {"Service contact": "T. Bloom", "Start": "Q2 2025"}
    assert third.title == "Untitled (row 7)"
    assert codes(third.notes) == ["untitled"]


def test_german_register():
    content = csv_of(
        "Kennung\tBezeichnung\tBehörde\tZweck\tProjektstatus\tAnsprechpartner",
        "K-1\tPosteingang sortieren\tAmt für Soziales\tBriefe werden schneller zugestellt\tPilotphase\tFrau Öz",
        "K-2\tBauanträge prüfen\tBauamt\tAnträge werden auf Vollständigkeit geprüft\tRegelbetrieb\tHerr Ax",
    )
    plan = plan_of(content.decode().encode("utf-16"))
    assert plan.table.encoding == "UTF-16"
    assert set(plan.columns) == {"title", "external_id", "stage", "problem", "organisation"}
    assert dict(plan.content().stages) == {"pilot": 1, "production": 1}


def test_identity_without_a_unique_id_is_organisation_title_and_occurrence():
    rows = rows_of(csv_of("ID,Title,Agency", "1,Chat,A", "1,Chat,B", "N/A,Chat,A", ",chat ,A", "7,Other,A"))
    assert [row.identity.key for row in rows] == [
        ("title", "a", "chat", "1"), ("title", "b", "chat", "1"), ("title", "a", "chat", "2"), ("title", "a", "chat", "3"),
        ("id", "7"),
    ]  # fmt: skip
    assert "repeated_id" in codes(rows[0].notes)


def test_id_and_name_in_one_column_are_told_apart():
    rows = rows_of(csv_of("Use Case ID/Name,Stage", "ABC-001: Repair spend,Pilot", "ABC-002: Soil maps: two,Live"))
    assert [(r.facts["external_id"], r.title) for r in rows] == [
        ("ABC-001", "Repair spend"),
        ("ABC-002", "Soil maps: two"),
    ]


def test_a_stage_column_is_known_by_its_values_when_its_header_is_odd():
    plan = plan_of(csv_of("Title,Where we are", "A tool here,Pilot", "B tool here,Live", "C tool here,Retired"))
    assert plan.columns["stage"].column == "Where we are"
    assert plan.columns["stage"].how == "values"


def test_unknown_columns_are_kept_in_the_details_and_nothing_is_guessed():
    content = csv_of("Title,Flux,Stage", "Chat,12,Pilot")
    assert set(plan_of(content).columns) == {"title", "stage"}
    assert rows_of(content)[0].details == {"Flux": "12"}


def test_a_running_number_is_no_identity():
    plan = plan_of(csv_of("No.,Title", "1,Aa", "2,Bb", "3,Cc", "4,Dd"))
    assert "external_id" not in plan.columns


def test_a_file_without_stages_is_taken_and_said():
    found = content_of(csv_of("tool_name,publishing_body", "Ask,HMRC"))
    assert (dict(found.stages), dict(found.unmapped_stages)) == ({"proposed": 1}, {"": 1})
    assert "no_stage_column" in codes(found.reported)


def test_headers_again_totals_and_notes_are_skipped_and_named():
    content = csv_of(
        "ID,Title,Agency,Stage", "1,Aa,X,Pilot", "ID,Title,Agency,Stage", "2,Total recall of letters,X,Live",
        "3,Only a title,,", ",,,", "4,Bb,X,Live", "5,Cc,X,Live", "6,Dd,X,Live", "Total,2,,", "Source: the register,,,", ",This table was made in March and will change soon.,,",
    )  # fmt: skip
    found = content_of(content)
    assert [(note.row, note.code) for note in found.skipped] == [
        (3, "repeated_header"), (10, "total"), (11, "note"), (12, "note"),
    ]  # fmt: skip
    assert (found.count, len(found.rows)) == (10, 6)


def test_one_and_the_same_date_everywhere_is_a_placeholder():
    content = csv_of("Title,Start date", *[f"T{n},2021/01/01" for n in range(6)])
    assert "running_since" not in rows_of(content)[0].facts
    assert rows_of(content)[0].details == {"Start date": "2021/01/01"}
    assert "constant_date" in codes(content_of(content).reported)


def test_ambiguous_days_wait_for_an_answer():
    content = csv_of("Title,Start date", "A,03/04/2026", "B,05/06/2026")
    assert "running_since" not in rows_of(content)[0].facts
    assert "date_order_unknown" in codes(content_of(content).reported)
    assert rows_of(content, {"date_order": "dmy"})[0].facts["running_since"] == dt.date(2026, 4, 3)


def test_a_persons_answers_come_first():
    content = csv_of(
        "Title,Other name,Stage,Sponsor", "A,Real title,3,Acme", "B,Other,Pilot,Acme", "C,Third,green,Acme"
    )
    answers = {
        "columns": {"title": "other NAME", "sponsor_name": None},
        "stages": {"3": "production", "Pilot": "paused"},
    }
    found = content_of(content, answers)
    assert [(row.title, row.stage) for row in found.rows] == [
        ("Real title", "production"),
        ("Other", "paused"),
        ("Third", None),
    ]
    assert found.rows[0].details == {"Title": "A", "Sponsor": "Acme"}
    assert dict(found.unmapped_stages) == {"green": 1}


def test_a_long_stage_is_asked_about_by_what_is_kept_of_it():
    said = "Somewhere between the first idea and the last of its tests " * 5
    content = csv_of("Title,Stage", f"A,{said}")
    found = content_of(content)
    (raw,) = found.unmapped_stages
    assert (len(raw), found.rows[0].details["Stage"]) == (200, said.strip())
    assert rows_of(content, {"stages": {raw: "pilot"}})[0].stage == "pilot"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"columns": {"colour": "Title"}}, "bad_mapping"),
        ({"columns": {"title": "Nowhere"}}, "unknown_column"),
        ({"stages": {"x": "alive"}}, "bad_mapping"),
        ({"colums": {}}, "bad_mapping"),
        ({"columns": []}, "bad_mapping"),
        ({"columns": {"title": None}}, "no_title"),
        ({"columns": {"title": ["Title"]}}, "bad_mapping"),
        ({"stages": {"x": ["pilot"]}}, "bad_mapping"),
        ({"date_order": "ymd"}, "bad_mapping"),
        ({"header_row": 0}, "bad_mapping"),
        ([], "bad_mapping"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(given, code):
    with pytest.raises(ImportFault) as fault:
        plan_of(csv_of("Title", "A"), given)
    assert fault.value.code == code


def test_by_column_gives_the_portfolios_text():
    rows = rows_of(csv_of("Title,Land", "A,Bayern", "B,"), by="land")
    assert [row.belongs_to for row in rows] == ["Bayern", ""]


def test_rows_may_be_read_again_and_say_the_same():
    plan = plan_of(csv_of("ID,Title", "1,A", "1,B", ",A"))
    assert list(plan.rows()) == list(plan.rows())


def test_facts_are_those_of_the_register():
    content = csv_of(
        "Title;Agency;Bureau;Benefits;Sponsor;Number of users;Topic area",
        "A;Interior;Parks;Fewer calls;R. Roe;1,200 users;Law; ",
        "B;Interior;Interior;;N/A;40;Law|Health",
        "C;;Parks;" + "Long " * 80 + ";;5;",
        "D;Interior;;;;10-50;",
    )
    found = content_of(content)
    first, second, third, fourth = found.rows
    assert first.facts == {
        "organisation": "Interior, Parks", "business_outcome": "Fewer calls", "sponsor_name": "R. Roe", "real_users": 1200,
        "tags": ["Law"],
    }  # fmt: skip
    assert second.facts == {"organisation": "Interior", "real_users": 40, "tags": ["Law", "Health"]}
    assert (third.facts["organisation"], len(third.facts["business_outcome"])) == ("Parks", 300)
    assert third.details == {"Benefits": ("Long " * 80).strip()}
    assert (fourth.facts, fourth.details) == ({"organisation": "Interior"}, {"Number of users": "10-50"})
    assert codes(fourth.notes) == ["count_not_read"]


@pytest.mark.parametrize(
    ("said", "count"),
    [("12", 12), ("1,200", 1200), ("1.200", 1200), ("1 200", 1200), ("about 40 users", 40), ("ca. 300 Nutzer", 300),
     ("10-50", None), ("50%", None), ("1.5", None), ("2023-01-01", None), ("100+", None), ("all staff", None), ("1,20", None)],
)  # fmt: skip
def test_a_count_is_read_only_when_it_is_one(said, count):
    assert values.count(said) == count


def test_what_is_no_use_case_is_named_and_an_untitled_one_is_one():
    header = "ID,Name,Stage"
    found = content_of(csv_of(header, "1,A,Pilot", header, "2,,Pilot", ",Total,", ",,", "3,-,Live"))
    assert [(note.row, note.code) for note in found.skipped] == [(3, "repeated_header"), (5, "total")]
    assert [(row.title, row.untitled) for row in found.rows] == [
        ("A", False), ("Untitled (row 4)", True), ("Untitled (row 7)", True),
    ]  # fmt: skip
    assert found.count == 5


def test_another_day_in_one_row_and_it_is_no_placeholder():
    content = csv_of("Title,Start date", *[f"T{n},2021/01/01" for n in range(6)], "Other,2022/01/01")
    assert rows_of(content)[0].facts["running_since"] == dt.date(2021, 1, 1)


def test_a_bare_year_taken_for_a_day_is_the_year_and_said():
    first, second, _ = rows_of(csv_of("Title,Start date", "A,7/16/1905", "B,soon", "C,2024"))
    assert first.facts["running_since"] == dt.date(2024, 1, 1)
    assert (codes(first.notes), codes(second.notes)) == (["bare_year"], ["date_not_read"])
    assert second.details == {"Start date": "soon"}


def test_a_day_that_another_cell_explains_is_read():
    content = csv_of("Title,Start date", "A,03/04/2026", "B,25/06/2026")
    assert [row.facts["running_since"] for row in rows_of(content)] == [dt.date(2026, 4, 3), dt.date(2026, 6, 25)]
