"""How is a value of a hypothesis said in a comparison?"""

from datetime import date
from typing import Any

from django import template

from roi.rules import figures
from roi.rules.content import Assumption, Benefit, Cost
from roi.valuation import CostCategory

register = template.Library()


@register.filter
def said(value: Any) -> list[str]:
    """The value in lines of words; nothing for an empty one."""
    if isinstance(value, tuple):
        return [_line(one) for one in value]
    if value is None or value == "":
        return []
    if isinstance(value, bool):
        return ["higher" if value else "lower"]
    if isinstance(value, date):
        return [f"{value:%-d %b %Y}"]
    return [figures.show(value)] if isinstance(value, float) else [str(value)]


def _line(one: Any) -> str:
    match one:
        case Cost():
            figure = figures.show_amount(one.amount) or one.state
            timing = " a month" if one.timing == "monthly" and one.amount else ""
            return f"{CostCategory(one.category).label}: {figure}{timing}"
        case Benefit():
            return f"{one.name}: {figures.show_amount(one.amount)} a month from month {one.first_month}, full in {one.full_month}"
        case Assumption():
            return f"{one.text}: {'–'.join(map(figures.show, (one.low, one.likely, one.high)))} {one.unit}".strip()
    return str(one)
