"""Does the event table have room ahead and nothing beyond its time? Run nightly; safe to run at any time."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from feedback import partitions, retention


class Command(BaseCommand):
    help = "Make the coming months' partitions, drop months older than 13 and test events older than a day."

    def handle(self, *args: Any, **options: Any) -> None:
        today = datetime.now(UTC).date()
        made = partitions.make_ahead(today)
        dropped = retention.drop_old_months(on=today)
        tests = retention.drop_old_tests(on=today)
        self.stdout.write(f"{made} months made, {len(dropped)} dropped, {tests} test events removed.")
