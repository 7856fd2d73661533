"""Load the demo portfolio into an instance that has none, or print its logins."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance.demo import load
from portfolio.models import Portfolio


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--logins", action="store_true", help="print the demo's accounts and do nothing else")

    def handle(self, *args, **options) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("The demo is refused here: it has accounts with a printed password.")
        there = Portfolio.objects.filter(slug=load.story()["portfolio"]["slug"]).exists()
        if options["logins"]:
            if not there:
                raise CommandError("There is no demo in this instance.")
            for role, mail, password in load.logins():
                self.stdout.write(f"  {role:<12} {mail:<28} {password}")
            return
        if there:
            self.stdout.write("The demo is already here.")
            return
        portfolio = load.load()
        self.stdout.write(f"{portfolio.name}: {portfolio.use_cases.count()} use cases.")
