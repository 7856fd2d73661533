"""The go/no-go forecast: published and derived reference cases, a slow second implementation, properties, size."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.forecast import (
    HORIZON,
    STARTING_MEDIANS,
    AfterDue,
    Curve,
    Forecast,
    Item,
    Lognormal,
    assumption,
    forecast,
    forecast_many,
    if_slips,
    odds,
    scaled,
    starting_curves,
    survival_curve,
)

EVENTS, CENSORED = [0.8, 3.1, 5.4, 9.2], [1.0, 2.7, 7.0, 12.1]
RATIO = Lognormal(math.exp(0.3), 0.72)
THREE = [(20, 5), (10, 12), (30, 0)]  # (stated days, age)
KINDS = sorted(STARTING_MEDIANS)


def on_ratios(
    curve: Callable[[float], float], pairs: list[tuple[int, int]]
) -> tuple[list[Item], dict[str, Callable[[float], float]]]:
    """Items forecast on the ratio axis: one scaled curve each."""
    items = [Item(age=age, kind=str(i)) for i, (_, age) in enumerate(pairs)]
    return items, {str(i): scaled(curve, stated) for i, (stated, _) in enumerate(pairs)}


def test_ratio_axis_reaches_the_reference() -> None:
    items, curves = on_ratios(RATIO, [(20, 0)])
    assert forecast(items, curves) == Forecast(27, 57, 89, 0)
    assert [odds(items, days, curves) for days in (26.997, 56.938, 88.237)] == pytest.approx(
        [0.5, 0.85, 0.95], abs=1e-5
    )
    assert forecast(*on_ratios(RATIO, THREE)) == Forecast(51, 96, 143, 2)


def test_ratio_axis_with_history_reaches_the_reference() -> None:
    curve = survival_curve([1.5, 1.2, 2.0, 0.9, 1.6], [0.25, 1.2], RATIO, 4)
    assert curve([1, 1.5, 2, 3]) == pytest.approx([0.764883, 0.448488, 0.139303, 0.063659], rel=1e-5)
    items, curves = on_ratios(curve, THREE)
    found = [odds(items, days, curves) for days in (30, 45, 60, 90)]
    assert found == pytest.approx([0.159385, 0.491217, 0.808755, 0.916581], rel=4e-6)
    result = forecast(items, curves)
    assert (result.p50, result.p85, result.p95) == (47, 69, 111)


def slowly(items: list[Item], curves: dict[str, Curve], draws: int = 20_000) -> tuple[float, ...]:
    """The second implementation: draw every remainder by search in its curve, item by item, then take the maximum."""
    rng = np.random.default_rng(8)
    grid = np.concatenate([[0], np.geomspace(0.01, 5000, 20_000)])
    ends: dict[int, np.ndarray] = {}
    while len(ends) < len(items):
        for i, item in enumerate(items):
            if i not in ends and all(j in ends for j in item.waits_on):
                begin = np.max([np.zeros(draws), *(ends[j] for j in item.waits_on)], axis=0)
                alive = curves[item.kind](item.age)
                left = curves[item.kind](item.age + grid)
                took = grid[np.searchsorted(-left, -alive * rng.random(draws))]
                ends[i] = np.maximum(begin + took, max(item.due_in or 0, 0))
    last = np.max(list(ends.values()), axis=0)
    return tuple(float(q) for q in np.quantile(last, [0.5, 0.85, 0.95]))


@pytest.mark.parametrize(
    "items",
    [
        [Item(0), Item(30, kind="legal"), Item(3, due_in=10, kind="write")],
        [Item(0, kind="write"), Item(0, kind="test", waits_on=(0,))],
        [
            Item(5, kind="legal"),
            Item(2, kind="write", waits_on=(0,)),
            Item(2, due_in=90, kind="sign", waits_on=(0, 1)),
            Item(9),
        ],
    ],
)
def test_forecast_agrees_with_plain_simulation(items: list[Item]) -> None:
    found = forecast(items)
    expected = slowly(items, starting_curves())
    assert (found.p50, found.p85, found.p95) == pytest.approx(expected, rel=0.05, abs=1.0)


def test_forecast_of_six_fresh_items_is_weeks() -> None:
    found = forecast([Item(0, kind=kind) for kind in ("name_person", "write", "sign", "test", "data_access", "other")])
    assert 14 <= found.p50 < found.p85 < found.p95 <= 120
    with_contract = forecast(
        [Item(0, kind=kind) for kind in ("name_person", "write", "sign", "test", "data_access", "legal")]
    )
    assert with_contract.p50 <= 60 and with_contract.p85 <= 120


def test_forecast_without_items_is_today() -> None:
    assert forecast([]) == Forecast(0, 0, 0, None)
    assert odds([], 0) == 1.0


def test_forecast_due_date_is_a_floor_only_in_the_future() -> None:
    item = Item(0, kind="name_person")
    assert forecast([replace(item, due_in=60)]) == Forecast(60, 60, 60, 0)
    assert forecast([replace(item, due_in=-60)]) == forecast([item])
    assert odds([replace(item, due_in=60)], 59.9) == 0.0


def test_forecast_names_the_driver() -> None:
    assert forecast([Item(0, kind="write"), Item(47, kind="data_access"), Item(0, kind="sign")]).driver == 1
    assert forecast([Item(0, kind="write", due_in=90), Item(47, kind="data_access")]).driver == 0
    chain = [Item(0, kind="legal"), Item(0, kind="sign", waits_on=(0,)), Item(0, kind="data_access")]
    assert forecast(chain).driver == 0  # the contract, not the signature that waits for it
    assert forecast([Item(0), Item(0)]).driver == 0


def test_forecast_of_a_chain_is_later_than_side_by_side() -> None:
    apart = forecast([Item(0, kind="write"), Item(0, kind="test")])
    chain = forecast([Item(0, kind="write"), Item(0, kind="test", waits_on=(0,))])
    assert all(late > early for late, early in zip((chain.p50, chain.p85), (apart.p50, apart.p85), strict=True))


def test_if_slips_moves_the_driver_and_little_else() -> None:
    items = [Item(0, kind="legal"), Item(0, kind="name_person")]
    before, late, harmless = forecast(items), if_slips(items, 0), if_slips(items, 1)
    assert (late.p50 - before.p50, late.p85 - before.p85) == (7, 7)
    assert harmless.p85 == before.p85
    chain = [Item(0, kind="legal"), Item(0, kind="sign", waits_on=(0,))]
    assert if_slips(chain, 0).p85 == pytest.approx(forecast(chain).p85 + 7, abs=1)
    assert if_slips(items, 0, days=0) == before


@pytest.mark.parametrize(
    "bad",
    [
        [Item(0, waits_on=(0,))],
        [Item(0, waits_on=(1,)), Item(0, waits_on=(0,))],
        [Item(0, waits_on=(5,))],
        [Item(-1)],
        [Item(math.nan)],
    ],
)
def test_forecast_refuses_what_makes_no_sense(bad: list[Item]) -> None:
    with pytest.raises(ValueError):
        forecast(bad)


def test_forecast_with_one_curve_or_without_a_kind() -> None:
    assert forecast([Item(0, kind="odd")]) == forecast([Item(0)], starting_curves()["other"])
    with pytest.raises(ValueError):
        forecast([Item(0, kind="odd")], {"legal": assumption(3)})


def test_forecast_beyond_what_a_bare_curve_knows_is_no_date() -> None:
    bare = survival_curve([1, 2], [50], None, 0)
    assert forecast([Item(60)], bare).p50 == HORIZON
    assert forecast([Item(10)], survival_curve([1, 2], [], None, 0)).p50 == HORIZON


items_lists = st.lists(
    st.builds(
        Item,
        age=st.floats(0, 400),
        due_in=st.none() | st.floats(-50, 200),
        kind=st.sampled_from(KINDS),
    ),
    min_size=1,
    max_size=5,
)


@given(items_lists, st.booleans())
@settings(deadline=None)
def test_forecast_holds_its_own_odds(items: list[Item], linked: bool) -> None:
    if linked:
        items = [replace(item, waits_on=(i - 1,)) if i % 2 else item for i, item in enumerate(items)]
    found = forecast(items)
    assert 0 <= found.p50 <= found.p85 <= found.p95 <= HORIZON
    assert found.driver in range(len(items))
    for day, level in ((found.p50, 0.5), (found.p85, 0.85), (found.p95, 0.95)):
        assert odds(items, day) >= level - 1e-9
        assert odds(items, day - 1) < level
    assert found.p50 >= max(item.due_in or 0 for item in items)


@given(items_lists, st.integers(0, 4))
@settings(deadline=None)
def test_forecast_one_more_or_older_item_never_helps(items: list[Item], which: int) -> None:
    found = forecast(items)
    assert forecast(items[:-1]).p85 <= found.p85
    index = which % len(items)
    older = [
        replace(item, age=item.age + 30) if i == index and item.age > 100 else item for i, item in enumerate(items)
    ]
    assert forecast(older).p50 >= found.p50  # beyond the first weeks a lognormal item only gets slower
    assert if_slips(items, index).p85 >= found.p85


def test_forecast_many_equals_one_by_one() -> None:
    rng = np.random.default_rng(4)
    cases = []
    for at in range(60):
        size = int(rng.integers(0, 6))
        cases.append(
            [
                Item(
                    float(rng.integers(0, 90)),
                    float(rng.integers(-30, 60)),
                    KINDS[rng.integers(7)],
                    (j - 1,) if at % 3 == 0 and j else (),
                )
                for j in range(size)
            ]
        )
    assert forecast_many(cases) == [forecast(case) for case in cases]
    assert forecast_many([]) == []


def test_forecast_many_of_a_tenth_of_a_large_portfolio() -> None:
    """1,000 use cases, 5,000 items; measured 0.1 s. The guard is loose on purpose, benchmarks hold the number."""
    rng = np.random.default_rng(5)
    cases = [[Item(float(age), None, KINDS[age % 7]) for age in rng.integers(0, 90, 5)] for _ in range(1000)]
    started = time.process_time()
    assert len(forecast_many(cases)) == 1000
    assert time.process_time() - started < 2.0


def test_cold_start_covers_what_its_own_prior_draws() -> None:
    """Seeded: items drawn from the starting curves, seen at a random age; coverage within five points."""
    rng = np.random.default_rng(7)
    medians = np.array([STARTING_MEDIANS[kind] for kind in KINDS])
    cases, actual = [], []
    while len(cases) < 1500:
        picks = rng.integers(0, 7, 3)
        took = medians[picks] * np.exp(0.8 * rng.standard_normal(3))
        ages = np.floor(rng.random(3) * 20)
        if (took <= ages).any():
            continue
        cases.append([Item(float(a), None, KINDS[k]) for a, k in zip(ages, picks, strict=True)])
        actual.append(float((took - ages).max()))
    dates = np.array([(f.p50, f.p85, f.p95) for f in forecast_many(cases)])
    coverage = (np.array(actual)[:, None] <= dates).mean(axis=0)
    assert coverage == pytest.approx([0.5, 0.85, 0.95], abs=0.05)


def test_after_due_starts_the_clock_at_the_due_date() -> None:
    start = starting_curves()
    late = survival_curve([0.0] * 60 + [10.0] * 40, [], assumption(10), strength=1e-6)
    curves = {"other": AfterDue(days=start["other"], late=late)}
    assert forecast([Item(3, due_in=30)], curves) == Forecast(30, 40, 40, 0)  # six in ten are on time
    assert forecast([Item(3, due_in=-4)], curves) == Forecast(6, 6, 6, 0)  # four days over: all such took ten
    assert forecast([Item(3)], curves) == forecast([Item(3)], start)
    chain = [Item(3, due_in=30), Item(0, due_in=30, waits_on=(0,))]
    assert forecast(chain, curves).p50 >= 30
