"""When can it be decided, what drives that, and which date would one agree?

The forecast itself: readiness.forecast (decision methods, section 3). Open hard items only, all owned and dated; else
there is no date, never a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from governance.rules.facts import Item
from portfolio.rules import Policy
from portfolio.rules.days import add_working_days
from readiness import forecast


@dataclass(frozen=True, slots=True)
class Dates:
    """Days with even, 85 % and 95 % odds. `driver` is the item whose own date is last."""

    p50_on: date
    p85_on: date
    p95_on: date
    driver: Item


def forecastable(items: Sequence[Item], on: date) -> tuple[Item, ...]:
    """The items a forecast is made of; empty when there is nothing to forecast, or not enough said about it."""
    open_hard = tuple(item for item in items if item.blocks(on))
    if any(item.owner_id is None or item.due_on is None for item in open_hard):
        return ()
    return open_hard


def as_inputs(items: Sequence[Item], on: date, policy: Policy) -> list[forecast.Item]:
    """The same items in the words of the forecast: ages and days until due."""
    place = {item.id: index for index, item in enumerate(items) if item.id is not None}
    return [
        forecast.Item(
            age=float(item.age),
            due_in=float((item.due_on - on).days) if policy.due_date_floors and item.due_on is not None else None,
            kind=item.kind,
            waits_on=tuple(sorted(place[other] for other in item.waits_on if other in place)),
        )
        for item in items
    ]


def dates_of_many(
    cases: Sequence[tuple[Sequence[Item], date, Policy]], curves: Mapping[str, forecast.Curve]
) -> list[Dates | None]:
    """The dates of many use cases that share their curves, computed together; None where there is no date."""
    usable = [forecastable(items, on) for items, on, _ in cases]
    wanted = [index for index, items in enumerate(usable) if items]
    inputs = [as_inputs(usable[index], cases[index][1], cases[index][2]) for index in wanted]
    found: list[Dates | None] = [None] * len(cases)
    for index, one in zip(wanted, forecast.forecast_many(inputs, curves) if inputs else (), strict=True):
        on = cases[index][1]
        assert one.driver is not None
        found[index] = Dates(
            on + timedelta(days=one.p50), on + timedelta(days=one.p85), on + timedelta(days=one.p95),
            usable[index][one.driver],
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Proposal:
    """The date one would agree by default. `by`: forecast, or limit when the policy's pilot limit comes first."""

    agreed_on: date
    by: str


def propose(p85_on: date | None, stage_since_on: date, on: date, policy: Policy) -> Proposal:
    """The earlier of the 85 % date plus the review lead, and the end of the policy's pilot limit; never before tomorrow."""
    tomorrow = on + timedelta(days=1)
    limit = stage_since_on + timedelta(days=policy.pilot_limit_days)
    if p85_on is not None:
        reviewed = add_working_days(p85_on, policy.review_lead_working_days, policy.holidays)
        if reviewed <= limit or limit < tomorrow:
            return Proposal(max(reviewed, tomorrow), "forecast")
    return Proposal(max(limit, tomorrow), "limit")
