"""Is the pilot beating its baseline, and may we say so yet?

Anytime-valid t-interval from a normal mixture with the right-Haar prior on the spread (Lindon, Ham, Tingley & Bojinov,
arXiv 2210.08589): one may look every week, and the chance of ever being wrong stays below alpha. One value is one week.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np

LONGEST_WAIT = 520
"""Weeks looked ahead for a verdict; beyond ten years the answer is "never"."""


class EvidenceError(ValueError):
    """The readings cannot be judged; the message says plainly what is wrong."""


class State(StrEnum):
    """What may be said about a pilot."""

    ON_TRACK = "on_track"
    OFF_TRACK = "off_track"
    NOT_YET_KNOWN = "not_yet_known"


@dataclass(frozen=True)
class Verdict:
    """What the readings show. The improvement, positive when better, lies in [low, high] at every look so far.

    weeks_more: about how many more weeks decide it; 0 when decided, None when this pilot will not decide it.
    decided_after: weeks with a reading after which the state was latched. moved: the intervals no longer overlap, so
    the effect itself has changed; low and high are then those of the last look alone, and the evidence needs a restart.
    """

    state: State
    low: float
    high: float
    weeks_more: int | None
    improvement: float = math.nan
    decided_after: int | None = None
    moved: bool = False


def e_value(t: float, nu: float, n_eff: float, g: float) -> float:
    """Evidence against an effect, given its t statistic: the chance of ever reaching 1/alpha by luck is at most alpha.

    nu degrees of freedom, n_eff effective sample size, g prior variance of the effect over that of a reading.
    E = C^-1/2 ((1 + t^2/nu) / (1 + t^2/(nu C)))^((nu+1)/2), C = 1 + n_eff g.
    """
    if not (math.isfinite(t) and nu > 0 and n_eff > 0 and g > 0 and math.isfinite(nu * n_eff * g)):
        raise EvidenceError("Evidence needs a finite t, and degrees of freedom, sample size and g above 0.")
    spread = 1.0 + n_eff * g
    log_e = (nu + 1) / 2 * (math.log1p(t * t / nu) - math.log1p(t * t / (nu * spread))) - 0.5 * math.log(spread)
    return math.exp(min(log_e, 700.0))


def half_width(s: float, n0: int | None, n1: int, alpha: float, g: float = 1.0) -> float:
    """Half the width of the interval: s pooled sd, n0 baseline weeks (None or 0: a fixed number), n1 pilot weeks.

    Infinite while there are too few weeks, and when s is 0: readings without any spread prove nothing.
    """
    if not (math.isfinite(s) and s >= 0 and 0 < alpha < 1 and g > 0 and n1 >= 0 and (n0 or 0) >= 0):
        raise EvidenceError("A width needs a spread of at least 0, an alpha between 0 and 1, and no negative weeks.")
    n_eff = n0 * n1 / (n0 + n1) if n0 else float(n1)
    nu = n0 + n1 - 2 if n0 else n1 - 1
    if s == 0 or nu < 1 or n_eff == 0:
        return math.inf
    spread = 1.0 + n_eff * g
    k = (math.sqrt(spread) / alpha) ** (2.0 / (nu + 1))
    if k >= spread:
        return math.inf
    return s / math.sqrt(n_eff) * math.sqrt(nu * (k - 1.0) / (1.0 - k / spread))


@dataclass
class Running:
    """Count, mean and sum of squared deviations of the readings so far (Welford); all that need be stored."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """The sums of these values."""
        running = cls()
        for value in values:
            running.add(value)
        return running

    def add(self, value: float) -> None:
        """Take in one more reading."""
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self.squares += step * (value - self.mean)


def pooled_sd(*groups: Running) -> float:
    """Standard deviation within groups, their means taken out; nan when there are no degrees of freedom."""
    freedom = sum(group.count - 1 for group in groups if group.count)
    return math.sqrt(sum(group.squares for group in groups) / freedom) if freedom else math.nan


def verdict(
    baseline: Sequence[float | None] | float,
    pilot: Sequence[float | None],
    threshold: float,
    alpha: float = 0.10,
    higher_is_better: bool = True,
) -> Verdict:
    """Has the improvement of the weekly mean over the baseline reached the agreed threshold?

    The threshold is an improvement, in the units of the measure. One value a week, oldest first; None is a week without
    a reading (a gap, not zero). A number as baseline is an agreed fixed one. alpha counts both directions together. The
    state is latched at the first look that decides it.
    """
    if not math.isfinite(threshold) or not 0 < alpha < 1:
        raise EvidenceError("The threshold must be a finite number and alpha a share between 0 and 1.")
    fixed = isinstance(baseline, (int, float))
    before = Running.of(_readings([baseline] if isinstance(baseline, (int, float)) else baseline, "baseline"))
    if not before.count:
        raise EvidenceError("There is no baseline to compare with.")
    sign, n0, after = (1.0 if higher_is_better else -1.0), 0 if fixed else before.count, Running()
    state, decided, moved = State.NOT_YET_KNOWN, None, False
    low, high = -math.inf, math.inf
    improvement = s = math.nan
    for reading in _readings(pilot, "pilot"):
        after.add(reading)
        improvement = sign * (after.mean - before.mean)
        s = pooled_sd(before, after)
        if math.isnan(s) or s <= 1e-12 * max(abs(before.mean), abs(after.mean)):
            s = 0.0  # too few readings, or all the same: no spread to judge by
        half = half_width(s, n0, after.count, alpha)
        newest = improvement - half, improvement + half
        low, high = newest if moved else (max(low, newest[0]), min(high, newest[1]))
        if low > high:
            moved, (low, high) = True, newest
        if decided is None and not moved and (low >= threshold or high < threshold):
            state, decided = (State.ON_TRACK if low >= threshold else State.OFF_TRACK), after.count
    more = 0 if decided else _weeks_more(s, n0, after.count, alpha, abs(improvement - threshold))
    return Verdict(state, low, high, more, improvement, decided, moved)


def _readings(values: Sequence[float | None], what: str) -> list[float]:
    readings = [float(value) for value in values if value is not None]
    if not all(map(math.isfinite, readings)):
        raise EvidenceError(f"A {what} reading is not a finite number; leave a week without a reading empty.")
    return readings


def _weeks_more(s: float, n0: int, n1: int, alpha: float, distance: float) -> int | None:
    """Weeks until the half-width fits into the distance to the threshold, if spread and improvement stay as seen."""
    if math.isnan(s) or s == 0 or not distance > 0:
        return None
    # The half-width only shrinks with more weeks, so the first that fits is found by halving.
    waits = range(1, LONGEST_WAIT + 1)
    place = bisect_left(waits, True, key=lambda more: half_width(s, n0, n1 + more, alpha) <= distance)
    return waits[place] if place < LONGEST_WAIT else None


def share_interval(k: int, n: int, alpha: float) -> tuple[float, float]:
    """Interval of a share after k of n cases, valid at every look: {p : B(k+1, n-k+1) < p^k (1-p)^(n-k) / alpha}."""
    if not (0 <= k <= n and 0 < alpha < 1):
        raise EvidenceError("A share needs 0 <= right cases <= all cases, and alpha between 0 and 1.")
    if n == 0:
        return 0.0, 1.0
    ceiling = -math.log(alpha) - (math.lgamma(k + 1) + math.lgamma(n - k + 1) - math.lgamma(n + 2))

    def outside(p: float) -> bool:
        right = k * math.log(p) if k else 0.0
        wrong = (n - k) * math.log1p(-p) if n - k else 0.0
        return -right - wrong > ceiling

    def edge(out: float, inside: float) -> float:
        for _ in range(60):
            middle = (out + inside) / 2
            out, inside = (middle, inside) if outside(middle) else (out, middle)
        return (out + inside) / 2

    best = k / n
    return (edge(0.0, best) if k else 0.0), (edge(1.0, best) if k < n else 1.0)


def chance_of_verdict(
    effect: float, sd: float, n0: int, weeks: int, alpha: float = 0.10, runs: int = 4000, seed: int = 1
) -> tuple[float, ...]:
    """What this window can show: chance of a verdict by the end of pilot week 1, 2 ... `weeks`.

    effect: how far the true improvement is from the threshold; sd: spread of weekly means, the same units; n0 baseline
    weeks (0: a fixed number). Seeded simulation of normal weeks, standard error at most 0.008 at 4,000 runs.
    """
    if not (math.isfinite(effect) and sd > 0 and math.isfinite(sd) and n0 >= 0 and weeks >= 1 and runs >= 1):
        raise EvidenceError("A window needs a finite effect, a spread above 0, and at least one week.")
    stream = np.random.default_rng(seed)
    before = stream.standard_normal((runs, n0)) if n0 else np.zeros((runs, 1))
    after = stream.standard_normal((runs, weeks)) + effect / sd
    start = before.mean(axis=1)
    squares_before = np.square(before - start[:, None]).sum(axis=1)
    decided = np.zeros(runs, dtype=bool)
    chances = []
    for n1 in range(1, weeks + 1):
        seen = after[:, :n1]
        centre = seen.mean(axis=1)
        freedom = n0 + n1 - 2 if n0 else n1 - 1
        unit = half_width(1.0, n0, n1, alpha)
        if math.isfinite(unit):
            squares = squares_before + np.square(seen - centre[:, None]).sum(axis=1)
            decided |= np.abs(centre - start) >= unit * np.sqrt(squares / freedom)
        chances.append(float(decided.mean()))
    return tuple(chances)
