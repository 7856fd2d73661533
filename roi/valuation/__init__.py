"""What is a hypothesis worth, and how sure is that?

Pure functions over figures given: formulas and reference cases are in the tests beside each name.
"""

from roi.valuation.cash import (
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
from roi.valuation.errors import DisorderedEstimate, NoSingleRate, ValuationError
from roi.valuation.hypothesis import (
    Appraisal,
    CostCategory,
    Estimate,
    Hypothesis,
    Line,
    Swing,
    appraise,
    missing_categories,
    monthly,
    once,
    ramped,
    tornado,
)
from roi.valuation.optimism import (
    NO_CORRECTION,
    PRIOR_BOUNDS,
    PRIORS,
    Factor,
    Prior,
    capped,
    factor_from_sums,
    reference_class,
)
from roi.valuation.quantiles import Quantiles, jqpd
from roi.valuation.simulation import DRAWS, Simulation, Spread, seed_of, simulate, spread, total, worlds

__all__ = [
    "DRAWS",
    "NO_CORRECTION",
    "PRIORS",
    "PRIOR_BOUNDS",
    "Appraisal",
    "CostCategory",
    "DisorderedEstimate",
    "Estimate",
    "Factor",
    "Hypothesis",
    "Line",
    "NoSingleRate",
    "Prior",
    "Quantiles",
    "Simulation",
    "Spread",
    "Swing",
    "ValuationError",
    "appraise",
    "capped",
    "discounted",
    "factor_from_sums",
    "irr",
    "jqpd",
    "mirr",
    "missing_categories",
    "monthly",
    "monthly_rate",
    "npv",
    "npv_from_period_one",
    "once",
    "payback_months",
    "ramped",
    "reference_class",
    "seed_of",
    "simulate",
    "spread",
    "tornado",
    "total",
    "worlds",
    "xirr",
    "xnpv",
]
