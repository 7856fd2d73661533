"""Which pilots are worth the most together, under a pilot cap and a budget, and what would change the answer?

Formulas: docs on decision methods, section 2. Pure: values in, values out.
"""

from governance.selection.best import Selection, best_set, robustness
from governance.selection.candidates import Candidate, Pool, Worth, in_worlds, pooled, weigh
from governance.selection.problem import Infeasible
from governance.selection.why import Answer, Limits, Swap, explain
from governance.selection.worth import pilot_value, pool, shrink, standard_error

__all__ = [
    "Answer",
    "Candidate",
    "Infeasible",
    "Limits",
    "Pool",
    "Selection",
    "Swap",
    "Worth",
    "best_set",
    "explain",
    "in_worlds",
    "pilot_value",
    "pool",
    "pooled",
    "robustness",
    "shrink",
    "standard_error",
    "weigh",
]
