"""After any history of acts: do stages and slots follow a model, do assessments follow the facts, does the ledger verify?"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from governance.actions import dates, nightly, rounds, sweep, verbs
from governance.models import Decision, PortfolioState
from ledger import queries
from portfolio.actions import use_cases
from portfolio.models import Dirty, UseCase
from portfolio.rules import Refused, Stage, Verb
from tests import factories
from tests.governance.convergence import stale
from tests.witness import lines

CAP = 2
COUNT = 4
# A second table of moves, by hand: verb → stage → stage after ("left": where the pause had found it).
MODEL = {
    "select": {"proposed": "pilot"},
    "decline": {"proposed": "declined"},
    "go": {"pilot": "production"},
    "no_go": {"pilot": "pilot"},
    "pause": {"pilot": "paused", "production": "paused"},
    "resume": {"paused": "left"},
    "roll_back": {"production": "pilot"},
    "stop": {"pilot": "stopped", "paused": "stopped"},
    "retire": {"production": "retired"},
    "reopen": {"declined": "proposed", "stopped": "proposed"},
    "return_": {"pilot": "proposed"},
}
WHICH = st.integers(0, COUNT - 1)


class Board(RuleBasedStateMachine):
    """Four use cases under a cap of two; the model is a dict of stages."""

    @initialize()
    def open(self):
        self.point = transaction.atomic()
        self.point.__enter__()
        tag = f"n{Board.runs}"
        Board.runs += 1
        self.ana, self.dora, self.ben = (factories.person(f"{name}{tag}") for name in ("ana", "dora", "ben"))
        self.where = factories.portfolio(self.ana, self.dora, contributors=(self.ben,), name=tag, pilot_cap=CAP)
        self.by_ana, self.by_dora, self.by_ben = map(factories.actor_for, (self.ana, self.dora, self.ben))
        self.made = [one.id for one in factories.several(self.where, COUNT)]
        for one in self.made:
            dates.choose_lane(use_case_id=one, by=self.by_ana, lane="fast")
        self.stage = dict.fromkeys(self.made, "proposed")
        self.left = {}
        self.asked = set()
        self.cap = CAP
        self.decided = 0

    def teardown(self):
        if not hasattr(self, "point"):
            return
        try:
            sweep.settle_dirty()
            assert (stale(), Dirty.objects.count()) == (set(), 0)
            assert nightly.audit(self.where.id) == []
            counts = PortfolioState.objects.get(portfolio=self.where).counts
            assert counts == {name: list(self.stage.values()).count(name) for name in set(self.stage.values())}
            assert Decision.objects.filter(portfolio=self.where).count() == self.decided
            assert queries.verified(self.where.id).ok
        finally:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def _arguments(self, verb):
        ahead = factories.in_days(self.where, 20)
        more = {
            "pause": {"restart_condition": "Data.", "review_on": ahead},
            "stop": {"learnt": "Ask."},
            "retire": {"successor": "None."},
            "no_go": {"agreed_on": ahead},
        }
        return {"reason": "Because."} | more.get(verb, {})

    @rule(which=WHICH, verb=st.sampled_from(sorted(MODEL)))
    def decide(self, which, verb):
        one = self.made[which]
        now = self.stage[one]
        after = MODEL[verb].get(now)
        after = self.left[one] if after == "left" else after
        takes = after == "pilot" and now != "pilot"
        full = takes and list(self.stage.values()).count("pilot") >= self.cap
        unasked = verb == "go" and one not in self.asked
        before = len(lines(self.where.id))
        try:
            with transaction.atomic():
                getattr(verbs, verb)(use_case_id=one, by=self.by_dora, **self._arguments(verb))
        except Refused as refused:
            codes = {reason.code for reason in refused.reasons}
            assert after is None or full or unasked, codes
            assert ("wrong_stage" in codes) == (after is None)
            assert not full or "pilot_cap" in codes
            assert len(lines(self.where.id)) == before
            return
        assert after is not None
        assert not full
        assert not unasked
        if verb == "pause":
            self.left[one] = now
        if verb in ("go", "no_go"):
            self.asked.discard(one)
        self.stage[one] = after
        self.decided += 1
        assert len(lines(self.where.id)) == before + (2 if verb == "no_go" else 1)

    @rule(which=WHICH)
    def ask(self, which):
        one = self.made[which]
        try:
            with transaction.atomic():
                dates.ask(use_case_id=one, by=self.by_ben, kind=Verb.GO, reason="Ready.")
        except Refused:
            assert self.stage[one] != "pilot" or one in self.asked
            return
        assert self.stage[one] == "pilot"
        self.asked.add(one)

    @rule(cap=st.integers(0, 3))
    def change_cap(self, cap):
        rounds.change_policy(portfolio_id=self.where.id, by=self.by_ana, pilot_cap=cap)
        self.cap = cap

    @precondition(lambda self: "pilot" in self.stage.values())
    @rule()
    def pause_the_rest(self):
        pilots = [one for one, stage in self.stage.items() if stage == "pilot"]
        rounds.pause_the_rest(
            portfolio_id=self.where.id, by=self.by_ana, keep=[], reason="Too many.", restart_condition="A slot.",
            review_on=factories.in_days(self.where, 20),
        )  # fmt: skip
        for one in pilots:
            self.left[one], self.stage[one] = "pilot", "paused"
        self.decided += len(pilots)

    @rule(which=WHICH, met=st.booleans(), days=st.none() | st.integers(0, 200))
    def edit(self, which, met, days):
        since = None if days is None else self.where.today() - timedelta(days=days)
        use_cases.edit(by=self.by_ben, use_case_id=self.made[which], stop_met=met, running_since=since)

    @rule()
    def settle(self):
        sweep.settle_dirty()

    @invariant()
    def stages_are_the_models(self):
        if hasattr(self, "made"):
            found = dict(UseCase.objects.filter(portfolio=self.where).values_list("id", "stage"))
            assert found == self.stage

    @invariant()
    def what_is_not_dirty_is_right(self):
        if hasattr(self, "made"):
            dirty = set(Dirty.objects.values_list("use_case_id", flat=True))
            assert stale() <= dirty


Board.runs = 0


def _run(examples, steps):
    run_state_machine_as_test(
        Board,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )  # fmt: skip


@pytest.mark.django_db
def test_any_history_follows_the_model():
    _run(examples=8, steps=15)


@pytest.mark.full
@pytest.mark.django_db
def test_any_long_history_follows_the_model():
    _run(examples=200, steps=50)


def test_model_and_table_agree():
    """The model above is a second table: were it to drift, the machine would only say so by chance."""
    assert {stage for row in MODEL.values() for stage in row} <= set(Stage)
    assert {verb.rstrip("_").replace("_", "-") for verb in MODEL} == set(Verb)
