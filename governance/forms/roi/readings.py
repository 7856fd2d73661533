"""Weekly readings, check-ins, and what came of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from governance.forms.fields import Plain, Text
from governance.forms.roi.fields import Figure, line
from roi.rules import figures, track

MOST_BYTES = 100_000


class Weeks(Plain):
    """Values by week, typed into a grid or pasted below it. Only what was changed is sent."""

    pasted = Text(
        label="Or paste", rows=4, required=False, max_length=100_000,
        help_text="A week and a value a line, as copied from a sheet: 2026-11-02, 41.5",
    )  # fmt: skip

    file = forms.FileField(label="or a CSV file", required=False, help_text="With the same two columns.")

    def __init__(
        self, data: QueryDict | None = None, files: Any = None, *, weeks: Iterable[date], known: dict[date, float]
    ) -> None:
        self.weeks = list(weeks)
        names = {week: f"w{week.isoformat()}" for week in self.weeks}
        super().__init__(data, files, initial={names[week]: figures.show(known.get(week)) for week in self.weeks})
        for week in self.weeks:
            self.fields[names[week]] = Figure(label=f"{week:%-d %b %Y}", required=False, show_hidden_initial=True)

    def clean_file(self) -> str:
        """The text of the file, empty without one."""
        upload = self.cleaned_data.get("file")
        if upload is None:
            return ""
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is too large for weekly values.")
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is not UTF-8 text.") from None

    def grid(self) -> list[forms.BoundField]:
        return [self[f"w{week.isoformat()}"] for week in self.weeks]

    def changed(self) -> dict[date, float | None]:
        found = {}
        for week in self.weeks:
            name = f"w{week.isoformat()}"
            if self.data.get(name, "").strip() != self.data.get(f"initial-{name}", "").strip():
                found[week] = self.cleaned_data[name]
        return found


class CheckIn(Plain):
    BY_CODE = {"against_rule_without_reason": "reason", "unknown_outcome": "outcome"}

    outcome = forms.ChoiceField(
        label="Decision at the table", widget=forms.RadioSelect,
        choices=[(track.CONTINUE, "continue"), (track.SCALE, "scale up"), (track.STOP, "stop")],
    )  # fmt: skip
    reason = Text(label="Why", required=False, help_text="Needed when it is not what the rule says.")


class Realised(Plain):
    BY_CODE = {"nothing_stated": "benefits"}

    benefits = Figure(label="Benefit in all, over the horizon", required=False)
    costs = Figure(label="Cost in all, over the horizon", required=False)
    note = line("Where the figures come from")
