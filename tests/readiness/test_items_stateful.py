"""Do the stored items equal a second, slow implementation over random histories?

The second one keeps the list of gaps of every step and replays it item by item, gap by gap, without sets or plans.
"""

from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portfolio.rules import Gap, Policy, Severity, Stage
from readiness.queries.sets import shipped
from readiness.rules import items as rules
from readiness.rules.answers import State
from readiness.rules.facts import AnswerFacts, NeedFacts, ReadinessFacts
from readiness.rules.gaps import gaps

ASKED, POLICY = shipped("fast"), Policy()
PARTS = [part.code for part in ASKED.parts]
START = date(2026, 3, 2)


class Table:
    """The first implementation's rows: what `readiness.actions.sync` does to the database, on dictionaries."""

    def __init__(self) -> None:
        self.rows: dict[UUID, dict] = {}

    def sync(self, found: tuple[Gap, ...], mode: rules.Mode, on: date) -> None:
        stored = [
            rules.Stored(i, r["key"], r["severity"], r["kind"], r["text"], r["closed"] is None)
            for i, r in self.rows.items()
        ]
        plan = rules.plan(found, stored, mode)
        for gap in plan.opens:
            self.rows[uuid4()] = {"key": gap.key, "since": on, "earlier": 0, "closed": None, "as": "", **_words(gap)}
        for row_id, gap in plan.reopens:
            self.rows[row_id].update(since=on, closed=None, **{"as": ""}, **_words(gap))
        for row_id, closed_as in plan.closes:
            row = self.rows[row_id]
            row.update(earlier=rules.age(row["earlier"], row["since"], on), closed=on, **{"as": closed_as})
        for row_id, gap in plan.rewrites:
            self.rows[row_id].update(_words(gap))


def _words(gap: Gap) -> dict:
    return {"severity": str(gap.severity), "kind": gap.kind, "text": gap.text}


class Items(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.on, self.table = START, Table()
        self.lane, self.stage, self.selected = False, Stage.PROPOSED, False
        self.answers: dict[str, AnswerFacts] = {}
        self.fit, self.granted, self.manual = 3, True, {}
        self.history: list[tuple[date, rules.Mode, frozenset]] = []
        self._settle()

    def _settle(self) -> None:
        need = NeedFacts(UUID(int=7), "Letters", access="granted" if self.granted else "asked", lowest=self.fit, weakest="accurate", source_id=UUID(int=8))  # fmt: skip
        facts = ReadinessFacts(dict(self.answers), (need,), {"sponsor": UUID(int=1)})
        active = self.stage in (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION)
        if not active:
            found: tuple[Gap, ...] = ()
        elif self.lane:
            found = gaps(facts, ASKED, POLICY, self.on)
        else:
            found = (Gap("portfolio", "no_lane", "UC-1", Severity.HARD, "other", "No lane"),)
        mode = rules.mode_of(self.stage, self.selected, False)
        self.table.sync(found, mode, self.on)
        self.history.append((self.on, mode, frozenset(gap.key for gap in found)))

    @rule(days=st.integers(0, 40))
    def time_passes(self, days):
        self.on += timedelta(days=days)
        self._settle()

    @rule()
    def choose_lane(self):
        self.lane = True
        self._settle()

    @rule(stage=st.sampled_from([Stage.PROPOSED, Stage.PILOT, Stage.PAUSED, Stage.STOPPED, Stage.PRODUCTION]))
    def move(self, stage):
        self.stage = stage
        self.selected = self.selected or stage == Stage.PILOT
        self._settle()

    @rule(part=st.sampled_from(PARTS), days=st.none() | st.integers(0, 30))
    def accept(self, part, days):
        expires = None if days is None else self.on + timedelta(days=days)
        self.answers[part] = AnswerFacts(part, State.CLEAR, expires_on=expires)
        self._settle()

    @rule(part=st.sampled_from(PARTS), state=st.sampled_from([State.WAITING, State.NOT_CLEAR, State.DRAFT]))
    def withdraw(self, part, state):
        self.answers[part] = AnswerFacts(part, state, has_draft=True)
        self._settle()

    @rule(rating=st.integers(0, 3), granted=st.booleans())
    def rate(self, rating, granted):
        self.fit, self.granted = rating, granted
        self._settle()

    @invariant()
    def equals_the_slow_one(self):
        if not hasattr(self, "history"):
            return
        keys = {key for _, _, found in self.history for key in found}
        slow = {key: _replayed(self.history, key) for key in keys}
        fast = {
            row["key"]: (row["closed"] is None, row["earlier"] + ((self.on - row["since"]).days if row["closed"] is None else 0), row["as"])
            for row in self.table.rows.values()
        }  # fmt: skip
        assert fast == {key: value for key, value in slow.items() if value is not None}


def _replayed(history, key):
    """(open, days open, closed as) of one gap's item; None when it was never opened."""
    is_open, days, closed_as, ever, before = False, 0, "", False, None
    for on, mode, found in history:
        if is_open and before is not None:
            days += (on - before).days
        before = on
        if mode is rules.Mode.FROZEN:
            continue
        wanted = mode is rules.Mode.WORKED and key in found
        if wanted and not is_open:
            is_open, ever, closed_as = True, True, ""
        elif is_open and not wanted:
            is_open, closed_as = False, "resolved" if mode is rules.Mode.WORKED else "ended"
    return (is_open, days, closed_as) if ever else None


TestItems = Items.TestCase
TestItems.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
