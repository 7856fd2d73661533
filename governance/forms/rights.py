"""What do the pages of decision rights ask for?"""

from typing import Any

from django import forms

from governance.forms.fields import Day, Plain, Text, members_of
from governance.models.rights import LANES
from governance.rules.rights import SEATS, Right
from portfolio.models import Portfolio
from portfolio.rules import MOVES, Role, Verb

_SEATS = [(seat, f"the {seat.replace('_', ' ')}") for seat in SEATS]


class SetRight(Plain):
    """Who decides one kind in one lane."""

    roles = forms.MultipleChoiceField(
        label="Roles", choices=[(Role.LEADER.value, "any leader")], required=False, widget=forms.CheckboxSelectMultiple
    )
    seats = forms.MultipleChoiceField(
        label="Seats on the use case", choices=_SEATS, required=False, widget=forms.CheckboxSelectMultiple
    )
    second_person = forms.BooleanField(label="Another person must have asked for it", required=False)

    def right(self) -> Right:
        data = self.cleaned_data
        return Right(frozenset(Role(role) for role in data["roles"]), frozenset(data["seats"]), data["second_person"])


class Delegate(Plain):
    """To whom, for what, until when."""

    taker = forms.ModelChoiceField(label="To", queryset=None, empty_label="Choose a leader")
    lane = forms.ChoiceField(label="Lane", choices=[("", "every lane"), *LANES], required=False)
    kind = forms.ChoiceField(
        label="Decision",
        choices=[("", "every kind"), *((verb.value, MOVES[verb].label) for verb in Verb)],
        required=False,
    )
    until_on = Day(label="Through")
    reason = Text(label="Reason", rows=2)

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["taker"].queryset = members_of(portfolio).filter(  # type: ignore[attr-defined]
            memberships__portfolio=portfolio, memberships__role=Role.LEADER
        )
