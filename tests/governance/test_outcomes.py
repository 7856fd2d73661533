"""Does what outcomes were worth reach the hypothesis, once a week, without deciding anything?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from feedback import queries as feedback
from feedback import rollups
from feedback.models import Rollup
from governance import tasks
from governance.actions import outcomes
from portfolio.rules import SYSTEM, Stage
from roi.actions import hypotheses
from roi.actions.readings import OUTCOME_VALUE
from roi.models import Correction, Hypothesis, Reading, SignOff
from roi.rules.track import monday
from tests import factories
from tests.roi.told import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(norwell):
    """A pilot measured since four weeks, and what its feedback says (Monday → money)."""
    made = factories.use_case(norwell, Stage.PILOT, hypothesis=False)
    start = monday(norwell.today()) - timedelta(weeks=4)
    tell(made, day0_on=start)
    return made, {start: Decimal("1200.50"), start + timedelta(weeks=2): Decimal(-40)}


def test_weeks_are_posted_once_and_corrected_with_history(live, monkeypatch):
    made, weeks = live
    monkeypatch.setattr(feedback, "weekly_values", lambda since, today: {made.id: weeks})
    assert outcomes.post_value_readings() == 2
    assert outcomes.post_value_readings() == 0
    tasks.post_value_readings()
    rows = Reading.objects.filter(hypothesis=made.hypothesis)
    assert {(row.measure, row.source) for row in rows} == {(OUTCOME_VALUE, "outcomes")}
    assert rows.by_week() == {week: float(value) for week, value in weeks.items()}
    weeks[min(weeks)] = Decimal(900)  # an outcome came late
    assert outcomes.post_value_readings() == 1
    assert [row.was_value for row in Correction.objects.all()] == [1200.5]


def test_money_is_never_taken_for_the_primary_measure(live, monkeypatch):
    made, weeks = live
    monkeypatch.setattr(feedback, "weekly_values", lambda since, today: {made.id: weeks})
    outcomes.post_value_readings()
    made.hypothesis.refresh_from_db()
    assert (made.hypothesis.verdict, made.hypothesis.seen["weeks"]) == ("", 0)


def test_without_outcomes_or_day_0_nothing_is_posted(norwell, live, monkeypatch):
    other = factories.use_case(norwell, Stage.PILOT, hypothesis=False)
    tell(other)
    monkeypatch.setattr(feedback, "weekly_values", lambda since, today: {})
    assert outcomes.post_value_readings() == 0
    assert not Reading.objects.exists()


def test_what_cannot_be_posted_does_not_cost_the_others(norwell, live, monkeypatch, caplog):
    made, weeks = live
    second = factories.use_case(norwell, Stage.PILOT, hypothesis=False)
    tell(second, day0_on=min(weeks))
    told = {made.id: {min(weeks): Decimal("1e30")}, second.id: weeks}
    monkeypatch.setattr(feedback, "weekly_values", lambda since, today: told)
    assert outcomes.post_value_readings() == 2
    assert f"value_readings_refused use_case={made.id}" in caplog.text


def rolled(use_case, day, suggestions=1):
    Rollup.objects.create(
        use_case_id=use_case.id, counted_on=day, model="", segment="", code="", bucket=-1, suggestions=suggestions,
        **dict.fromkeys(COUNTS, 0),
    )  # fmt: skip


COUNTS = [name for name in rollups.COUNTERS if name != "suggestions"]


@pytest.mark.parametrize(
    ("stated", "learnt"), [(None, -3), (5, -3), (-1, -1)], ids=["not stated", "not come yet", "stated and begun"]
)
def test_day_0_is_the_first_suggestion_unless_a_day_that_has_come_was_stated(norwell, stated, learnt):
    today = datetime.now(UTC).date()
    made = factories.use_case(norwell, Stage.PILOT, hypothesis=False)
    other = factories.use_case(norwell, Stage.PILOT, hypothesis=False)
    row = tell(made, day0_on=None if stated is None else today + timedelta(days=stated))
    tell(other, day0_on=None)  # nobody has used it yet
    rolled(made, today - timedelta(days=5), suggestions=0)  # decisions alone
    rolled(made, today - timedelta(days=3))
    rolled(made, today - timedelta(days=2))
    tasks.post_value_readings()
    row.refresh_from_db()
    assert row.day0_on == today + timedelta(days=learnt)
    rolled(made, today - timedelta(days=9))  # history comes late: what is learnt stands
    assert outcomes.learn_day0() == 0
    assert Hypothesis.objects.get(use_case=other).day0_on is None


def test_signatures_stand_when_day_0_is_learnt(norwell):
    made = factories.use_case(norwell, Stage.PILOT)
    row = Hypothesis.objects.get(use_case=factories.signed_hypothesis(made))
    hypotheses.edit(by=SYSTEM, use_case_id=made.id, day0_on=None)
    rolled(made, datetime.now(UTC).date())
    assert outcomes.learn_day0() == 1
    row.refresh_from_db()
    assert row.day0_on is not None
    assert SignOff.objects.filter(hypothesis=row, fingerprint=row.fingerprint).count() == 3
