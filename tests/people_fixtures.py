"""Who is in every test of an action? Ana leads, Ben contributes, Cleo leads somewhere else and sees nothing here."""

import pytest

from people.models import User
from portfolio.models import Portfolio
from portfolio.rules import Actor
from tests import factories


@pytest.fixture
def ana(db) -> User:
    return factories.person("ana")


@pytest.fixture
def ben(db) -> User:
    return factories.person("ben")


@pytest.fixture
def cleo(db) -> User:
    return factories.person("cleo")


@pytest.fixture
def dora(db) -> User:
    """The other leader: a go needs two people."""
    return factories.person("dora")


@pytest.fixture
def norwell(ana, ben, dora) -> Portfolio:
    """Led by Ana and Dora, cap 3; Ben contributes."""
    return factories.portfolio(ana, dora, contributors=(ben,))


@pytest.fixture
def elsewhere(cleo) -> Portfolio:
    """Cleo's own portfolio."""
    return factories.portfolio(cleo, name="Elsewhere")


@pytest.fixture
def by_ana(ana, norwell) -> Actor:
    return factories.actor_for(ana)


@pytest.fixture
def by_ben(ben, norwell) -> Actor:
    return factories.actor_for(ben)


@pytest.fixture
def by_cleo(cleo, elsewhere) -> Actor:
    return factories.actor_for(cleo)


@pytest.fixture
def by_dora(dora, norwell) -> Actor:
    return factories.actor_for(dora)
