"""Which large charts are there? Pure functions from values to SVG; every one brings its legend and its table."""

from governance.charts.data_map import data_map
from governance.charts.dates import Row, date_forecast, timeline
from governance.charts.matrix import Point, matrix
from governance.charts.overrides import Day, overrides
from governance.charts.value import density, track

__all__ = [
    "Day",
    "Point",
    "Row",
    "data_map",
    "date_forecast",
    "density",
    "matrix",
    "overrides",
    "timeline",
    "track",
]
