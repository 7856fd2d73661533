"""What do the pages of readiness ask for?"""

from typing import Any

from django import forms

from governance.forms.fields import Day, Plain, Text, members_of
from portfolio.models import Portfolio
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import DataSource
from readiness.models.data import ACCESS, CLASSES
from readiness.rules.facts import RATING_WORDS

KIND_WORDS = {
    "name_person": "Name a person",
    "write": "Write",
    "sign": "Sign",
    "test": "Test",
    "data_access": "Data",
    "legal": "Legal",
    "other": "Other",
}
KINDS = [(kind, KIND_WORDS[kind]) for kind in STARTING_MEDIANS]
RATINGS = list(enumerate(RATING_WORDS))


class Draft(Plain):
    """An answer while it is written."""

    text = Text(rows=8, required=False, max_length=20_000, label="Your answer")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Send(Draft):
    does_not_apply = forms.BooleanField(required=False, label="It does not apply here (say why above)")
    expires_on = Day(required=False, label="Expires on", help_text="Empty: it holds until somebody takes it back.")


class Judge(Plain):
    """The accepter's word."""

    note = Text(rows=3, required=False, label="If it is not clear: what is missing?")


class Attach(Plain):
    BY_CODE = {"link_type": "url", "file_type": "file", "file_too_large": "file", "file_empty": "file"}
    file = forms.FileField(
        required=False, label="File", help_text="PDF, picture, office document or text, at most 20 MiB."
    )
    url = forms.CharField(required=False, max_length=2000, label="or a link", widget=forms.URLInput)
    expires_on = Day(required=False, label="Expires on")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("file") and not said.get("url"):
            self.add_error("file", "Choose a file, or give a link.")
        return said


class ItemForm(Plain):
    """A blocking item: a derived one shows only owner and date."""

    text = forms.CharField(max_length=300, label="What is missing")
    kind = forms.ChoiceField(choices=KINDS, label="Kind", initial="other")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Owner", empty_label="nobody yet")
    due_on = Day(required=False, label="Due")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, portfolio: Portfolio, derived: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members_of(portfolio)
        if derived:
            del self.fields["text"], self.fields["kind"]


class AskWaiver(Plain):
    reason = Text(label="Why may it pass for now?")
    until_on = Day(label="Until")


class NeedForm(Plain):
    purpose = forms.CharField(max_length=300, label="What it needs")
    source = forms.ModelChoiceField(
        queryset=None, required=False, label="From which source", empty_label="not known yet"
    )
    access = forms.ChoiceField(choices=ACCESS, required=False, label="Access")
    granted_until = Day(required=False, label="Granted until")

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"].queryset = DataSource.objects.filter(portfolio=portfolio)


class SourceForm(Plain):
    name = forms.CharField(max_length=200, label="Name")
    system = forms.CharField(max_length=200, required=False, label="System")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Owner", empty_label="nobody yet")
    steward = forms.ModelChoiceField(queryset=None, required=False, label="Steward", empty_label="nobody yet")
    access_path = forms.CharField(max_length=300, required=False, label="How one gets at it")
    access_state = forms.ChoiceField(choices=ACCESS, required=False, label="Access")
    contract = forms.CharField(max_length=300, required=False, label="Contract")
    classification = forms.ChoiceField(choices=CLASSES, label="Classification", initial="internal")
    personal_data = forms.BooleanField(required=False, label="Holds personal data")

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("owner", "steward"):
            self.fields[name].queryset = members_of(portfolio)


class RateForm(Plain):
    """Four ratings; the least counts."""

    accessible = forms.TypedChoiceField(choices=RATINGS, coerce=int, label="Accessible: can we get at it, in time?")
    accurate = forms.TypedChoiceField(choices=RATINGS, coerce=int, label="Accurate: is it right, and complete?")
    consistent = forms.TypedChoiceField(
        choices=RATINGS, coerce=int, label="Consistent: the same shape and meaning everywhere?"
    )
    governed = forms.TypedChoiceField(
        choices=RATINGS, coerce=int, label="Governed: owned, permitted, kept for a known time?"
    )
    note = Text(required=False, label="What you saw")


class LaneText(Plain):
    BY_CODE = {"unusable_set": "text"}
    text = forms.CharField(
        max_length=200_000, label="Questions, as YAML", widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
