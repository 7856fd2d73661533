"""How far off do forecasts like this one usually turn out?

Reference-class correction: x = ln(actual / forecast) of finished hypotheses, separately for benefits, costs and
durations, updates a normal-inverse-gamma prior; the factor of the next one is exp of a Student law (Gelman et al.,
Bayesian Data Analysis, 3.3; the idea: Flyvbjerg 2006).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from roi.laws import Floats, normal_cdf, student_ppf
from roi.valuation.errors import ValuationError

_REACH = 4.5  # standard normal deviations the draws can reach, with room to spare
_KNOTS = 1801


@dataclass(frozen=True)
class Prior:
    """What is believed before any case is finished: worth `cases` cases, log spread `spread` with `shape` behind it."""

    median: float
    cases: float = 4.0
    shape: float = 3.0
    spread: float = 0.35


PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        "benefits": Prior(median=0.8),  # our assumption; a setting
        "costs": Prior(median=1.3),  # surveys: 30-40 % average overrun (Molokken & Jorgensen)
        "durations": Prior(median=1.3),
    }
)

PRIOR_BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {  # Green Book supplementary guidance on optimism bias (Mott MacDonald 2002), equipment/development and outsourcing
        "durations": (1.10, 1.54),
        "costs": (1.10, 3.00),
        "outsourced_running_costs": (1.00, 1.41),
    }
)


def capped(prior: Prior, kind: str) -> Prior:
    """The prior with its median moved inside the published bounds of its kind; kinds without bounds pass unchanged."""
    low, high = PRIOR_BOUNDS.get(kind, (0.0, math.inf))
    return Prior(min(max(prior.median, low), high), prior.cases, prior.shape, prior.spread)


@dataclass(frozen=True)
class Factor:
    """Law of the next actual / forecast: exp(location + scale * Student t with df degrees of freedom)."""

    df: float
    location: float
    scale: float
    cases: int

    @property
    def median(self) -> float:
        """The factor that is as often too low as too high."""
        return math.exp(self.location)

    def ppf(self, p: float) -> float:
        """The factor not exceeded with chance p in (0, 1)."""
        return math.exp(self.location + self.scale * _student(p, self.df))

    def at(self, z: npt.ArrayLike) -> Floats:
        """The factor as rare as z is under the standard normal law; for draws, good to six figures."""
        students = _students(self.df)
        place = (np.asarray(z, dtype=float) + _REACH) * ((_KNOTS - 1) / (2 * _REACH))
        knot = np.clip(place.astype(np.intp), 0, _KNOTS - 2)  # even knots: no search, unlike numpy.interp
        below = students.take(knot)
        student = below + (place - knot) * (students.take(knot + 1) - below)
        return np.asarray(np.exp(self.location + self.scale * student))


@lru_cache(maxsize=1024)
def _student(p: float, df: float) -> float:
    return float(student_ppf(p, df))


@lru_cache(maxsize=64)
def _students(df: float) -> Floats:
    return student_ppf(normal_cdf(np.linspace(-_REACH, _REACH, _KNOTS)), df)


def reference_class(ratios: Sequence[float], prior: Prior) -> Factor:
    """The law of the next ratio after these finished ones (actual / forecast, each above 0; may be empty)."""
    if not all(math.isfinite(ratio) and ratio > 0 for ratio in ratios):
        raise ValuationError(
            "A ratio of actual to forecast must be above 0; enter a benefit that never came as a small share, say 0.05."
        )
    logs = [math.log(ratio) for ratio in ratios]
    n = len(logs)
    mean = math.fsum(logs) / n if n else 0.0
    squares = math.fsum((x - mean) ** 2 for x in logs)
    return factor_from_sums(n, mean, squares, prior)


def factor_from_sums(n: int, mean: float, squares: float, prior: Prior) -> Factor:
    """The same from what a nightly job keeps: count, mean and sum of squared deviations of ln(actual / forecast)."""
    start = math.log(prior.median)
    weight = prior.cases + n
    location = (prior.cases * start + n * mean) / weight
    shape = prior.shape + n / 2
    rate = prior.shape * prior.spread**2 + squares / 2 + prior.cases * n * (mean - start) ** 2 / (2 * weight)
    return Factor(2 * shape, location, math.sqrt(rate * (weight + 1) / (shape * weight)), n)


NO_CORRECTION = Factor(df=6.0, location=0.0, scale=0.0, cases=0)
"""For figures already corrected elsewhere: every ratio is 1."""
