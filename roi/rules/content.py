"""What does a hypothesis say, which of it is material, and what changed between two versions?

Figures, measure, population, window, rule and threshold are what people sign; all else is wording.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from roi.valuation import CostCategory


@dataclass(frozen=True)
class Amount:
    """Money: one figure, or low, likely and high (P10, P50, P90)."""

    likely: float
    low: float | None = None
    high: float | None = None

    @property
    def is_single(self) -> bool:
        return self.low is None or self.high is None


ONCE, MONTHLY = "once", "monthly"
ESTIMATED, NONE = "estimated", "none"


@dataclass(frozen=True)
class Cost:
    """A line of the cost stack. `none` is an answer: this category costs nothing, and somebody said so."""

    category: str
    state: str = ESTIMATED
    timing: str = ONCE
    amount: Amount | None = None
    first_month: int = 0
    last_month: int | None = None  # None: to the end of the horizon
    note: str = ""


_PLACE = {category.value: place for place, category in enumerate(CostCategory)}


def in_stack_order(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    """The costs as the stack lists them: one order everywhere, so that the same content draws the same worlds."""
    return tuple(sorted(costs, key=lambda cost: (_PLACE.get(cost.category, len(_PLACE)), cost.timing)))


@dataclass(frozen=True)
class Benefit:
    """An amount a month at full use, rising evenly from `first_month` to `full_month`."""

    name: str
    amount: Amount
    first_month: int = 0
    full_month: int = 0
    last_month: int | None = None


@dataclass(frozen=True)
class Assumption:
    """Something that has to be true. It scales the benefit, or the cost; `seen` is what was observed so far."""

    text: str
    low: float
    likely: float
    high: float
    unit: str = ""
    seen: float | None = None
    source: str = ""
    acts_on: str = "benefit"

    @property
    def swing(self) -> float:
        """Share of what it acts on that hangs on it, from low to high."""
        return abs(self.high - self.low) / abs(self.likely) if self.likely else 0.0


@dataclass(frozen=True)
class Content:
    """Everything on the page that its signers agree to."""

    if_text: str = ""
    then_text: str = ""
    because: str = ""
    population: str = ""
    measure: str = ""
    kind: str = ""
    unit: str = ""
    noticed_by: str = ""
    higher_is_better: bool = False
    baseline: float | None = None
    baseline_source: str = ""
    baseline_locked_on: date | None = None
    target: float | None = None
    threshold: float | None = None
    stop_rules: tuple[str, ...] = ()
    decision_rule: str = ""
    day0_on: date | None = None
    window_days: int = 90
    burn_in_weeks: int = 0
    horizon_months: int = 24
    not_counted: str = ""
    early_success: str = ""
    assumptions: tuple[Assumption, ...] = ()
    costs: tuple[Cost, ...] = ()
    benefits: tuple[Benefit, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As stored with a version."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self), default=date.isoformat))
        return found

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The content of a stored version; fields it does not know yet keep their defaults."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("baseline_locked_on", "day0_on"):
            if values.get(name):
                values[name] = date.fromisoformat(values[name])
        values["stop_rules"] = tuple(values.get("stop_rules", ()))
        values["assumptions"] = tuple(Assumption(**one) for one in values.get("assumptions", ()))
        values["costs"] = tuple(Cost(**{**one, "amount": _amount(one["amount"])}) for one in values.get("costs", ()))
        values["benefits"] = tuple(
            Benefit(**{**one, "amount": Amount(**one["amount"])}) for one in values.get("benefits", ())
        )
        return cls(**values)


def _amount(stored: Mapping[str, Any] | None) -> Amount | None:
    return Amount(**stored) if stored else None


MOST_CHARS = {
    "if_text": 200, "then_text": 200, "because": 200, "population": 160, "decision_rule": 200, "not_counted": 240,
    "early_success": 200, "stop_rules": 140, "assumptions": 100, "source": 80, "costs": 120, "benefits": 120,
}  # fmt: skip
"""Characters of each text, of one rule, assumption, source, cost note or benefit: all of it fits on one page of A4."""
MOST_STOP_RULES = 5

LABELS = {
    "if_text": "If", "then_text": "Then", "because": "Because", "population": "Population", "measure": "Measure",
    "kind": "Kind of measure", "unit": "Unit", "noticed_by": "Who would notice", "higher_is_better": "Better is",
    "baseline": "Baseline", "baseline_source": "Source of the baseline", "baseline_locked_on": "Baseline locked on",
    "target": "Target", "threshold": "It pays from", "stop_rules": "We stop if", "decision_rule": "Decision rule",
    "day0_on": "Day 0", "window_days": "Window", "burn_in_weeks": "Burn-in weeks", "horizon_months": "Horizon",
    "not_counted": "Not counted", "early_success": "Early success", "assumptions": "What has to be true", "costs": "Cost stack",
    "benefits": "Benefits",
}  # fmt: skip
# A change of these asks for new signatures; of a line only its figures do, not its name, note or source.
_SIGNED = ("population", "measure", "kind", "unit", "higher_is_better", "baseline", "target", "threshold", "stop_rules",
           "decision_rule", "window_days", "burn_in_weeks", "horizon_months")  # fmt: skip
# What the evidence rests on: a change of these starts it again.
_EVIDENCE = ("measure", "unit", "higher_is_better", "baseline", "threshold", "day0_on", "burn_in_weeks")


def _squeezed(value: Any) -> Any:
    """Words without the difference of blanks, case and punctuation: a comma is no new promise."""
    if isinstance(value, str):
        return " ".join(
            "".join(char if char.isalnum() or char in "%<>=+-" else " " for char in value.casefold()).split()
        )
    if isinstance(value, tuple):
        return [_squeezed(one) for one in value]
    return value


def material(content: Content) -> dict[str, Any]:
    """What a signature stands for, in a plain form."""
    found = {name: _squeezed(getattr(content, name)) for name in _SIGNED}
    # Day 0 may be learnt after signing (first use by real users), so only moving it to another day is not material.
    found["assumptions"] = [[one.low, one.likely, one.high, one.unit, one.acts_on] for one in content.assumptions]
    found["costs"] = sorted(_cost(one) for one in content.costs)
    found["benefits"] = [_benefit(one) for one in content.benefits]
    return found


def _figures(amount: Amount | None) -> str:
    return "" if amount is None else f"{amount.low}|{amount.likely}|{amount.high}"


def _cost(one: Cost) -> list[str]:
    if one.state == NONE:
        return [one.category, NONE]
    return [one.category, one.state, one.timing, _figures(one.amount), str(one.first_month), str(one.last_month)]


def _benefit(one: Benefit) -> list[str]:
    return [_figures(one.amount), str(one.first_month), str(one.full_month), str(one.last_month)]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def fingerprint(content: Content) -> str:
    """SHA-256, hex, of the material part: a signature holds as long as this is what was signed."""
    return _digest(material(content))


def evidence_fingerprint(content: Content) -> str:
    """SHA-256, hex, of what a verdict rests on."""
    return _digest({name: _squeezed(getattr(content, name)) for name in _EVIDENCE})


@dataclass(frozen=True)
class Change:
    """One difference between two versions. `material`: it asks for new signatures."""

    field: str
    label: str
    was: Any
    now: Any
    material: bool


def changes(was: Content, now: Content) -> list[Change]:
    """Every difference, field by field, in the order of the page."""
    old, new = material(was), material(now)
    return [
        Change(field.name, LABELS[field.name], before, after, old.get(field.name) != new.get(field.name))
        for field in fields(Content)
        if (before := getattr(was, field.name)) != (after := getattr(now, field.name))
    ]


def said(changed: list[Change]) -> Iterator[str]:
    """Each material change in a few words: "the target moved from 22 to 24"."""
    for one in changed:
        if not one.material:
            continue
        if isinstance(one.was, (int, float)) and isinstance(one.now, (int, float)) and one.field != "higher_is_better":
            yield f"{_article(one.label)} moved from {one.was:g} to {one.now:g}"
        else:
            yield f"{_article(one.label)} changed"


def _article(label: str) -> str:
    return f"the {label[0].lower()}{label[1:]}"
