"""What is a stream of money worth today, at which rate does it break even, and when has it paid back?"""

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from numbers import Real

import numpy as np

from roi.laws import Floats
from roi.valuation.errors import NoSingleRate, ValuationError
from roi.valuation.roots import growth_roots

Number = float | int | Decimal

DAYS_A_YEAR = 365.0
"""Spreadsheets' XNPV and XIRR count every year as 365 days."""


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal)):
        raise ValuationError(f"{what} must be a number, not {value!r}.")
    number = float(value)
    if not math.isfinite(number):
        raise ValuationError(f"{what} must be a finite number, not {number}.")
    return number


def _flows(flows: object) -> Floats:
    if isinstance(flows, np.ndarray) and flows.dtype == np.float64 and flows.size and np.isfinite(flows).all():
        return flows  # numbers already, and usable ones
    if isinstance(flows, (str, bytes)) or not isinstance(flows, Iterable):
        raise ValuationError("Give the flows as a list of amounts.")
    amounts = np.array([_number(flow, "A flow") for flow in flows], dtype=float)
    if not amounts.size:
        raise ValuationError("There are no flows to value.")
    return amounts


def _rate(rate: object) -> float:
    number = _number(rate, "The rate")
    if number <= -1.0:
        raise ValuationError("The rate must be above -100 %.")
    return number


def _days(dates: object, count: int) -> Floats:
    if isinstance(dates, (str, bytes)) or not isinstance(dates, Iterable):
        raise ValuationError("Give the dates as a list, one for each flow.")
    days = np.array([_day(day).toordinal() for day in dates], dtype=float)
    if len(days) != count:
        raise ValuationError(f"There are {count} flows but {len(days)} dates.")
    return days


def _day(day: object) -> date:
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)  # type: ignore[arg-type]  # a wrong type is the TypeError caught below
    except (TypeError, ValueError):
        raise ValuationError(f"{day!r} is not a date; write it as 2026-11-30.") from None


def _discounted(rate: float, flows: Floats, times: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        parts = np.where(flows == 0.0, 0.0, flows * np.power(1.0 + rate, -times))
    if not np.all(np.isfinite(parts)):
        raise ValuationError("At this rate the amounts become too large to state.")
    return np.asarray(parts)


def monthly_rate(annual_rate: Number) -> float:
    """The monthly rate that compounds to the annual one: (1 + r)^(1/12) - 1."""
    return math.expm1(math.log1p(_rate(annual_rate)) / 12)


def discounted(rate: Number, flows: Iterable[Number]) -> tuple[float, ...]:
    """Each flow brought back to time 0; the first is at time 0, rate per period. Feed to `payback_months`."""
    amounts = _flows(flows)
    return tuple(float(part) for part in _discounted(_rate(rate), amounts, np.arange(amounts.size, dtype=float)))


def npv(rate: Number, flows: Iterable[Number]) -> float:
    """Net present value, first flow at time 0; rate per period as a share (0.035), above -1."""
    return math.fsum(discounted(rate, flows))


def npv_from_period_one(rate: Number, flows: Iterable[Number]) -> float:
    """Net present value as spreadsheets' NPV has it: the first flow is already one period away."""
    return npv(rate, flows) / (1.0 + _rate(rate))


def mirr(flows: Iterable[Number], finance_rate: Number, reinvest_rate: Number) -> float:
    """Modified internal rate per period: outflows financed at one rate, inflows reinvested at the other to the end."""
    amounts = _flows(flows)
    periods = amounts.size - 1
    spent = -npv(finance_rate, np.minimum(amounts, 0.0).tolist())
    earned = npv(reinvest_rate, np.maximum(amounts, 0.0).tolist()) * (1.0 + _rate(reinvest_rate)) ** periods
    if spent <= 0.0 or earned <= 0.0:
        raise ValuationError("A rate of return needs money going out and money coming in.")
    return float((earned / spent) ** (1.0 / periods) - 1.0)


def irr(flows: Iterable[Number]) -> float:
    """The rate per period at which the flows are worth 0. NoSingleRate, with all roots, unless there is exactly one."""
    amounts = _flows(flows)
    return _single_rate(amounts, np.arange(amounts.size, dtype=float))


def xnpv(rate: Number, flows: Iterable[Number], dates: Iterable[date | str]) -> float:
    """Net present value on the first date: sum CF_i (1+r)^-((d_i - d_0)/365), rate a year.

    Refused, as spreadsheets do: dates before the first, and flows that are all above 0 or all below 0.
    """
    amounts, yearly = _flows(flows), _rate(rate)
    days = _days(dates, amounts.size)
    if np.any(days < days[0]):
        raise ValuationError("A date lies before the first one; the first date is the one money is valued on.")
    if np.all(amounts > 0) or np.all(amounts < 0):
        raise ValuationError("All flows go the same way; a net value needs money going out and money coming in.")
    return math.fsum(_discounted(yearly, amounts, (days - days[0]) / DAYS_A_YEAR).tolist())


def xirr(flows: Iterable[Number], dates: Iterable[date | str]) -> float:
    """The yearly rate at which dated flows, in any order, are worth 0. NoSingleRate, with all roots, unless one."""
    amounts = _flows(flows)
    return _single_rate(amounts, _days(dates, amounts.size) / DAYS_A_YEAR)


def _single_rate(amounts: Floats, times: Floats) -> float:
    if not (np.any(amounts > 0) and np.any(amounts < 0)):
        raise NoSingleRate("Money goes only one way, so there is no rate of return.")
    roots = tuple(growth - 1.0 for growth in growth_roots(amounts, times))
    if len(roots) == 1:
        return roots[0]
    if roots:
        listed = ", ".join(f"{100 * root:.4g} %" for root in roots)
        raise NoSingleRate(f"There is no single rate of return ({listed}); decide by net present value.", roots)
    raise NoSingleRate("No rate of return makes these flows worth nothing; decide by net present value.")


def payback_months(flows: Iterable[Number]) -> float | None:
    """Months until the running total is at least 0 for good, interpolated within the month; None if never.

    The first flow is at month 0; a running total that is never below 0 has paid back at month 0.
    """
    amounts = _flows(flows)
    total = np.cumsum(amounts)
    total[np.abs(total) <= 1e-12 * np.abs(amounts).sum()] = 0.0  # cents lost to rounding are not a debt
    short = np.flatnonzero(total < 0)
    if not short.size:
        return 0.0
    last = int(short[-1])
    if last + 1 == total.size:
        return None
    return last + float(-total[last] / amounts[last + 1])
