"""Promise, measure, window: what is said once."""

from typing import Any

from django import forms

from governance.forms.fields import Day, Text
from governance.forms.roi.fields import Figure, line, number
from governance.forms.roi.part import Part
from roi.rules.measure import Kind


class Promise(Part):
    code, title = "promise", "What changes, for whom"

    if_text = Text(label="If", rows=2, required=False, help_text="What is done differently?")
    then_text = Text(label="Then", rows=2, required=False, help_text="What changes for the business?")
    because = Text(label="Because", rows=2, required=False, help_text="Why should it?")
    population = Text(label="Population", rows=2, required=False, help_text="For whom, and how many a year?")


class Measure(Part):
    code, title = "measure", "Measure, baseline and target"
    BY_CODE = {"model_metric": "measure"}

    measure = line("Primary measure", 120, help_text="One, in business terms: what would somebody outside notice?")
    kind = forms.ChoiceField(
        label="It counts as", choices=[("", "not said yet"), *((one.value, one.value) for one in Kind)], required=False
    )
    unit = line("Unit", 40)
    noticed_by = line("Who would notice")
    higher_is_better = forms.ChoiceField(label="Better is", choices=[("down", "lower"), ("up", "higher")])
    baseline = Figure(label="Baseline", required=False)
    baseline_source = line("Where the baseline comes from")
    baseline_locked_on = Day(label="Baseline locked on", required=False, help_text="After that nobody moves it.")
    target = Figure(label="Target", required=False)
    threshold = Figure(label="It pays from", required=False, help_text="Short of it at the end of the window, we stop.")

    def facts(self) -> dict[str, Any]:
        found = super().facts()
        return found | {"higher_is_better": found["higher_is_better"] == "up"}


class Window(Part):
    code, title = "window", "Window, rule and stop"

    day0_on = Day(label="Day 0", required=False, help_text="First use by real users.")
    window_days = number("Window, days", 30, 90)
    burn_in_weeks = number("Burn-in, weeks", 0, 8, help_text="First weeks that do not count, declared now.")
    horizon_months = number("Horizon, months", 1, 120)
    decision_rule = Text(label="Decision rule", rows=2, required=False, help_text="How will the result decide?")
    stop_rules = Text(label="We also stop if", rows=3, required=False, help_text="One a line.")
    early_success = Text(label="What can be shown within the window", rows=2, required=False)
    not_counted = Text(label="Not counted", rows=2, required=False, help_text="Likely, but not measured.")

    def facts(self) -> dict[str, Any]:
        found = super().facts()
        kept = {name: getattr(self.content, name) for name in ("window_days", "horizon_months", "burn_in_weeks")}
        found |= {name: kept[name] for name in kept if found[name] is None}
        return found | {"stop_rules": found["stop_rules"].splitlines()}
