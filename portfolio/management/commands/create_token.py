"""How does a program get its token from the command line? Printed once, as the last word."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people.models import User, normal_email
from portfolio.access import identity
from portfolio.actions import tokens
from portfolio.models import Portfolio
from portfolio.rules import NotPermitted, NotVisible, Refused


class Command(BaseCommand):
    help = "Mint a token in a person's name; it never exceeds that person's present role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--portfolio", required=True, metavar="SLUG")
        parser.add_argument("--scope", required=True, nargs="+", action="extend", metavar="S")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--name", default="made on the command line")

    def handle(self, *, user: str, portfolio: str, scope: list[str], days: int, name: str, **options: Any) -> None:
        person = User.objects.filter(email=normal_email(user), is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active person {user!r}.")
        by = identity.person(person)
        found = Portfolio.objects.visible_to(by).filter(slug=portfolio).first()
        if found is None:
            raise CommandError(f"{user} belongs to no portfolio {portfolio!r}.")
        try:
            token, text = tokens.create_token(by=by, portfolio_id=found.id, name=name, scopes=scope, days=days)
        except (Refused, NotPermitted) as fault:
            raise CommandError(str(fault)) from fault
        except NotVisible:
            raise CommandError(f"{portfolio!r} is archived.") from None
        self.stdout.write(f"Valid until {token.expires_at:%Y-%m-%d}, shown this once: {text}")
