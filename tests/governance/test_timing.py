"""Is governance timed by step and by person, and set against days of work?"""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from governance.actions import dates
from governance.queries.timing import timing
from governance.rules.timing import Wait, against_work, by_person, by_step, queue
from portfolio.rules import Stage, Verb
from readiness.actions import answers, items
from readiness.models import BlockingItem
from tests import factories

ONE, TWO, ANA, BEN = (UUID(int=number) for number in (1, 2, 3, 4))
DAY = date(2026, 3, 2)


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def wait(step: str, start: int, end: int | None, person=ANA, use_case=ONE) -> Wait:
    return Wait(step, use_case, days(start), None if end is None else days(end), person)


def test_a_queue_is_its_median_its_ninth_decile_and_what_is_open():
    rows = [wait("accept", 0, length) for length in range(1, 11)] + [wait("accept", 3, None)]
    found = queue(rows, days(20))
    assert (found.done, found.median_days, found.p90_days, found.open, found.longest_open) == (10, 5.5, 9, 1, 17)
    assert queue([], DAY) == queue([wait("sign", 5, None)][:0], DAY)
    assert queue([], DAY).median_days is None


def test_steps_and_people_are_summed_apart():
    rows = [wait("accept", 0, 2), wait("decide", 0, 9, BEN), wait("accept", 1, None, None)]
    steps = by_step(rows, days(10))
    assert [steps[name].done for name in ("accept", "sign", "decide", "waive")] == [1, 0, 1, 0]
    assert list(by_person(rows, days(10))) == [BEN, ANA, None]  # the slowest first


def test_days_on_which_two_things_waited_count_once_and_only_while_it_ran():
    rows = [wait("accept", 0, 4), wait("decide", 2, 6), wait("sign", 0, None, use_case=TWO), wait("sign", 8, 8)]
    found = against_work(rows, {ONE: days(1), TWO: days(9)}, days(10))
    assert (found.elapsed, found.waited, found.work) == (10, 6, 4)  # 1..5 of one, 9 of the other
    assert found.share == pytest.approx(0.6)
    assert against_work(rows, {}, days(10)).share is None


@pytest.fixture
def told(db):
    """Ben asks on the 2nd, Ana accepts on the 5th; a go and a waiver are asked for on the 9th and still wait on the 12th."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        ana, ben = factories.person("ana"), factories.person("ben")
        portfolio = factories.portfolio(ana, contributors=(ben,))
        row = factories.use_case(portfolio, Stage.PILOT, lead=ben, sponsor=ana)
        by_ana, by_ben = factories.actor_for(ana), factories.actor_for(ben)
        dates.choose_lane(use_case_id=row.id, by=by_ana, lane="fast")
        answers.submit(by=by_ben, use_case_id=row.id, part="1", text="Letters.")
        answers.submit(by=by_ben, use_case_id=row.id, part="2", text="The archive.")
    with time_machine.travel("2026-03-05T09:00:00Z", tick=False):
        answers.accept(by=by_ana, use_case_id=row.id, part="1")
    with time_machine.travel("2026-03-09T09:00:00Z", tick=False):
        dates.ask(use_case_id=row.id, by=by_ben, kind=Verb.GO, reason="Ready")
        item = items.add(by=by_ben, use_case_id=row.id, item=items.NewItem("Rehearse"))
        items.ask_waiver(by=by_ben, item_id=item.id, reason="Soon", until_on=date(2026, 4, 1))
    return portfolio, ana


def test_what_was_accepted_and_what_waits_is_read_from_what_happened(told):
    portfolio, ana = told
    with time_machine.travel("2026-03-12T09:00:00Z", tick=False):
        found = timing(portfolio)
        steps = dict(found.steps)
        assert (steps["Accept an answer"].done, steps["Accept an answer"].median_days) == (1, 3)
        assert steps["Accept an answer"].longest_open == 10
        assert steps["Decide what was asked for"].longest_open == 3
        assert steps["Approve a waiver"].longest_open == 3
        assert [(what.step, who) for what, _, _, who in found.open] == [
            ("accept", "Any leader"),  # unanswered for three working days: with the deputy
            ("decide", "Any leader"),
            ("waive", "Any leader"),
        ]
        assert (found.against.elapsed, found.against.waited) == (10, 10)
        client = Client()
        client.force_login(ana)
        page = client.get(f"/p/{portfolio.slug}/timing/").content.decode()
    assert "On 10 of 10 days" in page
    assert "Accept an answer: Any leader" in page


def test_the_page_takes_the_same_queries_for_one_and_many(told, django_assert_num_queries):
    portfolio, ana = told
    client = Client()
    client.force_login(ana)
    path = f"/p/{portfolio.slug}/timing/"
    client.get(path)
    with django_assert_num_queries(15):
        client.get(path)
    by = factories.actor_for(ana)
    for row in factories.several(portfolio, 3, Stage.PILOT, title="More"):
        dates.choose_lane(use_case_id=row.id, by=by, lane="fast")
        answers.submit(by=by, use_case_id=row.id, part="1", text="Letters.")
    assert BlockingItem.objects.count() >= 1
    client.get(path)
    with django_assert_num_queries(15):
        client.get(path)
