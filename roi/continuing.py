"""Continue, scale or stop: is one more month of pilot worth what it costs?

The value of the use case is believed to be N(m, s^2), NPV without sunk cost. One more month costs c and shows the
value with error sigma. Value of information: Raiffa & Schlaifer 1961; the sequence of months: backward induction, as in
Chick & Gans 2009.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from roi.laws import Floats, normal_cdf, normal_pdf

_POINTS = 8001  # grid over the belief's mean: right to a few parts in ten million of s
_REACH = 5.0  # the grid ends this many s from 0, where going on is never worth it


class ContinuingError(ValueError):
    """The belief or the costs cannot be weighed; the message says plainly why."""


def unit_normal_loss(u: npt.ArrayLike) -> Floats:
    """L(u) = phi(u) - u (1 - Phi(u)): mean shortfall of a standard normal value beyond u."""
    z = np.asarray(u, dtype=float)
    return np.asarray(np.maximum(normal_pdf(z) - z * normal_cdf(-z), 0.0))


def evpi(m: float, s: float) -> float:
    """Expected value of knowing the true value before choosing between scaling and stopping: s L(|m| / s)."""
    _check(m, s)
    return s * float(unit_normal_loss(abs(m) / s)) if s else 0.0


def evsi(m: float, s: float, sigma: float, months: float) -> float:
    """Expected value of `months` more months of data, each with error sigma, before choosing."""
    _check(m, s, sigma)
    if months < 0:
        raise ContinuingError("Months cannot be negative.")
    return evpi(m, s * s / math.hypot(s, sigma / math.sqrt(months))) if s and months else 0.0


def updated(m: float, s: float, estimate: float, error: float) -> tuple[float, float]:
    """The belief after an estimate with this standard error: new mean and new spread."""
    _check(m, s, error)
    if not math.isfinite(estimate):
        raise ContinuingError("The estimate must be a finite number.")
    trust = s * s / (s * s + error * error) if s else 0.0
    return m + trust * (estimate - m), s * math.sqrt(1.0 - trust)


class Action(StrEnum):
    """What the value of information advises."""

    CONTINUE = "continue"
    SCALE = "scale"
    STOP = "stop"


@dataclass(frozen=True)
class Advice:
    """What to do now. gain: expected value of playing on, cost taken off, over choosing now (below 0: choose now).

    The lines hold for the belief's present spread: stop below the one, scale above the other, else continue.
    """

    action: Action
    gain: float
    stop_below: float
    scale_above: float
    evpi: float


def advise(m: float, s: float, sigma: float, cost: float, months: int, delay_factor: float = 1.0) -> Advice:
    """Continue, scale or stop, with `months` months left in which to decide.

    cost: one month of pilot, with the value of the slot it blocks. delay_factor: what a value a month later is worth.
    """
    _check(m, s, sigma)
    plan = _plan(s, sigma, cost, months, delay_factor)
    gain = plan.worth_of_continuing(m) - max(m, 0.0)
    action = Action.CONTINUE if gain > 0 else Action.SCALE if m > 0 else Action.STOP
    return Advice(action, gain, *plan.lines, evpi(m, s))


def value_of_continuing(m: float, s: float, sigma: float, cost: float, months: int) -> float:
    """Expected value of one more month and of choosing well after it, cost taken off; choosing now gives max(m, 0)."""
    return advise(m, s, sigma, cost, months).gain + max(m, 0.0)


@dataclass(frozen=True)
class _Plan:
    """The best choice a month from now, over a grid of means, and the two lines that follow from it for today."""

    means: Floats
    value: Floats
    step: float
    cost: float
    delay: float

    def worth_of_continuing(self, m: float) -> float:
        """E V(next mean) - cost, from the mean m."""
        bends = _bends(self.value, float(self.means[1] - self.means[0]))
        hinges = self.step * unit_normal_loss((self.means - m) / self.step)
        return self.delay * float(self.value[0] + bends @ hinges) - self.cost

    @cached_property
    def lines(self) -> tuple[float, float]:
        """The means between which going on is worth it; both 0 if it never is."""
        worth = self.delay * _expected(self.value, float(self.means[1] - self.means[0]), self.step) - self.cost
        ahead = worth - np.maximum(self.means, 0.0)
        inside = np.flatnonzero(ahead > 0)
        if not inside.size:
            return 0.0, 0.0
        first, last = int(inside[0]), int(inside[-1])
        return self._zero(ahead, max(first - 1, 0), first), self._zero(ahead, min(last + 1, ahead.size - 1), last)

    def _zero(self, ahead: Floats, outside: int, inside: int) -> float:
        """Where the straight line between two neighbouring points meets 0."""
        share = ahead[inside] / (ahead[inside] - ahead[outside]) if outside != inside else 0.0
        return float(self.means[inside] + share * (self.means[outside] - self.means[inside]))


@lru_cache(maxsize=256)
def _plan(s: float, sigma: float, cost: float, months: int, delay: float) -> _Plan:
    """Backward induction from the last month, when only scaling and stopping are left, to the end of this month."""
    if not (s > 0 and sigma > 0 and math.isfinite(cost) and cost >= 0 and months >= 1 and 0 < delay <= 1):
        raise ContinuingError(
            "Weighing needs spreads above 0, a cost of at least 0, a month to go, and a delay factor up to 1."
        )
    means = np.linspace(-_REACH * s, _REACH * s, _POINTS)
    spreads = [s / math.hypot(1.0, math.sqrt(month) * s / sigma) for month in range(months + 1)]
    steps = [math.sqrt(before**2 - after**2) for before, after in pairwise(spreads)]
    now = value = np.maximum(means, 0.0)
    for step in reversed(steps[1:]):
        value = np.maximum(now, delay * _expected(value, float(means[1] - means[0]), step) - cost)
    return _Plan(means, value, steps[0], cost, delay)


def _bends(value: Floats, gap: float) -> Floats:
    """Change of slope at each grid point; flat to the left of the grid and slope 1 to the right, as max(x, 0) is."""
    return np.diff(np.concatenate([[0.0], np.diff(value) / gap, [1.0]]))


def _expected(value: Floats, gap: float, step: float) -> Floats:
    """E value(x + step Z) at each grid point, exact for the function that joins the points by straight lines.

    Such a function is a sum of hinges at the grid points, and the mean of a hinge is a unit normal loss.
    """
    away = np.arange(-(value.size - 1), value.size) * (gap / step)
    hinges = step * unit_normal_loss(away)  # by distance from x to the hinge, so the sum over hinges is a convolution
    room = 1 << (3 * value.size).bit_length()
    mixed = np.fft.irfft(np.fft.rfft(hinges, room) * np.fft.rfft(_bends(value, gap)[::-1], room), room)
    return np.asarray(value[0] + mixed[value.size - 1 : 2 * value.size - 1][::-1])


def _check(m: float, *spreads: float) -> None:
    if not math.isfinite(m) or not all(math.isfinite(spread) and spread >= 0 for spread in spreads):
        raise ContinuingError("The expected value must be finite, and every spread finite and at least 0.")


def queue_order(costs_of_delay: Sequence[float], durations: Sequence[float]) -> tuple[int, ...]:
    """Order in which one queue loses least: by cost of delay over duration (Smith 1956); 0-based indices."""
    if len(costs_of_delay) != len(durations) or not all(math.isfinite(d) and d > 0 for d in durations):
        raise ContinuingError("Each item of the queue needs a cost of delay and a duration above 0.")
    if not all(map(math.isfinite, costs_of_delay)):
        raise ContinuingError("A cost of delay must be a finite number.")
    return tuple(sorted(range(len(durations)), key=lambda i: (-costs_of_delay[i] / durations[i], i)))


def queue_cost(order: Sequence[int], costs_of_delay: Sequence[float], durations: Sequence[float]) -> float:
    """What the queue loses in this order: cost of delay times the moment each item is finished."""
    total = finished = 0.0
    for i in order:
        finished += durations[i]
        total += costs_of_delay[i] * finished
    return total
