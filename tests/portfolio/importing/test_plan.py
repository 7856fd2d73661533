"""Does every row of a file end up as a use case or named, with the identity, stage and fields it tells?"""

import datetime as dt

import pytest

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
    assert plan.column_names() == {
        "title": "Name of tool or project", "external_id": "Ref", "stage": "Status (Oct 26)", "problem": "What is it for?",
        "organisation": "Directorate", "lead": "Service contact", "running_since": "Start",
    }  # fmt: skip
    summary = plan.summary()
    assert (summary.rows, summary.use_cases, [(s.row, s.code) for s in summary.skipped]) == (4, 3, [(8, "total")])
    assert dict(summary.unmapped_stages) == {"Sandbox": 1}
    first, second, third = rows_of(content)
    assert first.identity.key == ("id", "ai-014")
    assert first.facts["running_since"] == dt.date(2026, 4, 3)
    assert (second.stage, second.stage_known, second.raw_stage) == ("proposed", False, "Sandbox")
    assert second.facts["running_since_precision"] == "quarter"
    assert third.title == "Untitled (row 7)"
    assert codes(third.notes) == ["untitled"]


def test_german_register():
    content = csv_of(
        "Kennung\tBezeichnung\tBehörde\tZweck\tProjektstatus\tAnsprechpartner",
        "K-1\tPosteingang sortieren\tAmt für Soziales\tBriefe werden schneller zugestellt\tPilotphase\tFrau Öz",
        "K-2\tBauanträge prüfen\tBauamt\tAnträge werden auf Vollständigkeit geprüft\tRegelbetrieb\tHerr Ax",
    )
    plan = plan_of(content.decode().encode("utf-16"))
    assert plan.table.encoding == "utf-16"
    assert set(plan.columns) == {"title", "external_id", "stage", "problem", "organisation", "lead"}
    assert dict(plan.summary().stages) == {"pilot": 1, "production": 1}


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


def test_unknown_columns_are_kept_as_extra_and_nothing_is_guessed():
    content = csv_of("Title,Flux,Stage", "Chat,12,Pilot")
    assert set(plan_of(content).columns) == {"title", "stage"}
    assert rows_of(content)[0].details == {"Flux": "12"}


def test_a_running_number_is_no_identity():
    plan = plan_of(csv_of("No.,Title", "1,Aa", "2,Bb", "3,Cc", "4,Dd"))
    assert "external_id" not in plan.columns


def test_a_file_without_stages_is_taken_and_said():
    summary = content_of(csv_of("tool_name,publishing_body", "Ask,HMRC"))
    assert dict(summary.unmapped_stages) == {"": 1}
    assert "no_stage_column" in codes(summary.reported)


def test_headers_again_totals_and_notes_are_skipped_and_named():
    content = csv_of(
        "ID,Title,Agency,Stage", "1,Aa,X,Pilot", "ID,Title,Agency,Stage", "2,Total recall of letters,X,Live",
        "3,Only a title,,", ",,,", "4,Bb,X,Live", "5,Cc,X,Live", "6,Dd,X,Live", "Total,2,,", "Source: the register,,,", ",This table was made in March and will change soon.,,",
    )  # fmt: skip
    summary = content_of(content)
    assert [(s.row, s.code) for s in summary.skipped] == [
        (3, "repeated_header"), (10, "total"), (11, "note"), (12, "note"),
    ]  # fmt: skip
    assert (summary.rows, summary.use_cases) == (10, 6)


def test_one_and_the_same_date_everywhere_is_a_placeholder():
    content = csv_of("Title,Start date", *[f"T{n},2021/01/01" for n in range(6)])
    assert "running_since" not in rows_of(content)[0].facts
    assert rows_of(content)[0].details == {"Start date": "2021/01/01"}
    assert "constant_date" in codes(content_of(content).reported)


def test_ambiguous_days_wait_for_an_answer():
    content = csv_of("Title,Start date", "A,03/04/2026", "B,05/06/2026")
    assert "running_since" not in rows_of(content)[0].facts
    assert "date_order_unknown" in codes(content_of(content).reported)
    assert rows_of(content, Mapping.of({"date_order": "dmy"}))[0].facts["running_since"] == dt.date(2026, 4, 3)


def test_mapping_overrides_columns_and_stages():
    content = csv_of("Title,Other name,Stage,Topic,Supplier", "A,Real title,BAU trial,Law,Acme")
    mapping = Mapping.of(
        {
            "columns": {"title": "other NAME", "tags": ["Topic", "Supplier"], "supplier": None},
            "stages": {"bau trial": "pilot"},
        }
    )
    row = rows_of(content, mapping)[0]
    assert (row.title, row.stage, row.facts["tags"]) == ("Real title", "pilot", ("Law", "Acme"))
    assert row.details == {"Title": "A"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"columns": {"colour": "Title"}}, "bad_mapping"),
        ({"columns": {"title": "Nowhere"}}, "unknown_column"),
        ({"stages": {"x": "alive"}}, "bad_mapping"),
        ({"colums": {}}, "bad_mapping"),
        ({"header_row": 0}, "bad_mapping"),
        ([], "bad_mapping"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(given, code):
    with pytest.raises(ImportFault) as fault:
        plan_of(csv_of("Title", "A"), given)
    assert fault.value.code == code


def test_by_column_gives_the_portfolios_text():
    plan = prepare(read(io.BytesIO(csv_of("Title,Land", "A,Bayern", "B,"))), by_column="land")
    assert [row.by for row in plan.rows()] == ["Bayern", ""]


def test_rows_may_be_read_again_and_say_the_same():
    plan = plan_of(csv_of("ID,Title", "1,A", "1,B", ",A"))
    assert list(plan.rows()) == list(plan.rows())
