"""Are values today, rates of return and paybacks those of the textbooks, of spreadsheets, and of a second way?"""

import csv
import json
import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from roi.valuation import (
    NoSingleRate,
    ValuationError,
    discounted,
    irr,
    mirr,
    monthly_rate,
    npv,
    npv_from_period_one,
    payback_months,
    xirr,
    xnpv,
)
from tests.real_data import find

VENDOR = [-10000, 2750, 4250, 3250, 2750]
VENDOR_DATES = ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"]
H1 = [-60000.0, -4000.0, -4000.0, 2000.0, 5000.0, 8000.0, 10000.0] + [10000.0] * 6
amounts = st.floats(-1e6, 1e6).map(lambda x: round(x, 2))


def spreadsheet_cases() -> list[Any]:
    place = find("finance-reference")
    if place is None:
        return [pytest.param(None, marks=pytest.mark.skip("real data finance-reference is not here"))]
    with (place / "npv_irr_xirr_cases.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 44
    return [pytest.param(row, id=f"{i}-{row['function']}") for i, row in enumerate(rows)]


@pytest.mark.parametrize("row", spreadsheet_cases())
def test_spreadsheet_case(row: dict[str, str]) -> None:
    flows = json.loads(row["values_json"])
    rate: Any = row["rate"]
    try:
        rate = float(rate)
    except ValueError:
        assert rate in ("", "xyz")

    def value() -> float:
        if row["function"] == "npv_excel_end_of_period":
            return npv_from_period_one(rate, flows)
        if row["function"] == "irr":
            return irr(flows)
        dates = json.loads(row["dates_json"])
        return xnpv(rate, flows, dates) if row["function"] == "xnpv" else xirr(flows, dates)

    if row["expected"].startswith("#"):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            value()
    else:
        gross = sum(map(abs, flows)) if row["function"] == "xnpv" else 0.0
        assert value() == pytest.approx(float(row["expected"]), rel=1e-6, abs=max(1e-8, 1e-6 * gross))


def test_npv_reference_cases() -> None:
    assert npv_from_period_one(0.10, [-10000, 3000, 4200, 6800]) == pytest.approx(1188.4434, abs=5e-5)
    five = npv_from_period_one(0.08, [8000, 9200, 10000, 12000, 14500]) - 40000
    assert five == pytest.approx(1922.0616, abs=5e-5)
    assert five - 9000 / 1.08**6 == pytest.approx(-3749.4651, abs=5e-5)
    assert npv(0.08, [-40000, 8000, 9200, 10000, 12000, 14500]) == pytest.approx(1922.0616, abs=5e-5)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([-70000, 12000, 15000, 18000, 21000], -0.0212448),
        ([-70000, 12000, 15000, 18000, 21000, 26000], 0.0866309),
        ([-100, 39, 59, 55, 20], 0.2809484),
        ([-250000, 100000, 150000, 200000, 250000, 300000], 0.5672303),
        (H1, 0.0285599),
    ],
)
def test_irr_reference_cases(flows: list[float], expected: float) -> None:
    assert irr(flows) == pytest.approx(expected, abs=5e-8)


def test_dated_reference_cases() -> None:
    assert xirr(VENDOR, VENDOR_DATES) == pytest.approx(0.373363, abs=5e-7)
    assert xirr(VENDOR, [date.fromisoformat(day) for day in VENDOR_DATES]) == xirr(VENDOR, VENDOR_DATES)
    assert xnpv(0.09, VENDOR, VENDOR_DATES) == pytest.approx(2086.6476, abs=5e-5)


def test_mirr_reference_case() -> None:
    assert mirr([-120000, 39000, 30000, 21000, 37000, 46000], 0.10, 0.12) == pytest.approx(0.1260941, abs=5e-8)
    with pytest.raises(ValuationError):
        mirr([1, 2], 0.1, 0.1)


def test_two_roots_are_both_named() -> None:
    with pytest.raises(NoSingleRate) as refusal:
        irr([-1000, 2500, -1540])
    assert refusal.value.roots == pytest.approx((0.10, 0.40), abs=1e-9)
    assert "decide by net present value" in str(refusal.value)


def test_roots_that_only_touch_zero_count_once() -> None:
    assert irr([-1000, 2200, -1210]) == pytest.approx(0.10, abs=1e-6)


def test_several_sign_changes_with_one_root_have_a_rate() -> None:
    assert irr([-100, 150, -1, 20]) == pytest.approx(max(np.roots([-100, 150, -1, 20]).real) - 1, abs=1e-9)


@pytest.mark.parametrize("flows", [[100], [-5], [0, 0], [1, 2, 3], [-1, -2], [-1000, 0]])
def test_without_sign_change_there_is_no_rate(flows: list[float]) -> None:
    with pytest.raises(NoSingleRate) as refusal:
        irr(flows)
    assert refusal.value.roots == ()


@pytest.mark.parametrize("bad", [[], [math.nan, 1], [1, math.inf], ["7", 1], None, 999, "123", [True, -1]])
def test_flows_that_are_no_amounts_are_refused(bad: Any) -> None:
    for refuse in (irr, payback_months, lambda flows: npv(0.1, flows)):
        with pytest.raises(ValuationError):
            refuse(bad)


@pytest.mark.parametrize("rate", [-1, -2.0, math.nan, math.inf, "0.1", None])
def test_rates_that_mean_nothing_are_refused(rate: Any) -> None:
    with pytest.raises(ValuationError):
        npv(rate, [1, 2])


def test_amounts_too_large_to_state_are_refused() -> None:
    with pytest.raises(ValuationError, match="too large"):
        npv(-0.999999999, [1.0] * 100)


def test_decimals_are_amounts() -> None:
    assert npv(Decimal("0.1"), [Decimal("-100.00"), Decimal("121.00")]) == pytest.approx(10.0)


def test_same_day_flows_are_one_flow() -> None:
    assert xirr([-600, -400, 1100], ["2026-01-01", "2026-01-01", "2027-01-01"]) == pytest.approx(0.1)
    with pytest.raises(NoSingleRate):
        xirr([-1000, 1100], ["2026-01-01", "2026-01-01"])


def test_payback_reference_case() -> None:
    assert payback_months(H1) == pytest.approx(10.300)
    assert payback_months(discounted(monthly_rate(0.035), H1)) == pytest.approx(10.442, abs=5e-4)
    assert payback_months(discounted(monthly_rate(0.10), H1)) == pytest.approx(10.709, abs=5e-4)


@pytest.mark.parametrize(
    ("flows", "months"),
    [
        ([-10, 5, 4], None),
        ([-10, 20, -15, 10], 2.5),  # back in debt at month 2: the first recovery does not count
        ([0, 0], 0.0),
        ([5, -5, 1], 0.0),
        ([-0.3, 0.1, 0.1, 0.1], 3.0),
        ([-10, 20, -11], None),
    ],
)
def test_payback_is_for_good(flows: list[float], months: float | None) -> None:
    assert payback_months(flows) == (None if months is None else pytest.approx(months))


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=30), amounts, st.floats(-0.5, 2))
def test_npv_is_linear(pairs: list[tuple[float, float]], factor: float, rate: float) -> None:
    first, second = zip(*pairs, strict=True)
    mixed = npv(rate, [a + factor * b for a, b in pairs])
    gross = npv(rate, [abs(a) + abs(factor * b) for a, b in pairs])
    assert mixed == pytest.approx(npv(rate, first) + factor * npv(rate, second), abs=1e-12 * gross + 1e-300)


@given(st.lists(amounts, min_size=1, max_size=20), st.fractions(Fraction(-1, 2), 2, max_denominator=1000))
def test_npv_agrees_with_exact_fractions(flows: list[float], rate: Fraction) -> None:
    exact = sum(Fraction(flow) / (1 + rate) ** k for k, flow in enumerate(flows))
    gross = sum(abs(Fraction(flow)) / (1 + rate) ** k for k, flow in enumerate(flows))
    assert npv(float(rate), flows) == pytest.approx(float(exact), abs=float(gross) * 1e-12)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=9))
def test_every_rate_found_is_a_root_and_none_is_missed(flows: list[int]) -> None:
    try:
        roots: tuple[float, ...] = (irr(flows),)
    except NoSingleRate as refusal:
        roots = refusal.roots
    for root in roots:
        growth = 1 + root
        value = sum(flow / growth**k for k, flow in enumerate(flows))
        assert abs(value) <= 1e-9 * sum(abs(flow) / growth**k for k, flow in enumerate(flows))
    # The second way: eigenvalues of the companion matrix, reliable for roots that stand apart.
    polynomial = np.trim_zeros(np.array(flows, dtype=float))
    if polynomial.size > 1:
        every = np.roots(polynomial)
        spacing = min((abs(a - b) for i, a in enumerate(every) for b in every[:i]), default=1.0)
        assume(spacing > 1e-3 and all(abs(z.imag) == 0 or abs(z.imag) > 1e-3 for z in every))
        expected = sorted(z.real - 1 for z in every if z.imag == 0 and z.real > 1e-6)
        assert roots == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(st.lists(st.sampled_from([0.8, 0.9, 1.0, 1.02, 1.1, 1.4, 2.0]), min_size=1, max_size=5, unique=True))
def test_flows_built_from_rates_give_back_those_rates(growths: list[float]) -> None:
    flows = np.poly(growths).tolist()  # v^n - ... : as flows, worth 0 exactly at these growth factors
    with_roots = sorted(growth - 1 for growth in growths)
    if len(growths) == 1:
        assert irr(flows) == pytest.approx(with_roots[0], abs=1e-9)
    else:
        with pytest.raises(NoSingleRate) as refusal:
            irr(flows)
        assert refusal.value.roots == pytest.approx(with_roots, abs=1e-6)


@given(st.integers(1, 60), st.floats(0.001, 0.5))
def test_an_annuity_priced_at_a_rate_returns_it(months: int, rate: float) -> None:
    price = sum((1 + rate) ** -k for k in range(1, months + 1))
    assert irr([-price] + [1.0] * months) == pytest.approx(rate, rel=1e-9)
