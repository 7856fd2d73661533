"""Does the demo tell its feedback story: a band, an alarm somebody saw, a reason that dominates, work that waits?"""

import pytest

from feedback import page
from feedback.models import LearningAction, Ring
from governance.demo import load
from governance.models import Assessment
from portfolio.models import UseCase


@pytest.mark.django_db
def test_the_live_use_case_has_twelve_weeks_behind_it(tmp_path, settings):
    settings.PILOTAGE_HOME = tmp_path
    load.load()
    use_case = UseCase.objects.get(title="Inbound mail routing")
    said = page.summary(use_case.id)
    assert said["suggestions"] > 1_500
    assert said["pending"] == 0
    assert 0.1 < said["override_rate"] < 0.3
    ring = Ring.objects.get(use_case=use_case)
    assert (ring.direction, ring.acknowledged_by.name) == ("up", "Daniel Roth")
    assert {action.reason for action in LearningAction.objects.filter(use_case=use_case)} == {
        "wrong department",
        "new product code",  # opened by itself
    }
    assert len(page.open_exceptions([use_case.id])) == 3
    assert {line.state for line in page.signals_of(use_case.id)} >= {"near", "inside", "silent"}
    assert Assessment.objects.get(use_case=use_case).status == "watch"
