"""May this hypothesis be stored, may it be signed, by whom, and whose signature still holds?"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portfolio.rules import Reason, Verdict
from roi.rules import measure, value
from roi.rules.content import LABELS, MONTHLY, MOST_CHARS, MOST_STOP_RULES, ONCE, Content

SHORTEST, LONGEST = 30, 90
"""Days in which the value must show (method: the first 30 to 90 days)."""
MOST_BURN_IN = 8
# Seat that must sign → seats whose holder may do it. The benefit owner answers for the benefit as the lead does.
SIGNERS: Mapping[str, tuple[str, ...]] = {
    "lead": ("lead", "benefit_owner"),
    "finance_partner": ("finance_partner",),
    "sponsor": ("sponsor",),
}
SEAT_LABELS = {"lead": "Lead", "finance_partner": "Finance partner", "sponsor": "Sponsor"}
MOST_LINES = 50


def storable(content: Content, currency: str = "EUR") -> Verdict:
    """Is what was typed usable as far as it goes? Everything may still be missing; nothing may be nonsense."""
    reasons = measure.faults(content.measure)
    reasons += _figures(content)
    if content.kind and content.kind not in set(measure.Kind):
        reasons.append(Reason("unknown_kind", "Choose time, cost, revenue, quality, risk or experience.", "kind"))
    if not SHORTEST <= content.window_days <= LONGEST:
        text = f"The window is {SHORTEST} to {LONGEST} days."
        reasons.append(Reason("window", text, "window_days"))
    if not 0 <= content.burn_in_weeks <= MOST_BURN_IN or content.burn_in_weeks * 7 >= content.window_days:
        text = f"Burn-in is 0 to {MOST_BURN_IN} weeks, and shorter than the window."
        reasons.append(Reason("burn_in", text, "burn_in_weeks"))
    if not 1 <= content.horizon_months <= value.MOST_MONTHS:
        reasons.append(Reason("horizon", f"The horizon is 1 to {value.MOST_MONTHS} months.", "horizon_months"))
    return Verdict(tuple(reasons + _too_long(content))) + _lines(content, currency)


def _too_long(content: Content) -> list[Reason]:
    """Texts that would not fit on one page. What was typed is the caller's to keep, so that it can be shortened."""
    names = ("if_text", "then_text", "because", "population", "decision_rule", "not_counted", "early_success")
    given = [(name, name, LABELS[name], getattr(content, name)) for name in names]
    given += [("stop_rules", "stop_rules", "A stop rule", text) for text in content.stop_rules]
    for place, one in enumerate(content.assumptions):
        given.append(("assumptions", f"assumptions/{place}", "An assumption", one.text))
        given.append(("source", f"assumptions/{place}", "A source", one.source))
    given += [("costs", f"costs/{one.category}", "A note", one.note) for one in content.costs]
    given += [("benefits", f"benefits/{place}", "A name", one.name) for place, one in enumerate(content.benefits)]
    reasons = [
        Reason("too_long", f"{label}: at most {MOST_CHARS[kind]} characters, so that all fits on one page.", subject)
        for kind, subject, label, text in given
        if len(text) > MOST_CHARS[kind]
    ]
    if len(content.stop_rules) > MOST_STOP_RULES:
        reasons.append(
            Reason("too_many", f"At most {MOST_STOP_RULES} stop rules: name the ones that count.", "stop_rules")
        )
    return reasons


def _figures(content: Content) -> list[Reason]:
    reasons = []
    for name in ("baseline", "target", "threshold"):
        given = getattr(content, name)
        if given is not None and (not math.isfinite(given) or abs(given) > value.MOST_AMOUNT):
            reasons.append(Reason("not_a_number", "This is not a usable number.", name))
    if reasons:
        return reasons
    sign = 1.0 if content.higher_is_better else -1.0
    if content.baseline is not None and content.target is not None and sign * (content.target - content.baseline) <= 0:
        better = "above" if content.higher_is_better else "below"
        text = f"The target is no better than the baseline: it must lie {better} {content.baseline:g}."
        reasons.append(Reason("target_not_better", text, "target"))
    elif content.threshold is not None and content.baseline is not None:
        if sign * (content.threshold - content.baseline) < 0:
            reasons.append(Reason("threshold_worse", "What pays cannot be worse than the baseline.", "threshold"))
        elif content.target is not None and sign * (content.threshold - content.target) > 0:
            text = "Stopping short of the target but not of what pays makes no sense: it pays before the target."
            reasons.append(Reason("threshold_beyond", text, "threshold"))
    return reasons


def _lines(content: Content, currency: str) -> Verdict:
    reasons = value.twice_answered(content)
    if len(content.benefits) > MOST_LINES or len(content.assumptions) > MOST_LINES or len(content.costs) > MOST_LINES:
        reasons.append(Reason("too_many", f"At most {MOST_LINES} lines of a kind.", "lines"))
    for place, gain in enumerate(content.benefits):
        subject = f"benefits/{place}"
        reasons += value.amount_faults(gain.amount, subject, currency)
        last = content.horizon_months if gain.last_month is None else gain.last_month
        if not 0 <= gain.first_month <= gain.full_month or last < gain.first_month:
            text = "Months must be in order: first, full use, last; month 0 is day 0."
            reasons.append(Reason("months", text, subject))
    for cost in content.costs:
        subject = f"costs/{cost.category}"
        if cost.state == "estimated":
            reasons += value.amount_faults(cost.amount, subject, currency)
        if cost.timing not in (ONCE, MONTHLY):
            reasons.append(Reason("timing", "A cost comes once or monthly.", subject))
        if cost.first_month < 0 or (cost.last_month is not None and cost.last_month < cost.first_month):
            reasons.append(Reason("months", "The last month comes after the first.", subject))
    for place, one in enumerate(content.assumptions):
        subject = f"assumptions/{place}"
        if not all(map(math.isfinite, (one.low, one.likely, one.high))):
            reasons.append(Reason("not_a_number", "This is not a usable number.", subject))
        elif not one.low <= one.likely <= one.high:
            ordered = ", ".join(f"{figure:g}" for figure in sorted((one.low, one.likely, one.high)))
            reasons.append(
                Reason("disordered", f"Low, likely and high are out of order. Did you mean {ordered}?", subject)
            )
    return Verdict(tuple(reasons))


def is_drafted(content: Content) -> bool:
    """Is it more than a blank page: what changes, measured by what, from where to where?"""
    return bool(
        content.then_text.strip()
        and content.measure.strip()
        and content.kind
        and content.target is not None
        and content.baseline is not None
    )


def unfinished(content: Content, lane: str | None) -> list[Reason]:
    """What is still missing before anybody signs; each with its place on the page."""
    texts = {
        "if_text": "Say what is done differently (if …).", "then_text": "Say what changes (then …).",
        "because": "Say why it should (because …).", "population": "Say for whom, and how many.",
        "measure": "Name the one primary measure.", "kind": "Say in which business terms it counts.",
        "noticed_by": "Say who would notice.", "baseline_source": "Say where the baseline comes from.",
        "decision_rule": "Say how the result decides.",
    }  # fmt: skip
    reasons = [
        Reason(f"no_{name}", text, name) for name, text in texts.items() if not str(getattr(content, name)).strip()
    ]
    figures = {
        "baseline": "Give the baseline.", "target": "Give the target.",
        "threshold": "Give the value from which it pays: short of it we stop.",
        "baseline_locked_on": "Lock the baseline: after that day nobody moves it.",
    }  # fmt: skip
    reasons += [Reason(f"no_{name}", text, name) for name, text in figures.items() if getattr(content, name) is None]
    if not content.benefits:
        reasons.append(Reason("no_benefit", "Give the benefit a month at full use.", "benefits"))
    reasons += [
        Reason("cost_open", f"{category.label}: estimate it, or tick none.", f"costs/{category}")
        for category in value.open_categories(content, lane)
    ]
    return reasons


@dataclass(frozen=True)
class Signature:
    """Who signed for which seat, and what: `fingerprint` of the material part."""

    seat: str
    person_id: UUID
    fingerprint: str
    number: int
    at: datetime


@dataclass(frozen=True)
class Standing:
    """A seat's state: `signature` is its newest, valid or void; `holder_id` None means nobody holds the seat."""

    seat: str
    holder_id: UUID | None
    signature: Signature | None
    valid: bool

    @property
    def label(self) -> str:
        return SEAT_LABELS[self.seat]


def standings(
    signatures: Iterable[Signature], present: str, holders: Mapping[str, UUID | None]
) -> tuple[Standing, ...]:
    """Each seat that must sign. A signature holds while the material part is what was signed."""
    newest: dict[str, Signature] = {}
    for one in sorted(signatures, key=lambda one: one.at):
        newest[one.seat] = one
    return tuple(
        Standing(
            seat, next((holders[name] for name in names if holders.get(name)), None), newest.get(seat),
            seat in newest and newest[seat].fingerprint == present,
        )
        for seat, names in SIGNERS.items()
    )  # fmt: skip


def seats_to_sign(person_id: UUID | None, holders: Mapping[str, UUID | None]) -> tuple[str, ...]:
    """For which seats this person signs."""
    return tuple(
        seat for seat, names in SIGNERS.items() if person_id and any(holders.get(name) == person_id for name in names)
    )


def may_sign(content: Content, lane: str | None, person_id: UUID | None, holders: Mapping[str, UUID | None]) -> Verdict:
    """May this person sign this page?"""
    reasons = unfinished(content, lane)
    if not seats_to_sign(person_id, holders):
        text = "Sponsor, finance partner and lead (or benefit owner) sign; you hold none of these seats here."
        reasons.append(Reason("no_seat", text, "seat"))
    return Verdict(tuple(reasons))
