"""Who imports, and into what?"""

import pytest

from people.models import User
from portfolio.access import identity
from portfolio.actions import portfolios
from portfolio.models import Portfolio
from portfolio.rules import SYSTEM, Actor, Policy


@pytest.fixture
def ana(db) -> User:
    return User.objects.create_user(email="ana@example.org", name="Ana")


@pytest.fixture
def home(ana) -> Portfolio:
    return portfolios.create_portfolio(
        by=SYSTEM, name="Home", slug="home", leaders=[ana], policy=Policy(pilot_cap=7), currency="CHF",
        time_zone="Europe/Zurich",
    )  # fmt: skip


@pytest.fixture
def leader(home, ana) -> Actor:
    return identity.person(ana)
