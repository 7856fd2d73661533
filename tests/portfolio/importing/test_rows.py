"""Is every row accounted for, with its identity, its stage and its facts?"""

from datetime import date, datetime

import pytest

from portfolio.importing import values
from portfolio.importing.faults import ImportFault
from portfolio.importing.plan import prepare
from portfolio.importing.reading import read
from portfolio.importing.stages import stage_of
from tests.portfolio.importing import files

PRODUCTION = ["Deployed", "In Operation", "Stage 4 - Operation and Maintenance (use)", "In production", "live", "4. Live",
              "PRODUCTION", "In mission", "im Einsatz", "En production"]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        (PRODUCTION, "production"),
        (["Pilot", "pilot phase", "PoC", "Phase 2: Pilot", "Implementation and Assessment", "Pilotphase", "pilote"], "pilot"),
        (["Pre-deployment", "Initiated", "Planned", "Ideation", "Acquisition and/or Development", "Stage 1 - Initiation"], "proposed"),
        (["Retired", "Withdrawn", "d) Retired (2023)", "Decommissioned"], "retired"),
        (["on hold", "Paused"], "paused"),
        (["Rejected"], "declined"),
        (["Cancelled"], "stopped"),
        (["", "Unknown", "3", "2.5", "Yes", "Research or Administrative Action Complete", "Pilot or production", "Green",
          "not deployed", "N/A", "2024-01-01"], None),
    ],
)  # fmt: skip
def test_stage_words_are_known_or_asked_about(words, stage):
    assert {word: stage_of(word) for word in words} == dict.fromkeys(words, stage)


def test_a_mapping_says_what_an_unknown_word_means(tmp_path):
    path = files.table(tmp_path, ["Name", "Stage"], ["A", "3"], ["B", "Pilot"], ["C", "green"])
    plan, rows = files.planned(
        path, {"columns": {"stage": "Stage"}, "stages": {"3": "production", "Pilot": "proposed"}}
    )
    assert [row.stage for row in rows] == ["production", "proposed", None]
    assert dict(plan.unmapped_stages) == {"green": 1}
    with pytest.raises(ImportFault, match="no stage"):
        prepare(read(path), {"stages": {"3": "live"}})


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2024-10-01", date(2024, 10, 1)), ("2024-10-01 00:00:00", date(2024, 10, 1)), ("10/1/2023", date(2023, 10, 1)),
        ("01/01/2026 00:00:00", date(2026, 1, 1)), ("3/14/2025 1:30:00 PM", date(2025, 3, 14)),
        ("Jul-25", date(2025, 7, 1)), ("01/2024", date(2024, 1, 1)), ("2025", date(2025, 1, 1)),
        ("31.12.2024", date(2024, 12, 31)), ("2024-10-01T08:00:00Z", date(2024, 10, 1)), ("March 2024", date(2024, 3, 1)),
        (datetime(2024, 5, 6), date(2024, 5, 6)), ("7/16/1905", date(1905, 7, 16)), ("N/A", None), ("soon", None),
        ("13/13/2024", None), ("0001-01-01", None), ("9999-12-31", None), ("", None),
    ],
)  # fmt: skip
def test_days_in_every_shape(said, day):
    assert values.day(said) == day


def test_a_bare_year_read_as_a_day_number_is_reported_and_not_believed(tmp_path):
    plan, rows = files.planned(
        files.table(tmp_path, ["Name", "Start date"], ["A", "7/16/1905"], ["B", "soon"], ["C", "2024"])
    )
    assert [row.facts.get("running_since") for row in rows] == [None, None, date(2024, 1, 1)]
    assert files.codes(plan) == ["no_stage_column", "year_1905", "no_day"]
    assert rows[0].details["Start date"] == "7/16/1905"


def test_one_day_in_every_row_is_a_placeholder(tmp_path):
    rows = [[f"Case {number}", "2021/01/01"] for number in range(30)]
    plan, found = files.planned(files.table(tmp_path, ["Name", "Start date"], *rows))
    assert "constant_date" in files.codes(plan)
    assert {row.facts.get("running_since") for row in found} == {None}
    plan, found = files.planned(files.table(tmp_path, ["Name", "Start date"], *rows, ["Other", "2022/01/01"]))
    assert found[0].facts["running_since"] == date(2021, 1, 1)


def test_repeated_ids_fall_back_to_organisation_title_and_occurrence(tmp_path):
    lines = [["7", "A", "HQ"], ["7", "B", "HQ"], ["8", "C", "HQ"], ["", "D", "HQ"], ["", "D", "HQ"], ["", "D", "Lab"]]
    plan, rows = files.planned(files.table(tmp_path, ["ID", "Name", "Agency"], *lines))
    assert len({row.identity for row in rows}) == 6
    assert [row.by_id for row in rows] == [False, False, True, False, False, False]
    assert [(note.row, note.code) for note in plan.reported] == [(2, "repeated_id"), (3, "repeated_id")]


def test_what_is_no_use_case_is_skipped_and_named(tmp_path):
    header = ["ID", "Name", "Stage"]
    lines = [["1", "A", "Pilot"], header, ["2", "", "Pilot"], ["", "Total", ""], ["", "", ""], ["3", "-", "Live"]]
    plan, rows = files.planned(files.table(tmp_path, header, *lines))
    assert [(note.row, note.code) for note in plan.skipped] == [(3, "repeated_header"), (5, "total_line")]
    assert [row.title for row in rows] == ["A", "Untitled (row 4)", "Untitled (row 7)"]
    assert plan.count == len(rows) + len(plan.skipped) == 5


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"column": {}}, "bad_mapping"),
        ({"columns": []}, "bad_mapping"),
        ({"columns": {"colour": "Name"}}, "bad_mapping"),
        ({"columns": {"title": "Nome"}}, "no_such_column"),
        ({"columns": {"title": None}}, "no_title_column"),
    ],
)
def test_an_unusable_mapping_is_refused(tmp_path, mapping, code):
    path = files.table(tmp_path, ["Name", "Stage"], ["A", "Pilot"])
    with pytest.raises(ImportFault) as fault:
        prepare(read(path), mapping)
    assert fault.value.code == code
