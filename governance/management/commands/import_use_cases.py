"""Bring a spreadsheet of AI use cases (CSV, XLSX, JSON) into the register; every row is accounted for."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.actions.assess import CHUNK, rank_portfolios, reassess
from portfolio.actions import uploads
from portfolio.actions.import_by_column import bring_by_column
from portfolio.actions.imports import bring
from portfolio.importing import reading
from portfolio.importing.faults import ImportFault
from portfolio.importing.mapping import Mapping
from portfolio.importing.plan import prepare
from portfolio.importing.report import Outcome, report
from portfolio.models import ImportRun, Portfolio
from portfolio.rules import SYSTEM

_MOST_NOTES = 20  # printed; --json has them all


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--portfolio", required=True, metavar="SLUG")
        parser.add_argument("--by-column", metavar="COLUMN", help="one portfolio for each value of this column")
        parser.add_argument("--sheet", metavar="NAME", help="of a workbook; found by itself when left out")
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE",
            help='JSON {"columns": {field: header or null}, "stages": {word: stage}, "header_row": n, "date_order": dmy or mdy}',
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            found = self._bring(**options)
        except (ImportFault, OSError) as fault:
            code = fault.code if isinstance(fault, ImportFault) else "unreadable"
            if options["json"]:
                self.stdout.write(json.dumps({"error": code, "text": str(fault)}, ensure_ascii=False))
            raise CommandError(str(fault)) from fault
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self._tell(found, dry_run=options["dry_run"])

    def _bring(self, **options: Any) -> dict[str, Any]:
        portfolio = Portfolio.objects.listed().filter(slug=options["portfolio"]).first()
        if portfolio is None:
            raise ImportFault("no_such_portfolio", f"There is no portfolio {options['portfolio']!r}.")
        path: Path = options["file"]
        with reading.opened(path, sheet=options["sheet"]) as table:
            mapping = _mapping(options["mapping"]) if options["mapping"] else uploads.remembered(portfolio, table)
            plan = prepare(table, Mapping.of(mapping), by_column=options["by_column"])
            content = plan.content()
        rows = content.rows
        about: dict[str, Any] = {} if options["dry_run"] else {
            "file_name": path.name[:255], "file_hash": _digest(path), "mapping": mapping, "sheet": table.sheet,
        }  # fmt: skip
        progress = None if options["json"] else self._progress(len(rows))
        if options["by_column"]:
            outcomes = bring_by_column(
                by=SYSTEM, portfolio=portfolio, rows=rows, dry_run=options["dry_run"], progress=progress, **about
            )
        else:
            outcomes = [
                bring(by=SYSTEM, portfolio=portfolio, rows=rows, dry_run=options["dry_run"], progress=progress, **about)
            ]
        found = report(plan, content, outcomes)
        if not options["dry_run"]:
            ImportRun.objects.filter(id__in=[outcome.run_id for outcome in outcomes]).update(report=found)
            if options["mapping"]:
                uploads.remember(portfolio, table, mapping)
            _assess(outcomes)
        return found

    def _progress(self, total: int) -> Callable[[int], None]:
        """A line that counts, on a terminal only."""

        def tell(done: int) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"\r{done} of {total} rows", ending="\n" if done == total else "")

        return tell

    def _tell(self, found: dict[str, Any], *, dry_run: bool) -> None:
        say = self.stdout.write
        sheet = f", sheet {found['sheet']!r}" if found["sheet"] else ""
        say(f"Read as {found['encoding']}{sheet}, header in row {found['header_row']}.")
        for field, header in found["columns"].items():
            say(f"  {field.replace('_', ' '):<17} {header[:90]}")
        say("Stages: " + ", ".join(f"{stage} {count}" for stage, count in found["stages"].items()))
        for word, count in found["unmapped_stages"].items():
            say(f"  {word or '(blank)'}: {count}, unknown; waiting as proposed. A mapping can say what it means.")
        notes = found["skipped"] + found["reported"]
        for note in notes[:_MOST_NOTES]:
            say(f"  row {note['row']}: {note['text']}" if note["row"] else f"  {note['text']}")
        if len(notes) > _MOST_NOTES:
            say(f"  and {len(notes) - _MOST_NOTES} more; --json has them all.")
        if len(found["portfolios"]) > 1:
            for slug, count in found["portfolios"].items():
                say(f"  {slug:<40} {count}")
        done = "Nothing was written. It would be" if dry_run else "Done:"
        say(
            f"{done} {found['created']} created, {found['updated']} updated, {found['unchanged']} unchanged,"
            f" {len(found['skipped'])} skipped, of {found['rows']} rows."
        )


def _mapping(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as fault:
        raise ImportFault("bad_mapping", f"The mapping is no JSON: {fault}.") from None
    if not isinstance(said, dict):
        raise ImportFault("bad_mapping", "The mapping is a JSON object.")
    return said


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _assess(outcomes: list[Outcome]) -> None:
    """Bring the boards of the touched portfolios up to date before the command ends."""
    touched = [use_case_id for outcome in outcomes for use_case_id in outcome.touched]
    for start in range(0, len(touched), CHUNK):
        reassess(touched[start : start + CHUNK], rank=False)
    slugs = [outcome.slug for outcome in outcomes if outcome.touched]
    rank_portfolios(Portfolio.objects.filter(slug__in=slugs).values_list("id", flat=True))
