"""Does the law pass through the three figures, and is it the published one?"""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from roi.laws import student_ppf
from roi.valuation import DisorderedEstimate, ValuationError, jqpd
from roi.valuation.quantiles import Amount

NORMAL = NormalDist()


@pytest.mark.parametrize(
    ("figures", "levels", "expected"),
    [
        (
            (10, 20, 50),
            [0.01, 0.05, 0.25, 0.75, 0.95, 0.99],
            [6.406175, 8.491633, 13.528895, 31.559872, 67.005354, 118.962554],
        ),
        ((10, 30, 40), [0.05, 0.25, 0.75, 0.95], [6.960333, 17.900757, 37.131276, 41.244463]),
        ((10, 20, 40), [0.05, 0.95], [8.216033, 48.685295]),
        ((0.2, 0.35, 0.7, 0, 1), [0.05, 0.25, 0.75, 0.95], [0.169929, 0.258195, 0.498868, 0.833481]),
    ],
)
def test_reference_cases(figures: tuple[float, ...], levels: list[float], expected: list[float]) -> None:
    assert jqpd(*figures).ppf(levels) == pytest.approx(np.array(expected), rel=1e-6, abs=6e-7)


def test_mean_of_the_reference_case() -> None:
    levels = (np.arange(200_000) + 0.5) / 200_000
    mean = jqpd(10, 20, 50).ppf(levels).mean()
    assert mean == pytest.approx(26.774, abs=2e-3)
    assert mean == pytest.approx(0.3 * 10 + 0.4 * 20 + 0.3 * 50, rel=0.05)  # Swanson's rule


def published(q10: float, q50: float, q90: float, p: float) -> float:
    """J-QPD-S as printed by Hadlock & Bickel: the slow second way."""
    c, z = NORMAL.inv_cdf(0.9), NORMAL.inv_cdf(p)
    low, mid, high = map(math.log, (q10, q50, q90))
    n = math.copysign(1, low + high - 2 * mid)
    theta, a = (q10 if n > 0 else q90), min(mid - low, high - mid)
    delta = math.sinh(math.acosh((high - low) / (2 * a))) / c
    return theta * math.exp(a / (delta * c) * math.sinh(math.asinh(delta * z) + math.asinh(n * c * delta)))


figures = st.lists(st.floats(0.01, 1e6), min_size=3, max_size=3, unique=True).map(sorted)


@given(figures, st.floats(0.02, 0.98))
def test_amounts_agree_with_the_published_form(points: list[float], p: float) -> None:
    low, mid, high = map(math.log, points)
    assume(abs(low + high - 2 * mid) > 1e-3 * (high - low) and min(mid - low, high - mid) > 1e-3 * (high - low))
    assert jqpd(*points).ppf(p) == pytest.approx(published(points[0], points[1], points[2], p), rel=1e-8)


@given(figures)
def test_amounts_recover_their_three_figures(points: list[float]) -> None:
    assume(points[1] > points[0] * (1 + 1e-9) and points[2] > points[1] * (1 + 1e-9))
    assert jqpd(*points).ppf([0.1, 0.5, 0.9]) == pytest.approx(np.array(points), rel=1e-6)


@given(st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3, unique=True).map(sorted), st.floats(-5, 5))
def test_shares_recover_their_three_figures(points: list[float], shift: float) -> None:
    assume(points[1] - points[0] > 1e-6 and points[2] - points[1] > 1e-6)
    low, mid, high = (point + shift for point in points)
    law = jqpd(low, mid, high, lower=shift, upper=shift + 1)
    assert law.ppf([0.1, 0.5, 0.9]) - shift == pytest.approx(np.array(points), abs=1e-6)


@given(figures, st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted))
def test_quantiles_never_fall(points: list[float], levels: list[float]) -> None:
    low, high = jqpd(*points).ppf(levels)
    assert 0 <= low <= high * (1 + 1e-12)


def test_near_symmetry_joins_the_lognormal_limit() -> None:
    bent, straight = jqpd(10, 20, 40 * (1 + 3e-9)), jqpd(10, 20, 40)
    assert isinstance(straight, Amount)
    assert straight.curl == 0.0
    assert bent.ppf([0.01, 0.3, 0.99]) == pytest.approx(straight.ppf([0.01, 0.3, 0.99]), rel=1e-6)


def test_ends_of_the_law() -> None:
    assert jqpd(10, 30, 40, lower=2).ppf(0) == 2
    assert jqpd(10, 30, 40).ppf(1) == math.inf
    assert jqpd(0.2, 0.5, 0.8, upper=1).ppf([0.0, 1.0]).tolist() == [0.0, 1.0]
    for p in (-0.1, 1.1, math.nan):
        with pytest.raises(ValuationError):
            jqpd(10, 30, 40).ppf(p)


@pytest.mark.parametrize("points", [(5, 5, 5), (5, 5, 9), (1, 5, 5), (0, 0, 0)])
def test_ties_are_certain(points: tuple[float, ...]) -> None:
    assert jqpd(*points).ppf([0.01, 0.5, 0.99]).tolist() == [points[1]] * 3


def test_disordered_figures_are_sorted_and_asked_about() -> None:
    with pytest.raises(DisorderedEstimate) as refusal:
        jqpd(300, 200, 100)
    assert refusal.value.ordered == (100, 200, 300)


@pytest.mark.parametrize(
    "points",
    [(-5, 5, 9), (0, 5, 9), (math.nan, 5, 9), (1, 5, math.inf), (0.1, 0.5, 1.0, 0, 1), (0.1, 0.5, 1.2, 0, 1)],
)
def test_figures_at_or_beyond_the_bounds_are_refused(points: tuple[float, ...]) -> None:
    with pytest.raises(ValuationError):
        jqpd(*points)


def test_student_quantiles() -> None:
    levels = np.array([0.001, 0.1, 0.3, 0.5, 0.9, 0.975])
    assert student_ppf(levels, 1) == pytest.approx(np.tan(np.pi * (levels - 0.5)), rel=1e-9, abs=1e-12)
    two = (2 * levels - 1) / np.sqrt(2 * levels * (1 - levels))
    assert student_ppf(levels, 2) == pytest.approx(two, rel=1e-9, abs=1e-12)
    table = student_ppf([0.9, 0.975, 0.995, 0.975], [11, 9, 30, 120])
    assert table == pytest.approx(np.array([1.363, 2.262, 2.750, 1.980]), abs=5e-4)
    assert student_ppf(0.975, 1e6) == pytest.approx(1.95997, abs=1e-5)
    for bad in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="Chances"):
            student_ppf(bad, 5)
