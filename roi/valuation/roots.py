"""At which rates is a stream of dated flows worth nothing?

Every root, not the first one an iteration happens to meet. With v = 1 + r and u = ln v the value is
f(u) = sum c_i exp(-t_i u). Take a time s between two terms of different sign: exp(s u) f(u) has the same roots, and its
derivative, with coefficients c_i (s - t_i), has one sign change fewer. Its roots, found the same way, cut the line into
pieces on each of which f crosses zero at most once (Rolle; the counting is Descartes' rule for real exponents).
"""

import math

import numpy as np

from roi.laws import Floats

LOWEST_GROWTH = 1e-12
"""1 + rate a period: losing more than this leaves nothing to speak of."""
HIGHEST_GROWTH = 1e20
"""1 + rate a period: a week's windfall written as a yearly rate gets this large."""

_LOW, _HIGH = math.log(LOWEST_GROWTH), math.log(HIGHEST_GROWTH)
_PARTS, _ROUNDS = 64, 11  # each round keeps one part of 64; eleven leave less than the spacing of doubles
_TOUCH = 1e-13  # |value| over gross value at which a turning point counts as a root: a few hundred roundings


def _balance(points: Floats, amounts: Floats, times: Floats) -> Floats:
    """Value at each point over the gross value there, in [-1, 1]; scaled first, so that nothing overflows."""
    exponents = -np.outer(points, times)
    weights = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return np.asarray((weights @ amounts) / (weights @ np.abs(amounts)))


def _crossings(amounts: Floats, times: Floats) -> list[float]:
    """Roots in u of sum amounts * exp(-times u); times strictly rising, no amount zero."""
    changes = np.flatnonzero(np.sign(amounts[1:]) != np.sign(amounts[:-1]))
    if not changes.size:
        return []
    turn = (times[changes[0]] + times[changes[0] + 1]) / 2
    slopes = amounts * (turn - times)
    turning = _crossings(slopes / np.abs(slopes).max(), times)
    knots = np.array([_LOW, *turning, _HIGH])
    values = _balance(knots, amounts, times)
    values[np.abs(values) < _TOUCH] = 0.0
    roots = [float(knot) for knot, value in zip(knots, values, strict=True) if value == 0.0]
    for left in np.flatnonzero(values[:-1] * values[1:] < 0):
        low, high, side = knots[left], knots[left + 1], np.sign(values[left])
        for _ in range(_ROUNDS):
            points = np.linspace(low, high, _PARTS + 1)
            crossed = np.sign(_balance(points, amounts, times)) != side
            crossed[0], crossed[-1] = False, True  # known of the ends, whatever the last digit says
            beyond = int(np.argmax(crossed))
            low, high = points[beyond - 1], points[beyond]
        roots.append(float((low + high) / 2))
    return sorted(roots)


def growth_roots(amounts: Floats, times: Floats) -> tuple[float, ...]:
    """All v = 1 + rate between LOWEST_GROWTH and HIGHEST_GROWTH at which sum amounts / v^times is 0, lowest first."""
    moments, where = np.unique(times, return_inverse=True)
    sums = np.zeros(moments.shape)
    np.add.at(sums, where, amounts)
    kept = sums != 0.0
    if kept.sum() < 2:
        return ()
    sums, moments = sums[kept], moments[kept]
    return tuple(math.exp(u) for u in _crossings(sums / np.abs(sums).max(), moments - moments[0]))
