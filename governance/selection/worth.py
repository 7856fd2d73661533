"""What is a candidate worth before it is compared: its estimate pulled towards the pool, its pilot an option to stop?

Smith & Winkler 2006 (Management Science 52(3)): the best-looking of many estimates promise too much, so shrink first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

P10_TO_P90 = 2 * NormalDist().inv_cdf(0.9)  # standard deviations of a normal between those percentiles


def standard_error(p10: float, p90: float) -> float:
    """The standard error that a stated range from P10 to P90 amounts to."""
    return (p90 - p10) / P10_TO_P90


def shrink(estimate: float, se: float, mean: float, spread: float) -> tuple[float, float]:
    """Estimate and standard error after pulling towards the pool's mean (spread: the pool's true sd). Optimizer's curse."""
    if not se > 0.0:
        return estimate, 0.0
    weight = (spread / math.hypot(spread, se)) ** 2
    return weight * estimate + (1.0 - weight) * mean, math.sqrt(weight) * se


def pool(estimates: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Mean and true spread of a pool of estimates with standard errors > 0 (Paule & Mandel 1982)."""
    y, variance = np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64) ** 2

    def mean_and_excess(tau2: float) -> tuple[float, float]:
        weights = 1.0 / (variance + tau2)
        mean = float(weights @ y / weights.sum())
        return mean, float(weights @ (y - mean) ** 2) - (len(y) - 1)

    low, high = 0.0, float(np.ptp(y)) ** 2
    if len(y) < 2 or mean_and_excess(0.0)[1] <= 0.0:
        return mean_and_excess(0.0)[0], 0.0
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (middle, high) if mean_and_excess(middle)[1] > 0.0 else (low, middle)
    return mean_and_excess(high)[0], math.sqrt(high)


def pilot_value(mean: float, spread: float, data_error: float, cost: float) -> float:
    """What a pilot is worth as an option we may stop: belief N(mean, spread^2), data of error `data_error`, pilot cost."""
    learnt = spread * (spread / math.hypot(spread, data_error)) if spread > 0.0 else 0.0
    if learnt == 0.0:
        return max(mean, 0.0) - cost
    normal = NormalDist()
    u = mean / learnt
    return mean * normal.cdf(u) + learnt * normal.pdf(u) - cost
