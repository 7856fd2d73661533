"""What stands behind the value and the advice? Rates, what it hangs on, and whether one more month is worth it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from governance.queries import roi_queue
from portfolio.models import UseCase
from roi import continuing, evidence, valuation, words
from roi.actions.tracking import state_of
from roi.actions.values import newest_factors
from roi.laws import normal_ppf
from roi.models import Hypothesis, Reading, Valuation
from roi.rules import track
from roi.rules import value as value_rules
from roi.rules.content import Content
from roi.valuation import Appraisal, Swing

DAYS_A_MONTH = 30
WEEKS_A_MONTH = 4


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
    share = _learnable({line.name for line in given.lines if line.is_benefit}, swings)
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
    left = _months_left(said, use_case)
    learnt = _learnt(row, said, newest)
    if left < 1:
        return "The window is over: decide on what is known.", {}
    if learnt is None:
        return "Without two baseline weeks it cannot be said what another month would teach.", {}
    spent_once = newest.figures["once"] if said.day0_on else 0.0  # sunk: paid already, so no reason to go on
    m, error = newest.mean + spent_once, learnt.month
    s, rest = newest.sd * math.sqrt(share), newest.sd * math.sqrt(1.0 - share)  # readings never teach the rest (ADR 19)
    if learnt.estimate is not None:
        m, s = continuing.updated(m, s, learnt.estimate + spent_once, learnt.error)
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


def _learnable(benefits: set[str], swings: Sequence[Swing]) -> float:
    """Which share of the value's variance hangs on the benefits, 0 to 1: what the measure can teach."""
    squares = [(swing.name in benefits, swing.width**2) for swing in swings]
    total = math.fsum(square for _, square in squares)
    return math.fsum(square for earns, square in squares if earns) / total if total else 0.0


def _months_left(said: Content, use_case: UseCase) -> int:
    end = track.window_ends_on(said)
    if end is None:
        return max(1, said.window_days // DAYS_A_MONTH)
    return math.ceil((end - use_case.portfolio.today()).days / DAYS_A_MONTH)


@dataclass(frozen=True)
class Learnt:
    """What readings say of the value, in money: the value they show (None before the first week), its error, and the
    error that one more month would have."""

    estimate: float | None
    error: float
    month: float


def _learnt(row: Hypothesis, said: Content, newest: Valuation) -> Learnt | None:
    """From the spread of weeks, at what a unit of the measure is worth; None where that cannot be said."""
    weeks = track.weeks(Reading.objects.filter(hypothesis=row, measure=said.measure).by_week(), said, row.evidence_from)
    known = [one for one in weeks.baseline if one is not None]
    if len(known) < 2 or said.target is None or said.baseline is None:
        return None
    pvb, pvc = newest.figures["pvb"], newest.figures["pvc"]
    a_unit = pvb / abs(said.target - said.baseline)
    a_week = a_unit * evidence.pooled_sd(evidence.Running.of(known))
    if not a_week > 0:
        return None
    month = a_week * math.sqrt(1 / WEEKS_A_MONTH + 1 / len(known))
    if weeks.pilot_mean is None:
        return Learnt(None, month, month)
    better = weeks.pilot_mean - math.fsum(known) / len(known)
    shown = a_unit * (better if said.higher_is_better else -better) - pvc
    return Learnt(shown, a_week * math.sqrt(1 / weeks.pilot_count + 1 / len(known)), month)
