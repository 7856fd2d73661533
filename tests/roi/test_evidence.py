"""Are the intervals the published ones, and does looking every week stay honest?"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi.evidence import (
    EvidenceError,
    Running,
    State,
    chance_of_verdict,
    e_value,
    half_width,
    pooled_sd,
    share_interval,
    verdict,
)
from tests.real_data import folder

BASELINE = [41, 38, 44, 40, 39, 42, 37, 43, 40, 41]
PILOT = [36, 35, 38, 34, 37, 33, 36, 35]  # lower is better
weekly = st.floats(-100, 100).map(lambda x: round(x, 1))


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((2.5, 9, 10, 1), 3.10102865),
        ((3, 29, 30, 0.25), 11.54688406),
        ((2.2, 58, 15, 0.5), 2.73506280),
        ((4, 20, 8, 1), 65.29991308),
    ],
)
def test_e_value_reference_cases(case: tuple[float, float, float, float], expected: float) -> None:
    assert e_value(*case) == pytest.approx(expected, rel=1e-8)


def test_e_value_agrees_with_integrating_the_mixture() -> None:
    """The slow second way: likelihood of t under effects N(0, g), over its likelihood under no effect."""
    t, nu, n_eff, g = 2.5, 9.0, 10.0, 1.0
    ratio = np.linspace(1e-6, 4, 4001)[:, None]  # estimated over true spread
    law = ratio ** (nu - 1) * np.exp(-nu * ratio**2 / 2)

    def density(shift: Any, weight: Any) -> float:
        return float((np.exp(-((t * ratio - shift) ** 2) / 2) * ratio * law * weight).sum())

    effects = np.linspace(-7, 7, 801)[None, :]
    prior = np.exp(-(effects**2) / (2 * g))
    mixed = density(effects * math.sqrt(n_eff), prior / prior.sum())
    assert e_value(t, nu, n_eff, g) == pytest.approx(mixed / density(0.0, 1.0), rel=1e-8)


def test_half_width_reference_cases() -> None:
    one_sample = [half_width(1, None, n, 0.05) for n in (5, 10, 20, 30, 60, 90)]
    assert one_sample == pytest.approx([3.780380, 1.223734, 0.765804, 0.611001, 0.428822, 0.352035], rel=2e-6)
    two_sample = [half_width(1, 6, n, 0.10) for n in (2, 3, 4, 6, 9, 13)]
    assert two_sample == pytest.approx([6.3339, 3.3728, 2.6334, 2.0596, 1.7298, 1.5398], abs=5e-5)
    for g, first in ((1.0, 5), (0.25, 7)):
        finite = [n for n in range(1, 12) if math.isfinite(half_width(1, None, n, 0.05, g))]
        assert finite[0] == first


@given(st.integers(0, 40), st.floats(0.01, 0.5))
def test_half_width_shrinks_with_every_week(n0: int, alpha: float) -> None:
    widths = [half_width(1.0, n0, n1, alpha) for n1 in range(1, 200)]
    assert widths == sorted(widths, reverse=True)


@given(st.integers(2, 40), st.integers(2, 40), st.floats(0.01, 0.5), st.floats(0.1, 4))
def test_half_width_ends_where_the_evidence_reaches_its_bar(n0: int, n1: int, alpha: float, g: float) -> None:
    half = half_width(1.0, n0, n1, alpha, g)
    n_eff = n0 * n1 / (n0 + n1)
    if math.isfinite(half) and half < 1e6:
        assert e_value(half * math.sqrt(n_eff), n0 + n1 - 2, n_eff, g) == pytest.approx(1 / alpha, rel=1e-6)


def test_verdict_reference_case() -> None:
    strict, usual = (verdict(BASELINE, PILOT, 2, alpha, higher_is_better=False) for alpha in (0.05, 0.10))
    assert (strict.low, strict.high) == pytest.approx((1.692535, 8.307465), rel=1e-6)
    assert (usual.low, usual.high) == pytest.approx((2.115616, 7.884384), rel=1e-6)
    assert (strict.state, usual.state) == (State.NOT_YET_KNOWN, State.ON_TRACK)
    assert verdict(BASELINE, PILOT, 8, higher_is_better=False).state == "off_track"
    assert usual.improvement == pytest.approx(5)
    n_eff = 80 / 18
    s = pooled_sd(Running.of(BASELINE), Running.of(PILOT))
    assert (s, n_eff, s / math.sqrt(n_eff)) == pytest.approx((1.944544, 4.444444, 0.922378), rel=1e-6)
    for effect, expected in ((0, 255.6962), (2, 12.0900), (4, 0.6986)):
        assert e_value((5 - effect) / (s / math.sqrt(n_eff)), 16, n_eff, 1) == pytest.approx(expected, abs=5e-5)


def test_weeks_more_is_the_first_week_that_would_decide() -> None:
    seen = verdict(BASELINE, PILOT, 2, 0.05, higher_is_better=False)
    s = pooled_sd(Running.of(BASELINE), Running.of(PILOT))
    assert seen.weeks_more == 3
    assert half_width(s, 10, 11, 0.05) <= 3 < half_width(s, 10, 10, 0.05)
    assert verdict(BASELINE, PILOT, 2, 0.10, higher_is_better=False).weeks_more == 0
    assert verdict(BASELINE, PILOT, 5, higher_is_better=False).weeks_more is None


def test_direction_only_flips_the_sign() -> None:
    down = verdict(BASELINE, PILOT, 2, higher_is_better=False)
    up = verdict([-x for x in BASELINE], [-x for x in PILOT], 2)
    assert (down.state, down.decided_after) == (up.state, up.decided_after)
    assert (down.low, down.high) == pytest.approx((up.low, up.high))


@pytest.mark.parametrize(("baseline", "pilot"), [(BASELINE, []), (BASELINE, [None, None]), (40.5, [35.0]), ([3], [4])])
def test_nothing_is_known_without_spread_or_readings(baseline: Any, pilot: Any) -> None:
    seen = verdict(baseline, pilot, 2)
    assert (seen.state, seen.low, seen.high, seen.weeks_more) == (State.NOT_YET_KNOWN, -math.inf, math.inf, None)


def test_readings_without_any_spread_prove_nothing() -> None:
    flat = verdict(40.0, [0.1 + 0.2] * 30, 2)
    assert (flat.state, flat.low) == (State.NOT_YET_KNOWN, -math.inf)
    assert half_width(0.0, 5, 5, 0.1) == math.inf


def test_a_missing_week_is_a_gap() -> None:
    gaps = [x for reading in PILOT for x in (reading, None)]
    assert verdict(BASELINE, gaps, 2, higher_is_better=False) == verdict(BASELINE, PILOT, 2, higher_is_better=False)


def test_an_effect_that_moved_is_said_and_leaves_the_verdict() -> None:
    steady, turned = [10.0, 10.2] * 10, [12.0, 12.2] * 30
    seen = verdict(0.0, steady + turned, 11.2)
    assert seen.state == State.OFF_TRACK  # latched before the turn
    assert (seen.decided_after or math.inf) <= 20
    assert seen.moved
    assert seen.low > 11.2  # the last look alone


@pytest.mark.parametrize(
    "case",
    [
        ([], PILOT, 2),
        ([None], PILOT, 2),
        (BASELINE, [1.0, math.nan], 2),
        ([math.inf, 1.0], PILOT, 2),
        (BASELINE, PILOT, math.nan),
        (BASELINE, PILOT, 2, 0.0),
        (BASELINE, PILOT, 2, 1.5),
        (math.nan, PILOT, 2),
    ],
)
def test_readings_that_cannot_be_judged_are_refused(case: Any) -> None:
    with pytest.raises(EvidenceError):
        verdict(*case)


@pytest.mark.parametrize("case", [(math.nan, 9, 10, 1), (1, 0, 10, 1), (1, 9, 0, 1), (1, 9, 10, 0)])
def test_evidence_needs_sizes_above_zero(case: tuple[float, float, float, float]) -> None:
    with pytest.raises(EvidenceError):
        e_value(*case)


@given(st.lists(weekly, min_size=1, max_size=8), st.lists(weekly, min_size=1, max_size=25), weekly, st.booleans())
def test_a_verdict_once_reached_stays(before: list[float], after: list[float], threshold: float, up: bool) -> None:
    states = [verdict(before, after[:n], threshold, higher_is_better=up) for n in range(len(after) + 1)]
    for earlier, later in pairwise(states):
        if earlier.state is not State.NOT_YET_KNOWN:
            assert (later.state, later.decided_after) == (earlier.state, earlier.decided_after)
        if not later.moved:
            assert later.low >= earlier.low
            assert later.high <= earlier.high


@given(st.lists(weekly, min_size=2, max_size=8), st.lists(weekly, min_size=2, max_size=20), weekly)
def test_verdict_agrees_with_recomputing_every_look(before: list[float], after: list[float], threshold: float) -> None:
    """The slow second way: numpy on each prefix, no running sums."""
    low, high, state = -math.inf, math.inf, State.NOT_YET_KNOWN
    for n in range(1, len(after) + 1):
        seen = np.array(after[:n])
        freedom = len(before) + n - 2
        squares = np.var(before) * len(before) + np.var(seen) * n
        s = math.sqrt(squares / freedom)
        d = seen.mean() - np.mean(before)
        half = half_width(s, len(before), n, 0.10) if s > 1e-9 else math.inf
        low, high = max(low, d - half), min(high, d + half)
        if low > high or abs(low - threshold) < 1e-6 or abs(high - threshold) < 1e-6:
            return  # an effect that moved has its own test; ties are a matter of the last digit
        if state is State.NOT_YET_KNOWN and (low >= threshold or high < threshold):
            state = State.ON_TRACK if low >= threshold else State.OFF_TRACK
    got = verdict(before, after, threshold)
    assert got.state == state
    assert (got.low, got.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


def test_share_interval_reference_cases() -> None:
    for (k, n), expected in {
        (0, 20): (0, 0.26067),
        (5, 50): (0.01566, 0.28766),
        (10, 100): (0.02884, 0.22827),
        (50, 500): (0.05886, 0.15464),
    }.items():
        assert share_interval(k, n, 0.05) == pytest.approx(expected, abs=6e-6)
        mirrored = share_interval(n - k, n, 0.05)
        assert mirrored == pytest.approx((1 - expected[1], 1 - expected[0]), abs=6e-6)
    assert share_interval(0, 0, 0.05) == (0, 1)
    with pytest.raises(EvidenceError):
        share_interval(3, 2, 0.05)


def days(kind: str, stream: np.random.Generator, runs: int, count: int) -> Any:
    """Unit-variance daily data of a kind, runs by days."""
    noise = stream.standard_normal((runs, count))
    if kind == "skewed":
        return (np.exp(noise) - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e)
    if kind == "sticky":
        for day in range(1, count):
            noise[:, day] = 0.3 * noise[:, day - 1] + math.sqrt(1 - 0.09) * noise[:, day]
    return noise


@pytest.mark.parametrize("kind", ["normal", "skewed", "sticky"])
def test_false_verdicts_stay_rare_though_looked_at_every_week(kind: str) -> None:
    """2,000 pilots of 18 weeks exactly on their threshold: at most 6 % may ever get a verdict at nominal 5 %."""
    weeks = days(kind, np.random.default_rng(7), 2000, 5 * 24).reshape(2000, 24, 5).mean(axis=2)
    false = sum(verdict(run[:6], run[6:], 0.0, 0.05).state is not State.NOT_YET_KNOWN for run in weeks.tolist())
    assert false / 2000 <= 0.06


def test_a_true_share_rarely_ever_leaves_its_interval() -> None:
    right = np.random.default_rng(3).binomial(20, 0.7, size=(1000, 20)).tolist()
    looks = (zip(np.cumsum(run).tolist(), range(20, 401, 20), strict=True) for run in right)
    missed = sum(
        any(not low <= 0.7 <= high for low, high in (share_interval(k, n, 0.05) for k, n in run)) for run in looks
    )
    assert missed / 1000 <= 0.06


def test_what_a_window_can_show() -> None:
    """Chance of "on track" by week 4, 8, 13 with six baseline weeks; one daily sd is sqrt(5) weekly ones."""
    for effect, expected in ((1.0, (0.38, 0.79, 0.92)), (1.5, (0.82, 0.99, 1.00))):
        chances = chance_of_verdict(effect * math.sqrt(5), 1.0, 6, 13)
        assert (chances[3], chances[7], chances[12]) == pytest.approx(expected, abs=0.025)
        assert list(chances) == sorted(chances)
    assert chance_of_verdict(0.0, 1.0, 6, 18, 0.05, runs=2000)[-1] <= 0.06
    assert chance_of_verdict(2.0, 1.0, 0, 12)[-1] > 0.9
    for bad in ((math.nan, 1.0, 6, 13), (1.0, 0.0, 6, 13), (1.0, 1.0, 6, 0)):
        with pytest.raises(EvidenceError):
            chance_of_verdict(*bad)


@pytest.mark.parametrize("name", ["AtmWtAg.dat", "SiRstv.dat"])
def test_spread_within_groups_meets_the_certified_one(name: str) -> None:
    """NIST one-way analysis of variance, up to seven constant leading digits; with two groups F is t squared."""
    lines = (folder("nist-strd") / name).read_text().splitlines()
    groups: dict[str, Running] = {}
    for line in lines[60:]:
        if line.strip():
            group, reading = line.split()
            groups.setdefault(group, Running()).add(float(reading))
    certified = next(line.split()[-1] for line in lines if "Standard Deviation" in line)
    s = pooled_sd(*groups.values())
    assert s == pytest.approx(float(certified), rel=1e-8)
    if len(groups) == 2:
        first, second = groups.values()
        n_eff = first.count * second.count / (first.count + second.count)
        f = next(float(line.split()[-1]) for line in lines if line.startswith("Between"))
        assert ((first.mean - second.mean) / (s / math.sqrt(n_eff))) ** 2 == pytest.approx(f, rel=1e-6)
