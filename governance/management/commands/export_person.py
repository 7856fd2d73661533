"""Write everything kept of one person to a file, one JSON object a line."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.queries.person import everything
from people.models import User, normal_email


class Command(BaseCommand):
    help = "Export all data of a person: their row, what refers to them, their ledger lines, texts that name them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        user = User.objects.filter(email=normal_email(options["email"])).first()
        if user is None:
            raise CommandError("Nobody has this address.")
        count = 0
        with options["file"].open("w", encoding="utf-8") as file:
            for fact in everything(user):
                file.write(json.dumps(fact, ensure_ascii=False) + "\n")
                count += 1
        self.stdout.write(f"{count} facts about {user.id}.")
