"""Does it come true? Weekly readings against what was agreed: verdict, stop threshold, check-ins, what can be shown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from roi import evidence
from roi.evidence import State, Verdict
from roi.rules.content import Content

ALPHA = 0.10
"""Both directions together: 5 % each way."""
CHECK_DAYS = (30, 60, 90)
FEWEST_TO_BE_BEHIND = 4
"""Pilot weeks before a shortfall is called behind."""


def monday(day: date) -> date:
    """The Monday that names the week of this day."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Weeks:
    """Readings as the evidence takes them: a None is a week without a reading, never zero."""

    baseline: tuple[float | None, ...]
    pilot: tuple[float | None, ...]

    @property
    def pilot_mean(self) -> float | None:
        seen = [one for one in self.pilot if one is not None]
        return math.fsum(seen) / len(seen) if seen else None

    @property
    def baseline_count(self) -> int:
        return sum(one is not None for one in self.baseline)

    @property
    def pilot_count(self) -> int:
        return sum(one is not None for one in self.pilot)


def weeks(readings: Mapping[date, float], content: Content, evidence_from: date | None = None) -> Weeks:
    """Split readings by their Monday at day 0. Burn-in weeks, and those before a restart, do not count."""
    if content.day0_on is None:
        return Weeks(_filled(readings), ())
    start = monday(content.day0_on)
    before = {week: value for week, value in readings.items() if week < start}
    counts_from = start + timedelta(weeks=content.burn_in_weeks)
    if evidence_from is not None:
        counts_from = max(counts_from, monday(evidence_from))
    after = {week: value for week, value in readings.items() if week >= counts_from}
    return Weeks(_filled(before), _filled(after, counts_from))


def _filled(readings: Mapping[date, float], start: date | None = None) -> tuple[float | None, ...]:
    """Week after week from the first to the last, with gaps."""
    if not readings:
        return ()
    week, last = start or min(readings), max(readings)
    found = []
    while week <= last:
        found.append(readings.get(week))
        week += timedelta(weeks=1)
    return tuple(found)


def improvement_needed(content: Content) -> float | None:
    """The improvement at which it pays, in the unit of the measure; None while it is not agreed."""
    if content.baseline is None or content.threshold is None:
        return None
    return abs(content.threshold - content.baseline)


def verdict(found: Weeks, content: Content, alpha: float = ALPHA) -> Verdict | None:
    """What the weeks show; None while there is nothing to judge by. Two baseline weeks and more count as weeks; fewer
    leave the locked figure as a fixed number."""
    needed = improvement_needed(content)
    if needed is None or content.baseline is None or not found.pilot_count:
        return None
    baseline: Sequence[float | None] | float = found.baseline if found.baseline_count >= 2 else content.baseline
    return evidence.verdict(baseline, found.pilot, needed, alpha, content.higher_is_better)


@dataclass(frozen=True)
class Latch:
    """A verdict that was reached stays, unless what it rests on is changed."""

    state: State
    decided_on: date
    fingerprint: str


def latched(before: Latch | None, seen: Verdict | None, fingerprint: str, on: date) -> Latch | None:
    """The latch after this look. Later readings or corrections do not take a verdict back; a new agreement does."""
    if before is not None and before.fingerprint == fingerprint:
        return before
    if seen is not None and seen.state is not State.NOT_YET_KNOWN:
        return Latch(seen.state, on, fingerprint)
    return None


def falls_short(content: Content, mean: float | None) -> bool:
    """Is this mean on the wrong side of what pays?"""
    if mean is None or content.threshold is None:
        return False
    return mean < content.threshold if content.higher_is_better else mean > content.threshold


def window_ends_on(content: Content) -> date | None:
    """The last day of the window."""
    return None if content.day0_on is None else content.day0_on + timedelta(days=content.window_days)


def stop_met(content: Content, mean: float | None, on: date) -> bool:
    """The threshold declared first: at the end of the window the weeks' mean still falls short of what pays."""
    end = window_ends_on(content)
    return end is not None and on >= end and falls_short(content, mean)


def is_behind(content: Content, mean: float | None, count: int) -> bool:
    """Enough weeks to say so, and short of what pays."""
    return count >= FEWEST_TO_BE_BEHIND and falls_short(content, mean)


@dataclass(frozen=True)
class Check:
    """A check-in as it stands on a day: done, due, or ahead by `days`."""

    day: int
    due_on: date
    done: bool

    def is_due(self, on: date) -> bool:
        return not self.done and self.due_on <= on

    def days_ahead(self, on: date) -> int:
        return (self.due_on - on).days


def schedule(content: Content, recorded: Iterable[int] = ()) -> tuple[Check, ...]:
    """Check-ins at day 30, 60 and 90 within the window, and one at its end; none before there is a day 0."""
    if content.day0_on is None:
        return ()
    days = sorted({day for day in CHECK_DAYS if day <= content.window_days} | {content.window_days})
    done = set(recorded)
    return tuple(Check(day, content.day0_on + timedelta(days=day), day in done) for day in days)


CONTINUE, SCALE, STOP = "continue", "scale", "stop"


def advised(state: State | None, stop: bool, is_last: bool) -> str:
    """What the rule declared first says at a check-in."""
    if stop or state is State.OFF_TRACK:
        return STOP
    if state is State.ON_TRACK:
        return SCALE if is_last else CONTINUE
    return CONTINUE


def what_can_be_shown(content: Content, baseline: Sequence[float], by_day: int = 30) -> dict[str, Any] | None:
    """The chance of a verdict by a day of the window, if the target comes true; None while nothing can be said.

    {"chance", "day", "weeks", "baseline_weeks"}; spread as in the baseline weeks.
    """
    needed = improvement_needed(content)
    if needed is None or content.target is None or content.baseline is None or len(baseline) < 2:
        return None
    sums = evidence.Running.of(baseline)
    sd = evidence.pooled_sd(sums)
    gap = abs(content.target - content.baseline) - needed
    count = by_day // 7 - content.burn_in_weeks
    if not sd > 0 or count < 1:
        return None
    chances = evidence.chance_of_verdict(gap, sd, len(baseline), count, ALPHA)
    return {"chance": chances[-1], "day": by_day, "weeks": count, "baseline_weeks": len(baseline)}
