"""Does what outcomes earned reach the hypothesis, once, in money only, and never over a person's own reading?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import fold, ingest, queries
from governance import tasks
from governance.actions.outcomes import post_value_readings
from governance.rules.outcomes import due, in_money
from portfolio import changes
from roi.actions.readings import OUTCOME_VALUE
from roi.models import Correction, Hypothesis, Reading
from roi.rules.track import monday
from tests import factories
from tests.roi.told import measure, tell

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
THIS_WEEK = monday(NOW.date())
DAY_0 = THIS_WEEK - timedelta(weeks=3)


def outcome(case, week, value, event_id=None):
    at = min(datetime.combine(week + timedelta(days=2), datetime.min.time(), UTC), NOW)  # also on a Monday
    event = {"id": event_id or f"{case} {week}", "type": "outcome", "case": case, "at": at.isoformat(), "value": value}
    return {name: said for name, said in event.items() if said is not None}


def send(live, *events):
    for event in events:
        ingest.store_one(live.id, event, NOW)
    fold.fold(live.id, changes.touched)


def stored(live, measure="Recovered a week"):
    rows = Reading.objects.filter(hypothesis__use_case=live.use_case, source="outcomes", measure=measure)
    return list(rows.order_by("week_on").values_list("week_on", "value"))


@pytest.fixture
def earning(live):
    """A live use case whose hypothesis is read in euros a week, from three weeks ago on."""
    Hypothesis.objects.filter(use_case=live.use_case).delete()
    tell(live.use_case, measure="Recovered a week", kind="revenue", unit="EUR a week", baseline=100.0, target=500.0,
         threshold=300.0, higher_is_better=True, day0_on=DAY_0 + timedelta(days=1), baseline_locked_on=None)  # fmt: skip
    return live


def test_weeks_that_are_over_become_readings_once(earning):
    second = DAY_0 + timedelta(weeks=1)
    send(
        earning, outcome("before", DAY_0 - timedelta(weeks=1), "9"), outcome("a", DAY_0, "12.5"),
        outcome("b", DAY_0, "7.5"), outcome("c", second, "40"), outcome("d", THIS_WEEK, "1000"),
    )  # fmt: skip
    assert post_value_readings() == 4  # two weeks, as their own measure and as the primary one
    assert stored(earning) == stored(earning, OUTCOME_VALUE) == [(DAY_0, 20.0), (second, 40.0)]
    assert Hypothesis.objects.get(use_case=earning.use_case).seen["weeks"] == 2
    with CaptureQueriesContext(connection) as asked:
        tasks.post_value_readings()
    assert len(asked) == 4  # nothing new: looked, for day 0 too, and wrote nothing
    assert stored(earning) == [(DAY_0, 20.0), (second, 40.0)]


def test_a_late_outcome_corrects_and_one_corrected_away_leaves_a_gap(earning):
    second = DAY_0 + timedelta(weeks=1)
    send(earning, outcome("a", DAY_0, "12"), outcome("b", second, "3"))
    assert post_value_readings() == 4
    send(earning, outcome("c", DAY_0, "5"), outcome("b", second + timedelta(weeks=1), "4", "b corrected"))
    assert post_value_readings() == 6
    assert stored(earning) == [(DAY_0, 17.0), (second, None), (second + timedelta(weeks=1), 4.0)]
    assert sorted(Correction.objects.values_list("was_value", flat=True)) == [3.0, 3.0, 12.0, 12.0]
    assert post_value_readings() == 0


def test_what_a_person_recorded_stands(earning):
    measure(earning.use_case, DAY_0, (77.0,))
    send(earning, outcome("a", DAY_0, "12"), outcome("b", DAY_0 + timedelta(weeks=1), "3"))
    assert post_value_readings() == 3
    assert stored(earning) == [(DAY_0 + timedelta(weeks=1), 3.0)]
    assert stored(earning, OUTCOME_VALUE) == [(DAY_0, 12.0), (DAY_0 + timedelta(weeks=1), 3.0)]


def test_minutes_are_no_money_and_right_or_wrong_is_no_value(earning, live):
    send(live, outcome("a", DAY_0, None))
    assert queries.weekly_values({live.id: DAY_0}, NOW.date()) == {}
    assert post_value_readings() == 0
    send(live, outcome("b", DAY_0, "5"))
    Hypothesis.objects.filter(use_case=live.use_case).update(unit="minutes")
    assert post_value_readings() == 1
    assert (stored(live), stored(live, OUTCOME_VALUE)) == ([], [(DAY_0, 5.0)])
    Hypothesis.objects.filter(use_case=live.use_case).update(unit="EUR", day0_on=None)
    assert post_value_readings() == 0


def test_any_number_of_use_cases_is_looked_at_in_three_queries(earning):
    for number in range(4):
        other = factories.use_case(earning.portfolio, "production", title=f"O{number}", hypothesis=False)
        tell(other, unit="€ a week", day0_on=DAY_0, baseline_locked_on=None)
    with CaptureQueriesContext(connection) as asked:
        assert post_value_readings() == 0
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("unit", "currency", "money"),
    [("EUR", "EUR", True), ("eur a week", "EUR", True), ("€ a week", "EUR", True), ("$", "EUR", False),
     ("minutes", "EUR", False), ("", "EUR", False), ("euros", "EUR", False), ("CHF", "CHF", True), ("¥ a week", "JPY", True)],
)  # fmt: skip
def test_a_unit_is_money_when_it_names_the_currency(unit, currency, money):
    assert in_money(unit, currency) is money


def test_only_news_is_due():
    week, other = DAY_0, DAY_0 + timedelta(weeks=1)
    assert due({week: Decimal("1.5")}, {(week, "outcomes"): 1.5}, "outcomes") == {}
    assert due({week: Decimal(2)}, {(week, "outcomes"): 1.5}, "outcomes") == {week: 2.0}
    assert due({week: Decimal(2)}, {(week, "typed"): 9.0}, "outcomes") == {}
    assert due({week: Decimal(2)}, {(week, "typed"): None}, "outcomes") == {week: 2.0}
    assert due({}, {(other, "outcomes"): 1.5, (week, "outcomes"): None}, "outcomes") == {other: None}
