"""How good were our own predictions?

Proper scores for chances and ranges, the CORP split of the Brier score (Dimitriadis, Gneiting & Jordan 2021), and an
alarm for broken promises that may be looked at every day. Forecasts are scored as frozen on the day they were made.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from roi.laws import Floats, normal_cdf, normal_pdf, student_ppf
from roi.valuation import Factor, Prior, factor_from_sums

FEWEST_TO_SCORE = 10
"""Below this many resolved forecasts only counts are shown."""
ALARM = 20.0
"""Evidence at which a stated level counts as broken: by luck, at most 1 in 20 ever get here."""


class ScoringError(ValueError):
    """The predictions cannot be scored; the message says plainly why."""


class Corp(NamedTuple):
    """Brier score split: brier = mcb - dsc + unc. `recalibrated`: what each chance should have been, in input order."""

    brier: float
    mcb: float
    dsc: float
    unc: float
    recalibrated: tuple[float, ...]

    @property
    def skill(self) -> float | None:
        """1 - brier / unc: share of the score of always naming the base rate that was saved; None if nothing varied."""
        return 1.0 - self.brier / self.unc if self.unc else None


def _columns(*columns: npt.ArrayLike) -> tuple[Floats, ...]:
    """Columns of one length, at least one row, all finite; plain numbers are repeated."""
    try:
        arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(column, dtype=float)) for column in columns))
    except (TypeError, ValueError):
        raise ScoringError("Predictions and outcomes must be numbers, one for each other.") from None
    if not arrays[0].size or not all(np.all(np.isfinite(array)) for array in arrays):
        raise ScoringError("There is nothing to score: no predictions, or some are not finite numbers.")
    return tuple(np.asarray(array) for array in arrays)


def _chances(p: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    if np.shape(p) != np.shape(y):
        raise ScoringError("Each chance needs its outcome.")
    chance, outcome = _columns(p, y)
    if not np.all((chance >= 0) & (chance <= 1)) or not np.all((outcome == 0) | (outcome == 1)):
        raise ScoringError("Chances lie between 0 and 1, and an outcome is 0 or 1.")
    return chance, outcome


def brier(p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Mean of (p - y)^2 over chances p and outcomes y (0 or 1): 0 is perfect, always saying one half gives 0.25."""
    chance, outcome = _chances(p, y)
    return float(np.square(chance - outcome).mean())


def corp(p: npt.ArrayLike, y: npt.ArrayLike) -> Corp:
    """Split the Brier score into miscalibration, discrimination and uncertainty, without bins.

    Recalibration pools adjacent violators after pooling equal chances.
    """
    chance, outcome = _chances(p, y)
    values, group = np.unique(chance, return_inverse=True)
    counts = np.bincount(group, minlength=values.size)
    sums = np.bincount(group, weights=outcome, minlength=values.size)
    blocks: list[tuple[float, int, int]] = []  # outcomes, forecasts, distinct chances
    for total, count in zip(sums.tolist(), counts.tolist(), strict=True):
        block = (total, count, 1)
        while blocks and blocks[-1][0] * block[1] >= block[0] * blocks[-1][1]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    levels = np.repeat([total / count for total, count, _ in blocks], [width for _, _, width in blocks])
    recalibrated = levels[group]
    base = float(outcome.mean())
    score = float(np.square(chance - outcome).mean())
    best = float(np.square(recalibrated - outcome).mean())
    unc = base * (1.0 - base)
    return Corp(score, score - best, unc - best, unc, tuple(recalibrated.tolist()))


def pinball(q: npt.ArrayLike, y: npt.ArrayLike, tau: float) -> float:
    """Mean loss of calling q the tau-quantile when y came: max(tau (y - q), (tau - 1)(y - q))."""
    if not 0 < tau < 1:
        raise ScoringError("A quantile's level lies between 0 and 1.")
    called, came = _columns(q, y)
    gap = came - called
    return float(np.maximum(tau * gap, (tau - 1.0) * gap).mean())


def crps_normal(mu: npt.ArrayLike, sigma: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Mean continuous ranked probability score of normal forecasts, in y's units; sigma 0 gives |y - mu|."""
    centre, spread, came = _columns(mu, sigma, y)
    if np.any(spread < 0):
        raise ScoringError("A spread cannot be negative.")
    z = np.divide(came - centre, spread, out=np.zeros_like(came), where=spread > 0)
    score = spread * (z * (2 * normal_cdf(z) - 1) + 2 * normal_pdf(z) - 1 / math.sqrt(math.pi))
    return float(np.where(spread > 0, score, np.abs(came - centre)).mean())


def crps_ensemble(draws: npt.ArrayLike, y: float) -> float:
    """The same score for one forecast given as draws: mean |x - y| - mean |x - x'| / 2."""
    values, came = _columns(draws, y)
    ordered = np.sort(values)
    n = ordered.size
    # For sorted x the sum over pairs of |x - x'| is 2 sum (2i - n + 1) x_i, i from 0.
    apart = 2.0 * float((2 * np.arange(n) - n + 1) @ (ordered - ordered[0])) / n**2
    return float(np.abs(ordered - came).mean()) - 0.5 * apart


def coverage(low: npt.ArrayLike, high: npt.ArrayLike, y: npt.ArrayLike) -> tuple[int, int]:
    """How many outcomes fell inside their range, ends included, and out of how many."""
    bottom, top, came = _columns(low, high, y)
    return int(((bottom <= came) & (came <= top)).sum()), came.size


def level_evidence(hits: int, n: int, tau: float) -> float:
    """Evidence that "tau sure" was not tau: E = B(k+1, n-k+1) / (tau^k (1-tau)^(n-k)); at ALARM the promise is broken.

    Valid at every look, in both directions; overlapping forecasts of one use case count once.
    """
    _check_level(hits, n, tau)
    log_e = math.lgamma(hits + 1) + math.lgamma(n - hits + 1) - math.lgamma(n + 2)
    return math.exp(min(log_e - hits * math.log(tau) - (n - hits) * math.log1p(-tau), 700.0))


def chance_at_most(hits: int, n: int, tau: float) -> float:
    """Chance of at most this many hits of n if "tau sure" is honest: how surprising is it?"""
    _check_level(hits, n, tau)
    kept, broken = math.log(tau), math.log1p(-tau)
    ways = (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(hits + 1))
    return min(1.0, math.fsum(math.exp(way + k * kept + (n - k) * broken) for k, way in enumerate(ways)))


def _check_level(hits: int, n: int, tau: float) -> None:
    if not (0 <= hits <= n and 0 < tau < 1):
        raise ScoringError("Hits must lie between 0 and the number of forecasts, the level between 0 and 1.")


@dataclass(frozen=True)
class LevelScore:
    """Hits of a stated level. evidence and chance are None below FEWEST_TO_SCORE: show the counts only."""

    hits: int
    forecasts: int
    level: float
    evidence: float | None
    chance: float | None

    @property
    def is_broken(self) -> bool:
        """Is this more than bad (or good) luck?"""
        return self.evidence is not None and self.evidence >= ALARM


def score_level(hits: int, n: int, tau: float) -> LevelScore:
    """Score "tau sure" after n resolved forecasts, of which `hits` held."""
    _check_level(hits, n, tau)
    if n < FEWEST_TO_SCORE:
        return LevelScore(hits, n, tau, None, None)
    return LevelScore(hits, n, tau, level_evidence(hits, n, tau), chance_at_most(hits, n, tau))


@dataclass(frozen=True)
class Backtest:
    """Walk-forward check of the optimism factor: each case predicted from those before it alone.

    Shares of actual / forecast inside P10-P90; pinball losses of ln(actual / forecast), averaged over P10, P50, P90:
    ours, and that of taking every forecast at its word. `factor` is what all cases together say about the next one.
    """

    cases: int
    inside: int
    loss: float
    loss_at_its_word: float
    factor: Factor

    @property
    def coverage(self) -> float:
        """Share inside the range; honest is 0.8."""
        return self.inside / self.cases


def backtest(ratios: Sequence[float], prior: Prior) -> Backtest:
    """Would the factor have helped? Ratios of actual to forecast, each above 0, in the order they became known."""
    (values,) = _columns(ratios)
    if np.any(values <= 0):
        raise ScoringError("A ratio of actual to forecast must be above 0.")
    logs = np.log(values)
    factors, n, mean, squares = [], 0, 0.0, 0.0
    for x in logs.tolist():
        factors.append(factor_from_sums(n, mean, squares, prior))
        n += 1
        step = x - mean
        mean += step / n
        squares += step * (x - mean)
    location, scale, df = (
        np.array(column) for column in zip(*((f.location, f.scale, f.df) for f in factors), strict=True)
    )
    reach = scale * student_ppf(0.9, df)
    called = {0.1: location - reach, 0.5: location, 0.9: location + reach}
    inside, _ = coverage(called[0.1], called[0.9], logs)
    return Backtest(
        cases=n,
        inside=inside,
        loss=math.fsum(pinball(q, logs, tau) for tau, q in called.items()) / 3,
        loss_at_its_word=math.fsum(pinball(0.0, logs, tau) for tau in called) / 3,
        factor=factor_from_sums(n, mean, squares, prior),
    )
