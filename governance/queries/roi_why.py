"""What stands behind the value and the advice? Rates, what it hangs on, and whether one more month is worth it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from portfolio.models import UseCase
from roi import continuing, evidence, valuation, words
from roi.actions.values import newest_factors
from roi.models import Hypothesis, Reading, Valuation
from roi.rules import track
from roi.rules import value as value_rules
from roi.rules.content import Content
from roi.valuation import Appraisal, Swing

DAYS_A_MONTH = 30


@dataclass(frozen=True)
class Why:
    """The expert numbers of a hypothesis, worked out on demand; `next_month` may say why it cannot be weighed."""

    valuation: Valuation
    appraisal: Appraisal
    rates: str
    next_month: str
    details: dict[str, Any]
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
    sentence, details = _next_month(row, said, newest, use_case, currency)
    return Why(
        newest, likely, _rates(likely), sentence, details, valuation.tornado(given, benefits, costs),
        words.track_record(benefits),
        words.triple_costs(newest.figures["npv"] - 2 * newest.figures["pvc"], currency),
    )  # fmt: skip


def _rates(likely: Appraisal) -> str:
    """The rate of return, or why there is none."""
    if likely.irr_year is not None:
        return f"{100 * likely.irr_year:.1f} % a year"
    if not likely.rates:
        return "none: money flows one way only"
    years = " and ".join(f"{100 * ((1 + rate) ** 12 - 1):.0f} %" for rate in likely.rates)
    return f"no single rate ({years} a year): decide by the net value"


def _next_month(
    row: Hypothesis, said: Content, newest: Valuation, use_case: UseCase, currency: str
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Continue, scale or stop by the value of one more month's information."""
    left = _months_left(said, use_case)
    error = _month_error(row, said, newest)
    if left < 1:
        return "The window is over: decide on what is known.", {}
    if error is None:
        return "Without two baseline weeks it cannot be said what another month would teach.", {}
    spent_once = newest.figures["once"] if said.day0_on else 0.0  # sunk: paid already, so no reason to go on
    m = newest.mean + spent_once
    cost = newest.figures["monthly"]
    try:
        advice = continuing.advise(m, newest.sd, error, cost, left)
    except continuing.ContinuingError as fault:
        return str(fault), {}
    details = {"evpi": advice.evpi, "sigma": error, "months": left, "mean": m, "sd": newest.sd, "advice": advice}
    return words.next_month(advice, cost, currency), details


def _months_left(said: Content, use_case: UseCase) -> int:
    end = track.window_ends_on(said)
    if end is None:
        return max(1, said.window_days // DAYS_A_MONTH)
    return math.ceil((end - use_case.portfolio.today()).days / DAYS_A_MONTH)


def _month_error(row: Hypothesis, said: Content, newest: Valuation) -> float | None:
    """The error of value that a month of readings leaves: spread of weeks, in money a unit of the measure."""
    weeks = track.weeks(Reading.objects.filter(hypothesis=row, measure=said.measure).by_week(), said, row.evidence_from)
    known = [one for one in weeks.baseline if one is not None]
    if len(known) < 2 or said.target is None or said.baseline is None:
        return None
    sd = evidence.pooled_sd(evidence.Running.of(known))
    a_unit = newest.figures["pvb"] / abs(said.target - said.baseline)
    error = a_unit * sd * math.sqrt(1 / 4 + 1 / len(known))
    return error if error > 0 else None
