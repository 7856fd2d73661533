"""Are the scores the published ones, and do our own corrections stand up to real overruns?"""

import csv
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calibration import (
    ScoringError,
    backtest,
    brier,
    chance_at_most,
    corp,
    coverage,
    crps_ensemble,
    crps_normal,
    level_evidence,
    pinball,
    score_level,
)
from roi.laws import normal_ppf
from roi.valuation import PRIORS
from tests.real_data import folder

P = [0.9, 0.9, 0.8, 0.8, 0.7, 0.7, 0.6, 0.5, 0.3, 0.2]
Y = [1, 1, 1, 0, 1, 0, 0, 1, 0, 0]
forecasts = st.lists(st.tuples(st.integers(0, 20).map(lambda k: k / 20), st.booleans()), min_size=1, max_size=40)


def test_corp_reference_case() -> None:
    seen = corp(P, Y)
    assert (seen.brier, seen.mcb, seen.dsc, seen.unc) == pytest.approx((0.202, 0.052, 0.100, 0.250), abs=1e-12)
    assert seen.recalibrated == (1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0)
    assert seen.skill == pytest.approx(1 - 0.202 / 0.25)
    assert brier(P, Y) == pytest.approx(0.202)
    assert corp([0.5], [1]).skill is None


@settings(deadline=None)
@given(forecasts)
def test_corp_parts_add_up_and_agree_with_the_slow_formula(pairs: list[tuple[float, bool]]) -> None:
    """The slow second way: the max-min formula of isotonic regression over distinct chances."""
    p, y = [pair[0] for pair in pairs], [int(pair[1]) for pair in pairs]
    seen = corp(p, y)
    assert seen.brier == pytest.approx(seen.mcb - seen.dsc + seen.unc, abs=1e-12)
    assert seen.mcb >= -1e-12
    assert seen.dsc >= -1e-12
    levels = sorted(set(p))
    for chance, got in zip(p, seen.recalibrated, strict=True):
        slow = max(
            min(
                np.mean([b for a, b in zip(p, y, strict=True) if low <= a <= high]) for high in levels if high >= chance
            )
            for low in levels
            if low <= chance
        )
        assert got == pytest.approx(slow)


def test_corp_does_not_care_about_order() -> None:
    order = np.random.default_rng(1).permutation(len(P))
    shuffled = corp(np.array(P)[order], np.array(Y)[order])
    assert shuffled[:4] == pytest.approx(corp(P, Y)[:4])
    assert shuffled.recalibrated == tuple(np.array(corp(P, Y).recalibrated)[order])


def test_pinball_reference_cases() -> None:
    assert pinball(40, 50, 0.5) == pytest.approx(5)
    assert pinball(60, 50, 0.85) == pytest.approx(1.5)
    assert pinball(40, 50, 0.95) == pytest.approx(9.5)
    assert pinball([40, 60], [50, 50], 0.5) == pytest.approx(5)


def test_crps_reference_cases() -> None:
    assert crps_normal(0, 1, 0) == pytest.approx(0.2336950, abs=5e-8)
    assert crps_normal(100, 20, 130) == pytest.approx(19.888480, abs=5e-7)
    assert crps_normal([0, 5], [1, 0], [0, 7]) == pytest.approx((0.2336950 + 2) / 2, abs=5e-8)
    assert crps_ensemble([30, 45, 60, 90], 50) == pytest.approx(6.5625)
    levels = ((np.arange(4000) + 0.5) / 4000).tolist()  # the same score as twice the mean pinball loss
    losses = [pinball(q, 130, tau) for q, tau in zip(100 + 20 * normal_ppf(levels), levels, strict=True)]
    assert 2 * np.mean(losses) == pytest.approx(19.8885, abs=1e-3)


@settings(deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(-1e3, 1e3))
def test_ensemble_score_agrees_with_all_pairs(draws: list[float], y: float) -> None:
    n = len(draws)
    slow = sum(abs(x - y) for x in draws) / n - sum(abs(a - b) for a in draws for b in draws) / (2 * n * n)
    assert crps_ensemble(draws, y) == pytest.approx(slow, abs=1e-9)


def test_level_reference_cases() -> None:
    seen = [level_evidence(*case, 0.85) for case in ((12, 20), (17, 20), (25, 40))]
    assert seen == pytest.approx([10.3695, 0.1961, 80.5145], abs=6e-5)
    assert chance_at_most(12, 20, 0.8) == pytest.approx(0.032143, abs=5e-7)
    assert chance_at_most(20, 20, 0.8) == pytest.approx(1)
    assert chance_at_most(4000, 5000, 0.8) == pytest.approx(0.5, abs=0.02)


def test_few_forecasts_show_counts_only() -> None:
    few = score_level(2, 9, 0.85)
    assert (few.evidence, few.chance, few.is_broken) == (None, None, False)
    assert score_level(25, 40, 0.85).is_broken
    assert not score_level(12, 20, 0.85).is_broken


def test_an_honest_level_is_rarely_called_broken() -> None:
    held = np.random.default_rng(9).random((500, 100)) < 0.85
    hits = held.cumsum(axis=1)
    false = sum(any(level_evidence(int(k), n, 0.85) >= 20 for n, k in enumerate(run, 1)) for run in hits)
    assert false / 500 <= 0.05


def test_coverage_counts_the_ends() -> None:
    assert coverage([1, 1, 1], [2, 2, 2], [1, 2, 3]) == (2, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: brier([], []),
        lambda: brier([0.5], [1, 0]),
        lambda: brier([1.5], [1]),
        lambda: brier([0.5], [0.5]),
        lambda: corp([math.nan], [1]),
        lambda: corp(["a"], [1]),
        lambda: pinball(1, 2, 1.0),
        lambda: pinball([1, 2], [1, 2, 3], 0.5),
        lambda: pinball(math.inf, 2, 0.5),
        lambda: crps_normal(0, -1, 0),
        lambda: crps_ensemble([], 1),
        lambda: level_evidence(3, 2, 0.85),
        lambda: chance_at_most(1, 2, 1.0),
        lambda: score_level(-1, 2, 0.5),
        lambda: backtest([], PRIORS["costs"]),
        lambda: backtest([1.0, 0.0], PRIORS["costs"]),
    ],
)
def test_what_cannot_be_scored_is_refused(wrong: Any) -> None:
    with pytest.raises(ScoringError, match=r"\w+ \w+"):
        wrong()


def test_backtest_on_ratios_from_its_own_law() -> None:
    ratios = np.exp(math.log(0.7) + 0.35 * np.random.default_rng(2).standard_normal(600)).tolist()
    seen = backtest(ratios, PRIORS["benefits"])
    assert seen.coverage == pytest.approx(0.8, abs=0.05)
    assert seen.factor.median == pytest.approx(0.7, rel=0.05)
    assert seen.loss < 0.8 * seen.loss_at_its_word


def numbers(*cells: str) -> list[float] | None:
    """Amounts above 0 in these cells, or None: withheld and blank are neither zero nor a case."""
    try:
        values = [float(cell.replace("£", "").replace(",", "")) for cell in cells]
    except ValueError:
        return None
    return values if all(value > 0 for value in values) else None


def us_it() -> list[float]:
    with (folder("cost-us-it-dashboard") / "us_it_projects.csv").open(encoding="utf-8", newline="") as lines:
        rows = [numbers(row["Planned Cost ($ M)"], row["Projected/Actual Cost ($ M)"]) for row in csv.DictReader(lines)]
    return [row[1] / row[0] for row in rows if row]


def nyc() -> list[float]:
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    with (folder("cost-nyc-capital") / "NYC_capital_projects_20190901.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted(
            csv.DictReader(lines), key=lambda row: row["Date Reported As Of"][6:10] + row["Date Reported As Of"][:5]
        )
    for row in rows:
        if budget := numbers(row["Budget Forecast"]):
            first.setdefault(row["PID"], budget[0])
            last[row["PID"]] = budget[0]
    return [last[key] / first[key] for key in first]


def uk_gmpp() -> list[float]:
    years = []
    for year in ("2022", "2023"):
        path = folder("benefits-uk-gmpp") / f"GMPP_{year}-03.csv"
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
        column = next(i for i, name in enumerate(rows[0]) if name.startswith("TOTAL Baseline Whole Life"))
        years.append({row[0].rsplit("_", 1)[0]: row[column] for row in rows[1:]})
    pairs = [numbers(years[0][key], years[1][key]) for key in years[0] if key in years[1]]
    return [pair[1] / pair[0] for pair in pairs if pair]


@pytest.mark.parametrize(
    ("read", "cases", "p90", "helps"),
    [(us_it, 2450, 1.05, False), (nyc, 370, 1.80, True), (uk_gmpp, 141, 1.48, False)],
)
def test_backtest_on_real_overruns(read: Any, cases: int, p90: float, helps: bool) -> None:
    """Each case predicted from those before it.

    The range holds more often than the 80 % it promises. Where forecasts were restated until they came true (US
    dashboard: self-reported and rebaselined; UK: one year's change), taking them at their word scores better; over
    five years of drift (New York) the factor does. Measured, not wished for: a change here is news.
    """
    ratios = read()
    assert len(ratios) == pytest.approx(cases, rel=0.05)
    assert np.quantile(ratios, [0.5, 0.9]) == pytest.approx(np.array([1.00, p90]), rel=0.03)  # as the README reports
    seen = backtest(ratios, PRIORS["costs"])
    assert 0.8 <= seen.coverage <= 0.95
    assert (seen.loss < seen.loss_at_its_word) is helps
