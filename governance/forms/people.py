"""Who takes the seats over, and what does a new portfolio need?"""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from governance.actions.leaving import Place
from governance.forms.fields import Plain, members_of
from people.models import User, normal_email
from portfolio.models import Portfolio


class _WithItems(Plain):
    """Whoever leaves hands over their open items too, unless the box is emptied."""

    def offer_items(self, count: int, seated: bool) -> None:
        if count:
            one, whose = count == 1, "whoever takes the seat there, else to " if seated else ""
            self.fields["items"] = forms.BooleanField(
                required=False, initial=True, label=f"Hand over {'the open item' if one else f'the {count} open items'} too",
                help_text=f"{'It goes' if one else 'Each goes'} to {whose}the lead of the use case.",
            )  # fmt: skip

    @property
    def with_items(self) -> bool:
        return self.cleaned_data.get("items", False)


class HandOver(_WithItems):
    to = forms.ModelChoiceField(None, label="Who takes them", empty_label="Choose a member")

    def __init__(self, data: QueryDict | None, *, portfolio: Portfolio, leaver: User, items: int = 0) -> None:
        super().__init__(data)
        self.fields["to"].queryset = members_of(portfolio).exclude(id=leaver.id)  # type: ignore[attr-defined]
        self.offer_items(items, True)


class Leaving(_WithItems):
    """Who takes the seats, portfolio by portfolio; nothing to answer where somebody holds none."""

    def __init__(self, data: QueryDict | None, *, places: Sequence[Place], leaver: User) -> None:
        super().__init__(data)
        for place in places:
            if place.held:
                told = ", ".join(f"{seat.replace('_', ' ')} of {count}" for seat, count in place.held.items())
                self.fields[str(place.portfolio.id)] = forms.ModelChoiceField(
                    members_of(place.portfolio).exclude(id=leaver.id), label=f"Who takes the seats in {place.portfolio.name}",
                    help_text=f"{leaver} is {told}.", empty_label="Choose a member",
                )  # fmt: skip
        self.offer_items(sum(place.items for place in places), any(place.held for place in places))

    def heirs(self) -> dict[UUID, UUID]:
        """Portfolio → who takes the seats there."""
        return {UUID(name): found.id for name, found in self.cleaned_data.items() if name != "items"}


class NewPortfolio(Plain):
    BY_CODE = {"slug_taken": "slug"}

    name = forms.CharField(max_length=200)
    slug = forms.SlugField(
        label="Address", max_length=60, required=False, help_text="Small letters, digits, hyphens; made from the name."
    )
    leader = forms.EmailField(label="First leader", max_length=254, help_text="The mail address of an account here.")
    cap = forms.IntegerField(label="Pilot cap", min_value=0, max_value=1000, initial=3)
    currency = forms.RegexField(r"^[A-Z]{3}$", initial="EUR", error_messages={"invalid": "Three letters, such as EUR."})
    time_zone = forms.ChoiceField(initial="UTC", help_text="Its days begin and end there.")

    leader_found: User | None = None

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]

    def clean_leader(self) -> str:
        email = normal_email(self.cleaned_data["leader"])
        self.leader_found = User.objects.filter(email=email, is_active=True).first()
        if self.leader_found is None:
            raise forms.ValidationError("Nobody with this address has an account here.")
        return email
