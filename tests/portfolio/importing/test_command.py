"""Does `import_use_cases` bring whole folders in, exactly once, and say so as promised?"""

import io
import json
import time

import pytest
from django.core.management import CommandError, call_command

from governance.models import Assessment, PortfolioState
from ledger import queries as ledger
from portfolio.models import Dirty, ImportRun, Portfolio, RememberedMapping, UseCase
from portfolio.rules import Stage
from tests.portfolio.importing import made, real

KEYS = ["rows", "created", "updated", "unchanged", "skipped", "reported", "stages", "unmapped_stages", "columns",
        "encoding", "header_row", "sheet", "portfolios"]  # fmt: skip


def run(path, **options) -> dict:
    out = io.StringIO()
    call_command("import_use_cases", str(path), portfolio="home", json=True, stdout=out, **options)
    found = json.loads(out.getvalue())
    assert list(found) == KEYS
    assert found["rows"] == found["created"] + found["updated"] + found["unchanged"] + len(found["skipped"])
    assert found["rows"] - len(found["skipped"]) == sum(found["portfolios"].values()) == sum(found["stages"].values())
    return found


@pytest.mark.parametrize("one", real.FILES, ids=lambda one: one.name)
def test_each_real_file_enters_whole_and_once(shared_data, home, one):
    path = shared_data / one.folder / one.name
    first = run(path)
    assert (first["rows"], first["created"], first["updated"]) == (one.rows, one.rows, 0)
    assert first["unmapped_stages"] == one.unmapped
    stages = UseCase.objects.values_list("stage", flat=True)
    assert {stage: list(stages).count(stage) for stage in set(stages)} == one.stages
    second = run(path)
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, one.rows)
    assert UseCase.objects.count() == one.rows


def test_2186_rows_by_agency(shared_data, home):
    path = shared_data / real.US_2025 / "2025_individually_reported_AI_use_cases.subset.csv"
    dry = run(path, by_column="agency_name", dry_run=True)
    assert Portfolio.objects.count() == 1
    first = run(path, by_column="agency_name")
    assert first["portfolios"] == dry["portfolios"]
    assert {row.slug: row.use_cases.count() for row in Portfolio.objects.exclude(slug="home")} == first["portfolios"]
    assert (first["portfolios"]["department-of-commerce"], first["portfolios"]["tennessee-valley-authority"]) == (
        223,
        59,
    )
    assert ImportRun.objects.count() == len(first["portfolios"])
    second = run(path, by_column="agency_name")
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 2186)
    assert all(ledger.verified(row.id).ok for row in Portfolio.objects.all())


def test_the_board_is_right_when_the_command_ends(tmp_path, home):
    path = made.saved(tmp_path, made.table(["Name", "Stage"], ["A", "Pilot"], ["B", "Deployed"], ["C", "Idea"]))
    run(path)
    assert not Dirty.objects.exists()
    assert Assessment.objects.count() == 3
    assert PortfolioState.objects.get(portfolio=home).counts == {"pilot": 1, "production": 1, "proposed": 1}
    assert [warning["code"] for warning in PortfolioState.objects.get(portfolio=home).warnings].count(
        "never_gated"
    ) == 1


def test_an_answered_mapping_is_remembered(tmp_path, home):
    path = made.saved(tmp_path, made.table(["Name", "Farbe"], ["A", "grün"], ["B", "rot"]))
    mapping = made.saved(tmp_path, '{"columns": {"stage": "Farbe"}, "stages": {"grün": "production"}}', "m.json")
    assert run(path, mapping=mapping, dry_run=True)["stages"] == {"production": 1, "proposed": 1}
    assert not RememberedMapping.objects.exists()
    run(path, mapping=mapping)
    assert run(path)["unmapped_stages"] == {"rot": 1}
    assert UseCase.objects.get(title="A").stage == Stage.PRODUCTION


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        ("", {}, "empty_file"),
        ("a,b\n1,2\n", {}, "no_title"),
        ("Name,Stage\nA,Pilot\n", {"by_column": "Agency"}, "unknown_column"),
        ("Name,Stage\nA,Pilot\n", {"portfolio": "nowhere"}, "no_such_portfolio"),
    ],
)
def test_a_fault_is_a_sentence_and_exit_code_1(tmp_path, home, content, options, code):
    out = io.StringIO()
    path = made.saved(tmp_path, content)
    with pytest.raises(CommandError) as fault:
        call_command("import_use_cases", str(path), stdout=out, **{"portfolio": "home", "json": True} | options)
    assert (json.loads(out.getvalue())["error"], fault.value.returncode) == (code, 1)
    assert not UseCase.objects.exists()
    with pytest.raises(CommandError, match=r"No such file"):
        call_command("import_use_cases", str(tmp_path / "none.csv"), portfolio="home", stdout=out)


def test_without_json_it_reads_well(tmp_path, home):
    out = io.StringIO()
    path = made.saved(tmp_path, made.table(["Name", "Stage"], ["A", "Pilot"], ["", "Amber"]))
    call_command("import_use_cases", str(path), portfolio="home", stdout=out)
    said = out.getvalue()
    assert "Amber: 1, unknown; waiting as proposed." in said
    assert "row 3: It has no title and becomes" in said
    assert "Done: 2 created, 0 updated, 0 unchanged, 0 skipped, of 2 rows." in said


def test_p9_the_two_federal_inventories_with_dry_run(shared_data, home):
    """4,319 rows; the figure is printed, never asserted on a shared machine."""
    began, rows = time.perf_counter(), 0
    for folder, name in (
        (real.US_2025, "2025_individually_reported_AI_use_cases.subset.csv"),
        (real.US_2024, "2024_consolidated_ai_inventory_raw_v2.csv"),
    ):
        dry = run(shared_data / folder / name, dry_run=True)
        done = run(shared_data / folder / name)
        rows += done["rows"]
        assert [done[key] for key in KEYS if key != "reported"] == [dry[key] for key in KEYS if key != "reported"]
    print(f"P9: {rows} rows, dry run, import and assessment: {time.perf_counter() - began:.1f} s")
    assert rows == 4319
