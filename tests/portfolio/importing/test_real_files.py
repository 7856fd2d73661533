"""Are files that other people made read as their READMEs say: every row, every stage, the right columns?"""

from collections import Counter

import pytest

from tests.portfolio.importing import made, real


@pytest.mark.parametrize("one", real.FILES, ids=lambda one: one.name)
def test_every_row_and_stage(shared_data, one):
    plan, content = made.planned(shared_data / one.folder / one.name)
    assert (content.count, len(content.rows), content.skipped) == (one.rows, one.rows, [])
    assert (plan.table.header_row, plan.table.encoding) == (one.header_row, one.encoding)
    assert {str(stage): count for stage, count in content.stages.items()} == one.stages
    assert dict(content.unmapped_stages) == one.unmapped
    assert len({row.identity.digest for row in content.rows}) == one.rows
    assert all(row.title for row in content.rows)


def test_the_list_names_every_table_of_the_folders(shared_data):
    there = {
        (folder, path.name)
        for folder in real.FOLDERS
        for path in (shared_data / folder).iterdir()
        if path.suffix in (".csv", ".xlsx", ".json")
    }
    assert there == {(one.folder, one.name) for one in real.FILES}


@pytest.mark.parametrize("agency", ["commerce", "hud", "nara", "nasa", "doj"])
def test_a_workbook_and_its_csv_copy_tell_the_same(shared_data, agency):
    _, sheet = made.planned(shared_data / real.AGENCIES / f"{agency}.xlsx")
    _, copy = made.planned(shared_data / real.AGENCIES / f"{agency}.from-xlsx.csv")
    assert [_told(row) for row in sheet.rows] == [_told(row) for row in copy.rows]


def _told(row):
    details = {name: text.removesuffix(" 00:00:00") for name, text in row.details.items()}
    return row.identity, row.title, row.stage, row.raw_stage, row.facts, details


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
    _, own = made.planned(shared_data / real.AGENCIES / name)
    standard = shared_data / real.US_2025 / "2025_individually_reported_AI_use_cases.subset.csv"
    _, whole = made.planned(standard, by="agency_name")
    theirs = Counter((row.title.casefold(), row.stage) for row in whole.rows if row.belongs_to == agency)
    mine = Counter((row.title.casefold(), row.stage) for row in own.rows)
    assert theirs.total() == len(own.rows)
    assert (mine & theirs).total() >= 0.97 * len(own.rows)


def test_placeholders_and_bare_years_never_become_days(shared_data):
    _, services = made.planned(shared_data / real.EU / "ai_services_2021.csv")
    assert "constant_date" in made.codes(services.reported)
    assert not any("running_since" in row.facts for row in services.rows)
    _, older = made.planned(shared_data / real.US_2024 / "2024_consolidated_ai_inventory_raw_v2.csv")
    assert "bare_year" in made.codes(older.reported)
    assert min(row.facts["running_since"].year for row in older.rows if "running_since" in row.facts) >= 1980
