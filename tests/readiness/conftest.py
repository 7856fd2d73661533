"""Who is there: ana leads the portfolio, olga leads it too, ben contributes and leads the use case, cleo is a stranger."""

from dataclasses import dataclass
from datetime import date

import pytest

from governance.actions import dates
from governance.actions.assess import reassess
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor, Stage
from tests import factories


@dataclass
class House:
    """A portfolio and one pilot of it that a leader keeps, in the fast lane."""

    ana: User
    olga: User
    ben: User
    cleo: User
    portfolio: Portfolio
    row: UseCase

    def as_(self, user: User) -> Actor:
        return factories.actor_for(user)

    def today(self) -> date:
        return self.portfolio.today()

    def settle(self, on: date | None = None) -> None:
        reassess([self.row.id], on)


@pytest.fixture
def house(db) -> House:
    ana, olga, ben, cleo = (factories.person(name) for name in ("ana", "olga", "ben", "cleo"))
    portfolio = factories.portfolio(ana, olga, contributors=(ben,), pilot_cap=10)
    row = factories.use_case(portfolio, Stage.PILOT, lead=ben, sponsor=ana)
    row.kept_at = row.created_at
    row.save(update_fields=["kept_at"])
    dates.choose_lane(use_case_id=row.id, by=factories.actor_for(ana), lane="fast")
    row.refresh_from_db()
    factories.settled(row)  # what is asked here is readiness
    made = House(ana, olga, ben, cleo, portfolio, row)
    made.settle()
    return made
