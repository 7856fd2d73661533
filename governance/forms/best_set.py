"""What may a leader try on the best set? A what-if in the address: nothing of it is stored."""

from typing import Any

from django import forms
from django.http import QueryDict

from governance.forms.fields import Plain
from governance.queries.best_set import Asked
from roi.rules.figures import parse_figures
from roi.rules.value import MOST_AMOUNT

MOST_REFS = 200


class WhatIf(Plain):
    """Cap and budget; which must run and which are left out is ticked in the rows (`keep`, `without`: keys)."""

    cap = forms.IntegerField(label="Pilot cap", min_value=0, max_value=1000)
    budget = forms.CharField(label="Budget for pilots", max_length=40, required=False)

    def __init__(self, data: QueryDict, *, cap: int) -> None:
        given = data.copy()
        if not given.get("cap", "").strip():
            given["cap"] = str(cap)
        super().__init__(given)
        self.fields["budget"].widget.attrs["placeholder"] = "no limit"
        self.given = given

    def clean_budget(self) -> float | None:
        """120k, or 120,000; empty is no limit."""
        typed = self.cleaned_data["budget"].strip()
        if not typed:
            return None
        try:
            figures = parse_figures(typed)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None
        if len(figures) != 1:
            raise forms.ValidationError("Give one figure, such as 120k.")
        if not 0.0 <= figures[0] <= MOST_AMOUNT:
            raise forms.ValidationError("A budget is 0 or more, and no more money than there is.")
        return figures[0]

    def ticked(self, name: str) -> tuple[str, ...]:
        """The keys under `keep` or `without`, each once, as rows or one comma-separated text name them."""
        parts = (part.strip() for text in self.given.getlist(name) for part in text.split(","))
        return tuple(dict.fromkeys(part for part in parts if part))[:MOST_REFS]

    def asked(self) -> Asked:
        data: dict[str, Any] = self.cleaned_data
        return Asked(data["cap"], data["budget"], self.ticked("keep"), self.ticked("without"))
