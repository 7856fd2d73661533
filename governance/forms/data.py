"""What do the pages of the data map ask for?"""

from typing import Any

from django import forms
from django.db.models import Count

from governance.forms.fields import Day, Plain, Text, members_of
from governance.forms.readiness import KINDS
from portfolio.models import Portfolio
from readiness.models import DataAsset, DataSource
from readiness.models.data import ACCESS, CLASSES
from readiness.rules.facts import FIT, RATING_WORDS

RATINGS = list(enumerate(RATING_WORDS))
MINIMA = RATINGS[1:]


class NeedForm(Plain):
    BY_CODE = {"not_keeper": "access", "unknown_rating": "minimum"}

    purpose = forms.CharField(max_length=300, label="What it needs")
    source = forms.ModelChoiceField(
        queryset=None, required=False, label="From which source", empty_label="not known yet"
    )
    asset = forms.ModelChoiceField(
        queryset=None, required=False, label="Reuse what others made", empty_label="nothing yet",
        help_text="Mended, joined or cleaned already: its source is taken with it.",
    )  # fmt: skip
    minimum = forms.TypedChoiceField(choices=MINIMA, coerce=int, initial=FIT, label="The source must at least be")
    required = forms.BooleanField(required=False, initial=True, label="Without it there is no go")
    access = forms.ChoiceField(choices=ACCESS, required=False, label="Access")
    granted_until = Day(required=False, label="Granted until")

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"].queryset = DataSource.objects.filter(portfolio=portfolio)
        assets = DataAsset.objects.filter(portfolio=portfolio).annotate(uses=Count("needs__use_case", distinct=True))
        self.fields["asset"].queryset = assets.select_related("source")
        self.fields["asset"].label_from_instance = _asset_label  # type: ignore[attr-defined]
        if not assets:
            del self.fields["asset"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("asset") and not said.get("source"):
            said["source"] = said["asset"].source
        return said


def _asset_label(asset: Any) -> str:
    return f"{asset.name} (used by {asset.uses} use case{'s' if asset.uses != 1 else ''})"


class DefectForm(Plain):
    text = forms.CharField(max_length=300, label="What is wrong")
    kind = forms.ChoiceField(choices=KINDS, label="Kind of work")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Who mends it", empty_label="nobody yet")

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members_of(portfolio)


class MendedForm(Plain):
    asset_name = forms.CharField(
        max_length=200, required=False, label="What others can reuse now", help_text="Empty when nothing was made."
    )
    asset_place = forms.CharField(max_length=500, required=False, label="Where it lies")


class TermForm(Plain):
    name = forms.CharField(max_length=120, label="Term")
    definition = Text(required=False, label="What it means here")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Who says so", empty_label="nobody yet")

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members_of(portfolio)


class UseTermForm(Plain):
    source = forms.ModelChoiceField(queryset=None, label="Source", empty_label="choose one")
    meaning = Text(required=False, label="What it means there", help_text="Empty: as it is defined.")

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
