"""Would the forecast have been right? Over a portfolio's own items, or over recorded ones in a file."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from readiness.backtest import Report, Row, Score, backtest
from readiness.models import BlockingItem

WAYS = ("shrunk", "without_floor", "after_due", "unshrunk")
WORDS = {
    "shrunk": "ours",
    "without_floor": "without due dates",
    "after_due": "days past due",
    "unshrunk": "Kaplan-Meier",
}


class Command(BaseCommand):
    help = (
        "Stand at past month-ends, forecast with what was known then, score what came. FILE: CSV with the columns "
        "opened, closed (empty: still open), and optionally due and kind; days as 2026-12-31."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--portfolio", help="only the items of this portfolio")
        parser.add_argument("--bundle", type=int, default=1, help="open items forecast together as one use case")
        parser.add_argument("--first-only", action="store_true", help="each item at its first month-end only")

    def handle(self, **options: Any) -> None:
        rows = _from_file(options["file"]) if options["file"] else _own(options["portfolio"])
        if not rows:
            self.stdout.write("There are no items to learn from yet: the starting assumptions hold.")
            return
        try:
            report = backtest(rows, bundle=options["bundle"], first_only=options["first_only"])
        except ValueError as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(table(report))


def table(report: Report) -> str:
    """The report as text: one line for each way of forecasting."""
    lines = [
        f"{report.origins} month-ends",
        f"{'':20}{'50 %':>7}{'85 %':>7}{'95 %':>7}{'CRPS':>9}{'beside':>9}{'stated':>9}",
    ]
    for way in WAYS:
        score: Score = getattr(report, way)
        shares = "".join(f"{'-' if c is None else f'{100 * c:.0f} %':>7}" for c in score.coverage)
        errors = "".join(
            f"{'-' if e is None else f'{e:.1f}':>9}" for e in (score.crps, score.crps_beside_stated, score.stated_crps)
        )
        lines.append(f"{WORDS[way]:20}{shares}{errors}")
    return "\n".join(lines)


def _own(slug: str | None) -> list[Row]:
    items = BlockingItem.objects.filter(severity="hard").order_by("opened_on", "id")
    if slug:
        items = items.filter(use_case__portfolio__slug=slug)
    columns = items.values_list("opened_on", "closed_on", "closed_as", "first_due_on", "kind")
    return [Row(opened, closed if how == "resolved" else None, due, kind) for opened, closed, how, due, kind in columns]


def _from_file(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_row(number, row) for number, row in enumerate(csv.DictReader(file), start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise CommandError(f"{path}: {fault}") from None


def _row(number: int, row: dict[str, Any]) -> Row:
    try:
        closed, due = (row.get(name) or "" for name in ("closed", "due"))
        return Row(
            date.fromisoformat(row["opened"][:10]),
            date.fromisoformat(closed[:10]) if closed else None,
            date.fromisoformat(due[:10]) if due else None,
            row.get("kind") or "other",
        )
    except (KeyError, TypeError, ValueError):
        raise CommandError(f"Line {number}: opened, closed and due are days such as 2026-12-31.") from None
