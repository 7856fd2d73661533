"""Which blocking items open, close, reopen? The life of a gap as work (rules.md 3).

A derived item is open exactly while its gap is there and the use case is worked on. Durations count open spells only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

from portfolio.rules import Gap, Policy, Reason, Stage, Verdict
from portfolio.rules.days import next_working_day
from readiness.forecast.curves import STARTING_MEDIANS

MANUAL = "manual"
RESOLVED, ENDED = "resolved", "ended"  # ended: no longer worked on; teaches as censored, not as done
type Key = tuple[str, str, str]


class Mode(StrEnum):
    LISTED = "listed"  # not selected or kept: gaps are a plain list
    WORKED = "worked"
    FROZEN = "frozen"  # paused: nothing opens, nothing closes
    ENDED = "ended"


def mode_of(stage: Stage, selected: bool, kept: bool) -> Mode:
    """Do gaps become items? Once a leader has selected the use case, or kept it when the rest was paused."""
    if stage == Stage.PAUSED:
        return Mode.FROZEN
    if stage in (Stage.DECLINED, Stage.STOPPED, Stage.RETIRED):
        return Mode.ENDED
    if stage == Stage.PROPOSED or not (selected or kept):
        return Mode.LISTED
    return Mode.WORKED


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored item as the plan sees it."""

    id: UUID
    key: Key
    severity: str
    kind: str
    text: str
    is_open: bool

    def says(self, gap: Gap) -> bool:
        return (self.severity, self.kind, self.text) == (str(gap.severity), gap.kind, gap.text)


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes the items equal to the gaps."""

    opens: tuple[Gap, ...] = ()
    reopens: tuple[tuple[UUID, Gap], ...] = ()
    closes: tuple[tuple[UUID, str], ...] = ()
    rewrites: tuple[tuple[UUID, Gap], ...] = ()  # still open; its words, kind or severity changed

    def touched(self) -> tuple[UUID, ...]:
        """The stored items that change."""
        return (*(i for i, _ in self.reopens), *(i for i, _ in self.closes), *(i for i, _ in self.rewrites))

    def __bool__(self) -> bool:
        return bool(self.opens or self.reopens or self.closes or self.rewrites)


def plan(gaps: Iterable[Gap], stored: Sequence[Stored], mode: Mode) -> Plan:
    """Compare the gaps of one use case with its stored items."""
    if mode is Mode.FROZEN:
        return Plan()
    if mode is not Mode.WORKED:
        leaving = (item for item in stored if item.is_open and (mode is Mode.ENDED or item.key[0] != MANUAL))
        return Plan(closes=tuple((item.id, ENDED) for item in leaving))
    wanted = {gap.key: gap for gap in gaps}
    known = {item.key: item for item in stored if item.key[0] != MANUAL}
    return Plan(
        opens=tuple(gap for key, gap in wanted.items() if key not in known),
        reopens=tuple((known[key].id, gap) for key, gap in wanted.items() if key in known and not known[key].is_open),
        closes=tuple((item.id, RESOLVED) for key, item in known.items() if item.is_open and key not in wanted),
        rewrites=tuple(
            (known[key].id, gap)
            for key, gap in wanted.items()
            if key in known and known[key].is_open and not known[key].says(gap)
        ),
    )


def proposed_due(kind: str, on: date, agreed_on: date | None, policy: Policy) -> date:
    """Twice the usual time of such an item, on a working day, not after an agreed date that lies ahead."""
    days = max(3, ceil(2 * STARTING_MEDIANS.get(kind, STARTING_MEDIANS["other"])))
    due = on + timedelta(days=days)
    if agreed_on is not None and on < agreed_on < due:
        return agreed_on
    return next_working_day(due, policy.holidays)


def age(earlier_days: int, spell_since_on: date, on: date) -> int:
    """Days open on that day, all spells together."""
    return earlier_days + max((on - spell_since_on).days, 0)


def may_ask_waiver(severity: str, reason: str, until_on: date, on: date) -> Verdict:
    """May somebody ask that this item does not block for a time?"""
    reasons = []
    if severity != "hard":
        reasons.append(Reason("not_hard", "Only a hard item needs a waiver.", "item"))
    if not reason.strip():
        reasons.append(Reason("no_reason", "Say why it may pass.", "reason"))
    if until_on <= on:
        reasons.append(Reason("waiver_in_past", "A waiver ends on a later day.", "until_on"))
    return Verdict(tuple(reasons))


def may_waive(requester: UUID, approver: UUID | None, acting_for: UUID | None, until_on: date, on: date) -> Verdict:
    """May this person let it pass? Never whoever asked for it, nor for them."""
    reasons = []
    if requester in (approver, acting_for):
        reasons.append(Reason("own_waiver", "Whoever asked for a waiver does not approve it.", "waiver"))
    if until_on <= on:
        reasons.append(Reason("waiver_in_past", "A waiver ends on a later day.", "until_on"))
    return Verdict(tuple(reasons))


def ring(waits: dict[UUID, tuple[UUID, ...]], start: UUID) -> bool:
    """Would these links make `start` wait on itself?"""
    seen: set[UUID] = set()
    ahead = list(waits.get(start, ()))
    while ahead:
        item = ahead.pop()
        if item == start:
            return True
        if item not in seen:
            seen.add(item)
            ahead.extend(waits.get(item, ()))
    return False
