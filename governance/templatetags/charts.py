"""Which large charts do page writers have? {% load charts %}, then the functions of governance.charts by name."""

from django import template

from governance import charts

register = template.Library()

for _chart in (
    charts.matrix, charts.timeline, charts.data_map, charts.date_forecast, charts.density, charts.track, charts.overrides,
):  # fmt: skip
    register.simple_tag(_chart)
