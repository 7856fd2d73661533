"""What did a portfolio show on a past day, and do the ledger's lines lead there?

The rows come from the history of assessments; `stored.differences` holds them, the decisions and what else was stored
against what the lines alone tell.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from governance.models import AssessmentHistory, Decision
from governance.queries.stored import Difference, differences
from ledger.models import Entry
from ledger.queries import one_moment
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Stage

Shown = dict[str, Any]


@dataclass(frozen=True)
class Past:
    """One use case at the end of a day. `shown` are the displayed values as they were stored."""

    use_case: UseCase
    shown: Shown
    decisions: tuple[Decision, ...] = ()  # up to that day, oldest first

    @property
    def stage(self) -> str:
        return self.shown["stage"]

    @property
    def p85_on(self) -> date | None:
        stored = self.shown["forecast_p85_on"]
        return date.fromisoformat(stored) if stored else None

    @property
    def stage_decided(self) -> str:
        """The stage that the decisions' rows alone lead to."""
        return self.decisions[-1].to_stage if self.decisions else self.use_case.registered_as


@dataclass(frozen=True)
class Day:
    """A portfolio at the end of a local day."""

    on: date
    until: datetime
    rows: list[Past]
    decided: list[Decision]  # on that very day
    lines: int  # of the ledger until then
    unproved: list[Decision] = field(default_factory=list)  # whose line is missing or names another snapshot
    differences: list[Difference] = field(default_factory=list)


def ends(portfolio: Portfolio, on: date) -> datetime:
    """The first moment after that day, by the portfolio's clock."""
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(portfolio.time_zone))


def of_day(portfolio: Portfolio, on: date) -> Day:
    """Everything as it was shown when that day ended; a fixed number of queries, whatever the number of use cases.

    A use case is left out until its first assessment, and one that was deleted since is gone (its line remains).
    """
    with one_moment():
        return _of_day(portfolio, on, ends(portfolio, on))


def _of_day(portfolio: Portfolio, on: date, until: datetime) -> Day:
    decisions = list(
        Decision.objects.filter(portfolio=portfolio, decided_at__lt=until)
        .select_related("decided_by", "use_case")
        .order_by("decided_at", "id")
    )
    by_case: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_case[decision.use_case_id].append(decision)
    newest = (
        AssessmentHistory.objects.filter(use_case__portfolio=portfolio, at__lt=until)
        .select_related("use_case")
        .order_by("use_case_id", "-at", "-id")
        .distinct("use_case_id")
    )
    rows = [Past(row.use_case, row.shown, tuple(by_case[row.use_case_id])) for row in newest]
    rows.sort(key=lambda past: (_ORDER.get(Stage(past.stage), 9), past.use_case.created_at))
    lines = Entry.objects.filter(chain_id=portfolio.id, recorded_at__lt=until).count()
    stages = {past.use_case.id: past.stage for past in rows}
    return Day(
        on, until, rows, [one for one in decisions if one.decided_on == on], lines, _unproved(decisions),
        differences(portfolio, until, stages, decisions),
    )  # fmt: skip


_ORDER = {stage: order for order, stage in enumerate(
    (Stage.PILOT, Stage.PRODUCTION, Stage.PROPOSED, Stage.PAUSED, Stage.DECLINED, Stage.STOPPED, Stage.RETIRED)
)}  # fmt: skip


def _unproved(decisions: Iterable[Decision]) -> list[Decision]:
    given = list(decisions)
    lines = Entry.objects.filter(refers_to__in=[one.id for one in given]).values_list("refers_to", "payload")
    snapshots = {refers_to: payload["snapshot"] for refers_to, payload in lines if "snapshot" in payload}
    return [one for one in given if snapshots.get(one.id) != one.snapshot_hash]


@dataclass(frozen=True)
class Named:
    """A difference as people read it."""

    key: str
    title: str
    what: str
    told: str
    stored: str


def named(found: Iterable[Difference]) -> list[Named]:
    """The differences with titles, names and days; two queries for any number, none for none."""
    given = list(found)
    if not given:
        return []
    cases = UseCase.objects.in_bulk({one.use_case_id for one in given})
    people = User.objects.in_bulk(
        {UUID(text) for one in given for text in (one.told, one.stored) if _HOLDS_PERSON(one.about) and len(text) == 36}
    )
    rows = []
    for one in given:
        case = cases.get(one.use_case_id)
        told, stored = (
            str(people.get(UUID(text), "somebody unknown")) if _HOLDS_PERSON(one.about) and len(text) == 36 else text
            for text in (one.told, one.stored)
        )
        what = one.about.removeprefix("seat:").replace(".", ", ").replace("_", " ")
        gone = f"a deleted use case ({one.use_case_id})"
        rows.append(Named(case.key if case else "", case.title if case else gone, what, told, stored))
    return rows


_HOLDS_PERSON = re.compile(r"seat:|plan\.owner|oversight\.cover").match
