"""Does a new major model make the go of what is live outdated, on every surface, and does a new go settle it?"""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from feedback import fold, ingest
from governance.actions import assess, dates, verbs
from governance.models import Assessment
from governance.queries.decisions import changed_since
from portfolio import changes
from portfolio.rules import Role, Stage, Verb
from tests import factories
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def dora(db):
    return factories.person("dora")


@pytest.fixture
def live_pilot(dora):
    """A pilot, led by Ana, for which Ben asks and Dora may decide."""
    ana, ben = factories.person("ana"), factories.person("ben")
    where = factories.portfolio(ana, contributors=(ben,))
    factories.join(where, dora, Role.LEADER)
    made = factories.use_case(where, Stage.PILOT)
    dates.choose_lane(use_case_id=made.id, by=factories.actor_for(ana), lane="fast")
    dates.ask(use_case_id=made.id, by=factories.actor_for(ben), kind=Verb.GO, reason="Ready.")
    clear(made, ben)
    return made


def suggest(use_case, model, days):
    at = (NOW - timedelta(days=days)).isoformat()
    event = {"id": f"{model} {days}", "type": "suggestion", "case": model, "model": model, "at": at}
    ingest.store_one(use_case.id, event, NOW)
    fold.fold(use_case.id, changes.touched)


def test_a_new_major_model_makes_the_go_outdated_and_a_new_minor_one_does_not(live_pilot, dora):
    suggest(live_pilot, "router 3.1", 20)
    decision = verbs.go(use_case_id=live_pilot.id, by=factories.actor_for(dora), reason="It pays.")
    type(decision).objects.filter(id=decision.id).update(decided_on=(NOW - timedelta(days=10)).date())
    suggest(live_pilot, "router 3.9", 1)
    assert changed_since(decision) == []
    suggest(live_pilot, "router 4.0", 0)
    [change] = changed_since(decision)
    assert change == {"fact": "New major model since the go", "then": "none", "now": "router 4"}
    assess.reassess([live_pilot.id])
    stood = Assessment.objects.get(use_case=live_pilot)
    assert (stood.status, stood.status_text) == ("watch", "Watch: new model router 4 since the go")
    client = Client()
    client.force_login(dora)
    log = client.get(f"/p/{live_pilot.portfolio.slug}/decisions/").content.decode()
    assert "Outdated: what it stood on has changed." in log
    assert "router 4" in log
    page = client.get(f"/u/{live_pilot.key}/").content.decode()
    assert "new model router 4 since the go" in page
