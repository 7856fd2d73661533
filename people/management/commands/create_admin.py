"""How does the first person get in? `create_admin EMAIL` makes an instance administrator."""

import sys
from argparse import ArgumentParser

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people import actions
from people.models import SignInLink, User, normal_email

LINK_HOURS = 24  # long enough to carry to another machine, short enough to forget

LOCAL = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Make a person an instance administrator; without a password, print a one-time sign-in link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument(
            "--url", default=settings.SITE_URL or LOCAL, help=f"where this instance is reached ({LOCAL})"
        )

    def handle(self, *, email: str, password_stdin: bool, url: str, **options: object) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        try:
            with transaction.atomic():
                user, token = self._make(email, password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.email} is an instance administrator.")
        if token:
            self.stdout.write(f"One-time sign-in link, valid for {LINK_HOURS} hours:")
            self.stdout.write(f"{url.rstrip('/')}/welcome/{token}/")

    def _make(self, email: str, password: str | None) -> tuple[User, str | None]:
        """The person, new or promoted, and a link's token when no password was given."""
        by = actions.CommandLine()
        user = User.objects.filter(email=normal_email(email)).first()
        if user is None:
            user = actions.create_person(email=email, password=password, is_instance_admin=True, by=by)
        else:
            user.is_instance_admin = user.is_active = True
            if password is not None:
                validate_password(password, user)
                user.set_password(password)
            user.save()
        if password is not None:
            return user, None
        return user, actions.make_link(user=user, purpose=SignInLink.Purpose.FIRST_SIGN_IN, hours=LINK_HOURS, by=by)
