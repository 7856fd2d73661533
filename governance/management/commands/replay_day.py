"""Is what a portfolio showed on a day what its ledger tells? Prints the day and every difference; exit code 1 if any."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.queries import replay
from portfolio.models import Portfolio


class Command(BaseCommand):
    help = "Show a portfolio as it was when a day ended, and where the ledger tells something else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("portfolio", help="its slug")
        parser.add_argument("--on", type=date.fromisoformat, help="a local day, 2026-11-20; today unless given")

    def handle(self, *, portfolio: str, on: date | None, **options: Any) -> None:
        found = Portfolio.objects.filter(slug=portfolio).first()
        if found is None:
            raise CommandError(f"There is no portfolio {portfolio}.")
        day = replay.of_day(found, on or found.today())
        for past in day.rows:
            self.stdout.write(f"{past.use_case.key}  {past.stage}  {past.shown['status_text'] or 'no status'}")
        for one in day.unproved:
            self.stdout.write(
                f"{one.use_case.key}: no line names the same facts as the decision {one.id} ({one.kind})."
            )
        for row in replay.named(day.differences):
            self.stdout.write(
                f"{row.key or row.title}: {row.what}: the ledger tells {row.told}, stored is {row.stored}."
            )
        count = len(day.unproved) + len(day.differences)
        if count:
            raise CommandError(f"{count} differences on {day.on}.")
        self.stdout.write(f"{day.on}: {len(day.rows)} use cases, {day.lines} lines, no difference.")
