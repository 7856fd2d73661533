"""Write one portfolio's ledger to a file that `tools/verify_ledger.py` proves without this program."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import export, names


class Command(BaseCommand):
    help = "Export a chain: lines, private texts not erased, checkpoints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--portfolio", metavar="SLUG", required=True)
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        chain_id = names.find(options["portfolio"])
        if chain_id is None:
            raise CommandError(f"There is no portfolio “{options['portfolio']}”.")
        try:
            with options["file"].open("w", encoding="utf-8") as file:
                file.writelines(export.lines(chain_id))
        except OSError as error:
            raise CommandError(str(error)) from error
