"""Do the items in the database equal a second, slow implementation, whatever people do through the real actions?

The second one knows nothing of plans, gaps or sets: it keeps what was said in a few words and reads off, part by part,
need by need, what should be missing on each day; then it replays those days to tell how long each item was open.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from feedback.models import Signal
from governance.actions import dates, verbs
from governance.actions.assess import reassess
from readiness.actions import answers, data
from readiness.actions.expiry import record_expiries
from readiness.models import BlockingItem
from tests import factories
from tests.readiness.houses import someone_who_accepts

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARTS = ("1", "2", "3", "4")


class Histories(RuleBasedStateMachine):
    """One kept pilot, its four questions and one data need, over weeks."""

    worlds = 0

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.time = self.clock.start()
        Histories.worlds += 1
        mark = Histories.worlds
        self.ana, self.ben = factories.person(f"ana{mark}"), factories.person(f"ben{mark}")
        self.portfolio = factories.portfolio(self.ana, contributors=(self.ben,), name=f"World {mark}", pilot_cap=10)
        row = factories.use_case(self.portfolio, "pilot", lead=self.ben, sponsor=self.ana)
        type(row).objects.filter(id=row.id).update(kept_at=START)
        factories.signed_hypothesis(row)
        Signal.objects.create(use_case=row, code="cost", name="Cost", upper=1, owner=self.ben, action="Look.")
        self.row, self.leads, self.writes = row, factories.actor_for(self.ana), factories.actor_for(self.ben)
        self.source = data.add_source(by=self.leads, portfolio_id=self.portfolio.id, name="Archive", owner=self.ana)
        self.need = data.add_need(by=self.writes, use_case_id=row.id, purpose="Letters", source=self.source)
        # what was said, in few words
        self.lane, self.stage, self.fit, self.granted_until = False, "pilot", 0, None
        self.clear_until: dict[str, object] = {}  # part → last day it is clear
        self.on = self.portfolio.today()
        self.days: list[tuple] = []  # (day, stage, what is missing)
        self.settle()

    def teardown(self) -> None:
        self.clock.stop()

    def settle(self) -> None:
        reassess([self.row.id])
        self.days.append((self.on, self.stage, self.missing()))

    def missing(self) -> frozenset:
        if self.stage != "pilot":
            return frozenset()
        if not self.lane:
            return frozenset({("no_lane", self.row.key)})
        found = {("question_not_clear", part) for part in PARTS if self.clear_until.get(part, self.on) <= self.on}
        if self.fit < 2:
            found.add(("data_not_fit", str(self.need.id)))
        if self.granted_until is None or self.granted_until < self.on:
            found.add(("data_not_granted", str(self.need.id)))
        return frozenset(found)

    @rule(days=st.integers(1, 25), recorded=st.booleans())
    def time_passes(self, days, recorded):
        self.time.shift(timedelta(days=days))
        self.on += timedelta(days=days)
        if recorded:  # the nightly pass puts expiries on record
            record_expiries(self.portfolio.id, self.on)
            self.clear_until = {part: last for part, last in self.clear_until.items() if last > self.on}
        self.settle()

    @precondition(lambda self: not self.lane and self.stage == "pilot")
    @rule()
    def choose_a_lane(self):
        dates.choose_lane(use_case_id=self.row.id, by=self.leads, lane="fast")
        self.lane = True
        self.settle()

    @precondition(lambda self: self.lane)
    @rule(part=st.sampled_from(PARTS), days=st.none() | st.integers(0, 30))
    def clear(self, part, days):
        last = None if days is None else self.on + timedelta(days=days)
        key = {"use_case_id": self.row.id, "part": part}
        answers.submit(by=self.writes, text="An answer.", expires_on=last, **key)
        answers.accept(by=someone_who_accepts(self.row, part), **key)
        day_after = (last or self.on + timedelta(days=9999)) + timedelta(days=1)
        self.clear_until[part] = day_after
        self.settle()

    @precondition(lambda self: self.lane)
    @rule(part=st.sampled_from(PARTS))
    def send_another_text(self, part):
        answers.submit(by=self.writes, use_case_id=self.row.id, part=part, text="Another answer.")
        self.clear_until.pop(part, None)
        self.settle()

    @precondition(lambda self: self.clear_until)
    @rule(pick=st.integers(0, 3))
    def withdraw(self, pick):
        part = sorted(self.clear_until)[pick % len(self.clear_until)]
        answers.withdraw(by=self.leads, use_case_id=self.row.id, part=part, reason="Outdated")
        del self.clear_until[part]
        self.settle()

    @rule(ratings=st.tuples(*[st.integers(0, 3)] * 4))
    def rate(self, ratings):
        names = ("accessible", "accurate", "consistent", "governed")
        data.rate_source(by=self.leads, source_id=self.source.id, **dict(zip(names, ratings, strict=True)))
        self.fit = sorted(ratings)[0]
        self.settle()

    @rule(days=st.none() | st.integers(0, 30))
    def grant_or_refuse(self, days):
        last = None if days is None else self.on + timedelta(days=days)
        access = "refused" if last is None else "granted"
        data.edit_need(by=self.leads, need_id=self.need.id, access=access, granted_until=last)
        self.granted_until = last
        self.settle()

    @precondition(lambda self: self.stage == "pilot")
    @rule()
    def pause(self):
        review = self.on + timedelta(days=30)
        verbs.pause(use_case_id=self.row.id, by=self.leads, reason="r", restart_condition="c", review_on=review)
        self.stage = "paused"
        self.settle()

    @precondition(lambda self: self.stage == "paused")
    @rule()
    def resume(self):
        verbs.resume(use_case_id=self.row.id, by=self.leads, reason="It holds.")
        self.stage = "pilot"
        self.settle()

    @invariant()
    def stored_items_are_the_slow_ones(self):
        ever = {key for _, _, missing in self.days for key in missing}
        slow = {key: lived for key in ever if (lived := self.replayed(key)) is not None}
        stored = {
            (row.code, row.subject): (row.closed_on is None, row.age(self.on), row.closed_as)
            for row in BlockingItem.objects.filter(use_case=self.row, origin__in=("portfolio", "readiness"))
        }
        assert stored == slow

    def replayed(self, key):
        """(open, days open, closed as) of one item; None when it was never opened. What is paused stays as it is."""
        is_open, open_days, ever, before = False, 0, False, None
        for on, stage, missing in self.days:
            if is_open:
                open_days += (on - before).days
            before = on
            if stage == "pilot":
                is_open = key in missing
                ever = ever or is_open
        return (is_open, open_days, "" if is_open else "resolved") if ever else None


@pytest.mark.django_db
def test_items_equal_the_slow_implementation_over_random_histories():
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=6, stateful_step_count=12, deadline=None, phases=[Phase.generate],  # each world is a portfolio
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
