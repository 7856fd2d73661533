"""Do the public registers come in as their README files count them?"""

from collections import Counter
from pathlib import Path

import pytest

from portfolio.importing.plan import Plan, prepare
from portfolio.importing.reading import opened
from portfolio.importing.rows import Row

STANDARD, AGENCY, OLDER = "us-federal-ai-2025", "us-federal-ai-2025-agency-files", "us-federal-ai-2024"
# file, header row, encoding, rows, rows per our stage (None: no stage known, waits as proposed)
REGISTERS = [
    (f"{STANDARD}/2025_individually_reported_AI_use_cases.subset.csv", 1, "utf-8-sig", 2186,
     {"proposed": 1016, "production": 512, "pilot": 284, "retired": 92, None: 282}),
    (f"{STANDARD}/2025_consolidated_COTS_AI_use_cases.csv", 1, "utf-8-sig", 900, {None: 900}),
    (f"{STANDARD}/2025_consolidated_COTS_AI_use_cases.xlsx", 1, "utf-8", 900, {None: 900}),
    (f"{AGENCY}/usda.csv", 1, "utf-8-sig", 89, {"production": 37, "proposed": 34, None: 11, "retired": 7}),
    (f"{AGENCY}/treasury.csv", 2, "utf-8-sig", 129, {"proposed": 70, "production": 26, "pilot": 22, "retired": 11}),
    (f"{AGENCY}/dot.csv", 1, "utf-8", 70, {"proposed": 53, "production": 16, "pilot": 1}),
    (f"{AGENCY}/doi.csv", 2, "windows-1252", 247, {"proposed": 105, "pilot": 89, "production": 40, "retired": 13}),
    (f"{AGENCY}/tva.csv", 1, "utf-8", 59, {None: 59}),
    (f"{AGENCY}/fhfa.csv", 2, "utf-8-sig", 18, {"production": 14, "retired": 4}),
    (f"{AGENCY}/ncua.csv", 2, "windows-1252", 3, {"production": 3}),
    (f"{AGENCY}/pbgc.csv", 1, "utf-8", 17, {"proposed": 15, "production": 2}),
    (f"{AGENCY}/cftc.csv", 1, "utf-8-sig", 3, {"production": 1, "proposed": 2}),
    (f"{AGENCY}/commerce.xlsx", 2, "utf-8", 223, {None: 223}),
    (f"{AGENCY}/hud.xlsx", 2, "utf-8", 11, {"production": 5, "proposed": 3, "retired": 2, "pilot": 1}),
    (f"{AGENCY}/nara.xlsx", 2, "utf-8", 14, {"proposed": 8, "production": 4, "pilot": 2}),
    (f"{AGENCY}/nasa.xlsx", 2, "utf-8", 425, {"proposed": 373, "production": 26, "pilot": 21, "retired": 5}),
    (f"{AGENCY}/doj.xlsx", 2, "utf-8", 314, {"production": 163, "proposed": 107, "pilot": 25, "retired": 19}),
    (f"{OLDER}/2024_consolidated_ai_inventory_raw_v2.csv", 1, "windows-1252", 2133,
     {"production": 892, "proposed": 803, "retired": 142, None: 296}),
    ("uk-atrs/atrs_records.csv", 1, "utf-8", 136, {None: 136}),
    ("uk-atrs/atrs_records.json", 1, "utf-8", 136, {None: 136}),
    ("eu-public-services/innovative_services_2020.csv", 1, "utf-8", 339,
     {"production": 270, "proposed": 36, "pilot": 31, "retired": 2}),
    ("eu-public-services/ai_services_2021.csv", 1, "utf-8", 143, {None: 143}),
]  # fmt: skip


def plan_of(path: Path) -> tuple[Plan, list[Row]]:
    with opened(path) as table:
        plan = prepare(table)
        found = list(plan.rows())
    rows = [row for row in found if isinstance(row, Row)]
    assert len(rows) == len(found), "a row of a public register was skipped"
    return plan, rows


@pytest.mark.parametrize(("name", "header_row", "encoding", "count", "stages"), REGISTERS)
def test_a_public_register_is_read_as_its_readme_counts_it(shared_data, name, header_row, encoding, count, stages):
    plan, rows = plan_of(shared_data / name)
    assert (plan.table.header_row, plan.table.encoding, len(rows)) == (header_row, encoding, count)
    assert Counter(row.stage if row.stage_known else None for row in rows) == stages
    assert len({row.identity.key for row in rows}) == count


@pytest.mark.parametrize("agency", ["commerce", "hud", "nara", "nasa", "doj"])
def test_a_workbook_and_its_csv_copy_tell_the_same(shared_data, agency):
    _, sheet = plan_of(shared_data / AGENCY / f"{agency}.xlsx")
    _, copy = plan_of(shared_data / AGENCY / f"{agency}.from-xlsx.csv")
    assert [told(row) for row in sheet] == [told(row) for row in copy]


def told(row: Row):
    extra = {name: text.removesuffix(" 00:00:00") for name, text in row.extra.items()}
    return row.identity, row.stage, row.raw_stage, row.fields, extra


def test_raw_stages_nobody_knows_are_asked_about(shared_data):
    with opened(shared_data / OLDER / "2024_consolidated_ai_inventory_raw_v2.csv") as table:
        summary = prepare(table).summary()
    assert summary.unmapped_stages == {
        "Implementation and Assessment": 287, "Research or  Administrative Action Complete": 5, "": 4,
    }  # fmt: skip


def test_agency_files_agree_with_the_standardised_rows(shared_data):
    _, standard = plan_of(shared_data / STANDARD / "2025_individually_reported_AI_use_cases.subset.csv")
    by_id = {row.fields["external_id"]: row for row in standard if "external_id" in row.fields}
    for agency, least in (("nasa.xlsx", 400), ("doj.xlsx", 280), ("doi.csv", 230)):
        _, rows = plan_of(shared_data / AGENCY / agency)
        pairs = [(row, by_id[row.fields["external_id"]]) for row in rows if row.fields.get("external_id") in by_id]
        assert len(pairs) >= least
        assert sum(mine.stage == theirs.stage for mine, theirs in pairs) >= 0.99 * len(pairs)


def test_placeholders_and_bare_years_never_become_dates(shared_data):
    _, services = plan_of(shared_data / "eu-public-services/ai_services_2021.csv")
    assert not any("running_since" in row.fields for row in services)
    _, older = plan_of(shared_data / OLDER / "2024_consolidated_ai_inventory_raw_v2.csv")
    years = {row.fields["running_since"].year for row in older if "running_since" in row.fields}
    assert min(years) >= 1980
