"""What stands behind the value and the advice? Rates, what it hangs on, and whether one more month is worth it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from governance.queries import roi_queue
from portfolio.models import UseCase
from roi import continuing, valuation, words
from roi.actions.tracking import state_of
from roi.actions.values import newest_factors
from roi.laws import normal_ppf
from roi.models import Hypothesis, Reading, Valuation
from roi.rules import belief, track
from roi.rules import value as value_rules
from roi.rules.content import Content
from roi.valuation import Appraisal, Swing


@dataclass(frozen=True)
class Why:
    """The expert numbers of a hypothesis, worked out on demand; `next_month` may say why it cannot be weighed."""

    valuation: Valuation
    appraisal: Appraisal
    rates: str
    next_month: str
    beside: str  # why the verdict may still be open; empty once it is known, or where nothing is advised
    details: dict[str, Any]
    waiting: str  # what waiting for a slot costs; empty when it does not wait
    tornado: Sequence[Swing]
    track_record: str
    triple: str


def why(use_case: UseCase, row: Hypothesis) -> Why | None:
    """None while there is no value."""
    newest = Valuation.objects.newest().filter(hypothesis=row).first()
    said = row.content()
    given = value_rules.hypothesis(said, settings.ROI_ANNUAL_RATE)
    if newest is None or given is None:
        return None
    factors = newest_factors([use_case.portfolio_id])[use_case.portfolio_id]
    benefits, costs = factors.factor("benefits"), factors.factor("costs")
    likely = valuation.appraise(given, benefits, costs)
    currency = use_case.portfolio.currency
    queue, swings = roi_queue.waiters(use_case), valuation.tornado(given, benefits, costs)
    share = belief.learnable({line.name for line in given.lines if line.is_benefit}, swings)
    sentence, details = _next_month(row, said, newest, use_case, queue, share)
    beside = words.beside_verdict(state_of(row)) if details else ""
    return Why(
        newest, likely, words.rates(likely), sentence, beside, details, roi_queue.sentence(use_case, queue), swings,
        words.track_record(benefits),
        words.triple_costs(newest.figures["npv"] - 2 * newest.figures["pvc"], currency),
    )  # fmt: skip


def _next_month(
    row: Hypothesis, said: Content, newest: Valuation, use_case: UseCase, queue: list[roi_queue.Waiter], share: float
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Continue, scale or stop by the value of one more month's information; the belief as the readings so far leave it."""
    left = belief.months_left(said, use_case.portfolio.today())
    learnt = belief.learnt(said, _weeks(row, said), newest.figures["pvb"], newest.figures["pvc"])
    if left < 1:
        return "The window is over: decide on what is known.", {}
    if learnt is None:
        return "Without two baseline weeks it cannot be said what another month would teach.", {}
    spent_once = newest.figures["once"] if said.day0_on else 0.0  # sunk: paid already, so no reason to go on
    held = belief.believe(newest.mean, newest.sd, share, spent_once, learnt)
    m, s, rest, error = held.mean, held.taught, held.rest, learnt.month
    kept = roi_queue.blocked(use_case, queue)  # a month in a slot that another waits for costs that one a month
    cost = newest.figures["monthly"] + (kept.delay if kept else 0.0)
    try:
        advice = continuing.advise(m, s, error, cost, left)
        going_on = continuing.value_of_continuing(m, s, error, cost, left)
        one, all_of_them = (continuing.evsi(m, s, error, months) for months in (1, left))
        certainty = continuing.evpi(m, math.hypot(s, rest))
    except continuing.ContinuingError as fault:
        return str(fault), {}
    currency = use_case.portfolio.currency
    half = float(normal_ppf(0.9)) * math.hypot(s, rest)
    details = {
        "months": left, "low": m - half, "high": m + half, "sigma": error, "now": max(m, 0.0), "going_on": going_on,
        "kept": kept, "information": words.information(one, all_of_them, certainty, left, currency),
    }  # fmt: skip
    return words.next_month(advice, cost, currency), details


def _weeks(row: Hypothesis, said: Content) -> track.Weeks:
    return track.weeks(Reading.objects.filter(hypothesis=row, measure=said.measure).by_week(), said, row.evidence_from)
