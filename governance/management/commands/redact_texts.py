"""Rewrite every free text that holds a name: for what turned up after a person was erased."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.actions import persons
from governance.queries import traces
from portfolio.rules import SYSTEM


class Command(BaseCommand):
    help = "List the free texts that hold one of these; with --yes rewrite them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("texts", nargs="+", metavar="TEXT")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, **options: Any) -> None:
        for trace in traces.find(options["texts"]):
            self.stdout.write(f"{trace.table}.{trace.column}: … {trace.excerpt} …")
        if options["yes"]:
            done = persons.redact(texts=options["texts"], by=SYSTEM)
            self.stdout.write(f"{done.redacted + done.blanked} texts redacted.")
