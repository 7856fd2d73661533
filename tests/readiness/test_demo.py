"""Does the demo show every status a pilot can have, with answers, items and data in every state?"""

import pytest

from governance.demo.load import load
from governance.models import Assessment
from portfolio.models import UseCase
from readiness.models import Answer, BlockingItem, DataNeed, DataSource
from readiness.rules.answers import State

pytestmark = pytest.mark.django_db


def test_demo_shows_every_state(settings, tmp_path):
    settings.PILOTAGE_HOME = tmp_path
    load()
    pilots = Assessment.objects.filter(stage="pilot")
    assert {"ready", "on_course", "at_risk", "no_date", "stop_advised"} <= set(pilots.values_list("status", flat=True))
    assert "Past its date" in set(pilots.values_list("status_text", flat=True))
    assert set(Answer.objects.values_list("state", flat=True)) == set(State) - {State.NOT_STARTED}
    assert set(BlockingItem.objects.values_list("origin", flat=True)) >= {"readiness", "manual"}
    assert BlockingItem.objects.open().filter(owner=None).exists()
    assert DataSource.objects.count() >= 5
    assert DataNeed.objects.exclude(access="granted").exists()
    assert UseCase.objects.get(title="Inbound mail routing").stage == "production"
