"""When can this use case go to production, by what its open items and the history of such items say?

Formulas: docs on decision methods, section 3. Pure: values in, values out.
"""

from readiness.forecast.board import HORIZON, Curves, Item
from readiness.forecast.curves import (
    STARTING_MEDIANS,
    STRENGTH,
    TEAM_STRENGTH,
    AfterDue,
    Curve,
    Lognormal,
    Past,
    assumption,
    from_data,
    learnt_curves,
    scaled,
    starting_curves,
    survival_curve,
    to_data,
)
from readiness.forecast.dates import LEVELS, Forecast, forecast, forecast_many, if_slips, odds

__all__ = [
    "HORIZON",
    "LEVELS",
    "STARTING_MEDIANS",
    "STRENGTH",
    "TEAM_STRENGTH",
    "AfterDue",
    "Curve",
    "Curves",
    "Forecast",
    "Item",
    "Lognormal",
    "Past",
    "assumption",
    "forecast",
    "forecast_many",
    "from_data",
    "if_slips",
    "learnt_curves",
    "odds",
    "scaled",
    "starting_curves",
    "survival_curve",
    "to_data",
]
