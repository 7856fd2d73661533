"""Costs, benefits, assumptions: what is said line by line."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from django import forms

from governance.forms.roi.fields import AmountField, Figure, line, number
from governance.forms.roi.part import Part, shown
from roi.rules import figures
from roi.rules.content import ESTIMATED, MONTHLY, NONE, ONCE, Assumption, Benefit, Content, Cost
from roi.valuation import CostCategory

MORE_ROWS = 2  # empty rows offered below the filled ones
MOST_ROWS = 20


class Costs(Part):
    code, title = "costs", "Full cost stack"
    hint = figures.HINT
    _STATES = (("", "not estimated"), (ESTIMATED, "estimated"), (NONE, "none"))

    def more(self, content: Content, data: Any) -> dict[str, forms.Field]:
        made: dict[str, forms.Field] = {}
        for category in CostCategory:
            made |= {
                f"{category}_state": forms.ChoiceField(label="State", choices=self._STATES, required=False),
                f"{category}_once": AmountField(label="Once"),
                f"{category}_monthly": AmountField(label="A month"),
                f"{category}_note": line("Note"),
            }
        return made

    def label_of(self, name: str) -> str:
        category, _, _ = name.rpartition("_")
        return f"{CostCategory(category).label}, {super().label_of(name).lower()}"

    def show(self, content: Content) -> dict[str, str]:
        found = {f"{category}_{what}": "" for category in CostCategory for what in ("state", "once", "monthly", "note")}
        for cost in content.costs:
            found[f"{cost.category}_state"] = cost.state
            found[f"{cost.category}_{cost.timing}"] = figures.show_amount(cost.amount)
            found[f"{cost.category}_note"] = found[f"{cost.category}_note"] or cost.note
        return found

    def rows(self) -> Iterable[dict[str, Any]]:
        for category in CostCategory:
            yield {
                "label": category.label,
                "fields": [self[f"{category}_{what}"] for what in ("state", "once", "monthly", "note")],
            }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for category in CostCategory:
            state, once, monthly = (said.get(f"{category}_{what}") for what in ("state", "once", "monthly"))
            faulty = any(f"{category}_{what}" in self.errors for what in ("once", "monthly"))
            if state == ESTIMATED and once is None and monthly is None and not faulty:
                self.add_error(f"{category}_once", "Give a figure, once or a month; or tick none.")
            if state != ESTIMATED and (once is not None or monthly is not None):
                if state == NONE:
                    self.add_error(f"{category}_state", "It is ticked as none and has a figure.")
                else:
                    said[f"{category}_state"] = ESTIMATED
        return said

    def facts(self) -> dict[str, Any]:
        said, known = self.cleaned_data, {(one.category, one.timing): one for one in self.content.costs}
        costs = []
        for category in CostCategory:
            note = said[f"{category}_note"]
            if said[f"{category}_state"] == NONE:
                costs.append(Cost(category.value, NONE, ONCE, note=note))
            for timing in (ONCE, MONTHLY):
                amount = said[f"{category}_{timing}"]
                if amount is not None:
                    before = known.get((category.value, timing), Cost(category.value, timing=timing))
                    costs.append(replace(before, state=ESTIMATED, amount=amount, note=note))
        return {"costs": costs}


class _Rows(Part):
    """A section with as many rows as are filled, and a few more."""

    prefix_: ClassVar[str]

    def count(self, content: Content) -> int:
        raise NotImplementedError

    def fields_of(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    def more(self, content: Content, data: Any) -> dict[str, forms.Field]:
        told = 0 if data is None else sum(1 for n in range(MOST_ROWS) if f"{self.prefix_}{n}_{self._first}" in data)
        count = min(MOST_ROWS, max(self.count(content) + MORE_ROWS, told))
        return {f"{self.prefix_}{n}_{name}": field for n in range(count) for name, field in self.fields_of().items()}

    @property
    def _first(self) -> str:
        return next(iter(self.fields_of()))

    def rows(self) -> Iterable[dict[str, Any]]:
        n = 0
        while f"{self.prefix_}{n}_{self._first}" in self.fields:
            yield {"label": f"Line {n + 1}", "fields": [self[f"{self.prefix_}{n}_{name}"] for name in self.fields_of()]}
            n += 1

    def said_rows(self) -> Iterable[dict[str, Any]]:
        """The rows that say anything, blank ones left out."""
        n = 0
        while f"{self.prefix_}{n}_{self._first}" in self.fields:
            row = {name: self.cleaned_data.get(f"{self.prefix_}{n}_{name}") for name in self.fields_of()}
            if row[self._first]:
                yield row
            n += 1


class Benefits(_Rows):
    code, title, prefix_ = "benefits", "Benefits a month", "b"
    hint = "At full use. It rises evenly from its first month to the month of full use; month 0 is day 0."

    def count(self, content: Content) -> int:
        return len(content.benefits)

    def fields_of(self) -> dict[str, forms.Field]:
        return {
            "name": line("Benefit", 200), "amount": AmountField(label="A month at full use"),
            "first": number("From month", 0, 120), "full": number("Full use in month", 0, 120),
            "last": number("To month", 0, 120),
        }  # fmt: skip

    def show(self, content: Content) -> dict[str, str]:
        found = {}
        for n, one in enumerate(content.benefits):
            told = {"name": one.name, "amount": figures.show_amount(one.amount), "first": one.first_month,
                    "full": one.full_month, "last": one.last_month}  # fmt: skip
            found |= {f"b{n}_{name}": shown(value) for name, value in told.items()}
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for n, row in enumerate(self.rows()):
            name, amount = said.get(f"b{n}_name"), said.get(f"b{n}_amount")
            if name and amount is None and f"b{n}_amount" not in self.errors:
                self.add_error(f"b{n}_amount", "Give the benefit a month.")
            if amount is not None and not name:
                self.add_error(row["fields"][0].name, "Say what comes in.")
        return said

    def facts(self) -> dict[str, Any]:
        return {
            "benefits": [
                Benefit(
                    row["name"], row["amount"], row["first"] or 0, max(row["full"] or 0, row["first"] or 0), row["last"]
                )
                for row in self.said_rows()
            ]
        }


class Assumptions(_Rows):
    code, title, prefix_ = "assumptions", "What has to be true", "a"
    hint = "Low, likely and high of each, and what was seen so far. They are listed by their effect on the result."

    def count(self, content: Content) -> int:
        return len(content.assumptions)

    def fields_of(self) -> dict[str, forms.Field]:
        return {
            "text": line("Assumption"), "range": AmountField(label="Low – likely – high"), "unit": line("Unit", 40),
            "seen": Figure(label="Seen", required=False), "source": line("Source"),
            "acts": forms.ChoiceField(label="Acts on", choices=[("benefit", "the benefit"), ("cost", "the cost")], required=False),
        }  # fmt: skip

    def show(self, content: Content) -> dict[str, str]:
        found = {}
        for n, one in enumerate(content.assumptions):
            told = {"text": one.text, "range": " – ".join(map(figures.show, (one.low, one.likely, one.high))), "unit": one.unit,
                    "seen": one.seen, "source": one.source, "acts": one.acts_on}  # fmt: skip
            found |= {f"a{n}_{name}": shown(value) for name, value in told.items()}
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for n, _ in enumerate(self.rows()):
            if said.get(f"a{n}_text") and said.get(f"a{n}_range") is None and f"a{n}_range" not in self.errors:
                self.add_error(f"a{n}_range", "Give one figure, or low, likely and high.")
        return said

    def facts(self) -> dict[str, Any]:
        return {
            "assumptions": [
                Assumption(
                    row["text"], low=_or(row["range"].low, row["range"].likely), likely=row["range"].likely,
                    high=_or(row["range"].high, row["range"].likely), unit=row["unit"] or "", seen=row["seen"],
                    source=row["source"] or "", acts_on=row["acts"] or "benefit",
                )
                for row in self.said_rows()
            ]
        }  # fmt: skip


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
