"""What does a hypothesis claim, line by line, and what is it worth if every figure is right?"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np

from roi.laws import Floats
from roi.valuation.cash import irr, monthly_rate, payback_months
from roi.valuation.errors import NoSingleRate, ValuationError
from roi.valuation.optimism import NO_CORRECTION, Factor
from roi.valuation.quantiles import Certain, Quantiles, jqpd


class CostCategory(StrEnum):
    """The cost stack: ten fixed lines. Zero is an answer; missing is never zero."""

    BUILD = "build"
    LICENCES = "licences"
    COMPUTE = "compute"
    DATA_PREPARATION = "data_preparation"
    INTEGRATION = "integration"
    SECURITY_LEGAL_COMPLIANCE = "security_legal_compliance"
    HUMAN_REVIEW = "human_review"
    TRAINING_AND_CHANGE = "training_and_change"
    SUPPORT_AND_MONITORING = "support_and_monitoring"
    EXIT = "exit"

    @property
    def label(self) -> str:
        """The name people read."""
        return _LABELS[self]


_LABELS = {
    CostCategory.BUILD: "Build",
    CostCategory.LICENCES: "Licences",
    CostCategory.COMPUTE: "Model and compute usage",
    CostCategory.DATA_PREPARATION: "Data preparation",
    CostCategory.INTEGRATION: "Integration",
    CostCategory.SECURITY_LEGAL_COMPLIANCE: "Security, legal, compliance",
    CostCategory.HUMAN_REVIEW: "Human review time",
    CostCategory.TRAINING_AND_CHANGE: "Training and change",
    CostCategory.SUPPORT_AND_MONITORING: "Support and monitoring",
    CostCategory.EXIT: "Exit",
}


@dataclass(frozen=True)
class Estimate:
    """One figure, or low, likely and high (P10, P50, P90): never negative, in any one unit."""

    likely: float
    low: float | None = field(default=None, kw_only=True)
    high: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValuationError("Give one figure, or all three: low, likely and high.")
        if not math.isfinite(self.likely) or self.likely < 0:
            raise ValuationError(
                f"{self.likely:g} cannot be an amount here; split one that can be negative into a benefit and a cost."
            )

    @property
    def is_single(self) -> bool:
        """Is this one figure without a spread?"""
        return self.low is None

    @property
    def law(self) -> Quantiles:
        """The law behind the figures; raises what `jqpd` raises."""
        if self.low is None or self.high is None:
            return Certain(self.likely)
        return jqpd(self.low, self.likely, self.high)


@dataclass(frozen=True)
class Line:
    """An amount and how much of it falls into each month 0, 1, 2 ...; a cost if it has a category, else a benefit.

    A month after the end of `profile` holds nothing.
    """

    name: str
    estimate: Estimate
    profile: tuple[float, ...]
    category: CostCategory | None = None

    @property
    def is_benefit(self) -> bool:
        """Does money come in?"""
        return self.category is None


def once(month: int = 0) -> tuple[float, ...]:
    """Profile of a one-off amount."""
    return ramped(month, month, month)


def monthly(first: int, last: int) -> tuple[float, ...]:
    """Profile of an amount in each month from `first` to `last`, both included."""
    return ramped(first, first, last)


@lru_cache(maxsize=4096)  # thousands of hypotheses share a few dozen shapes
def ramped(first: int, full: int, last: int) -> tuple[float, ...]:
    """Profile of an amount a month at full use: rises evenly from the month `first` to `full`, then stays to `last`."""
    if not 0 <= first <= full or last < first:
        raise ValuationError("Months must be in order: first, full use, last; month 0 is the start.")
    steps = full - first + 1
    return tuple([0.0] * first + [min(1.0, (k + 1) / steps) for k in range(last - first + 1)])


def missing_categories(lines: Iterable[Line]) -> tuple[CostCategory, ...]:
    """Cost categories nobody has estimated yet, in the order of the stack."""
    given = {line.category for line in lines}
    return tuple(category for category in CostCategory if category not in given)


@dataclass(frozen=True)
class Hypothesis:
    """Lines over months 0 to `horizon_months`, discounted at a yearly rate (a share).

    Real amounts take a real rate, nominal amounts a nominal one.
    """

    lines: tuple[Line, ...]
    horizon_months: int
    annual_rate: float

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValuationError("A hypothesis needs at least one line.")
        if self.horizon_months < 0:
            raise ValuationError("The horizon cannot end before it starts.")
        for line in self.lines:
            if len(line.profile) > self.horizon_months + 1:
                raise ValuationError(f"{line.name} runs past the horizon of {self.horizon_months} months.")
            if not _is_usable(line.profile):
                raise ValuationError(f"{line.name} has a month that is negative or not a number.")

    @cached_property
    def _profiles(self) -> Floats:
        months = self.horizon_months + 1
        return _fixed(np.array([line.profile + (0.0,) * (months - len(line.profile)) for line in self.lines]))

    @cached_property
    def _weights(self) -> Floats:
        return _fixed(self._profiles @ self.discounts())

    def profiles(self) -> Floats:
        """Lines by months, padded to the horizon; read only."""
        return self._profiles

    def discounts(self) -> Floats:
        """Value today of 1 in each month; read only."""
        return _discounts(self.annual_rate, self.horizon_months)

    def weights(self) -> Floats:
        """Value today of each line for an amount of 1; read only."""
        return self._weights


def _fixed(found: Floats) -> Floats:
    """The array, which many share, closed for writing."""
    found.setflags(write=False)
    return found


@lru_cache(maxsize=4096)
def _is_usable(profile: tuple[float, ...]) -> bool:
    return all(math.isfinite(part) and part >= 0 for part in profile)


@lru_cache(maxsize=256)
def _discounts(annual_rate: float, months: int) -> Floats:
    return _fixed(np.asarray((1.0 + monthly_rate(annual_rate)) ** -np.arange(months + 1.0)))


@dataclass(frozen=True)
class Appraisal:
    """Value of a hypothesis if every figure is right. Money today; months from the start; None where undefined.

    `rates` are all monthly rates of return; `irr_month` and `irr_year` are given when there is exactly one.
    `break_even_share` is the share of the claimed benefit at which NPV is 0.
    """

    pvb: float
    pvc: float
    npv: float
    bcr: float | None
    roi: float | None
    payback: float | None
    discounted_payback: float | None
    irr_month: float | None
    irr_year: float | None
    rates: tuple[float, ...]
    break_even_share: float | None
    npv_if_costs_triple: float


def appraise(hypothesis: Hypothesis, benefits: Factor = NO_CORRECTION, costs: Factor = NO_CORRECTION) -> Appraisal:
    """Appraise the likely figures, each multiplied by the median factor of its kind."""
    table = hypothesis.profiles() * likely_amounts(hypothesis, benefits, costs)[:, None]
    incoming = np.array([line.is_benefit for line in hypothesis.lines])
    month_benefits, month_costs = table[incoming].sum(axis=0), table[~incoming].sum(axis=0)
    discounts = hypothesis.discounts()
    pvb, pvc = float(month_benefits @ discounts), float(month_costs @ discounts)
    flows = (month_benefits - month_costs).tolist()
    try:
        rates: tuple[float, ...] = (irr(flows),)
    except NoSingleRate as refusal:
        rates = refusal.roots
    single = rates[0] if len(rates) == 1 else None
    return Appraisal(
        pvb=pvb,
        pvc=pvc,
        npv=pvb - pvc,
        bcr=pvb / pvc if pvc else None,
        roi=(pvb - pvc) / pvc if pvc else None,
        payback=payback_months(flows),
        discounted_payback=payback_months((np.array(flows) * discounts).tolist()),
        irr_month=single,
        irr_year=None if single is None else (1.0 + single) ** 12 - 1.0,
        rates=rates,
        break_even_share=pvc / pvb if pvb else None,
        npv_if_costs_triple=pvb - 3 * pvc,  # information technology costs have fatter tails than any lognormal law
    )


def likely_amounts(hypothesis: Hypothesis, benefits: Factor, costs: Factor) -> Floats:
    """Likely figure of each line times the median factor of its kind."""
    return np.array(
        [line.estimate.likely * (benefits if line.is_benefit else costs).median for line in hypothesis.lines]
    )


@dataclass(frozen=True)
class Swing:
    """NPV when one line stands at its low or high figure and all others at likely."""

    name: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How much of the NPV hangs on this line."""
        return abs(self.at_high - self.at_low)


def tornado(hypothesis: Hypothesis, benefits: Factor = NO_CORRECTION, costs: Factor = NO_CORRECTION) -> Sequence[Swing]:
    """Which lines matter, widest first. Three-point lines swing P10 to P90, single figures over their whole factor."""
    signs = np.array([1.0 if line.is_benefit else -1.0 for line in hypothesis.lines])
    weights = signs * hypothesis.weights()
    amounts = likely_amounts(hypothesis, benefits, costs)
    base = float(weights @ amounts)
    swings = []
    for line, weight, amount in zip(hypothesis.lines, weights, amounts, strict=True):
        factor = benefits if line.is_benefit else costs
        if line.estimate.low is None or line.estimate.high is None:
            low, high = (line.estimate.likely * factor.ppf(p) for p in (0.1, 0.9))
        else:
            low, high = line.estimate.low * factor.median, line.estimate.high * factor.median
        swings.append(Swing(line.name, float(base + weight * (low - amount)), float(base + weight * (high - amount))))
    return sorted(swings, key=lambda swing: (-swing.width, swing.name))
