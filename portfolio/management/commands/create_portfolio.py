"""How does a first portfolio come to be? `create_portfolio NAME --slug SLUG --leader EMAIL`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people import actions as people
from people.models import SignInLink, User, normal_email
from portfolio.actions import portfolios
from portfolio.actions.members import INVITATION_HOURS
from portfolio.rules import SYSTEM, Policy, PolicyFault, Refused

LOCAL = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Open a portfolio with its leader, who is created if new and gets a one-time sign-in link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--cap", type=int, default=Policy.pilot_cap)
        parser.add_argument("--currency", default="EUR")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--leader", required=True, metavar="EMAIL")
        parser.add_argument(
            "--url", default=settings.SITE_URL or LOCAL, help=f"where this instance is reached ({LOCAL})"
        )

    def handle(self, *, name: str, slug: str, cap: int, leader: str, url: str, **options: Any) -> None:
        try:
            with transaction.atomic():
                policy = Policy.from_json({"pilot_cap": cap})
                user, link = self._leader(leader)
                made = portfolios.create_portfolio(
                    by=SYSTEM, name=name, slug=slug, leaders=[user], policy=policy,
                    currency=options["currency"], time_zone=options["time_zone"],
                )  # fmt: skip
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except (Refused, PolicyFault) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{made.name} is open at {made.slug}, cap {cap}, led by {user.email}.")
        if link:
            self.stdout.write(f"One-time sign-in link for {user.email}: {url.rstrip('/')}/welcome/{link}/")

    def _leader(self, email: str) -> tuple[User, str | None]:
        """The person, and a link's token when they are new."""
        user = User.objects.filter(email=normal_email(email)).first()
        if user is not None:
            return user, None
        user = people.create_person(email=email, by=SYSTEM)
        purpose = SignInLink.Purpose.FIRST_SIGN_IN
        return user, people.make_link(user=user, purpose=purpose, hours=INVITATION_HOURS, by=SYSTEM)
