"""Which pilots are worth the most together, under a pilot cap and a budget, and what would change the answer?

Formulas: docs on decision methods, section 2. Pure: values in, values out.
"""

from governance.selection.best import Selection, best_set, robustness
from governance.selection.exact import Infeasible
from governance.selection.worth import pilot_value, pool, shrink, standard_error

__all__ = ["Infeasible", "Selection", "best_set", "pilot_value", "pool", "robustness", "shrink", "standard_error"]
