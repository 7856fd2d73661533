"""What did people decide before anything was connected? Reads a table, says what became of every row."""

import hashlib
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.importing import bring, found, mapping
from portfolio.importing.faults import ImportFault
from portfolio.importing.reading import opened
from portfolio.models import UseCase
from portfolio.rules import SYSTEM


class Command(BaseCommand):
    help = "Import historic suggestions, decisions and outcomes of a use case: one row a case, or one row an event."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--use-case", required=True, metavar="KEY")
        parser.add_argument("--mapping", type=Path, help="JSON: which column says what (feedback/importing/mapping.py)")
        parser.add_argument("--sheet")
        parser.add_argument("--dry-run", action="store_true", help="read and check, store nothing")
        parser.add_argument("--json", action="store_true", help="the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        use_case = UseCase.objects.select_related("portfolio").filter(key=options["use_case"].upper()).first()
        if use_case is None:
            raise CommandError(f"There is no use case {options['use_case']}.")
        try:
            with opened(options["file"], sheet=options["sheet"]) as table:
                columns = (
                    mapping.read(options["mapping"].read_text(), table.headers)
                    if options["mapping"]
                    else mapping.of(found.propose(table.headers, table.sample()).settled(), table.headers)
                )
                report = bring.bring(
                    by=SYSTEM, use_case_id=use_case.id, table=table, mapping=columns, dry_run=options["dry_run"],
                    zone=ZoneInfo(use_case.portfolio.time_zone), mark=_mark(options["file"]),
                )  # fmt: skip
        except (ImportFault, mapping.MappingFault, OSError) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(json.dumps(report.as_dict()) if options["json"] else _said(report, options["dry_run"]))


def _mark(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[: bring.MARK]


def _said(report: bring.Report, dry_run: bool) -> str:
    lines = [
        f"{report.rows} rows: {report.cases} read, {len(report.skipped)} skipped; {report.events} events, "
        + ("nothing stored (dry run)." if dry_run else f"{report.created} new, {report.duplicates} known before.")
    ]
    lines += [f"  row {one['row']}: {one['text']} ({one['code']})" for one in report.skipped[:20]]
    if len(report.skipped) > 20:
        lines.append(f"  and {len(report.skipped) - 20} more; --json names them all")
    return "\n".join(lines)
