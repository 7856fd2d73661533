"""Settings of the property tests of this folder."""

import pytest
from hypothesis import settings

from tests import factories

# A busy machine makes any single example slow; the whole run has its own limit.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


@pytest.fixture
def people(db):
    return {name: factories.person(name) for name in ("ana", "ben", "fay", "cleo")}


@pytest.fixture
def house(people):
    return factories.portfolio(people["ana"], contributors=(people["ben"], people["fay"]))


@pytest.fixture
def case(house, people):
    """Ana sponsors, Ben leads, Fay is the finance partner."""
    return factories.use_case(
        house, lead=people["ben"], sponsor=people["ana"], finance_partner=people["fay"], hypothesis=False
    )


@pytest.fixture
def acting(people, case):
    return {name: factories.actor_for(user) for name, user in people.items()}
