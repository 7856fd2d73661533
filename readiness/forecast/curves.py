"""How long do items like this one take? Survival curves of durations, learnt from resolved and open items alike.

S(t) is the chance that an item takes longer than t days. Starting curves are assumptions; own history replaces them bit by
bit: the prior weighs as much as `strength` items. Formula: Susarla & Van Ryzin 1976 (JASA 71), closed form for a Dirichlet
prior with censored observations; strength 0 is the Kaplan-Meier estimate. Open items count: to drop them is optimism.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]

TINY = 1e-300  # a prior that calls a lived duration impossible still has to answer for what comes after it

# Median days by kind of item and the common spread of the logs: assumptions, shown as such until history replaces them.
STARTING_MEDIANS = {
    "name_person": 2.0,
    "write": 5.0,
    "sign": 4.0,
    "test": 10.0,
    "data_access": 21.0,
    "legal": 45.0,
    "other": 14.0,
}
STARTING_SIGMA = 0.8
STRENGTH = 4.0  # items the starting curve is worth
TEAM_STRENGTH = 10.0  # items the organisation's curve is worth to a team


@dataclass(frozen=True, slots=True)
class Lognormal:
    """S(t) of a lognormal duration with this median (days, or a ratio) and sd of the natural log."""

    median: float
    sigma: float

    def __call__(self, t: ArrayLike) -> Floats:
        times = np.asarray(t, dtype=np.float64)
        with np.errstate(divide="ignore"):
            z = (np.log(np.maximum(times, 0.0)) - math.log(self.median)) / (self.sigma * math.sqrt(2.0))
        return 0.5 * np.fromiter(map(math.erfc, z.ravel().tolist()), np.float64, z.size).reshape(z.shape)


type Prior = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Curve:
    """S(t), callable with one time or an array of times; never rising, 1 before time 0.

    events, censored: sorted durations it was learnt from. prior may be any callable of a time, another Curve too
    (team on organisation on assumption). is_assumption: no resolved item stands behind it, here or below.
    """

    events: Floats
    censored: Floats
    prior: Prior | None
    strength: float
    _seen: Floats = field(init=False, repr=False)
    _at: Floats = field(init=False, repr=False)  # distinct censored durations
    _factor: Floats = field(init=False, repr=False)  # product of the closed form up to each of them
    _last: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        seen = np.sort(np.concatenate([self.events, self.censored]))
        at, lost = np.unique(self.censored, return_counts=True)
        beyond = len(seen) - np.searchsorted(seen, at, side="right")  # events and censored later than u
        held = self.strength * self._prior(at) + beyond
        with np.errstate(divide="ignore"):
            factor = np.cumprod((held + lost) / held)
        object.__setattr__(self, "_seen", seen)
        object.__setattr__(self, "_at", at)
        object.__setattr__(self, "_factor", np.concatenate([[1.0], factor]))
        object.__setattr__(self, "_last", float(seen[-1]) if len(seen) else 0.0)

    @property
    def is_assumption(self) -> bool:
        """Does no resolved item stand behind this curve? Then the page says "assumption"."""
        below = self.prior.is_assumption if isinstance(self.prior, Curve) else True
        return len(self.events) == 0 and below

    def __call__(self, t: ArrayLike) -> Any:
        """S(t): a float for one time, an array for many."""
        times = np.asarray(t, dtype=np.float64)
        if self.strength == 0.0 and len(self.censored):
            # Kaplan-Meier says nothing beyond its last observation: it stays where it was just before that one.
            times = np.where(times >= self._last, np.nextafter(self._last, 0.0), times) if self._ends_open else times
        later = len(self._seen) - np.searchsorted(self._seen, times, side="right")
        mass = self.strength * self._prior(times) + later if self.strength else later.astype(np.float64)
        if len(self._seen):
            factor = self._factor[np.searchsorted(self._at, times, side="right")]
            mass = mass * factor
        values = np.where(times < 0.0, 1.0, np.minimum(mass / (self.strength + len(self._seen)), 1.0))
        return float(values) if values.ndim == 0 else values

    @property
    def _ends_open(self) -> bool:
        return bool(len(self.censored)) and float(self.censored[-1]) >= self._last

    def _prior(self, times: Floats) -> Floats:
        if not self.strength or self.prior is None:
            return np.zeros(times.shape)
        return np.maximum(elementwise(self.prior, times), TINY)


def elementwise(function: Callable[[Any], Any], times: Floats) -> Floats:
    """The function at each time, whether it takes arrays or, as with math.exp, one time only."""
    try:
        return np.asarray(function(times), dtype=np.float64).reshape(times.shape)
    except (TypeError, ValueError):
        return np.array([float(function(float(t))) for t in times.ravel()]).reshape(times.shape)


def survival_curve(
    events: Iterable[float], censored: Iterable[float], prior: Prior | None = None, strength: float = STRENGTH
) -> Curve:
    """The curve learnt from resolved durations (`events`) and ages of open items (`censored`), shrunk to `prior`.

    Days, not negative. prior: S0(t), needed unless strength is 0. strength: how many items the prior is worth.
    """
    known, open_still = (np.sort(np.array(list(days), dtype=np.float64)) for days in (events, censored))
    for days in (known, open_still):
        if not np.isfinite(days).all() or (days < 0.0).any():
            raise ValueError("Durations are finite and not negative.")
    if not strength >= 0.0 or (strength > 0.0 and prior is None):
        raise ValueError("A strength above 0 needs a prior; below 0 it has no meaning.")
    if strength == 0.0 and not len(known) + len(open_still):
        raise ValueError("Without a prior and without items there is no curve.")
    return Curve(known, open_still, prior, float(strength))


def assumption(median: float, sigma: float = STARTING_SIGMA) -> Curve:
    """A starting curve that no item stands behind: lognormal durations."""
    return Curve(np.empty(0), np.empty(0), Lognormal(median, sigma), STRENGTH)


def starting_curves(medians: Mapping[str, float] | None = None) -> dict[str, Curve]:
    """The assumed curve of each kind; `medians` (days) overrides single kinds, as settings do."""
    return {kind: assumption(median) for kind, median in (STARTING_MEDIANS | dict(medians or {})).items()}


@dataclass(frozen=True, slots=True)
class Past:
    """One item of the past: kind, days it took or is open so far (reopened: sum of its open spells), whether resolved.

    Closed by deletion or by stopping the use case is not resolved: it is an open item that ends there.
    """

    kind: str
    days: float
    resolved: bool


def learnt_curves(
    history: Sequence[Past], priors: Mapping[str, Curve] | None = None, strength: float = STRENGTH
) -> dict[str, Curve]:
    """A curve of each kind: own history of that kind, shrunk to its prior (default: the assumptions).

    Give all items opened within a scope (`readiness.backtest.SCOPE_DAYS`), closed or not: choosing by closing day biases.
    For a team give the organisation's curves as priors and TEAM_STRENGTH.
    """
    base = starting_curves() if priors is None else dict(priors)
    curves = {}
    for kind in {*base, *(item.kind for item in history)}:
        own = [item for item in history if item.kind == kind]
        prior = base.get(kind, base["other"])
        curves[kind] = (
            survival_curve(
                [i.days for i in own if i.resolved], [i.days for i in own if not i.resolved], prior, strength
            )
            if own
            else prior
        )
    return curves


def scaled(curve: Callable[[Any], Any], days: float) -> Callable[[Any], Any]:
    """The curve of a duration in days from a curve of ratios "took / was stated to take", for an item stated at `days`."""
    return lambda t: curve(np.asarray(t, dtype=np.float64) / days)


@dataclass(frozen=True, eq=False)
class AfterDue:
    """A kind whose stated dates say something: late is S of the days past the due date, 0 for early or on time.

    days is used for items that have no due date. Worth having where `readiness.backtest` finds it the sharper axis.
    """

    days: Curve
    late: Curve


def to_data(curve: Curve) -> dict[str, Any]:
    """The curve as plain data, to be stored as a versioned row; `from_data` restores it exactly."""
    prior = curve.prior
    if isinstance(prior, Curve):
        below: dict[str, Any] | None = to_data(prior)
    elif isinstance(prior, Lognormal):
        below = {"median": prior.median, "sigma": prior.sigma}
    elif prior is None:
        below = None
    else:
        raise TypeError("Only learnt curves and lognormal assumptions can be stored.")
    return {
        "events": curve.events.tolist(),
        "censored": curve.censored.tolist(),
        "prior": below,
        "strength": curve.strength,
    }


def from_data(data: Mapping[str, Any]) -> Curve:
    """The curve `to_data` wrote down."""
    below = data["prior"]
    prior: Prior | None = None
    if below is not None:
        prior = Lognormal(below["median"], below["sigma"]) if "median" in below else from_data(below)
    return Curve(np.array(data["events"], float), np.array(data["censored"], float), prior, data["strength"])
