"""Sign the present end of every chain, now. Prints the checkpoints: keep them outside this instance."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import actions, export, keys, queries


class Command(BaseCommand):
    help = "Sign every chain with the key in LEDGER_KEY_FILE; each checkpoint is printed as one JSON line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-key", type=Path, metavar="FILE", help="make a key instead, and print its public half"
        )
        parser.add_argument("--public", action="store_true", help="only print ID=HEX of the key, for verifiers")

    def handle(self, **options: Any) -> None:
        try:
            if options["new_key"]:
                keys.create(options["new_key"])
                self.stdout.write(keys.read(options["new_key"], "").public_hex)
                return
            signer = keys.signer()
        except (OSError, keys.KeyUnusable) as error:
            raise CommandError(str(error)) from error
        if signer is None:
            raise CommandError("LEDGER_KEY_FILE names no key. Make one with --new-key FILE.")
        if options["public"]:
            self.stdout.write(f"{signer.key_id}={signer.public_hex}")
            return
        for chain_id in queries.chain_ids():
            made = actions.checkpoint(chain_id, key=signer.key, key_id=signer.key_id)
            if made is not None:
                self.stdout.write(export.checkpoint_line(made), ending="")
