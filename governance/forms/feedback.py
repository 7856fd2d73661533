"""What do the pages of feedback ask for?"""

from typing import Any
from uuid import uuid4

from django import forms

from feedback.models import LearningAction
from feedback.models.plan import WATCHED
from governance.forms.fields import Day, Plain, Text, members_of
from portfolio.models import Portfolio


class Share(forms.FloatField):
    """A percentage, kept as a share."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0.01, max_value=99.99, widget=forms.NumberInput(attrs={"step": "0.1"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return round(value * 100, 4) if isinstance(value, float) else value

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        return None if said is None else said / 100


class PlanForm(Plain):
    watches = forms.ChoiceField(choices=WATCHED, label="The band watches")
    band_low = Share(required=False, label="Lowest share, in %", help_text="Fewer mean that nobody reviews any more.")
    band_high = Share(required=False, label="Highest share, in %", help_text="More mean distrust, or a worse model.")
    minimum_sample = forms.IntegerField(min_value=1, label="Decisions in 28 days before a rate is said")
    resolve_within_hours = forms.IntegerField(min_value=1, label="Hours in which an exception is to be resolved")
    infer_after_hours = forms.IntegerField(
        min_value=1, required=False, label="Hours after which silence counts as accepted",
        help_text="Empty: never. Counted apart in any case, never in a rate.",
    )  # fmt: skip
    named_persons = forms.BooleanField(
        required=False, label="Show overrides by person",
        help_text="By the pseudonyms your program sends. The ledger records who switched this on, and when.",
    )  # fmt: skip

    def __init__(self, *args: Any, names: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not names:  # a leader's act; whoever may not do it changes nothing of it
            del self.fields["named_persons"]


class SignalForm(Plain):
    name = forms.CharField(max_length=120, label="Name")
    code = forms.CharField(
        max_length=64, required=False, label="Code",
        help_text="What your program sends as “signal”. Empty: made from the name.",
    )  # fmt: skip
    unit = forms.CharField(max_length=30, required=False, label="Unit")
    lower = forms.DecimalField(max_digits=27, decimal_places=12, required=False, label="Not below")
    upper = forms.DecimalField(max_digits=27, decimal_places=12, required=False, label="Not above")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Owner")
    action = Text(required=False, rows=2, label="What the owner does when a limit is crossed")
    silent_after_hours = forms.IntegerField(
        min_value=1, max_value=8760, initial=24, label="Silent after hours without a value"
    )

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members_of(portfolio)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """As the actions take it."""
        facts = dict(self.cleaned_data)
        owner = facts.pop("owner")
        return facts | {"owner_id": owner.id if owner else None}


class CloseForm(Plain):
    """Closing asks what changes."""

    BY_CODE = {"no_change_said": "change", "no_note": "note"}
    exception = forms.CharField(max_length=255, widget=forms.HiddenInput, strip=False)
    change = forms.ChoiceField(
        choices=[("learning", "Something is taught: a learning action"), ("nothing", "Nothing changes")],
        widget=forms.RadioSelect, label="What changes because of it?", required=False,
    )  # fmt: skip
    note = Text(rows=3, required=False, label="What is taught, or why nothing changes")


class LearningForm(Plain):
    BY_CODE = {"no_text": "text", "taught_ahead": "taught_on"}
    text = Text(rows=3, label="What changes")
    reason = forms.CharField(max_length=64, required=False, label="Override reason that shall become rarer")
    taught_on = Day(required=False, label="Taught on", help_text="Empty: still to be done.")

    def __init__(self, *args: Any, row: LearningAction | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if row is not None:
            del self.fields["reason"]
            self.fields["taught_on"].required = True
            self.fields["taught_on"].help_text = "From this day on the rate is compared."


class SeenForm(Plain):
    note = Text(rows=3, label="What do you make of it?")


class LinkForm(Plain):
    name = forms.CharField(max_length=120, label="Who gets it?", help_text="A team or a room; no account needed.")


class FrontlineForm(Plain):
    """One screen: what the AI said, what I did, why."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    case = forms.CharField(max_length=255, required=False, label="Which case?", help_text="A number, if there is one.")
    summary = Text(rows=2, max_length=1000, label="What did the AI say?")
    action = forms.ChoiceField(
        choices=[("accepted", "I followed it"), ("modified", "I changed it"), ("overridden", "I did something else"),
                 ("escalated", "I asked somebody")],
        widget=forms.RadioSelect, label="What did you do?",
    )  # fmt: skip
    reason = forms.CharField(max_length=64, required=False, label="Why, in two or three words?")
    note = Text(rows=2, max_length=1000, required=False, label="Anything else?")

    @classmethod
    def fresh(cls) -> "FrontlineForm":
        return cls(initial={"form_id": uuid4()})
