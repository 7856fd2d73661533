"""Survival curves: published and derived reference cases, a fine grid as second implementation, properties, storage."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.forecast import (
    STARTING_MEDIANS,
    TEAM_STRENGTH,
    Lognormal,
    Past,
    assumption,
    from_data,
    learnt_curves,
    starting_curves,
    survival_curve,
    to_data,
)

EVENTS, CENSORED = [0.8, 3.1, 5.4, 9.2], [1.0, 2.7, 7.0, 12.1]
RATIO = Lognormal(math.exp(0.3), 0.72)
THREE = [(20, 5), (10, 12), (30, 0)]  # (stated days, age)
KINDS = sorted(STARTING_MEDIANS)
durations = st.lists(st.integers(0, 60).map(lambda d: d / 2), max_size=12)


def test_curve_without_prior_meets_the_leukaemia_trial() -> None:
    curve = survival_curve(
        [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], None, strength=0
    )
    found = [curve(t) for t in (6, 7, 10, 13, 16, 22, 23)]
    assert [round(s, 3) for s in found] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve(35) == curve(1000) == found[-1]  # it says nothing beyond its last observation


def test_curve_without_prior_reaches_the_reference() -> None:
    curve = survival_curve(EVENTS, CENSORED, None, 0)
    assert curve([0.8, 3.1, 5.4, 9.2]) == pytest.approx([0.875, 0.7, 0.525, 0.2625], rel=1e-12)


@pytest.mark.parametrize("prior", [lambda t: math.exp(-0.12 * t), lambda t: np.exp(-0.12 * np.asarray(t))])
def test_curve_with_prior_reaches_the_reference(prior: Callable[[float], float]) -> None:
    curve = survival_curve(EVENTS, CENSORED, prior, 4)
    expected = [0.886155, 0.878973, 0.818703, 0.700914, 0.528206, 0.490292, 0.306024, 0.254748]
    times = [0.8, 1.0, 2.7, 3.1, 5.4, 7.0, 9.2, 12.1]
    assert curve(times) == pytest.approx(expected, rel=1e-6)
    assert [curve(t) for t in times] == pytest.approx(expected, rel=1e-6)


def test_curve_agrees_with_a_fine_grid_of_hazards() -> None:
    """The second implementation: hazard_j = (c S0(j-1) h0_j + d_j) / (c S0(j-1) + n_j) on steps of a thousandth of a day."""
    strength, steps = 4.0, 13_000
    edges = np.arange(steps + 1) / 1000
    prior = np.exp(-0.12 * edges)
    left, seen = 1.0, {}
    for j in range(1, steps + 1):
        # Observations fall inside the step (j-1, j]; an event is met at risk, a censored item leaves at its end.
        d = sum(edges[j - 1] < t - 1e-9 <= edges[j] for t in EVENTS)
        n = sum(t - 1e-9 > edges[j - 1] for t in [*EVENTS, *CENSORED])
        held = strength * prior[j - 1]
        left *= 1 - (held * (1 - prior[j] / prior[j - 1]) + d) / (held + n)
        seen[j] = left
    curve = survival_curve(EVENTS, CENSORED, lambda t: np.exp(-0.12 * t), strength)
    for day in (0.5, 1.5, 3.5, 6.0, 9.0, 12.5):
        assert curve(day) == pytest.approx(seen[round(day * 1000)], abs=2e-4)


@given(durations, durations, st.sampled_from([0.5, 4.0, 10.0]))
@settings(deadline=None)
def test_curve_never_rises_and_stays_a_chance(events: list[float], censored: list[float], strength: float) -> None:
    curve = survival_curve(events, censored, Lognormal(10, 0.8), strength)
    times = np.sort(np.concatenate([np.linspace(0, 80, 161), events, censored]))
    values = curve(times)
    assert (np.diff(values) <= 1e-12).all()
    assert ((values >= 0) & (values <= 1)).all()
    assert curve(-1) == 1.0
    more = survival_curve([*events, 0.0], censored, Lognormal(10, 0.8), strength)
    assert (more(times) <= values + 1e-12).all()  # one more that was done at once cannot make things slower


@given(durations, durations)
@settings(deadline=None)
def test_curve_lies_between_prior_and_data(events: list[float], censored: list[float]) -> None:
    prior = Lognormal(10, 0.8)
    times = np.linspace(0, 40, 41)
    assert survival_curve([], [], prior, 4)(times) == pytest.approx(prior(times))
    assert survival_curve(events, censored, prior, 1e9)(times) == pytest.approx(prior(times), abs=1e-6)
    if events and max(events) > max(censored, default=0.0):
        faint, bare = survival_curve(events, censored, prior, 1e-9), survival_curve(events, censored, None, 0)
        assert faint(times) == pytest.approx(bare(times), abs=1e-6)


def test_curve_of_open_items_only_is_slower_than_its_prior() -> None:
    prior = assumption(10)
    learnt = survival_curve([], [30.0] * 8, prior)
    assert learnt(20) > prior(20)
    assert prior.is_assumption and learnt.is_assumption and not survival_curve([3], [], prior).is_assumption
    assert not survival_curve([], [1.0], survival_curve([3], [], prior), 10).is_assumption


@pytest.mark.parametrize(
    ("events", "censored", "prior", "strength"),
    [([-1], [], RATIO, 4), ([1], [math.nan], RATIO, 4), ([1], [], None, 4), ([], [], None, 0), ([1], [], RATIO, -1)],
)
def test_curve_refuses_what_makes_no_sense(
    events: list[float], censored: list[float], prior: Lognormal | None, strength: float
) -> None:
    with pytest.raises(ValueError):
        survival_curve(events, censored, prior, strength)


def test_curve_survives_storage() -> None:
    rng = np.random.default_rng(3)
    history = [Past(KINDS[i % 7], float(rng.lognormal(2, 1)), bool(rng.random() < 0.7)) for i in range(70)]
    team = learnt_curves(history[:20], learnt_curves(history), TEAM_STRENGTH)
    times = np.linspace(0, 100, 50)
    for curve in team.values():
        restored = from_data(json.loads(json.dumps(to_data(curve))))
        assert (restored(times) == curve(times)).all()
    with pytest.raises(TypeError):
        to_data(survival_curve([1], [], math.exp, 4))


def test_learnt_curves_move_only_the_kind_with_history() -> None:
    learnt = learnt_curves([Past("legal", 100.0, True)] * 40 + [Past("audit", 3.0, True)])
    start = starting_curves()
    assert learnt["legal"](90) > 0.9 > start["legal"](90)
    assert learnt["write"](5) == start["write"](5) == pytest.approx(0.5)
    assert learnt["audit"](3) < start["other"](3)  # an unknown kind starts as "other"
    assert starting_curves({"legal": 10.0})["legal"](10) == pytest.approx(0.5)
