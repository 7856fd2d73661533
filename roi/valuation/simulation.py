"""How sure is the value: what range, what chance of loss, for one hypothesis and for all of them together?

Draw i is the same possible world for every hypothesis, so totals are sums of draws with the same index.
"""

import hashlib
import math
import threading
from collections.abc import Callable, Iterable
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
_ALONE = 1 << 127  # turns the seed of a hypothesis into that of a second stream of its own


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
    p10, p50, p90 = (_between(ordered, chance * (ordered.size - 1)) for chance in (0.1, 0.5, 0.9))
    losses = int(ordered.searchsorted(0.0, side="left"))
    return Spread(p10, p50, p90, float(ordered.mean()), losses / ordered.size)


def _between(ordered: Floats, place: float) -> float:
    """The value at a place between two of them, in proportion."""
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
    return low + (place - below) * (high - low)


@dataclass(frozen=True)
class Simulation:
    """Draws of the present values of a hypothesis, and their summary; index i is the same world everywhere."""

    npv: Spread
    sd: float  # of the net present value
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
    sides = _Side(), _Side()  # costs, benefits
    rows = 3
    for line, weight in zip(hypothesis.lines, hypothesis.weights().tolist(), strict=True):
        rows += sides[line.is_benefit].add(line, weight, rows)
    normals = standard_draws(seed, rows, draws, out=_scratch.array("normals", rows, draws))
    common = _common(normals[0], world_rho)
    common *= math.sqrt(rho)
    own_share = math.sqrt(1.0 - rho)
    with np.errstate(over="ignore", invalid="ignore"):
        cost_sums, benefit_sums = _amounts([side.drawn for side in sides], normals, (-common, common), own_share)
        pvc = sides[0].present(costs, cost_sums, lambda: own_share * normals[2] - common)
        pvb = sides[1].present(benefits, benefit_sums, lambda: own_share * normals[1] + common)
        net = pvb - pvc
    if not np.all(np.isfinite(net)):
        raise ValuationError("The spread between low and high is too wide to draw from.")
    found = spread(net)
    off = net - found.mean
    return Simulation(found, math.sqrt(float((off * off).mean())), pvb, pvc)


def _common(own: Floats, world_rho: float) -> Floats:
    """The common cause of a hypothesis's lines: its own part, and the one that all hypotheses share."""
    return np.asarray(math.sqrt(world_rho) * _world(own.size) + math.sqrt(1.0 - world_rho) * own)


def worlds(seed: int, draws: int, world_rho: float = WORLD_RHO) -> tuple[Floats, Floats]:
    """(how good each world is for the hypothesis of this seed, a chance that is its own alone): standard normals.

    The first is the common cause that `simulate` gives its lines, so world i is the same here and there, and for all.
    """
    own, alone = (standard_draws(one, 1, draws)[0] for one in (seed, seed ^ _ALONE))
    return _common(own, world_rho), alone


class _Side:
    """The lines of one side, costs or benefits, by what has to be drawn for them."""

    def __init__(self) -> None:
        self.drawn: list[tuple[Amount, float, int]] = []  # law, weight, row of its normals
        self.single = 0.0  # one figure: the optimism factor is all the spread it has
        self.fixed = 0.0  # three points that tie

    def add(self, line: Line, weight: float, row: int) -> int:
        """Take the line; answers how many rows of normals it has: 1 with three points, even those that tie."""
        if line.estimate.is_single:
            self.single += weight * line.estimate.likely
            return 0
        if isinstance(law := line.estimate.law, Amount):
            self.drawn.append((law, weight, row))
        else:
            self.fixed += weight * line.estimate.likely
        return 1

    def present(self, factor: Factor, drawn: Floats, z: Callable[[], Floats]) -> Floats:
        """Present value in each world, from the sum of the drawn lines and the normals of the factor."""
        total = np.asarray(factor.median * (drawn + self.fixed))
        if self.single:
            total = total + self.single * (factor.at(z()) if factor.scale else factor.median)
        return total


def _amounts(
    sides: list[list[tuple[Amount, float, int]]], normals: Floats, shared: tuple[Floats, ...], own_share: float
) -> list[Floats]:
    """For each side the sum of weight times `Amount.at`, all lines at once and in place: the hot spot of ten thousand
    hypotheses."""
    columns = np.array([(a.lower, a.scale, a.slope, a.bend, a.curl, w) for drawn in sides for a, w, _ in drawn])
    if not columns.size:
        return [np.zeros(normals.shape[1]) for _ in sides]
    lower, scale, slope, bend, curl, weight = columns.T
    z = _scratch.array("z", len(columns), normals.shape[1])
    parts, begin = [], 0
    for drawn, common in zip(sides, shared, strict=True):
        part = slice(begin, begin + len(drawn))
        for row, (_, _, place) in zip(z[part], drawn, strict=True):
            np.multiply(normals[place], own_share, out=row)
        z[part] += common
        parts.append(part)
        begin = part.stop
    bends = np.multiply(z, curl[:, None], out=_scratch.array("bends", len(columns), normals.shape[1]))
    bends *= bends
    bends += 1.0
    np.sqrt(bends, out=bends)
    bends *= bend[:, None]
    z *= slope[:, None]
    z += bends
    np.exp(z, out=z)
    z *= (weight * scale)[:, None]
    bottom = weight * lower
    # Not a matrix product: that wakes the linear algebra's threads, which cost more than the sum and round as they like.
    return [np.asarray(z[part].sum(axis=0) + math.fsum(bottom[part])) for part in parts]


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
