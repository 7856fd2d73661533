"""What do the pages of readiness ask for?"""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

from governance.forms.fields import Day, Plain, Text, members_of
from portfolio.models import Portfolio, UseCase
from readiness.actions.items import MOST_AT_ONCE
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import BlockingItem

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


class Draft(Plain):
    """An answer while it is written."""

    text = Text(rows=8, required=False, max_length=20_000, label="Your answer")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Send(Draft):
    does_not_apply = forms.BooleanField(required=False, label="It does not apply here (say why above)")
    effective_on = Day(required=False, label="Holds from")
    expires_on = Day(required=False, label="Expires on", help_text="Empty: it holds until somebody takes it back.")


class Judge(Plain):
    """The accepter's word."""

    note = Text(rows=3, required=False, label="If it is not clear: what is missing?")


class Attach(Plain):
    BY_CODE = {
        "dates_crossed": "effective_on",
        "link_type": "url",
        "file_type": "file",
        "file_too_large": "file",
        "file_empty": "file",
    }
    file = forms.FileField(
        required=False, label="File", help_text="PDF, picture, office document or text, at most 20 MiB."
    )
    url = forms.CharField(required=False, max_length=2000, label="or a link", widget=forms.URLInput)
    effective_on = Day(required=False, label="Holds from")
    expires_on = Day(required=False, label="Expires on")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("file") and not said.get("url"):
            self.add_error("file", "Choose a file, or give a link.")
        return said


class ItemForm(Plain):
    """A blocking item: a derived one shows only owner, date and what it waits on."""

    BY_CODE = {"waits_in_ring": "waits_on", "no_such_item": "waits_on"}

    text = forms.CharField(max_length=300, label="What is missing")
    kind = forms.ChoiceField(choices=KINDS, label="Kind", initial="other")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Owner", empty_label="nobody yet")
    due_on = Day(required=False, label="Due")
    waits_on = forms.TypedMultipleChoiceField(
        coerce=UUID, required=False, label="It can begin only after", widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, use_case: UseCase, item: BlockingItem | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members_of(use_case.portfolio)
        others = BlockingItem.objects.filter(use_case=use_case).exclude(id=item.id if item else None)
        others = others.filter(Q(closed_on=None) | Q(id__in=item.waits_on if item else []))
        choices = [(str(row_id), text) for row_id, text in others.values_list("id", "text")]
        if item is None or not choices:  # what is new is linked once it is there
            del self.fields["waits_on"]
        else:
            self.fields["waits_on"].choices = choices
        if item is not None and not item.is_manual:
            del self.fields["text"], self.fields["kind"]


class ManyItems(Plain):
    """An owner, a due date or both for every chosen item; what is left empty stays as it is."""

    items = forms.TypedMultipleChoiceField(coerce=UUID, label="Items")
    owner = forms.ModelChoiceField(queryset=None, required=False, label="Owner", empty_label="as they are")
    due_on = Day(required=False, label="Due")
    of = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members_of(portfolio)
        chosen = self.data.getlist("items")[: MOST_AT_ONCE + 1] if self.is_bound else []
        self.fields["items"].choices = [(one, one) for one in chosen if _is_id(one)]
        self.fields["items"].error_messages["required"] = "Choose at least one item."

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("owner", "due_on") if self.cleaned_data.get(name)}


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class AskWaiver(Plain):
    reason = Text(label="Why may it pass for now?")
    until_on = Day(label="Until")
