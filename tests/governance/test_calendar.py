"""Do page and feed hold each pilot's date, each review and each check-in to come, once?"""

from datetime import timedelta

import pytest
from django.test import Client

from governance.actions import dates, verbs
from governance.queries.calendar import as_ics, entries
from portfolio.rules import Stage
from roi.actions import hypotheses
from roi.models import CheckIn, Hypothesis
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    ana = factories.person("ana")
    portfolio = factories.portfolio(ana, pilot_cap=10)
    first, second, third = factories.several(portfolio, 3, Stage.PILOT, title="Letters; calls, both")
    by, today = factories.actor_for(ana), portfolio.today()
    dates.agree_date(use_case_id=first.id, by=by, agreed_on=today + timedelta(days=20))
    verbs.pause(use_case_id=second.id, by=by, reason="r", restart_condition="c", review_on=today + timedelta(days=9))
    hypotheses.edit(by=by, use_case_id=first.id, **factories.WHOLE, day0_on=today - timedelta(days=40))
    CheckIn.objects.create(
        hypothesis=Hypothesis.objects.get(use_case=first), day=30, due_on=today, advised="continue", outcome="continue",
        recorded_on=today, recorded_by=ana,
    )  # fmt: skip
    return portfolio, ana, by, (first, second, third)


def test_dates_reviews_and_check_ins_stand_once_and_the_undated_last(home):
    portfolio, _, by, (first, second, third) = home
    found = [(entry.words, entry.use_case.id, entry.on) for entry in entries(by, portfolio.id)]
    today = portfolio.today()
    assert found == [
        ("Review", second.id, today + timedelta(days=9)),
        ("Go/no-go", first.id, today + timedelta(days=20)),
        ("Check-in at day 60", first.id, today + timedelta(days=20)),
        ("Check-in at day 90", first.id, today + timedelta(days=50)),
        ("Go/no-go", third.id, None),
    ]


def test_the_feed_holds_one_event_a_date_each_with_an_id_of_its_own(home):
    portfolio, _, by, _ = home
    text = as_ics(portfolio.name, entries(by, portfolio.id), "https://example.org")
    ids = [line for line in text.splitlines() if line.startswith("UID:")]
    assert len(ids) == len(set(ids)) == 4
    assert "Letters\\; calls\\, both" in text.replace("\r\n ", "")


def test_the_page_takes_the_same_queries_for_one_and_many(home, django_assert_num_queries):
    portfolio, ana, by, _ = home
    client = Client()
    client.force_login(ana)
    path = f"/p/{portfolio.slug}/calendar/"
    client.get(path)
    with django_assert_num_queries(9):
        assert "Check-in at day 60" in client.get(path).content.decode()
    for row in factories.several(portfolio, 3, Stage.PILOT, title="More"):
        dates.agree_date(use_case_id=row.id, by=by, agreed_on=portfolio.today() + timedelta(days=3))
    client.get(path)
    with django_assert_num_queries(9):
        client.get(path)
