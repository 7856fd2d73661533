"""Are the assessments what the facts say? `recompute` does the dirty ones, `recompute --all` every one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.actions import nightly
from governance.models import Quarantine


class Command(BaseCommand):
    help = "Recompute assessments, quarantined use cases too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything")

    def handle(self, *, everything: bool, **options: Any) -> None:
        looked, changed = nightly.recompute(everything=everything)
        Quarantine.objects.all().delete()
        self.stdout.write(f"{looked} use cases looked at, {changed} assessments changed.")
