"""Selection: the worked example G1, brute force as the second implementation, limits, ties and size."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.selection import Infeasible, best_set, exact, robustness
from governance.selection import problem as problems

A, B, C, D, E, F = range(6)
VALUES, COSTS = [120, 90, 75, 60, 55, 40], [100, 60, 50, 45, 30, 20]
WORLDS = [VALUES, [60, 95, 80, 60, 55, 45], [150, 70, 60, 65, 50, 35], [120, 90, 40, 85, 60, 40]]


def by_hand(
    values: list[float],
    costs: list[float],
    cap: int | None = None,
    budget: float | None = None,
    constraints: Any = (),
    mandatory: Any = (),
    excludes: Any = (),
    requires: Any = (),
) -> float:
    """The second implementation: look at every set. -inf when none is allowed."""
    best = -math.inf
    for bits in itertools.product((0, 1), repeat=len(values)):
        held = {i for i, bit in enumerate(bits) if bit}
        allowed = (
            (cap is None or len(held) <= cap)
            and (budget is None or sum(costs[i] for i in held) <= budget + 1e-9)
            and all(sum(weights[i] for i in held) <= limit + 1e-9 for weights, limit in constraints)
            and held.issuperset(mandatory)
            and all(len(held.intersection(group)) <= 1 for group in excludes)
            and all(j in held for i, j in requires if i in held)
        )
        if allowed:
            best = max(best, math.fsum(values[i] for i in held))
    return best


def test_best_set_explains_the_worked_example() -> None:
    found = best_set(VALUES, COSTS, cap=3, budget=150)
    assert (found.value, found.chosen) == (220, (B, C, E))
    assert found.marginal == {B: 5, C: 5, E: 15}
    assert found.regret == {A: 5, D: 15, F: 5}


@pytest.mark.parametrize(
    ("cap", "budget", "value", "chosen"),
    [
        (2, 150, 195, (A, C)),
        (4, 150, 230, (C, D, E, F)),
        (3, 160, 225, (B, C, D)),
        (3, 180, 250, (A, C, E)),
        (3, 200, 265, (A, B, E)),
    ],
)
def test_best_set_follows_cap_and_budget(cap: int, budget: float, value: float, chosen: tuple[int, ...]) -> None:
    found = best_set(VALUES, COSTS, cap=cap, budget=budget)
    assert (found.value, found.chosen) == (value, chosen)


def test_best_set_keeps_side_constraints() -> None:
    found = best_set(VALUES, COSTS, cap=3, budget=150, requires=[(C, F)], excludes=[(A, B)])
    assert (found.value, found.chosen) == (215, (A, E, F))


def test_robustness_of_the_worked_example() -> None:
    assert [best_set(world, COSTS, cap=3, budget=150).value for world in WORLDS] == [220, 230, 235, 235]
    assert robustness(WORLDS, COSTS, cap=3, budget=150) == (0.25, 0.75, 0.5, 0.25, 1.0, 0.25)


@st.composite
def instances(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(1, 9))
    amounts = st.lists(st.integers(0, 30).map(float), min_size=n, max_size=n)
    index = st.integers(0, n - 1)
    return {
        "values": draw(st.lists(st.integers(-10, 40).map(lambda v: v / 2), min_size=n, max_size=n)),
        "costs": draw(amounts),
        "cap": draw(st.none() | st.integers(0, n)),
        "budget": draw(st.none() | st.integers(0, 80).map(float)),
        "constraints": draw(st.lists(st.tuples(amounts, st.integers(0, 80).map(float)), max_size=2)),
        "mandatory": draw(st.lists(index, max_size=1)),
        "excludes": draw(st.lists(st.lists(index, min_size=2, max_size=3, unique=True), max_size=2)) if n > 2 else [],
        "requires": draw(st.lists(st.tuples(index, index), max_size=2)),
    }


@given(instances())
@settings(max_examples=200, deadline=None)
def test_best_set_agrees_with_looking_at_every_set(instance: dict[str, Any]) -> None:
    expected = by_hand(**instance)
    if expected == -math.inf:
        with pytest.raises(Infeasible):
            best_set(**instance)
        return
    found = best_set(**instance)
    assert found.proven
    assert found.value == pytest.approx(expected, abs=1e-9)
    exactly = {i: float(w) for i, w in enumerate(instance["values"]) if i in found.chosen}
    assert by_hand(**{**instance, "mandatory": found.chosen}) >= math.fsum(exactly.values()) - 1e-9  # it is allowed


@given(instances())
@settings(max_examples=40, deadline=None)
def test_marginal_and_regret_agree_with_looking_at_every_set(instance: dict[str, Any]) -> None:
    instance = {**instance, "mandatory": []}
    found = best_set(**instance)
    for i, regret in found.regret.items():
        forced = by_hand(**{**instance, "mandatory": [i]})
        assert regret == (math.inf if forced == -math.inf else pytest.approx(found.value - forced, abs=1e-9))
    for i, marginal in found.marginal.items():
        without = by_hand(
            **{
                **instance,
                "constraints": [
                    *instance["constraints"],
                    ([float(i == j) for j in range(len(instance["values"]))], 0.0),
                ],
            }
        )
        assert marginal == pytest.approx(found.value - without, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_bound_loses_no_optimum(seed: int) -> None:
    """The reduced problem against the same one given to the solver whole, side constraints included."""
    rng = np.random.default_rng(seed)
    n = 400
    values, costs = rng.lognormal(3, 1, n), rng.lognormal(2, 0.8, n)
    limits: dict[str, Any] = {
        "cap": int(rng.integers(1, 20)),
        "budget": float(rng.uniform(10, 150)),
        "excludes": [rng.choice(n, 3, replace=False).tolist() for _ in range(3)],
        "requires": [(int(i), int(j)) for i, j in rng.choice(n, (4, 2))],
    }
    problem = problems.checked(values, costs, constraints=(), mandatory=(), seconds=30, **limits)
    whole, proven = exact._highs(problem, np.arange(n))
    reduced = best_set(values.tolist(), costs.tolist(), **limits)
    assert proven and reduced.proven
    assert reduced.value == pytest.approx(problems.total(values, whole), rel=1e-9)


def test_best_set_takes_the_earlier_of_equals() -> None:
    assert best_set([5.0] * 6, [1.0] * 6, cap=2).chosen == (0, 1)
    assert best_set([5.0, 0.0, 5.0, 5.0], [1.0, -0.0, 1.0, 1.0], cap=2, requires=[(0, 1)]).value == 10.0


def test_best_set_counts_decimals_as_people_do() -> None:
    assert best_set([1.0, 1.0], [0.1, 0.2], budget=0.3).chosen == (0, 1)
    assert best_set([1.0, 1.0], [0.1, 0.200001], budget=0.3).chosen == (0,)
    assert best_set([3.0, 4.0], [1_000_000.0, 0.5], budget=1_000_000.0).chosen == (1,)


def test_best_set_with_nothing_to_choose() -> None:
    found = best_set([], [], cap=3)
    assert (found.chosen, found.value, found.proven, dict(found.marginal)) == ((), 0.0, True, {})
    assert best_set([-1.0, 2.0], [1.0, 1.0], cap=0).chosen == ()


def test_marginal_of_an_obligation_is_its_price() -> None:
    found = best_set(VALUES, COSTS, cap=3, budget=150, mandatory=[D])
    assert found.value == 205 and D in found.chosen
    assert found.marginal[D] == -15
    with pytest.raises(KeyError):
        found.regret[D]


@pytest.mark.parametrize(
    "bad",
    [
        {"values": [1], "costs": [1, 2]},
        {"values": [math.nan], "costs": [1]},
        {"values": [1], "costs": [-1]},
        {"values": [1], "costs": [1], "mandatory": [1]},
        {"values": [1], "costs": [1], "constraints": [([1, 2], 3)]},
        {"values": [1], "costs": [5], "budget": 4, "mandatory": [0]},
    ],
)
def test_best_set_refuses_what_makes_no_sense(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        best_set(**bad)


@pytest.mark.parametrize("cap", [3, 50])
def test_best_set_of_ten_thousand_stays_small(cap: int) -> None:
    """The bound leaves a few hundred of 10,000 at most; that, not the clock, is what keeps it under a second."""
    rng = np.random.default_rng(2)
    costs = rng.lognormal(3, 0.7, 10_000)
    values = costs * rng.lognormal(0.3, 0.6, 10_000)
    started = time.perf_counter()
    found = best_set(values.tolist(), costs.tolist(), cap=cap, budget=30.0 * cap)
    assert found.proven
    assert len(found.chosen) <= cap and costs[list(found.chosen)].sum() <= 30.0 * cap
    problem = problems.checked(values, costs.tolist(), cap, 30.0 * cap, (), (), (), (), 30)
    left = exact._undominated(problem, exact._candidates(problem))
    core, bounds = exact._core(problem, left)
    assert len(core) < 200 and int((bounds > found.value).sum()) < 300
    assert time.perf_counter() - started < 20  # only a guard against a blow-up; benchmarks hold the second
