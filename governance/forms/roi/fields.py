"""Which fields does a hypothesis need that other forms do not?"""

from typing import Any

from django import forms

from roi.rules import figures


class Figure(forms.CharField):
    """A number as people write it; kept as typed when it is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> float | None:
        found = self._parse(super().clean(value))
        if len(found) > 1:
            raise forms.ValidationError("Give one figure.")
        return found[0] if found else None

    def _parse(self, text: str) -> tuple[float, ...]:
        try:
            return figures.parse_figures(text)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None


class AmountField(forms.CharField):
    """One figure, or low – likely – high."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=120, required=False, **options)

    def clean(self, value: Any) -> Any:
        try:
            return figures.parse_amount(super().clean(value))
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None


def line(label: str, most: int = 300, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **options)


def number(label: str, low: int, high: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=False, **options)
