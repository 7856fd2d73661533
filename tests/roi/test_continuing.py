"""Is one more month worth what the tables and a second way say?"""

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roi.continuing import (
    Action,
    ContinuingError,
    advise,
    evpi,
    evsi,
    queue_cost,
    queue_order,
    unit_normal_loss,
    updated,
    value_of_continuing,
)


def test_unit_normal_loss_table() -> None:
    table = [0.398942, 0.286345, 0.197797, 0.083315, 0.029307, 0.008491, 0.000382]
    assert unit_normal_loss([0, 0.25, 0.5, 1, 1.5, 2, 3]) == pytest.approx(np.array(table), abs=6e-7)
    assert unit_normal_loss(60.0) == 0


def test_value_of_information_reference_cases() -> None:
    assert evpi(-20, 100) == pytest.approx(30.689464, rel=1e-7)
    seen = [evsi(-20, 100, 150, n) for n in (1, 2, 3, 6, 12)]
    assert seen == pytest.approx([13.5524, 18.5222, 21.2066, 24.9532, 27.4755], abs=6e-5)
    net = [evsi(-20, 100, 150, n) - 5 * n for n in range(1, 7)]
    assert net == pytest.approx([8.552, 8.522, 6.207, 2.908, -0.913, -5.047], abs=6e-4)
    assert evsi(-20, 100, 150, 1e12) == pytest.approx(evpi(-20, 100), rel=1e-6)
    assert (evsi(-20, 0, 150, 3), evsi(-20, 100, 150, 0), evpi(-20, 0)) == (0, 0, 0)


def test_value_of_information_agrees_with_draws() -> None:
    draws = -20 + 100 * np.random.default_rng(5).standard_normal(400_000)
    assert np.maximum(draws, 0).mean() == pytest.approx(evpi(-20, 100), rel=0.01)  # choosing now gives 0


@pytest.mark.parametrize(("months", "expected"), [(1, 8.5524), (3, 11.0838), (6, 11.2516)])
def test_value_of_continuing_reference_cases(months: int, expected: float) -> None:
    assert value_of_continuing(-20, 100, 150, 5, months) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("months", "line"), [(1, 53.1), (3, 63.0), (6, 63.6), (12, 63.6)])
def test_lines_reference_cases(months: int, line: float) -> None:
    """Published to the step of a coarser grid; the exact line for one month is checked below."""
    advice = advise(-20, 100, 150, 5, months)
    assert (advice.stop_below, advice.scale_above) == pytest.approx((-line, line), abs=0.15)


def test_the_line_for_one_month_is_where_information_costs_what_it_is_worth() -> None:
    advice = advise(0, 100, 150, 5, 1)
    assert evsi(advice.stop_below, 100, 150, 1) == pytest.approx(5, abs=1e-5)
    assert evsi(advice.scale_above, 100, 150, 1) == pytest.approx(5, abs=1e-5)


def slow_value(m: float, s: float, sigma: float, cost: float, months: int) -> float:
    """Backward induction by plain quadrature and interpolation: the slow second way."""
    steps = np.linspace(-7, 7, 701)
    weights = np.exp(-(steps**2) / 2)
    weights /= weights.sum()
    means = np.linspace(-8 * s, 8 * s, 3201)
    value = np.maximum(means, 0)
    for month in reversed(range(months)):
        before, after = (1 / (1 / s**2 + t / sigma**2) for t in (month, month + 1))
        at = np.array([m]) if month == 0 else means
        ahead = np.interp(at[:, None] + math.sqrt(before - after) * steps, means, value) @ weights - cost
        value = ahead if month == 0 else np.maximum(np.maximum(means, 0), ahead)
    return float(value[0])


@pytest.mark.parametrize("case", [(-20, 100, 150, 5, 3), (30, 80, 60, 2, 4), (0, 1, 3, 0.01, 6)])
def test_induction_agrees_with_quadrature(case: tuple[float, float, float, float, int]) -> None:
    assert value_of_continuing(*case) == pytest.approx(slow_value(*case), abs=2e-5 * case[1])


def test_a_sharp_belief_stops_at_once() -> None:
    advice = advise(-20, 10, 150, 5, 6)
    assert advice.action is Action.STOP
    assert advice.gain == pytest.approx(-5.0, abs=0.05)
    assert (advice.stop_below, advice.scale_above) == (0, 0)


def test_far_from_the_lines_the_choice_is_plain() -> None:
    assert advise(-1e6, 100, 150, 5, 6).action is Action.STOP
    assert advise(1e6, 100, 150, 5, 6).action is Action.SCALE
    assert advise(-20, 100, 150, 5, 6).action is Action.CONTINUE
    assert advise(40, 100, 150, 5, 6, delay_factor=0.5).action is Action.SCALE


@settings(max_examples=30)
@given(st.floats(-100, 100), st.floats(10, 200), st.floats(0, 30))
def test_more_months_never_hurt(m: float, sigma: float, cost: float) -> None:
    worth = [value_of_continuing(m, 50, sigma, cost, months) for months in (1, 2, 4)]
    assert worth[0] <= worth[1] + 1e-4
    assert worth[1] <= worth[2] + 1e-4
    assert worth[0] == pytest.approx(max(m, 0) + evsi(m, 50, sigma, 1) - cost, abs=1e-6)


def test_belief_update() -> None:
    m, s = updated(-20, 100, 80, 100)
    assert (m, s) == pytest.approx((30, 100 / math.sqrt(2)))
    assert updated(5, 0, 80, 10) == (5, 0)


def test_queue_reference_case() -> None:
    delay, months = [9, 4, 10, 6], [3, 1, 5, 2]
    order = queue_order(delay, months)
    assert ["ABCD"[i] for i in order] == ["B", "A", "D", "C"]
    assert queue_cost(order, delay, months) == 186
    assert queue_cost((2, 0, 3, 1), delay, months) == 226


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=5))
def test_no_order_of_the_queue_is_cheaper(items: list[tuple[int, int]]) -> None:
    delay, months = [item[0] for item in items], [item[1] for item in items]
    cheapest = min(queue_cost(order, delay, months) for order in permutations(range(len(items))))
    assert queue_cost(queue_order(delay, months), delay, months) == pytest.approx(cheapest)


@pytest.mark.parametrize(
    "bad",
    [
        (math.nan, 100, 150, 5, 6),
        (0, -1, 150, 5, 6),
        (0, 0, 150, 5, 6),
        (0, 100, 0, 5, 6),
        (0, 100, 150, math.inf, 6),
        (0, 100, 150, 5, 0),
    ],
)
def test_beliefs_that_cannot_be_weighed_are_refused(bad: Any) -> None:
    with pytest.raises(ContinuingError):
        advise(*bad)


def test_queues_that_cannot_be_weighed_are_refused() -> None:
    for delay, months in (([1], []), ([1], [0]), ([math.nan], [1])):
        with pytest.raises(ContinuingError):
            queue_order(delay, months)
