"""Which hypothesis do the tests tell? Claims triage: from 41 to 24 minutes, it pays from 31."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from portfolio.models import UseCase
from portfolio.rules import SYSTEM
from roi.actions import hypotheses, readings
from roi.models import Hypothesis
from roi.rules.content import Amount, Assumption, Benefit, Content, Cost
from roi.valuation import CostCategory

COSTS = tuple(
    Cost(category.value, amount=Amount(20_000.0, 15_000.0, 30_000.0))
    if category in (CostCategory.BUILD, CostCategory.INTEGRATION)
    else Cost(category.value, timing="monthly", amount=Amount(1_500.0))
    if category is CostCategory.COMPUTE
    else Cost(category.value, state="none", note="nothing here")
    for category in CostCategory
    if category is not CostCategory.EXIT
)
FULL = Content(
    if_text="handlers see a suggested track at first notice",
    then_text="time to first decision falls from 41 to 24 minutes",
    because="most of the delay is waiting for papers nobody asked for",
    population="96,000 claims a year",
    measure="Minutes to first decision",
    kind="time",
    unit="minutes",
    noticed_by="claimants",
    baseline=41.0,
    baseline_source="Time study",
    baseline_locked_on=date(2026, 3, 1),
    target=24.0,
    threshold=31.0,
    decision_rule="Scale when it pays at day 90, else stop.",
    stop_rules=("One complaint shows that a suggestion did harm.",),
    assumptions=(Assumption("Suggestions followed", 40, 60, 75, "%"), Assumption("Minutes saved", 9, 17, 22)),
    costs=COSTS,
    benefits=(Benefit("Handler hours released", Amount(8_000.0, 5_000.0, 14_000.0), 1, 4),),
)
BASELINE = (41.8, 40.3, 43.0, 39.5, 41.0, 43.2, 40.1, 38.9)
PILOT = (33.0, 29.0, 31.5, 28.0, 32.0, 29.5)


def facts(content: Content = FULL, **other: Any) -> dict[str, Any]:
    """The content as `hypotheses.edit` takes it."""
    changed = replace(content, **other)
    return {name: getattr(changed, name) for name in hypotheses.FIELDS}


def tell(use_case: UseCase, content: Content = FULL, by: Any = SYSTEM, **other: Any) -> Hypothesis:
    """Draft this hypothesis for the use case."""
    return hypotheses.edit(by=by, use_case_id=use_case.id, **facts(content, **other))


def measure(use_case: UseCase, first: date, values: tuple[float | None, ...], by: Any = SYSTEM, source: str = "typed"):
    """A reading a week from the Monday `first` on; None leaves a gap."""
    told = {first + timedelta(weeks=n): value for n, value in enumerate(values) if value is not None}
    return readings.record(by=by, use_case_id=use_case.id, values=told, source=source)
