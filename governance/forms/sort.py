"""Which five facts does first sort ask about a pilot, and how are they typed in 25 seconds?"""

from typing import Any

from django import forms
from django.http import QueryDict

from governance.forms.fields import Day, Plain, members_of
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import MAGNITUDES

KINDS = ("time", "cost", "income", "quality", "risk", "experience")
_WORDS = {"under_10k": "under 10k", "10k_100k": "10k to 100k", "100k_1m": "100k to 1m", "over_1m": "over 1m"}
_SENTENCE = 300 - len("Experience: ")  # characters: what the column holds beside the longest kind
_MOST_USERS = 2_000_000_000  # what the column holds


class FiveFacts(Plain):
    """What is left empty stays unknown; a pilot with all five is sorted."""

    kind = forms.ChoiceField(choices=[*((kind, kind) for kind in KINDS), ("", "cannot say")], required=False)
    sentence = forms.CharField(label="In one sentence", max_length=_SENTENCE, required=False)
    magnitude = forms.ChoiceField(
        choices=[*((code, _WORDS[code]) for code, _ in MAGNITUDES), ("", "no idea")], required=False
    )
    sponsor = forms.CharField(max_length=200, required=False)
    running_since = Day(required=False)
    real_users = forms.IntegerField(min_value=0, max_value=_MOST_USERS, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: QueryDict | None = None, *, use_case: UseCase, portfolio: Portfolio) -> None:
        kind, sentence = parted(use_case.business_outcome)
        initial = {
            "kind": kind, "sentence": sentence, "magnitude": use_case.magnitude, "real_users": use_case.real_users,
            "running_since": use_case.running_since, "version": use_case.version,
            "sponsor": str(use_case.sponsor) if use_case.sponsor else use_case.sponsor_name,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self.use_case = use_case
        self.members: list[User] = list(members_of(portfolio))

    def facts(self) -> dict[str, Any]:
        """The register facts that were changed, as `use_cases.edit` takes them."""
        data, changed = self.cleaned_data, set(self.changed_data)
        facts: dict[str, Any] = {name: data[name] for name in ("magnitude", "running_since", "real_users")}
        facts = {name: value for name, value in facts.items() if name in changed}
        if changed & {"kind", "sentence"}:
            facts["business_outcome"] = joined(data["kind"], data["sentence"])
        if "sponsor" in changed:
            facts |= self._sponsor(data["sponsor"].strip())
        return facts

    def _sponsor(self, typed: str) -> dict[str, Any]:
        """A member takes the seat; anybody else is kept by name."""
        same = [user for user in self.members if typed.casefold() in (str(user).casefold(), user.email)]
        member = same[0] if len(same) == 1 else None
        return {"sponsor": member, "sponsor_name": "" if member else typed}


def parted(outcome: str) -> tuple[str, str]:
    """ "Time: 20 minutes instead of 70" → ("time", "20 minutes instead of 70").

    A file may have said more than fits beside a kind: the end of that is left out, in sight of whoever saves it.
    """
    head, _, tail = outcome.partition(":")
    kind = head.strip().lower()
    if kind in KINDS:
        return kind, tail.strip()
    return "", outcome if len(outcome) <= _SENTENCE else outcome[: _SENTENCE - 1].rstrip() + "…"


def joined(kind: str, sentence: str) -> str:
    """The inverse of `parted`."""
    sentence = sentence.strip()
    if not kind:
        return sentence
    return f"{kind.capitalize()}: {sentence}" if sentence else kind.capitalize()
