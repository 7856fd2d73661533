"""How do we say it to a leader?

One plain sentence and one range each. A chance is named to the nearest 5 %, never more than two figures of it.
"""

import math

from portfolio import formats
from roi.continuing import Action, Advice
from roi.evidence import State, Verdict
from roi.valuation import Appraisal, Factor, Spread

# Chances to the nearest 5 %, in the words people use for them.
_TWENTIETHS = (
    *("less than 1 in 20", "1 in 20", "1 in 10", "3 in 20", "2 in 10", "1 in 4", "3 in 10", "1 in 3", "4 in 10"),
    *("9 in 20", "1 in 2", "11 in 20", "6 in 10", "2 in 3", "7 in 10", "3 in 4", "8 in 10", "17 in 20", "9 in 10"),
    *("19 in 20", "more than 19 in 20"),
)

_MINUS = "\N{MINUS SIGN}"  # a hyphen between two amounts would read as a range
_ANY_DAY = "You may look every day; this already allows for that."


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("Only a finite number can be put into words.")
    return value


def money(amount: float, currency: str = "EUR") -> str:
    """€1.52m, as every page writes it (`portfolio.formats`): one rule, so that sentence and table never differ."""
    return formats.money(_finite(amount), currency)


def chance(p: float) -> str:
    """8 in 10: the chance to the nearest 5 %, and never a certainty."""
    if not 0.0 <= p <= 1.0:
        raise ValueError("A chance lies between 0 and 1.")
    return _TWENTIETHS[math.floor(p * 20 + 0.5)]


def value_range(spread: Spread, currency: str = "EUR") -> str:
    """8 in 10 chance of €1.52m to €2.98m; without any spread, the one figure."""
    low, high = money(spread.p10, currency), money(spread.p90, currency)
    return low if low == high else f"{chance(0.8)} chance of {low} to {high}"


def value(spread: Spread, months: int, currency: str = "EUR") -> str:
    """We expect €15k over 12 months: 8 in 10 chance of €5k to €40k, 2 in 3 chance of at least breaking even."""
    over = "1 month" if months == 1 else f"{months} months"
    if money(spread.p10, currency) == money(spread.p90, currency):
        return f"We expect {money(spread.p50, currency)} over {over}; nobody has yet said how sure that is."
    return (
        f"We expect {money(spread.p50, currency)} over {over}: {value_range(spread, currency)}, "
        f"{chance(spread.chance_of_gain)} chance of at least breaking even."
    )


def triple_costs(npv_if_costs_triple: float, currency: str = "EUR") -> str:
    """If costs triple, €120k would be lost."""
    amount = money(abs(npv_if_costs_triple), currency)
    return f"If costs triple, {amount} would be {'lost' if npv_if_costs_triple < 0 else 'left'}."


def track_record(factor: Factor, what: str = "promised benefit") -> str:
    """Teams here usually see 75 % of promised benefit, already taken into account."""
    share = round(100 * factor.median)
    if not factor.cases:
        return (
            f"No finished case here yet; elsewhere teams usually see {share} % of {what}, already taken into account."
        )
    return f"Teams here usually see {share} % of {what}, already taken into account."


def _span(low: float, high: float) -> str:
    """2.1 to 7.9: as many figures as the width of the range deserves."""
    width = _finite(high) - _finite(low)
    decimals = max(0, 1 - math.floor(math.log10(width))) if width > 0 else 2
    return " to ".join(f"{end:.{decimals}f}".replace("-", _MINUS) for end in (low, high))


def evidence(verdict: Verdict, threshold: float, measure: str, unit: str, higher_is_better: bool = True) -> str:
    """On track: time per case is down 2.1 to 7.9 minutes, at least the 2 agreed. You may look every day; ..."""
    if verdict.moved:
        return f"The effect on {measure} has itself changed: start the evidence again from here."
    if verdict.state is State.NOT_YET_KNOWN:
        if verdict.weeks_more is None:
            return f"Not yet known: the readings of {measure} so far do not show when this will be decided."
        weeks = "1 more week" if verdict.weeks_more == 1 else f"{verdict.weeks_more} more weeks"
        return f"Not yet known: about {weeks}."
    up, down = ("up", "down") if higher_is_better else ("down", "up")
    if verdict.low >= 0:
        seen = f"{up} {_span(verdict.low, verdict.high)}"
    elif verdict.high <= 0:
        seen = f"{down} {_span(-verdict.high, -verdict.low)}"
    else:
        seen = f"better by {_span(verdict.low, verdict.high)}"
    on_track = verdict.state is State.ON_TRACK
    head, reached = ("On track", "at least") if on_track else ("Off track", "short of")
    agreed = f"{threshold:g}".replace("-", _MINUS)
    return f"{head}: {measure} is {seen} {unit}, {reached} the {agreed} agreed. {_ANY_DAY}"


def window(chances: tuple[float, ...], weeks: int) -> str:
    """The chance of a verdict by week 8 is 8 in 10."""
    if not 1 <= weeks <= len(chances):
        raise ValueError("That week lies outside the window.")
    return f"The chance of a verdict by week {weeks} is {chance(chances[weeks - 1])}."


def next_month(advice: Advice, cost: float, currency: str = "EUR") -> str:
    """One more month costs €5k and going on is worth €16k in better information: continue. Stop if ..."""
    if advice.action is Action.CONTINUE:
        gross = money(advice.gain + cost, currency)
        return (
            f"One more month costs {money(cost, currency)} and going on is worth {gross} in better information: "
            f"continue. "
            f"Stop if the expected value falls below {money(advice.stop_below, currency)}; "
            f"scale up at once above {money(advice.scale_above, currency)}."
        )
    verb = "scale up" if advice.action is Action.SCALE else "stop"
    return f"One more month costs {money(cost, currency)}, more than it could teach: {verb}."


def beside_verdict(state: State | None) -> str:
    """Said with the advice while the verdict is open, since the two may seem to differ; else nothing."""
    if state is not None and state is not State.NOT_YET_KNOWN:
        return ""
    return (
        "The verdict stays \N{LEFT DOUBLE QUOTATION MARK}not yet known\N{RIGHT DOUBLE QUOTATION MARK} until the readings "
        "alone show it; this advice weighs the expected value on all that is believed so far, and so may come first."
    )


def information(one_month: float, all_months: float, certainty: float, months: int, currency: str = "EUR") -> str:
    """A month of readings is worth €14k to the decision, all 3 months €21k; knowing for certain would be worth €31k."""
    if money(all_months, currency) == money(0.0, currency):
        return f"No reading could change the decision any more; knowing for certain would be worth {money(certainty, currency)}."
    said = f"A month of readings is worth {money(one_month, currency)} to the decision"
    if months > 1:
        said += f", all {months} months {money(all_months, currency)}"
    return f"{said}; knowing for certain would be worth {money(certainty, currency)}."


def rates(likely: Appraisal) -> str:
    """The rate of return a year, or plainly why there is not one."""
    if likely.irr_year is not None:
        return f"{formats.percent(likely.irr_year, 1)} a year"
    if not likely.rates:
        return "none: money flows one way only"
    years = " and ".join(formats.percent(rate) for rate in yearly(likely))
    return f"no single rate ({years} a year): decide by the net value"


def yearly(likely: Appraisal) -> tuple[float, ...]:
    """Every rate of return as a share a year; none when money flows one way only."""
    return tuple((1.0 + rate) ** 12 - 1.0 for rate in likely.rates)
