"""Which law stands behind a low, likely and high figure?

J-QPD (Hadlock & Bickel 2017, Decision Analysis 14(1)): exists for every P10 < P50 < P90 and passes exactly through all
three. Amounts have a lower bound only; shares have both.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from roi.laws import STANDARD, Z90, Floats, normal_cdf, normal_ppf
from roi.valuation.errors import DisorderedEstimate, ValuationError

_SYMMETRIC = 1e-9  # relative skew below which the symmetric limit is the better formula


class Quantiles(ABC):
    """A law given by its quantiles."""

    @abstractmethod
    def at(self, z: npt.ArrayLike) -> Floats:
        """The value whose chance of not being exceeded equals that of z under the standard normal law."""

    @overload
    def ppf(self, p: float) -> float: ...
    @overload
    def ppf(self, p: list[float] | Floats) -> Floats: ...
    def ppf(self, p: float | list[float] | Floats) -> float | Floats:
        """The value not exceeded with chance p in [0, 1]; a number for a number, an array for a list or an array."""
        chance = np.asarray(p, dtype=float)
        if not np.all((chance >= 0.0) & (chance <= 1.0)):
            raise ValuationError("A chance lies between 0 and 1.")
        values = self.at(normal_ppf(chance))
        return float(values) if chance.ndim == 0 else values


@dataclass(frozen=True)
class Certain(Quantiles):
    """One value, without spread."""

    value: float

    def at(self, z: npt.ArrayLike) -> Floats:
        return np.full(np.shape(z), self.value)


@dataclass(frozen=True)
class Amount(Quantiles):
    """J-QPD-S: lower + scale * exp(slope z + bend sqrt(1 + (curl z)^2)).

    The published form, scale * exp(lambda sinh(arcsinh(delta z) + arcsinh(n c delta))), multiplied out: without
    sinh, ten thousand hypotheses can be drawn in seconds. With L, M, H the logarithms of P10, P50, P90 above `lower`
    and c the normal law's P90: slope = lambda delta sqrt(1 + (c delta)^2) = (H - L) / 2c; bend = lambda n c delta =
    n min(M - L, H - M); curl = delta. The lognormal limit has curl = bend = 0.
    """

    lower: float
    scale: float
    slope: float
    bend: float
    curl: float

    def at(self, z: npt.ArrayLike) -> Floats:
        normal = np.asarray(z, dtype=float)
        # In both tails slope |z| outgrows bend sqrt(1 + ...); at infinity itself the limit is taken by hand.
        finite = np.where(np.isfinite(normal), normal, 0.0)
        with np.errstate(over="ignore"):
            inside = self.lower + self.scale * np.exp(
                self.slope * finite + self.bend * np.hypot(1.0, self.curl * finite)
            )
        return np.asarray(np.where(np.isfinite(normal), inside, np.where(normal > 0, math.inf, self.lower)))


@dataclass(frozen=True)
class Share(Quantiles):
    """J-QPD-B: lower + width * Phi(start + size sinh(curl (z + shift))); `curl` 0 is the symmetric, straight limit."""

    lower: float
    width: float
    start: float
    size: float
    curl: float
    shift: float

    def at(self, z: npt.ArrayLike) -> Floats:
        normal = np.asarray(z, dtype=float)
        with np.errstate(over="ignore"):
            bent = self.size * (np.sinh(self.curl * (normal + self.shift)) if self.curl else normal)
        return np.asarray(self.lower + self.width * normal_cdf(self.start + bent))


def jqpd(q10: float, q50: float, q90: float, lower: float = 0.0, upper: float | None = None) -> Quantiles:
    """The law through P10, P50 and P90 of a quantity above `lower` (and below `upper`, if given).

    A tie (q10 = q50 or q50 = q90) says there is no spread to speak of and gives the single value q50.
    Raises DisorderedEstimate, carrying the sorted figures to ask about, and ValuationError for figures at or beyond
    the bounds or not finite.
    """
    q10, q50, q90, lower = float(q10), float(q50), float(q90), float(lower)
    if not all(map(math.isfinite, (q10, q50, q90, lower))) or (upper is not None and not math.isfinite(upper)):
        raise ValuationError("Low, likely and high must be finite numbers.")
    if not q10 <= q50 <= q90:
        ordered = tuple(sorted((q10, q50, q90)))
        raise DisorderedEstimate(
            f"Low {q10:g}, likely {q50:g} and high {q90:g} are out of order.", (ordered[0], ordered[1], ordered[2])
        )
    if q10 < lower or (upper is not None and q90 > upper):
        within = f"not below {lower:g}" if upper is None else f"between {lower:g} and {upper:g}"
        hint = " Split an amount that can be negative into a benefit and a cost." if q10 < lower else ""
        raise ValuationError(f"The figures must lie {within}.{hint}")
    if q10 == q50 or q50 == q90:
        return Certain(q50)
    if q10 <= lower or (upper is not None and q90 >= upper):
        raise ValuationError(
            f"Low and high must stay clear of the bounds: something beyond {q10:g} or {q90:g} is possible."
        )
    if upper is None:
        return _amount(q10, q50, q90, lower)
    return _share(q10, q50, q90, lower, float(upper))


def _skew(low: float, mid: float, high: float) -> tuple[float, float]:
    """Direction n of the skew (-1, 0, +1) and the shorter arm, on the transformed scale."""
    below, above = mid - low, high - mid
    if abs(above - below) < _SYMMETRIC * (high - low):
        return 0.0, (high - low) / 2
    return (1.0, below) if above > below else (-1.0, above)


def _amount(q10: float, q50: float, q90: float, lower: float) -> Quantiles:
    low, mid, high = math.log(q10 - lower), math.log(q50 - lower), math.log(q90 - lower)
    n, arm = _skew(low, mid, high)
    if arm <= 0.0:  # nearer than two doubles can tell apart
        return Certain(q50)
    slope = (high - low) / (2 * Z90)
    if n == 0.0:
        return Amount(lower, q50 - lower, slope, 0.0, 0.0)
    ratio = (high - low) / (2 * arm)
    curl = math.sqrt((ratio - 1.0) * (ratio + 1.0)) / Z90  # sinh(arccosh(ratio)) without either
    return Amount(lower, (q10 if n > 0 else q90) - lower, slope, n * arm, curl)


def _share(q10: float, q50: float, q90: float, lower: float, upper: float) -> Quantiles:
    width = upper - lower
    low, mid, high = (STANDARD.inv_cdf((q - lower) / width) for q in (q10, q50, q90))
    n, arm = _skew(low, mid, high)
    if arm <= 0.0:
        return Certain(q50)
    if n == 0.0:
        return Share(lower, width, start=mid, size=(high - low) / (2 * Z90), curl=0.0, shift=0.0)
    curl = math.acosh((high - low) / (2 * arm)) / Z90
    size = (high - low) / math.sinh(2 * curl * Z90)
    return Share(lower, width, start=low if n > 0 else high, size=size, curl=curl, shift=n * Z90)
