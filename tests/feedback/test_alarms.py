"""Alarms and reliance: published and derived reference cases, then properties and run lengths."""

from __future__ import annotations

import csv
import math
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.alarms import (
    Alarm,
    acknowledged,
    down_rates,
    enough,
    evidence,
    normal_rate,
    reliance,
    step,
    threshold,
    up_rates,
    wilson,
)
from tests.shared_data import folder

DAYS = [(2, 20), (3, 20), (5, 20), (6, 20), (4, 20)]
counts = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (min(p), max(p))), max_size=40)
rates = st.floats(0.01, 0.99)


def run(state: Alarm, days: list[tuple[int, int]]) -> Alarm:
    return reduce(lambda s, day: step(s, *day), days, state)


def slowly(p0: float, alternatives: tuple[float, ...], days: list[tuple[int, int]]) -> list[list[float]]:
    """The second implementation: the definition, in plain products, R after each day and alternative."""
    r = [0.0] * len(alternatives)
    history = []
    for k, n in days:
        for j, p in enumerate(alternatives):
            likelihood = 1.0
            for case in range(n):
                likelihood *= p / p0 if case < k else (1 - p) / (1 - p0)
            r[j] = (r[j] + 1.0) * likelihood
        history.append(list(r))
    return history


def test_evidence_with_one_alternative_reaches_the_reference() -> None:
    logs: tuple[float, ...] = ()
    seen = []
    for k, n in DAYS:
        logs = evidence(logs, 0.1, (0.2,), k, n)
        seen.append(math.exp(logs[0]))
    assert seen == pytest.approx([0.480081, 1.598758, 14.211107, 187.156743, 457.298115], rel=1e-6)
    assert [r >= 365 for r in seen] == [False, False, False, False, True]


def test_evidence_kept_as_a_running_maximum_reaches_the_reference() -> None:
    """CUSUM: max(C, 1) L. The product uses the sum instead; the likelihood ratio is the same."""
    c, seen = 1.0, []
    for k, n in DAYS:
        c = max(c, 1.0) * math.exp(evidence((), 0.1, (0.2,), k, n)[0])
        seen.append(c)
    assert seen == pytest.approx([0.480081, 1.080182, 5.906895, 72.678157, 176.637752], rel=1e-6)


def test_step_mixture_of_five_reaches_the_reference() -> None:
    state, seen = Alarm(p0=0.1, threshold=365), []
    for k, n in DAYS:
        state = step(state, k, n)
        seen.append(state.up)
    assert seen == pytest.approx([0.305144, 0.943171, 7.128995, 94.552053, 177.995547], rel=1e-6)
    assert state.raised is None


@given(rates, counts)
@settings(deadline=None)
def test_step_agrees_with_the_definition(p0: float, days: list[tuple[int, int]]) -> None:
    state = run(Alarm(p0=p0), days)
    days = [day for day in days if day[1]]
    if not days:
        assert state.up == state.down == 0.0
        return
    up, down = slowly(p0, up_rates(p0), days)[-1], slowly(p0, down_rates(p0), days)[-1]
    if max(up + down) < 1e200:
        assert state.up == pytest.approx(sum(up) / 5, rel=1e-8)
        assert state.down == pytest.approx(sum(down) / 5, rel=1e-8, abs=1e-300)


@given(rates, counts)
@settings(deadline=None)
def test_step_without_decisions_changes_nothing_and_logs_stay_finite(p0: float, days: list[tuple[int, int]]) -> None:
    state = run(Alarm(p0=p0), days)
    assert step(state, 0, 0) == state
    assert all(math.isfinite(log) for log in run(state, [(4000, 4000)] * 3).logs)


@given(st.integers(0, 30), st.integers(1, 30))
@settings(deadline=None)
def test_step_more_overrides_never_weaken_the_upward_evidence(k: int, n: int) -> None:
    k = min(k, n - 1)
    start = run(Alarm(p0=0.3), DAYS)
    assert step(start, k + 1, n).up > step(start, k, n).up
    assert step(start, k + 1, n).down < step(start, k, n).down


def test_raised_names_the_direction() -> None:
    assert run(Alarm(p0=0.1), [(8, 20)] * 10).raised == "up"
    assert run(Alarm(p0=0.1), [(0, 20)] * 10).raised == "down"
    assert acknowledged(run(Alarm(p0=0.1), [(8, 20)] * 10)).raised is None


def test_alarm_with_a_band_is_silent_inside_it() -> None:
    assert run(Alarm(p0=0.3, low=0.1), [(4, 20)] * 200).raised is None
    assert run(Alarm(p0=0.1), [(4, 20)] * 200).raised == "up"
    assert run(Alarm(p0=0.3, low=0.1), [(0, 20)] * 20).raised == "down"


@pytest.mark.parametrize("bad", [(3, 2), (-1, 2)])
def test_step_impossible_counts_are_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError):
        step(Alarm(p0=0.1), *bad)


@pytest.mark.parametrize(
    "bad", [{"p0": 0.0}, {"p0": 1.0}, {"p0": 0.1, "low": 0.2}, {"p0": 0.1, "threshold": 0}, {"p0": 0.1, "logs": (1.0,)}]
)
def test_alarm_impossible_agreements_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Alarm(**bad)  # type: ignore[arg-type]


def test_threshold_of_the_stated_guarantees() -> None:
    assert threshold() == 365
    assert threshold(streams=100, per_quarter=1) == 9000
    assert threshold(streams=100, per_quarter=1, directions=2) == 18000
    with pytest.raises(ValueError):
        threshold(streams=0)


@pytest.mark.parametrize(("p0", "volume"), [(0.1, 20), (0.1, 5), (0.3, 5)])
def test_step_mean_run_between_false_alarms_keeps_the_guarantee(p0: float, volume: int) -> None:
    """Seeded streams at exactly the agreed rate; a smaller threshold keeps the runs short, the guarantee is the same."""
    limit, streams, horizon = 60.0, 150, 600
    draws = np.random.default_rng(5).binomial(volume, p0, size=(streams, horizon))
    for side in ("up", "down"):
        total = 0
        for row in draws.tolist():
            state = Alarm(p0=p0, threshold=limit)
            for _day, k in enumerate(row, start=1):
                state = step(state, k, volume)
                if getattr(state, side) >= limit:
                    break
            total += _day  # a run cut at the horizon only shortens the mean
        assert total / streams >= limit


def test_step_finds_a_doubled_rate_within_the_measured_delay() -> None:
    draws = np.random.default_rng(6).binomial(20, 0.2, size=(101, 60)).tolist()
    delays = []
    for row in draws:
        state = Alarm(p0=0.1)
        for day, k in enumerate(row, start=1):
            state = step(state, k, 20)
            if state.raised == "up":
                break
        delays.append(day)
    assert 4 <= sorted(delays)[50] <= 8  # measured 6


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_meets_newcombe(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 0.99))
@settings(deadline=None)
def test_wilson_solves_its_equation_and_is_symmetric(k: int, n: int, level: float) -> None:
    k, n = min(k, n), max(k, n)
    low, high = wilson(k, n, level)
    assert 0 <= low <= (k / n if n else 0.5) <= high <= 1
    assert wilson(n - k, n, level) == pytest.approx((1 - high, 1 - low), abs=1e-12)
    if 0 < k < n:
        z2 = ((k / n - low) ** 2) / (low * (1 - low) / n)
        assert z2 == pytest.approx(((k / n - high) ** 2) / (high * (1 - high) / n), rel=1e-6)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 20, 0, 0.26067), (5, 50, 0.01566, 0.28766), (10, 100, 0.02884, 0.22827), (50, 500, 0.05886, 0.15464)],
)
def test_normal_rate_reaches_the_reference(k: int, n: int, low: float, high: float) -> None:
    assert normal_rate(k, n) == pytest.approx((low, high), abs=6e-6)


def test_rates_without_data_say_nothing() -> None:
    assert wilson(0, 0) == normal_rate(0, 0) == (0.0, 1.0)
    assert not enough(19) and enough(20)
    low, high = wilson(10, 20)
    assert (high - low) / 2 <= 0.201  # why 20


def test_reliance_reaches_the_reference() -> None:
    r = reliance(820, 40, 90, 50)
    assert (r.model_alone, r.team, r.override_rate) == pytest.approx((0.87, 0.91, 0.14))
    assert r.human_value == pytest.approx(0.04)
    assert (r.override_precision, r.errors_caught, r.advice_kept) == pytest.approx(
        (0.642857, 0.692308, 0.942529), abs=5e-7
    )
    assert r.mcnemar_p == pytest.approx(0.000913, abs=5e-7)
    assert r.e_value == pytest.approx(33.1803, abs=5e-5)


@given(*[st.integers(0, 300)] * 4)
@settings(deadline=None)
def test_reliance_adds_up(a: int, b: int, g: int, h: int) -> None:
    r = reliance(a, b, g, h)
    assert r.decided == a + b + g + h
    if r.decided:
        assert r.team is not None and r.model_alone is not None and r.human_value is not None
        assert r.team - r.model_alone == pytest.approx(r.human_value, abs=1e-12)
    assert (r.mcnemar_p is None) == (g + h == 0)
    if r.mcnemar_p is not None:
        assert 0 < r.mcnemar_p <= 1


def test_reliance_on_the_recorded_trial() -> None:
    """948 hearings where the judge saw the advice: counts by hand from the file; stricter or more lenient = overridden."""
    with (folder("decisions-psa-dane") / "psa_cases.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["Z"] == "1"]
    table = {key: 0 for key in ("a", "b", "g", "h")}
    for row in rows:
        strict, advised = row["D"] != "0", row["DMF"] != "0"
        harm = any(row[name] == "1" for name in row if name.startswith("Y_"))
        right = harm == advised
        table[("a" if right else "b") if strict == advised else ("h" if right else "g")] += 1
    r = reliance(**table)
    assert r.decided == 948
    assert r.override_rate == pytest.approx(232 / 948)
    # Outcomes are seen only after release: shares are bounded, their meaning is not judged here.
    assert r.override_precision is not None and 0 < r.override_precision < 1
