"""How sure is the value: what range, what chance of loss, for one hypothesis and for all of them together?

Draw i is the same possible world for every hypothesis, so totals are sums of draws with the same index.
"""

import hashlib
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from roi.laws import STANDARD, Floats
from roi.valuation.errors import ValuationError
from roi.valuation.hypothesis import Hypothesis, Line
from roi.valuation.optimism import NO_CORRECTION, Factor
from roi.valuation.quantiles import Amount

DRAWS = 4096
"""Standard error of a chance at most 0.008: enough to show it to the nearest 5 %."""
LINE_RHO = 0.3
"""Correlation of the lines of one hypothesis (assumption; a setting). Independence understates risk."""
WORLD_RHO = 0.2
"""Share of a hypothesis's common cause that all hypotheses have in common (assumption; a setting)."""

_SLICES = 1 << 16


@lru_cache(maxsize=1)
def _slices() -> Floats:
    """The normal law cut into 65,536 equally likely slices, one value for each; its spread is 1 within 0.003 %."""
    half = np.array([STANDARD.inv_cdf((i + 0.5) / _SLICES) for i in range(_SLICES // 2)])
    return np.concatenate([half, -half[::-1]])


def seed_of(hypothesis_id: object, version: int) -> int:
    """The seed of a version of a hypothesis: the same draws on every machine, today and later."""
    return int.from_bytes(hashlib.sha256(f"{hypothesis_id}:{version}".encode()).digest()[:16], "little")


class _Scratch(threading.local):
    """Arrays that a thread uses again: getting fresh pages from the system takes longer than the arithmetic on them."""

    def __init__(self) -> None:
        self._kept: dict[str, Floats] = {}

    def array(self, name: str, rows: int, draws: int) -> Floats:
        kept = self._kept.get(name)
        if kept is None or kept.size < rows * draws:
            kept = self._kept[name] = np.empty(rows * draws)
        return kept[: rows * draws].reshape(rows, draws)


_scratch = _Scratch()


def standard_draws(seed: int, rows: int, draws: int, out: Floats | None = None) -> Floats:
    """Normal draws, rows by draws, from raw generator bits: numpy may change its own normal stream in any release."""
    words = np.random.Philox(key=seed % (1 << 128)).random_raw(-(-rows * draws // 4))
    places = np.asarray(words, dtype="<u8").view("<u2")[: rows * draws].reshape(rows, draws)
    found = np.empty((rows, draws)) if out is None else out
    _slices().take(places, mode="clip", out=found)  # 16 bits never leave the table; unchecked, it takes a fifth
    return found


@lru_cache(maxsize=4)
def _world(draws: int) -> Floats:
    normals: Floats = standard_draws(seed_of("the world", 1), 1, draws)[0]
    normals.setflags(write=False)  # shared by every caller
    return normals


@dataclass(frozen=True)
class Spread:
    """Quantiles and mean of a value over its draws, and the share of draws below 0."""

    p10: float
    p50: float
    p90: float
    mean: float
    chance_of_loss: float

    @property
    def chance_of_gain(self) -> float:
        """Chance of at least breaking even."""
        return 1.0 - self.chance_of_loss


def spread(values: Floats) -> Spread:
    """Summarise draws of one value."""
    if not values.size or not np.all(np.isfinite(values)):
        raise ValuationError("There is nothing to summarise: no draws, or draws that are not finite.")
    ordered = np.sort(values)
    places = np.arange(ordered.size)
    p10, p50, p90 = np.interp(np.array([0.1, 0.5, 0.9]) * (ordered.size - 1), places, ordered)
    losses = int(np.searchsorted(ordered, 0.0, side="left"))
    return Spread(float(p10), float(p50), float(p90), float(ordered.mean()), losses / ordered.size)


@dataclass(frozen=True)
class Simulation:
    """Draws of the present values of a hypothesis, and their summary; index i is the same world everywhere."""

    npv: Spread
    pvb: Floats = field(repr=False, compare=False)
    pvc: Floats = field(repr=False, compare=False)

    @property
    def draws(self) -> Floats:
        """Net present value in each world."""
        return self.pvb - self.pvc


def simulate(
    hypothesis: Hypothesis,
    seed: int,
    *,
    benefits: Factor = NO_CORRECTION,
    costs: Factor = NO_CORRECTION,
    draws: int = DRAWS,
    rho: float = LINE_RHO,
    world_rho: float = WORLD_RHO,
) -> Simulation:
    """Draw the present values of a hypothesis.

    A line stands at z = +-sqrt(rho) w + sqrt(1-rho) e, with w common to the hypothesis; benefits take w with plus,
    costs with minus, so that a bad world is bad on both sides. Lines with three points are multiplied by the median
    optimism factor; those with one figure by a draw of it, one for all of a kind (both spreads would count doubt
    twice).
    """
    if draws < 1 or not (0.0 <= rho <= 1.0 and 0.0 <= world_rho <= 1.0):
        raise ValuationError("A simulation needs at least one draw and correlations between 0 and 1.")
    lines, weights = hypothesis.lines, hypothesis.weights()
    spreading = [i for i, line in enumerate(lines) if not line.estimate.is_single]
    rows = 3 + len(spreading)
    normals = standard_draws(seed, rows, draws, out=_scratch.array("normals", rows, draws))
    own = dict(zip(spreading, normals[3:], strict=True))
    common = math.sqrt(world_rho) * _world(draws) + math.sqrt(1.0 - world_rho) * normals[0]
    with np.errstate(over="ignore", invalid="ignore"):
        pvb, pvc = (
            _side(
                [(line, weights[i], own.get(i)) for i, line in enumerate(lines) if line.is_benefit == gain],
                shared=(math.sqrt(rho) if gain else -math.sqrt(rho)) * common,
                own_share=math.sqrt(1.0 - rho),
                factor=benefits if gain else costs,
                factor_normals=normals[1 if gain else 2],
            )
            for gain in (True, False)
        )
        net = pvb - pvc
    if not np.all(np.isfinite(net)):
        raise ValuationError("The spread between low and high is too wide to draw from.")
    return Simulation(spread(net), pvb, pvc)


def _side(
    lines: list[tuple[Line, float, Floats | None]],
    *,
    shared: Floats,
    own_share: float,
    factor: Factor,
    factor_normals: Floats,
) -> Floats:
    """Present value of all benefits, or of all costs, in each world; lines with a spread bring their own normals."""
    single = fixed = 0.0
    drawn: list[tuple[Amount, float, Floats]] = []
    for line, weight, own in lines:
        if own is None:
            single += weight * line.estimate.likely
        elif isinstance(law := line.estimate.law, Amount):
            drawn.append((law, weight, own))
        else:  # three points that tie
            fixed += weight * line.estimate.likely
    total = np.full(shared.shape, factor.median * fixed)
    if drawn:
        total += factor.median * _weighted_amounts(drawn, shared, own_share)
    if single:
        total += single * (factor.at(shared + own_share * factor_normals) if factor.scale else factor.median)
    return total


def _weighted_amounts(drawn: list[tuple[Amount, float, Floats]], shared: Floats, own_share: float) -> Floats:
    """Sum of weight times `Amount.at`, all lines at once and in place: the hot spot of ten thousand hypotheses."""
    columns = np.array([(a.lower, a.scale, a.slope, a.bend, a.curl, w) for a, w, _ in drawn])
    lower, scale, slope, bend, curl, weight = columns.T
    z = _scratch.array("z", len(drawn), shared.size)
    for row, (_, _, own) in zip(z, drawn, strict=True):
        np.multiply(own, own_share, out=row)
    z += shared
    bends = np.multiply(z, curl[:, None], out=_scratch.array("bends", len(drawn), shared.size))
    bends *= bends
    bends += 1.0
    np.sqrt(bends, out=bends)
    bends *= bend[:, None]
    z *= slope[:, None]
    z += bends
    np.exp(z, out=z)
    z *= (weight * scale)[:, None]
    # Not a matrix product: that wakes the linear algebra's threads, which cost more than the sum and round as they like.
    return np.asarray(z.sum(axis=0) + math.fsum(weight * lower))


def total(npvs: Iterable[Floats]) -> Spread:
    """The value of several hypotheses together, from their draws (`Simulation.draws`), one at a time."""
    running: Floats | None = None
    for draws in npvs:
        if running is None:
            running = np.array(draws, dtype=float)
        elif running.shape != draws.shape:
            raise ValuationError("Totals need the same number of draws from each hypothesis.")
        else:
            running += draws
    if running is None:
        raise ValuationError("There is no hypothesis to add up.")
    return spread(running)
