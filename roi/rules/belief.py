"""What do we believe going on is worth, and how much of the doubt can a pilot still settle? (methods 6, ADR 19)

Money of today. "Why?" weighs one more month with it; the best set weighs whole pilots against each other.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from roi import continuing, evidence
from roi.rules import track
from roi.rules.content import Content
from roi.valuation import Swing

DAYS_A_MONTH = 30
WEEKS_A_MONTH = 4


@dataclass(frozen=True)
class Learnt:
    """What readings say of the value, in money: the value they show (None before the first week), its error, and the
    error that one more month would have."""

    estimate: float | None
    error: float
    month: float


@dataclass(frozen=True)
class Belief:
    """The value of going on is N(mean, taught² + rest²): readings can narrow `taught` alone (ADR 19)."""

    mean: float
    taught: float
    rest: float


def believe(mean: float, sd: float, share: float, sunk: float, learnt: Learnt | None) -> Belief:
    """The stated value as readings so far leave it. share: of its variance that readings can teach, 0 to 1; sunk: paid
    already or by the day of the decision, so no reason for or against going on."""
    mean, taught, rest = mean + sunk, sd * math.sqrt(share), sd * math.sqrt(1.0 - share)
    if learnt is not None and learnt.estimate is not None:
        mean, taught = continuing.updated(mean, taught, learnt.estimate + sunk, learnt.error)
    return Belief(mean, taught, rest)


def learnable(benefits: Collection[str], swings: Sequence[Swing]) -> float:
    """Which share of the value's variance hangs on the benefits, 0 to 1: what the measure can teach."""
    squares = [(swing.name in benefits, swing.width**2) for swing in swings]
    total = math.fsum(square for _, square in squares)
    return math.fsum(square for earns, square in squares if earns) / total if total else 0.0


def months_left(said: Content, today: date) -> int:
    """Months of pilot until its window ends, begun ones counted whole; 0 or less once it is over."""
    end = track.window_ends_on(said)
    if end is None:
        return max(1, said.window_days // DAYS_A_MONTH)
    return math.ceil((end - today).days / DAYS_A_MONTH)


def learnt(said: Content, weeks: track.Weeks, pvb: float, pvc: float) -> Learnt | None:
    """From the spread of weeks, at what a unit of the measure is worth; None where that cannot be said."""
    known = [one for one in weeks.baseline if one is not None]
    if len(known) < 2 or said.target is None or said.baseline is None or said.target == said.baseline:
        return None
    a_unit = pvb / abs(said.target - said.baseline)
    a_week = a_unit * evidence.pooled_sd(evidence.Running.of(known))
    if not a_week > 0:
        return None
    month = a_week * math.sqrt(1 / WEEKS_A_MONTH + 1 / len(known))
    if weeks.pilot_mean is None:
        return Learnt(None, month, month)
    better = weeks.pilot_mean - math.fsum(known) / len(known)
    shown = a_unit * (better if said.higher_is_better else -better) - pvc
    return Learnt(shown, a_week * math.sqrt(1 / weeks.pilot_count + 1 / len(known)), month)
