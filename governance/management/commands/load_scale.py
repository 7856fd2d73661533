"""How does the product behave with ten thousand use cases? Makes synthetic ones, in a portfolio of their own."""

import random
from argparse import ArgumentParser
from datetime import date, timedelta
from math import ceil
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from governance.actions import nightly
from people.actions import CommandLine, create_person
from people.models import User
from portfolio.actions import portfolios
from portfolio.actions.declare import Declared, declare
from portfolio.models import Lane, Portfolio, UseCase
from portfolio.models.use_cases import MAGNITUDES
from portfolio.rules import SYSTEM, Policy, Stage
from readiness.actions.items import NewItem, opened_by_hand
from readiness.models import BlockingItem

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


def load_with_items(count: int, slug: str = SLUG, least: int = 0, seed: int = 1) -> Portfolio:
    """The same, each a kept pilot in the fast lane whose every gap is an open item with owner, date and age.

    The items are those that the product itself derives (the four questions, hypothesis, signal, adoption); some by hand
    where that gives fewer than `least`.
    """
    made = load(count, slug)
    now, today, leader = timezone.now(), made.today(), User.objects.get(email=LEADER)
    rows = UseCase.objects.filter(portfolio=made)
    lane = Lane.objects.filter(portfolio=made, code=Lane.FAST).order_by("-version").first()
    rows.update(
        stage=Stage.PILOT, stage_left="", stage_since=now - timedelta(days=70), kept_at=now, lane=lane, lead=leader,
        agreed_on=today + timedelta(days=60),
    )  # fmt: skip
    nightly.recompute(everything=True)
    dice = random.Random(seed)  # noqa: S311 — synthetic data, nothing secret
    missing = least - BlockingItem.objects.filter(use_case__portfolio=made).count()
    for use_case in rows[: max(missing, 0) and count]:
        extra = [NewItem(f"Check {number}", kind="test") for number in range(ceil(missing / count))]
        opened_by_hand(use_case, extra, SYSTEM)
    items = list(BlockingItem.objects.filter(use_case__portfolio=made).order_by("id"))
    for item in items:
        item.opened_on = item.spell_since_on = today - timedelta(days=dice.randint(0, 60))
        item.owner, item.due_on = leader, today + timedelta(days=dice.randint(-20, 45))
    BlockingItem.objects.bulk_update(items, ["opened_on", "spell_since_on", "owner", "due_on"], batch_size=2_000)
    return made


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--use-cases", type=int, default=10_000)
        parser.add_argument("--items", type=int, default=0, help="at least so many open items, owned and dated")
        parser.add_argument("--slug", default=SLUG, help="of the portfolio that is made")

    def handle(self, *args: Any, **options: Any) -> None:
        if Portfolio.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"There is a portfolio at {options['slug']!r} already.")
        count, items = options["use_cases"], options["items"]
        made = load_with_items(count, options["slug"], items) if items else load(count, options["slug"])
        self.stdout.write(f"{options['use_cases']:,} use cases in /p/{made.slug}/; run `recompute` next.")
