"""When can it go, what if an item slips, what are the odds of the agreed date, and what stands behind the numbers?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from governance.facts import Picture
from governance.rules.dates import Proposal, as_inputs, forecastable, propose
from governance.rules.facts import Facts, Item
from portfolio.rules import Policy
from readiness import forecast
from readiness.models import CurveVersion
from readiness.queries.facts import curves_of


@dataclass(frozen=True)
class Outlook:
    """Everything the go/no-go card says. `effects`: item id → days its week of slip costs at 85 %."""

    p50_on: date | None
    p85_on: date | None
    p95_on: date | None
    driver: Item | None
    slip_on: date | None  # the 85 % date if the driver slips a week
    odds: float | None  # of the agreed date
    effects: dict[str, int]
    open_items: int
    learnt_from: int  # resolved items of ours; 0: the starting assumptions only
    proposal: Proposal
    limit_odds: float | None = None  # of the proposed date, where the policy's pilot limit came first
    after_limit: tuple[Item, ...] = ()  # items whose own 85 % date lies beyond that limit: these must go

    def at_limit(self) -> bool:
        """Is the default the end of the pilot limit, with a forecast that lies beyond it?"""
        return self.proposal.by == "limit" and self.p85_on is not None


WEEK = 7  # days


def outlook(picture: Picture, facts: Facts, *, slip: str | None = None, days: int = WEEK) -> Outlook:
    """The forecast of one use case in full; `slip` names another item than the driver to move by `days`."""
    policy: Policy = picture.policy_of(facts.use_case_id)
    items = forecastable(facts.items, facts.on)
    proposal = propose(facts.forecast_p85_on, facts.stage_since_on, facts.on, policy)
    learnt = _learnt(facts)
    if not items:
        return Outlook(None, None, None, None, None, None, {}, len(facts.open_hard()), learnt, proposal)
    curves = curves_of({facts.portfolio_id: facts.curve_version})[facts.portfolio_id]
    inputs = as_inputs(items, facts.on, policy)
    base = forecast.forecast(inputs, curves)
    assert base.driver is not None
    slipped = {index: forecast.if_slips(inputs, index, days, curves).p85 - base.p85 for index in range(len(items))}
    moved = next((index for index, item in enumerate(items) if str(item.id) == slip), base.driver)
    odds = None
    if facts.agreed_on is not None and facts.agreed_on >= facts.on:
        odds = forecast.odds(inputs, float((facts.agreed_on - facts.on).days), curves)
    limit_odds, after_limit = _at_limit(proposal, items, inputs, facts, curves)
    return Outlook(
        facts.on + timedelta(days=base.p50), facts.on + timedelta(days=base.p85), facts.on + timedelta(days=base.p95),
        items[base.driver], facts.on + timedelta(days=base.p85 + slipped[moved]), odds,
        {str(item.id): slipped[index] for index, item in enumerate(items) if item.id is not None},
        len(items), learnt, proposal, limit_odds, after_limit,
    )  # fmt: skip


def _at_limit(
    proposal: Proposal, items: Sequence[Item], inputs: Sequence[forecast.Item], facts: Facts,
    curves: Mapping[str, forecast.Curve],
) -> tuple[float | None, tuple[Item, ...]]:  # fmt: skip
    """The odds of the pilot limit, and the items that stand against it (each by its own 85 % date)."""
    if proposal.by != "limit":
        return None, ()
    days = (proposal.agreed_on - facts.on).days
    alone = [replace(one, waits_on=()) for one in inputs]
    late = [
        item
        for item, one in zip(items, forecast.forecast_many([[one] for one in alone], curves), strict=True)
        if one.p85 > days
    ]
    return forecast.odds(inputs, float(days), curves), tuple(late)


def _learnt(facts: Facts) -> int:
    if not facts.curve_version:
        return 0
    rows = CurveVersion.objects.filter(portfolio_id=facts.portfolio_id, number=facts.curve_version)
    return rows.values_list("resolved", flat=True).first() or 0
