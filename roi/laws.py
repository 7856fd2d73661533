"""How likely is a value under the normal and the Student law?

Everything broadcasts over arrays. Nothing here knows about money.
"""

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STANDARD = NormalDist()
Z90 = STANDARD.inv_cdf(0.9)
"""Standard deviations between the median and P90 of a normal law."""


def _inv_cdf(p: float) -> float:
    if p <= 0.0:
        return -math.inf
    return math.inf if p >= 1.0 else STANDARD.inv_cdf(p)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


_each_cdf = np.frompyfunc(STANDARD.cdf, 1, 1)
_each_inv_cdf = np.frompyfunc(_inv_cdf, 1, 1)
_each_log_beta = np.frompyfunc(_log_beta, 2, 1)


def normal_pdf(z: npt.ArrayLike) -> Floats:
    """Density of the standard normal law at z."""
    return np.asarray(np.exp(-0.5 * np.square(np.asarray(z, dtype=float))) / math.sqrt(2 * math.pi))


def normal_cdf(z: npt.ArrayLike) -> Floats:
    """Chance of a standard normal value at most z."""
    return np.asarray(_each_cdf(np.asarray(z, dtype=float)), dtype=float)


def normal_ppf(p: npt.ArrayLike) -> Floats:
    """The z below which a standard normal value falls with chance p; 0 and 1 give the infinities."""
    return np.asarray(_each_inv_cdf(np.asarray(p, dtype=float)), dtype=float)


def _beta_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Continued fraction of the incomplete beta function (Lentz; DLMF 8.17.22), quick for x < (a+1)/(a+b+2)."""
    c = np.ones_like(x)
    d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d)
            c = 1.0 + term / c
            value = value * c * d
        if np.all(np.abs(c * d - 1.0) < 1e-15):
            break
    return value


def _student_tail(angle: Floats, df: Floats) -> Floats:
    """Chance of a Student value above t = sqrt(df) tan(angle) >= 0: half of I_x(df/2, 1/2) at x = cos(angle)^2."""
    x, y = np.square(np.cos(angle)), np.square(np.sin(angle))
    a, b = df / 2.0, np.full_like(df, 0.5)
    with np.errstate(divide="ignore"):
        front = np.exp(a * np.log(x) + b * np.log(y) - np.asarray(_each_log_beta(a, b), dtype=float))
    direct = x < (a + 1.0) / (a + b + 2.0)  # past this point the mirrored fraction converges sooner
    first, second = np.where(direct, a, b), np.where(direct, b, a)
    share = front * _beta_fraction(first, second, np.where(direct, x, y)) / first
    return np.asarray(0.5 * np.where(direct, share, 1.0 - share))


def student_ppf(p: npt.ArrayLike, df: npt.ArrayLike) -> Floats:
    """The t below which a Student value with `df` > 0 degrees of freedom falls with chance p in (0, 1)."""
    chance, freedom = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(df, dtype=float))
    if not (np.all((chance > 0) & (chance < 1)) and np.all((freedom > 0) & np.isfinite(freedom))):
        raise ValueError("Chances must lie between 0 and 1, degrees of freedom above 0.")
    tail = np.minimum(chance, 1.0 - chance)
    low, high = np.zeros(chance.shape), np.full(chance.shape, math.pi / 2)
    for _ in range(56):  # halves pi/2 down to the last digit of a double
        middle = (low + high) / 2
        above = _student_tail(middle, freedom) > tail
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    size = np.sqrt(freedom) * np.tan((low + high) / 2)
    return np.asarray(np.where(chance == 0.5, 0.0, np.sign(chance - 0.5) * size))
