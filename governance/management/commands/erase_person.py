"""Erase a person: no name, no address in any structured field; free texts that hold them are listed, or redacted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.actions import persons
from governance.queries import traces
from people.models import User, normal_email
from portfolio.rules import SYSTEM, Refused


class Command(BaseCommand):
    help = "Erase a person. Without --yes only what would be found is listed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")
        parser.add_argument("--redact", action="store_true", help="rewrite the free texts too")
        parser.add_argument("--also", action="append", default=[], metavar="TEXT", help="another spelling of the name")

    def handle(self, **options: Any) -> None:
        user = User.objects.filter(email=normal_email(options["email"])).first()
        if user is None:
            raise CommandError("Nobody has this address.")
        if not options["yes"]:
            self._list(list(traces.find([user.email, user.name, *options["also"]])))
            self.stdout.write("Nothing was changed. Repeat with --yes to erase, --redact to rewrite free texts too.")
            return
        try:
            done = persons.erase_person(user_id=user.id, by=SYSTEM, redact=options["redact"], also=options["also"])
        except Refused as refused:
            raise CommandError(" ".join(reason.text for reason in refused.reasons)) from refused
        self._list(done.left)
        self.stdout.write(f"{done.user_id} is erased: {done.blanked} fields blanked, {done.redacted} texts redacted.")
        if done.hashed:
            raise CommandError(f"{len(done.hashed)} hashed lines hold a name; they cannot be edited.")

    def _list(self, found: list[traces.Trace]) -> None:
        for trace in found:
            self.stdout.write(f"{trace.table}.{trace.column}: … {trace.excerpt} …")
