"""What do we keep of hypotheses, costs, readings and what they were worth?"""

from roi.models.hypotheses import BenefitLine, CostLine, Hypothesis, HypothesisVersion, SignOff
from roi.models.readings import CheckIn, Correction, Reading
from roi.models.values import FactorVersion, PortfolioValue, Realised, Valuation

__all__ = [
    "BenefitLine",
    "CheckIn",
    "Correction",
    "CostLine",
    "FactorVersion",
    "Hypothesis",
    "HypothesisVersion",
    "PortfolioValue",
    "Reading",
    "Realised",
    "SignOff",
    "Valuation",
]
