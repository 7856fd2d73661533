"""How does the product behave with ten thousand use cases? Makes synthetic ones, in a portfolio of their own."""

import random
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people.actions import CommandLine, create_person
from people.models import User
from portfolio.actions import portfolios
from portfolio.actions.declare import Declared, declare
from portfolio.models import Portfolio
from portfolio.models.use_cases import MAGNITUDES
from portfolio.rules import SYSTEM, Policy, Stage

SLUG = "scale"
LEADER = "scale-leader@example.org"
_ROUND = 2_000  # use cases a transaction
_STAGES = {Stage.PROPOSED: 55, Stage.PILOT: 15, Stage.PRODUCTION: 20, Stage.PAUSED: 8, Stage.DECLINED: 2}
_WORK = ("triage", "summaries", "search", "routing", "drafting", "forecasting", "checks", "translation")
_ON = ("claims", "letters", "invoices", "permits", "calls", "tickets", "reports", "case notes")


def rows(count: int, seed: int = 1) -> list[Declared]:
    """The same use cases for the same seed; invented, no organisation's own."""
    dice = random.Random(seed)  # noqa: S311 — synthetic data, nothing secret
    stages = dice.choices(list(_STAGES), weights=list(_STAGES.values()), k=count)
    return [
        Declared(
            title=f"{dice.choice(_ON).capitalize()} {dice.choice(_WORK)} {number}",
            stage=stage,
            facts={
                "problem": f"It takes {dice.randint(10, 90)} minutes each, {dice.randint(20, 900)} times a week.",
                "organisation": f"Unit {dice.randint(1, 60)}",
                "business_outcome": dice.choice(("", "Time: less waiting", "Cost: fewer errors")),
                "magnitude": dice.choice(("", *(code for code, _ in MAGNITUDES))),
                "running_since": date(2025, 1, 1) + timedelta(days=dice.randint(0, 500)),
                "real_users": dice.choice((None, 0, 5, 40, 300)),
                "sponsor_name": dice.choice(("", "Ada Example", "Ben Example")),
            },
        )
        for number, stage in enumerate(stages, 1)
    ]


def load(count: int, slug: str = SLUG) -> Portfolio:
    """A new portfolio with `count` use cases and one leader."""
    leader = User.objects.filter(email=LEADER).first() or create_person(email=LEADER, by=CommandLine())
    made = portfolios.create_portfolio(
        by=SYSTEM, name=f"Scale {count}", slug=slug, leaders=[leader], policy=Policy(pilot_cap=3)
    )
    every = rows(count)
    for start in range(0, count, _ROUND):
        declare(by=SYSTEM, portfolio=made, rows=every[start : start + _ROUND])
    return made


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--use-cases", type=int, default=10_000)
        parser.add_argument("--slug", default=SLUG, help="of the portfolio that is made")

    def handle(self, *args: Any, **options: Any) -> None:
        if Portfolio.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"There is a portfolio at {options['slug']!r} already.")
        made = load(options["use_cases"], options["slug"])
        self.stdout.write(f"{options['use_cases']:,} use cases in /p/{made.slug}/; run `recompute` next.")
