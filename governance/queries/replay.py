"""What did a portfolio show on a past day? From the history of assessments, the decisions and the ledger alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from governance.models import AssessmentHistory, Decision
from ledger.models import Entry
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
    def stage_decided(self) -> str:
        """The stage that the decisions alone lead to; equal to `stage`, or the record does not tell the whole story."""
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


def ends(portfolio: Portfolio, on: date) -> datetime:
    """The first moment after that day, by the portfolio's clock."""
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(portfolio.time_zone))


def of_day(portfolio: Portfolio, on: date) -> Day:
    """Everything as it was shown when that day ended; five queries, whatever the number of use cases.

    A use case is left out until its first assessment, and one that was deleted since is gone (its line remains).
    """
    until = ends(portfolio, on)
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
    return Day(on, until, rows, [one for one in decisions if one.decided_on == on], lines, _unproved(decisions))


_ORDER = {stage: order for order, stage in enumerate(
    (Stage.PILOT, Stage.PRODUCTION, Stage.PROPOSED, Stage.PAUSED, Stage.DECLINED, Stage.STOPPED, Stage.RETIRED)
)}  # fmt: skip


def _unproved(decisions: Iterable[Decision]) -> list[Decision]:
    given = list(decisions)
    lines = Entry.objects.filter(refers_to__in=[one.id for one in given]).values_list("refers_to", "payload")
    snapshots = {refers_to: payload["snapshot"] for refers_to, payload in lines if "snapshot" in payload}
    return [one for one in given if snapshots.get(one.id) != one.snapshot_hash]
