"""Do people override the model more, or less, than was agreed, and do they do well by it?

Three questions, kept apart: has the rate moved (`step`, which may be looked at every day without crying wolf), what is the
rate (`wilson`, for reading, never for alarming), and is overriding right (`reliance`, which needs outcomes).
Formulas: docs on decision methods, section 5: mixture e-Shiryaev-Roberts (Shin, Ramdas & Rinaldo, arXiv 2203.03532), Wilson
score interval (Newcombe 1998), exact McNemar test, two-by-two reliance table (Schemmer et al. 2023).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

# Alternatives the detector listens for, as parts of the way from the agreed rate to 1 (up) or to 0 (down).
UP_STEPS = (0.05, 0.10, 0.20, 0.35, 0.50)
DOWN_FACTORS = (0.75, 0.50, 0.25, 0.10, 0.02)
SIDE = len(UP_STEPS)
MAX_LOG = 250 * math.log(10.0)  # evidence of 1e250: far beyond any threshold, still a finite float
DAYS_A_YEAR = 365.0
DAYS_A_QUARTER = 90.0
MIN_DECIDED = 20  # decisions before a rate is worth a sentence: the interval is then at most a fifth to either side

type Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """The state of one watched stream (a use case, a segment) after some closed days.

    p0: agreed normal rate, in (0, 1); with a band, its upper edge. low: the band's lower edge, where "almost never" begins
    (default p0). threshold: mean days between false alarms, each direction for itself (see `threshold`).
    logs: natural logs of the evidence, five against "too many" then five against "too few"; () before the first day.
    """

    p0: float
    threshold: float = DAYS_A_YEAR
    logs: tuple[float, ...] = ()
    low: float | None = None

    def __post_init__(self) -> None:
        if not (0.0 < self.p0 < 1.0) or not (0.0 < self.floor <= self.p0):
            raise ValueError("The agreed rates must lie strictly between 0 and 1, the lower edge first.")
        if not self.threshold > 0.0:
            raise ValueError("The threshold is a number of days above 0.")
        if len(self.logs) not in (0, 2 * SIDE):
            raise ValueError(f"The state holds {2 * SIDE} logs, or none at the start.")

    @property
    def floor(self) -> float:
        """The rate the downward side is measured against."""
        return self.p0 if self.low is None else self.low

    @property
    def up(self) -> float:
        """Evidence that overrides became more frequent; 0 at the start."""
        return _mean_of_exp(self.logs[:SIDE])

    @property
    def down(self) -> float:
        """Evidence that overrides became rarer (nobody reviewing any more); 0 at the start."""
        return _mean_of_exp(self.logs[SIDE:])

    @property
    def raised(self) -> Direction | None:
        """The direction whose evidence reached the threshold; the stronger one if both did."""
        if max(self.up, self.down) < self.threshold:
            return None
        return "up" if self.up >= self.down else "down"


def up_rates(p0: float) -> tuple[float, ...]:
    """The five higher rates listened for."""
    return tuple(p0 + (1.0 - p0) * part for part in UP_STEPS)


def down_rates(p0: float) -> tuple[float, ...]:
    """The five lower rates listened for."""
    return tuple(p0 * part for part in DOWN_FACTORS)


def evidence(
    logs: Sequence[float], p0: float, rates: Sequence[float], overrides: int, decided: int
) -> tuple[float, ...]:
    """One day of R_j = (R_j + 1) L_j for each alternative rate, on logs; empty logs mean R = 0."""
    before = logs or (-math.inf,) * len(rates)
    kept = decided - overrides
    return tuple(
        min(MAX_LOG, _log1p_exp(log) + overrides * math.log(rate / p0) + kept * math.log((1.0 - rate) / (1.0 - p0)))
        for log, rate in zip(before, rates, strict=True)
    )


def step(state: Alarm, overrides: int, decided: int) -> Alarm:
    """The state after one more closed day with `overrides` of `decided`; a day without decisions changes nothing.

    While the true rate is on the harmless side of the agreed one, the mean time until `up` (or `down`) first reaches the
    threshold is at least the threshold, whatever the daily volumes and however often one looks.
    The state does not latch: record the day `raised` is set, and start again from `acknowledged` once someone has acted.
    """
    if not 0 <= overrides <= decided:
        raise ValueError("Overrides lie between 0 and the decisions of the day.")
    if decided == 0:
        return state
    up = evidence(state.logs[:SIDE], state.p0, up_rates(state.p0), overrides, decided)
    down = evidence(state.logs[SIDE:], state.floor, down_rates(state.floor), overrides, decided)
    return replace(state, logs=up + down)


def acknowledged(state: Alarm) -> Alarm:
    """The same watch, begun anew."""
    return replace(state, logs=())


def threshold(streams: int = 1, per_quarter: float | None = None, directions: int = 1) -> float:
    """The threshold that keeps false alarms to `per_quarter` over all streams (default: one a year for each stream).

    The guarantee holds for one direction of one stream; `directions=2` shares it between both.
    """
    if streams < 1 or directions not in (1, 2) or (per_quarter is not None and not per_quarter > 0.0):
        raise ValueError("At least one stream, one or two directions, and more than 0 false alarms.")
    days = DAYS_A_YEAR if per_quarter is None else DAYS_A_QUARTER * streams / per_quarter
    return days * directions


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a share k/n at confidence `level`; (0, 1) without data. For reading, never for alarming."""
    if not 0 <= k <= n:
        raise ValueError("k lies between 0 and n.")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    centre = (k + z * z / 2.0) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4.0)
    # At the ends the exact value is 0 or 1; rounding must not say otherwise.
    return (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)


def normal_rate(k: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """The rates a trial period of k overrides in n does not rule out: {p: beta-binomial evidence against p <= 1/alpha}.

    Agree the band from these two ends, not from k/n: a p0 read off a short period would alarm on its own error.
    """
    if not 0 <= k <= n:
        raise ValueError("k lies between 0 and n.")
    if n == 0:
        return 0.0, 1.0
    bar = math.log(1.0 / alpha) - _log_beta(k + 1, n - k + 1)

    def excess(p: float) -> float:
        return -(k * math.log(p) if k else 0.0) - ((n - k) * math.log1p(-p) if n > k else 0.0) - bar

    low = 0.0 if k == 0 else _crossing(excess, 0.0, k / n)
    high = 1.0 if k == n else _crossing(excess, 1.0, k / n)
    return low, high


def enough(decided: int) -> bool:
    """Are there decisions enough to state a rate? Below, show counts only."""
    return decided >= MIN_DECIDED


@dataclass(frozen=True, slots=True)
class Reliance:
    """What the human check is worth, as shares 0-1; None where nothing could be counted."""

    decided: int
    override_rate: float | None
    model_alone: float | None  # share right if nobody had overridden
    team: float | None  # share right as decided
    human_value: float | None  # team - model_alone = (g - h) / n
    override_precision: float | None  # overrides that were right
    errors_caught: float | None  # model errors that were overridden
    advice_kept: float | None  # right advice that was accepted
    mcnemar_p: float | None  # exact two-sided test that overriding neither helps nor harms
    e_value: float | None  # the same, valid at every look: 20 or more is evidence


def reliance(a: int, b: int, g: int, h: int) -> Reliance:
    """Two-by-two table of decided cases whose outcome is known.

    a: accepted, model right; b: accepted, model wrong; g: overridden, model wrong; h: overridden, model right.
    """
    if min(a, b, g, h) < 0:
        raise ValueError("Counts are not negative.")
    n = a + b + g + h
    overridden = g + h
    p_value = e_value = None
    if overridden:
        tail = sum(math.comb(overridden, i) for i in range(min(g, h) + 1))
        p_value = min(1.0, 2 * tail / 2**overridden)
        e_value = math.exp(min(MAX_LOG, _log_beta(g + 1, h + 1) + overridden * math.log(2.0)))
    return Reliance(
        decided=n,
        override_rate=_share(overridden, n),
        model_alone=_share(a + h, n),
        team=_share(a + g, n),
        human_value=_share(g - h, n),
        override_precision=_share(g, overridden),
        errors_caught=_share(g, g + b),
        advice_kept=_share(a, a + h),
        mcnemar_p=p_value,
        e_value=e_value,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _log1p_exp(x: float) -> float:
    """ln(1 + e^x) without overflow."""
    return x + math.log1p(math.exp(-x)) if x > 0.0 else math.log1p(math.exp(x))


def _mean_of_exp(logs: Sequence[float]) -> float:
    return math.fsum(map(math.exp, logs)) / SIDE


def _log_beta(x: int, y: int) -> float:
    return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)


def _crossing(excess: Callable[[float], float], outside: float, inside: float) -> float:
    """Where `excess` changes sign between a rate that is ruled out and one that is not."""
    for _ in range(100):
        middle = (outside + inside) / 2.0
        if excess(middle) > 0.0:
            outside = middle
        else:
            inside = middle
    return inside
