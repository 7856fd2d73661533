"""Who is there: ana leads, ben contributes, vera views, otto audits, cleo is a stranger, ira administers."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from governance.actions import assess
from people.actions import CommandLine, create_person
from people.models import User
from portfolio.actions import portfolios, use_cases
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.rules import SYSTEM, Actor, Policy, Role, Stage
from roi.actions import hypotheses
from tests.browser import come_in
from tests.factories import DRAFT, planned_adoption

PASSWORD = "correct horse 9"


@dataclass
class World:
    """One portfolio with its people."""

    portfolio: Portfolio
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        user = self.people[name]
        roles = dict(Membership.objects.filter(user=user).values_list("portfolio_id", "role"))
        return Actor(kind="person", id=user.id, user_id=user.id, roles={key: Role(role) for key, role in roles.items()})

    def client(self, name: str) -> Client:
        client = Client()
        client.force_login(self.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    def use_case(self, title: str = "Claims triage", stage: Stage = Stage.PROPOSED, **facts: Any) -> UseCase:
        """A registered use case, placed in a stage as an import would, and assessed."""
        made = use_cases.register(
            by=self.actor("ana"), portfolio_id=self.portfolio.id, title=title, problem="It takes too long."
        )
        left = {"stage_left": Stage.PILOT} if stage == Stage.PAUSED else {}
        UseCase.objects.filter(id=made.id).update(stage=stage, registered_as=stage, **left, **facts)
        assess.reassess([made.id])
        made.refresh_from_db()
        return made

    def selectable(self, title: str = "Ready for a slot", **facts: Any) -> UseCase:
        """Everything a select asks for is there."""
        made = self.use_case(
            title, success_statement="Minutes fall from 41 to 24.", why_ai="Rules failed.", stop_criterion="No gain by day 90.",
            sponsor=self.people["ana"], lead=self.people["ben"], **facts,
        )  # fmt: skip
        hypotheses.edit(by=SYSTEM, use_case_id=made.id, **DRAFT)
        planned_adoption(made)
        return made

    def pilots(self, count: int) -> list[UseCase]:
        return [self.use_case(f"Pilot {number}", Stage.PILOT) for number in range(1, count + 1)]

    @property
    def today(self):
        return self.portfolio.today()

    def later(self, days: int = 30) -> str:
        return (self.today + timedelta(days=days)).isoformat()


def build() -> World:
    people = {
        name: create_person(email=f"{name}@example.org", name=name.capitalize(), password=PASSWORD, by=CommandLine())
        for name in ("ana", "ben", "vera", "otto", "cleo", "ira")
    }
    User.objects.filter(id=people["ira"].id).update(is_instance_admin=True)
    portfolio = portfolios.create_portfolio(
        by=SYSTEM, name="Norwell Insurance", slug="norwell", leaders=[people["ana"]], policy=Policy(pilot_cap=3),
        time_zone="Europe/Berlin",
    )  # fmt: skip
    for name, role in (("ben", Role.CONTRIBUTOR), ("vera", Role.VIEWER), ("otto", Role.AUDITOR)):
        Membership.objects.create(portfolio=portfolio, user=people[name], role=role)
    return World(portfolio, people)


@pytest.fixture
def world(request) -> World:
    """Seen by the running server too where a test has one."""
    request.getfixturevalue("transactional_db" if "live_url" in request.fixturenames else "db")
    return build()


@pytest.fixture
def page(world, live_url, browser_page):
    """Ana, who leads, in a real browser."""
    come_in(browser_page, live_url, world.client("ana"))
    return browser_page
