"""What is this content worth? From lines in a person's words to cash flows, ranges and what they hang on."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from portfolio.rules import Reason
from roi import valuation
from roi.rules.content import ESTIMATED, MONTHLY, Amount, Content
from roi.valuation import CostCategory, DisorderedEstimate, Estimate, Factor, Line, ValuationError
from roi.words import money

CODE_VERSION = 1
"""Raise it when the same figures would be valued otherwise; it is part of each stored valuation."""
MOST_MONTHS = 120
MOST_AMOUNT = 1e12


def estimate(amount: Amount) -> Estimate:
    """The amount as an estimate; raises ValuationError with a plain sentence."""
    if amount.low is None or amount.high is None:
        return Estimate(amount.likely)
    return Estimate(amount.likely, low=amount.low, high=amount.high)


def amount_faults(amount: Amount | None, subject: str, currency: str = "EUR") -> list[Reason]:
    """Why these figures cannot stand, said plainly; empty when they can."""
    if amount is None:
        return [Reason("no_figure", "Give one figure, or low, likely and high.", subject)]
    given = [one for one in (amount.low, amount.likely, amount.high) if one is not None]
    if any(abs(one) > MOST_AMOUNT for one in given):
        return [Reason("too_large", "This is more money than there is: check the unit.", subject)]
    if len(given) == 2:
        return [Reason("two_figures", "Give one figure, or all three: low, likely and high.", subject)]
    if min(given) < 0:
        text = "An amount that may be negative is two lines: split it into a benefit and a cost."
        return [Reason("negative", text, subject)]
    try:
        _ = estimate(amount).law  # raises for figures out of order or at a bound
    except DisorderedEstimate as fault:
        low, likely, high = (money(one, currency) for one in fault.ordered)
        text = f"Low, likely and high are out of order. Did you mean {low}, {likely}, {high}?"
        return [Reason("disordered", text, subject)]
    except ValuationError as fault:
        return [Reason("not_usable", str(fault), subject)]
    return []


def lines(content: Content) -> tuple[Line, ...]:
    """Benefits, then costs, month by month within the horizon."""
    end = content.horizon_months
    found = []
    for gain in content.benefits:
        last = min(end, end if gain.last_month is None else gain.last_month)
        if gain.first_month <= last:
            # A benefit that ends while it still rises never reaches full use.
            profile = valuation.ramped(gain.first_month, max(gain.first_month, gain.full_month), last)
            found.append(Line(gain.name, estimate(gain.amount), profile))
    for cost in content.costs:
        if cost.state != ESTIMATED or cost.amount is None or cost.first_month > end:
            continue
        category = CostCategory(cost.category)
        last = min(end, end if cost.last_month is None else cost.last_month)
        first = cost.first_month if cost.timing != MONTHLY else max(1, cost.first_month)
        if first > last:
            continue
        profile = valuation.monthly(first, last) if cost.timing == MONTHLY else valuation.once(cost.first_month)
        found.append(Line(category.label, estimate(cost.amount), profile, category))
    return tuple(found)


def hypothesis(content: Content, annual_rate: float) -> valuation.Hypothesis | None:
    """The content as the valuation takes it; None while nothing has a figure."""
    found = lines(content)
    return valuation.Hypothesis(found, content.horizon_months, annual_rate) if found else None


def required_categories(lane: str | None) -> tuple[CostCategory, ...]:
    """Which categories must be answered before a figure is shown: all in the high-impact lane.

    Winding up may stay open in the standard lane; the fast lane asks for what every pilot costs.
    """
    if lane == "high-impact":
        return tuple(CostCategory)
    if lane == "fast":
        few = {CostCategory.BUILD, CostCategory.LICENCES, CostCategory.COMPUTE, CostCategory.HUMAN_REVIEW}
        return tuple(category for category in CostCategory if category in few)
    return tuple(category for category in CostCategory if category is not CostCategory.EXIT)


def open_categories(content: Content, lane: str | None) -> tuple[CostCategory, ...]:
    """Required categories that nobody has estimated or ticked as none. Missing is never zero."""
    answered = {cost.category for cost in content.costs}
    return tuple(category for category in required_categories(lane) if category.value not in answered)


def twice_answered(content: Content) -> list[Reason]:
    """A category cannot be none and estimated at once."""
    none = {cost.category for cost in content.costs if cost.state != ESTIMATED}
    both = none & {cost.category for cost in content.costs if cost.state == ESTIMATED}
    return [
        Reason("none_and_estimated", f"{CostCategory(one).label} is ticked as none and has a figure.", f"costs/{one}")
        for one in sorted(both)
    ]


@dataclass(frozen=True)
class Value:
    """A valuation as it is stored: summary, what it hangs on, costs by category. pv… and npv are money of today;
    once, monthly and the totals are as stated, before any correction."""

    p10: float
    p50: float
    p90: float
    mean: float
    chance_of_loss: float
    sd: float
    npv: float
    pvb: float
    pvc: float
    payback_months: float | None
    once: float
    monthly: float
    total_cost: float
    total_benefit: float
    by_category: dict[str, float] = field(hash=False)

    @property
    def bcr(self) -> float | None:
        return self.pvb / self.pvc if self.pvc else None

    def figures(self) -> dict[str, Any]:
        """What is stored beside the summary columns."""
        names = ("npv", "pvb", "pvc", "payback_months", "once", "monthly", "total_cost", "total_benefit", "by_category")  # fmt: skip
        return {name: getattr(self, name) for name in names}


def value(
    content: Content, *, seed: int, annual_rate: float, benefits: Factor, costs: Factor, draws: int = valuation.DRAWS
) -> Value | None:
    """The valuation of one hypothesis; None while nothing has a figure. Raises ValuationError.

    Reproducible: the same content, seed, factors and CODE_VERSION give the same figures on every machine. Rates of
    return and what it hangs on take as long as all of this together, and are worked out behind "Why?" only.
    """
    given = hypothesis(content, annual_rate)
    if given is None:
        return None
    drawn = valuation.simulate(given, seed, benefits=benefits, costs=costs, draws=draws)
    profiles = given.profiles()
    stated = np.array([line.estimate.likely for line in given.lines])
    incoming = np.array([line.is_benefit for line in given.lines])
    expected = stated * np.where(incoming, benefits.median, costs.median)
    present = expected * given.weights()
    pvb, pvc = float(present[incoming].sum()), float(present[~incoming].sum())
    flows = np.where(incoming, expected, -expected) @ profiles
    spent = stated * profiles.sum(axis=1)
    once, monthly = _as_stated(content)
    return Value(
        p10=drawn.npv.p10, p50=drawn.npv.p50, p90=drawn.npv.p90, mean=drawn.npv.mean,
        chance_of_loss=drawn.npv.chance_of_loss, sd=drawn.sd,
        npv=pvb - pvc, pvb=pvb, pvc=pvc, payback_months=valuation.payback_months(flows),
        once=once, monthly=monthly, total_cost=float(spent[~incoming].sum()), total_benefit=float(spent[incoming].sum()),
        by_category=_by_category(given.lines, spent.tolist()),
    )  # fmt: skip


def _as_stated(content: Content) -> tuple[float, float]:
    """One-off costs, and costs a month, as stated."""
    figures = [(cost.timing, cost.amount.likely) for cost in content.costs if cost.amount is not None]
    once = math.fsum(figure for timing, figure in figures if timing != MONTHLY)
    return once, math.fsum(figure for timing, figure in figures if timing == MONTHLY)


def _by_category(found: tuple[Line, ...], spent: list[float]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for line, amount in zip(found, spent, strict=True):
        if line.category is not None:
            totals[line.category.value] = totals.get(line.category.value, 0.0) + amount
    return totals


def by_effect(content: Content, pvb: float, pvc: float) -> list[tuple[float, int]]:
    """(money that hangs on it, index) of each assumption, the most first."""
    sizes = [
        (one.swing * (pvc if one.acts_on == "cost" else pvb), index) for index, one in enumerate(content.assumptions)
    ]
    return sorted(sizes, key=lambda pair: (-pair[0], pair[1]))
