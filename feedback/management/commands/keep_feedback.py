"""Does the event table have room ahead and nothing beyond its time? What the nightly task does, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from feedback import partitions, tasks


class Command(BaseCommand):
    help = "Make the coming months' partitions, drop months older than 13 and test events older than a day."

    def handle(self, *args: Any, **options: Any) -> None:
        tasks.keep_months()
        self.stdout.write(f"Months kept: {', '.join(f'{month:%Y-%m}' for month in partitions.months())}")
