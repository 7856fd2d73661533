"""Are files that other people made read as their READMEs say: every row, every stage, the right columns?"""

from collections import Counter

import pytest

from tests.portfolio.importing import files, real


@pytest.mark.parametrize("one", real.FILES, ids=lambda one: one.name)
def test_every_row_and_stage(shared_data, one):
    plan, rows = files.planned(shared_data / one.folder / one.name)
    assert (plan.count, len(rows), plan.skipped) == (one.rows, one.rows, [])
    assert (plan.table.header_row, plan.table.encoding) == (one.header_row, one.encoding)
    assert {str(stage): count for stage, count in plan.stages.items()} == one.stages
    assert dict(plan.unmapped_stages) == one.unmapped
    assert len({row.identity for row in rows}) == one.rows
    assert all(row.title for row in rows)


def test_the_list_names_every_table_of_the_folders(shared_data):
    there = {
        (folder, path.name)
        for folder in real.FOLDERS
        for path in (shared_data / folder).iterdir()
        if path.suffix in (".csv", ".xlsx", ".json")
    }
    assert there == {(one.folder, one.name) for one in real.FILES}


@pytest.mark.parametrize("name", ["commerce", "hud", "nara", "nasa", "doj"])
def test_a_workbook_and_its_csv_say_the_same(shared_data, name):
    folder = shared_data / real.AGENCIES
    _, book = files.planned(folder / f"{name}.xlsx")
    _, text = files.planned(folder / f"{name}.from-xlsx.csv")
    assert [(row.title, row.stage) for row in book] == [(row.title, row.stage) for row in text]


@pytest.mark.parametrize(
    ("name", "agency"),
    [
        ("treasury.csv", "Department of the Treasury"),
        ("dot.csv", "Department of Transportation"),
        ("doi.csv", "Department of the Interior"),
        ("nasa.xlsx", "National Aeronautics and Space Administration"),
        ("doj.xlsx", "Department of Justice"),
    ],
)
def test_an_agency_file_and_its_standardised_form_agree(shared_data, name, agency):
    """Columns and stages found in one are those of the other, row by row where the titles are the same."""
    _, own = files.planned(shared_data / real.AGENCIES / name)
    standard = shared_data / real.US_2025 / "2025_individually_reported_AI_use_cases.subset.csv"
    _, all_rows = files.planned(standard, by="agency_name")
    theirs = Counter((row.title.casefold(), row.stage) for row in all_rows if row.belongs_to.strip() == agency)
    mine = Counter((row.title.casefold(), row.stage) for row in own)
    same = sum((mine & theirs).values())
    assert theirs.total() == len(own)
    assert same >= 0.97 * len(own)


def test_years_that_became_days_of_1905_are_named(shared_data):
    plan, rows = files.planned(shared_data / real.US_2024 / "2024_consolidated_ai_inventory_raw_v2.csv")
    told = Counter(note.code for note in plan.reported)
    assert told["year_1905"] > 0
    assert all(row.facts["running_since"].year >= 1950 for row in rows if "running_since" in row.facts)


def test_the_same_day_in_every_record_is_no_start(shared_data):
    plan, rows = files.planned(shared_data / real.EU / "ai_services_2021.csv")
    assert "constant_date" in files.codes(plan)
    assert not any("running_since" in row.facts for row in rows)
