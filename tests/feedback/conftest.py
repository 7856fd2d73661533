"""What do the feedback tests find ready? A live use case with a token, and the real server on request."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client

from feedback import limits
from portfolio.actions import tokens
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Stage
from tests import factories
from tests.feedback.server import Server


@dataclass
class Live:
    """A live use case, its people and a token limited to it."""

    portfolio: Portfolio
    use_case: UseCase
    token: str

    @property
    def id(self) -> UUID:
        return self.use_case.id

    @property
    def leader(self):
        return factories.actor_for(self.portfolio.memberships.get(role="leader").user)

    def lend(self, *scopes: str, limited: bool = True) -> str:
        use_case_id = self.use_case.id if limited else None
        return tokens.create_token(
            by=self.leader, portfolio_id=self.portfolio.id, name="t", scopes=list(scopes), use_case_id=use_case_id
        )[1]


def make_live(stage: Stage = Stage.PRODUCTION, **facts) -> Live:
    ana = factories.person("ana")
    where = factories.portfolio(ana)
    live = Live(where, factories.use_case(where, stage, **facts), "")
    live.token = live.lend("feedback:write", "feedback:read")
    return live


@pytest.fixture(autouse=True)
def _no_lease_left():
    """Leases of the rate limit belong to one test."""
    limits._leases.clear()


@pytest.fixture
def live(db) -> Live:
    return make_live()


@pytest.fixture
def live_and_server(transactional_db):
    """The use case, and gunicorn serving this test's database."""
    made, server = make_live(), Server()
    server.start()
    yield made, server
    server.stop()


@pytest.fixture
def leader(live):
    client = Client()
    client.force_login(live.portfolio.memberships.get(role="leader").user)
    return client


@pytest.fixture
def vera(live):
    client = Client()
    client.force_login(factories.join(live.portfolio, factories.person("vera"), "viewer"))
    return client
