"""Is the ledger whole? Exit codes: 0 ok, 1 altered, 2 shorter than a checkpoint, 3 signature, 4 rule, 5 unreadable."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from ledger import names, queries, verify


class KeptCheckpoint(NamedTuple):
    """One line of a checkpoint file kept outside."""

    chain_id: UUID
    seq: int
    entry_hash: bytes
    made_at: datetime
    key_id: str
    signature: bytes


class Command(BaseCommand):
    help = "Verify one chain or all: hashes, links, columns, private texts, and checkpoints when keys are given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--portfolio", metavar="SLUG")
        which.add_argument("--chain", type=UUID, metavar="UUID")
        parser.add_argument("--checkpoints", type=Path, metavar="FILE", help="JSON lines kept outside this database")
        parser.add_argument(
            "--key", action="append", default=[], metavar="ID=HEX", help="an Ed25519 public key that signs checkpoints"
        )

    def handle(self, **options: Any) -> None:
        keys = self._keys(options["key"])
        kept = self._kept(options["checkpoints"])
        worst: list[int] = []
        for chain_id in self._chains(options["portfolio"], options["chain"]):
            mine = [checkpoint for checkpoint in kept if checkpoint.chain_id == chain_id]
            report = queries.verified(chain_id, checkpoints=mine, keys=keys)
            self._tell(names.name(chain_id), report)
            if not report.ok:
                worst.append(report.exit_code)
        if worst:
            raise CommandError("The ledger does not verify.", returncode=min(worst))

    def _tell(self, name: str, report: verify.Report) -> None:
        if report.ok:
            self.stdout.write(f"{name}: {report.count} lines, whole and unaltered.")
        else:
            self.stdout.write(f"{name}: FAULT at line {report.first_bad_seq} ({report.code}). {report.text}")
        for warning in report.warnings:
            self.stdout.write(f"{name}: warning: {warning}")

    def _chains(self, slug: str | None, chain_id: UUID | None) -> list[UUID]:
        if chain_id is not None:
            return [chain_id]
        if slug is None:
            return queries.chain_ids()
        found = names.find(slug)
        if found is None:
            raise CommandError(f"There is no portfolio “{slug}”.", returncode=verify.UNREADABLE)
        return [found]

    def _keys(self, given: list[str]) -> dict[str, bytes]:
        try:
            return {key_id: bytes.fromhex(spelled) for key_id, _, spelled in (item.partition("=") for item in given)}
        except ValueError as error:
            raise CommandError("--key takes ID=HEX.", returncode=verify.UNREADABLE) from error

    def _kept(self, path: Path | None) -> list[KeptCheckpoint]:
        if path is None:
            return []
        try:
            lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
            return [
                KeptCheckpoint(
                    chain_id=UUID(line["chain_id"]),
                    seq=line["seq"],
                    entry_hash=bytes.fromhex(line["entry_hash"]),
                    made_at=datetime.fromisoformat(line["made_at"]),
                    key_id=line["key_id"],
                    signature=bytes.fromhex(line["signature"]),
                )
                for line in lines
            ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{path} cannot be read: {error}", returncode=verify.UNREADABLE) from error
