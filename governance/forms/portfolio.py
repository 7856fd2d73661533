"""What do the pages of a whole portfolio ask for: keep and pause, members, limits?"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from governance.actions.rounds import STAGGER, Row
from governance.forms.fields import Day, Group, Plain, Text
from people.models import User, normal_email
from portfolio.models import UseCase
from portfolio.rules import Policy, Role

SHOWN = 200  # pilots with a line of their own; any further ones, ranked lower, are paused with the rest


class PauseTheRest(Plain):
    """Which to keep (advice, or the keys in `keep`, is preselected), one reason and one condition for the rest, and what differs per pilot."""

    reason = Text(label="Reason", help_text="For all that are paused; each lead is told in these words.")
    restart_condition = Text(
        label="Restart condition", rows=2, help_text="What must hold before one takes a slot again."
    )
    review_on = Day(label="First review on", help_text="The others follow a week apart.")

    def __init__(
        self, data: QueryDict | None, *, pilots: list[UseCase], today: date, keep: list[str] | None = None
    ) -> None:
        super().__init__(data, initial={"review_on": today + timedelta(days=30)})
        self.pilots, self.today = pilots, today
        for pilot in pilots:
            key = pilot.id.hex
            self.fields[f"keep_{key}"] = forms.BooleanField(
                label=f"Keep {pilot.title}",
                required=False,
                initial=pilot.choice == "run" if keep is None else pilot.key in keep,  # type: ignore[attr-defined]
            )
            self.fields[f"reason_{key}"] = Text(label="Its reason", rows=2, required=False)
            self.fields[f"restart_{key}"] = Text(label="Its restart condition", rows=2, required=False)
            self.fields[f"review_{key}"] = Day(label="Its review", required=False)

    def shared(self) -> list[forms.BoundField]:
        return [self["reason"], self["restart_condition"], self["review_on"]]

    def rows(self) -> Iterable[dict[str, Any]]:
        """One line a pilot, for the template."""
        for pilot in self.pilots:
            key = pilot.id.hex
            own = [self[f"{name}_{key}"] for name in ("reason", "restart", "review")]
            yield {"pilot": pilot, "keep": self[f"keep_{key}"], "own": own,
                   "open": any(field.errors or field.value() for field in own)}  # fmt: skip

    def keep(self) -> list[UUID]:
        return [pilot.id for pilot in self.pilots if self.cleaned_data[f"keep_{pilot.id.hex}"]]

    def body(self) -> dict[str, Any]:
        data = self.cleaned_data
        rows = {
            pilot.id: Row(data[f"reason_{key}"], data[f"restart_{key}"], data[f"review_{key}"])
            for pilot in self.pilots
            if (key := pilot.id.hex) and any(data[f"{name}_{key}"] for name in ("reason", "restart", "review"))
        }
        shared = {name: data[name] for name in ("reason", "restart_condition", "review_on")}
        return shared | {"keep": self.keep(), "per_row": rows}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in [name for name in self.fields if name.startswith("review_")]:
            if data.get(name) and data[name] <= self.today:
                self.add_error(name, "The review must be on a later day.")
        return data

    def paused(self) -> list[dict[str, Any]]:
        """What the confirmation lists: each pilot to pause with its review day."""
        keep, body = set(self.keep()), self.body()
        rest = sorted((one for one in self.pilots if one.id not in keep), key=lambda one: (one.stage_since, one.key))
        return [
            {
                "pilot": one,
                "review_on": getattr(body["per_row"].get(one.id), "review_on", None)
                or body["review_on"] + index * STAGGER,
            }
            for index, one in enumerate(rest)
        ]


_ROLES = [
    (Role.VIEWER, "viewer: reads"),
    (Role.CONTRIBUTOR, "contributor: registers, drafts, asks"),
    (Role.LEADER, "leader: decides"),
    (Role.AUDITOR, "auditor: reads, verifies and exports the ledger"),
]


class AddMember(Plain):
    BY_CODE = {"already_member": "email"}

    email = forms.EmailField(label="Mail address", max_length=254)
    role = forms.ChoiceField(choices=[(role.value, words) for role, words in _ROLES])
    name = forms.CharField(
        max_length=200, required=False, help_text="As others see it; only used for somebody without an account."
    )

    def clean_email(self) -> str:
        email = normal_email(self.cleaned_data["email"])
        if User.objects.filter(email=email, is_active=False).exists():
            raise forms.ValidationError("The account with this address is no longer active.")
        return email


class ChangeRole(Plain):
    role = forms.ChoiceField(choices=[(role.value, role.value) for role in Role])


_WORDS = {
    "pilot_cap": ("Pilot cap", "The most pilots at a time."),
    "pilot_limit_days": ("Pilot limit, days", "After this many days without a decision a pilot is in purgatory."),
    "review_lead_working_days": ("Review lead, working days", "Time to prepare a decision after the last item."),
    "waiting_limit_days": ("Longest waiting, days", "How long a waiting pilot keeps its slot."),
    "paused_limit_days": ("Longest pause, days", "After that, stop is advised."),
    "missed_reviews_before_stop": ("Missed reviews", "This many advise stop."),
    "active_pilots_per_person": ("Pilots a person", "How many one person leads or sponsors at a time."),
    "silent_days": ("Silence, days", "A pilot about which nothing is recorded for so long is warned of."),
    "exception_notice_days": ("Notice before an exception ends, days", ""),
    "answer_working_days": ("Days to accept an answer", "Working days, then it moves to the deputy."),
    "governance_share_percent": ("Governance share, percent", "More waiting on us than this is warned of."),
    "due_date_floors": ("A stated due date is not beaten by the forecast", ""),
}


class Limits(Plain):
    """The policy: the cap and the limits. `version` is the one its writer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    holidays = Text(rows=4, required=False, help_text="One day a line, such as 2026-12-25.")

    def __init__(self, data: QueryDict | None, *, policy: Policy) -> None:
        initial = policy.to_json() | {"version": policy.version, "holidays": "\n".join(policy.to_json()["holidays"])}
        super().__init__(data, initial=initial)
        own: dict[str, Any] = {}
        for field in fields(Policy):
            if field.name in _WORDS:
                label, hint = _WORDS[field.name]
                own[field.name] = (
                    forms.BooleanField(label=label, help_text=hint, required=False)
                    if isinstance(getattr(policy, field.name), bool)
                    else forms.IntegerField(label=label, help_text=hint)
                )
        self.fields: dict[str, Any] = own | self.fields

    def clean_holidays(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["holidays"].splitlines() if line.strip()]

    def limits(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def groups(self) -> Iterable[Group]:
        names = [name for name in self.fields if name not in ("version", "holidays", "pilot_cap")]
        yield Group([self["pilot_cap"]], "The cap", "One number, the same line on every page.")
        yield Group([self[name] for name in names], "Limits")
        yield Group([self["holidays"]], "Holidays", "No working days: they move reviews and deadlines for answers.")
