"""How are the facts of a use case typed, registered, and mended without losing what another wrote?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from governance.forms.fields import Day, Group, Plain, Text, members_of
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import MAGNITUDES, SEATS
from portfolio.rules import Stage, Verb

_MOST_USERS = 2_000_000_000  # what the column holds


@dataclass(frozen=True)
class Section:
    """A part of the use case page that is edited as one."""

    code: str
    title: str
    fields: tuple[str, ...]


SECTIONS = {
    section.code: section
    for section in (
        Section("what", "What it is", ("title", "problem", "organisation", "tags")),
        Section("why", "Why, and when we stop", ("success_statement", "why_ai", "stop_criterion", "stop_met")),
        Section("people", "Who", ("sponsor", "lead", "benefit_owner", "finance_partner", "overseer", "sponsor_name")),
        Section("facts", "First facts", ("business_outcome", "magnitude", "running_since", "real_users")),
    )
}


class Facts(Plain):
    """Every register fact; a page takes the ones it shows."""

    title = forms.CharField(max_length=500)
    problem = Text(label="Problem", help_text="What goes wrong today, for whom?")
    organisation = forms.CharField(max_length=300, required=False, help_text="The team or division it belongs to.")
    tags = forms.CharField(max_length=2000, required=False, help_text="Separated by commas.")
    success_statement = Text(
        label="Success, in business terms", required=False, help_text="What is better, by how much, for whom?"
    )
    why_ai = Text(label="Why AI", required=False, help_text="Rather than a simpler change.")
    stop_criterion = Text(label="We stop if", required=False, rows=2)
    stop_met = forms.BooleanField(label="The stop criterion is met", required=False)
    sponsor = forms.ModelChoiceField(None, required=False)
    lead = forms.ModelChoiceField(None, required=False)
    benefit_owner = forms.ModelChoiceField(None, required=False)
    finance_partner = forms.ModelChoiceField(None, required=False)
    overseer = forms.ModelChoiceField(None, required=False)
    sponsor_name = forms.CharField(
        label="Sponsor, as named before", max_length=200, required=False, help_text="Someone without an account."
    )
    business_outcome = forms.CharField(max_length=300, required=False)
    magnitude = forms.ChoiceField(label="Worth", choices=[("", "Not known"), *MAGNITUDES], required=False)
    running_since = Day(required=False)
    real_users = forms.IntegerField(min_value=0, max_value=_MOST_USERS, required=False)

    def __init__(self, *args: Any, portfolio: Portfolio, names: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        wanted = list(names)
        self.fields: dict[str, Any] = {name: self.fields[name] for name in wanted}
        people = members_of(portfolio) if any(name in SEATS for name in wanted) else None
        for name in wanted:
            if name in SEATS:
                self.fields[name].queryset = people
                self.fields[name].empty_label = "Nobody"

    def clean_tags(self) -> list[str]:
        tags = [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]
        if any(len(tag) > 60 for tag in tags):
            raise forms.ValidationError("A tag has at most 60 characters.")
        return tags


class Register(Facts):
    """Intake is short: a title and a problem; everything else may come later."""

    MORE = ("organisation", "tags", "business_outcome", "magnitude", "running_since", "real_users", "sponsor", "lead")

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, portfolio=portfolio, names=("title", "problem", *self.MORE), **options)

    def groups(self) -> Iterable[Group]:
        yield Group([self["title"], self["problem"]])
        yield Group([self[name] for name in self.MORE], "If you know it already", "All of this can wait.")


def shown(use_case: UseCase, name: str) -> Any:
    """The present value of a fact as the form takes it."""
    if name == "tags":
        return ", ".join(use_case.tags)
    if name == "stop_met":
        return use_case.stop_met_on is not None
    return getattr(use_case, f"{name}_id" if name in SEATS else name)


@dataclass(frozen=True)
class Clash:
    """One field that two people changed at once."""

    name: str
    label: str
    theirs: str
    mine: str


class Edit(Facts):
    """One section of a use case. It carries the version and the values its writer saw.

    When the version is stale, a field clashes if both the writer and somebody else changed it; other changes are
    stored beside each other.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: QueryDict | None = None, *, section: Section, use_case: UseCase) -> None:
        initial = {name: shown(use_case, name) for name in section.fields} | {"version": use_case.version}
        super().__init__(data, portfolio=use_case.portfolio, names=(*section.fields, "version"), initial=initial)
        self.section, self.use_case = section, use_case
        self.clashes: list[Clash] = []
        for name in section.fields:
            self.fields[name].show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """What the writer changed, measured by what they saw."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.section.fields}

    def find_clashes(self, present: UseCase) -> list[Clash]:
        """Fields that both changed, to different values."""
        self.clashes = []
        for name in self.changes():
            field, now = self.fields[name], shown(present, name)
            seen = self[name].initial if self.add_initial_prefix(name) not in self.data else self._seen(name)
            if field.has_changed(seen, _as_data(now)) and field.has_changed(now, self.data.get(name)):
                label = self[name].label
                self.clashes.append(Clash(name, label, _words(present, name, now), _typed(field, self[name].data)))
        return self.clashes

    def _seen(self, name: str) -> Any:
        return self.data.get(self.add_initial_prefix(name))

    def over(self, present: UseCase) -> "Edit":
        """The same typing on the present version: saved again, it stands."""
        data = self.data.copy()
        data["version"] = str(present.version)
        for name in self.section.fields:
            data[self.add_initial_prefix(name)] = _as_data(shown(present, name))
        again = Edit(data, section=self.section, use_case=present)
        again.clashes = self.clashes
        return again

    @classmethod
    def taking(cls, data: QueryDict, name: str, *, section: Section, use_case: UseCase) -> "Edit":
        """The same typing with one field as somebody else wrote it."""
        data = data.copy()
        if name in section.fields:
            data[name] = data.get(f"initial-{name}", "")
        return cls(data, section=section, use_case=use_case)


def _as_data(value: Any) -> str:
    return "" if value is None or value is False else "on" if value is True else str(value)


def _words(use_case: UseCase, name: str, value: Any) -> str:
    if name in SEATS:
        return str(getattr(use_case, name) or "nobody")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(dict(MAGNITUDES).get(value, value)) if value not in (None, "") else "nothing"


def _typed(field: forms.Field, data: Any) -> str:
    if isinstance(field, forms.ModelChoiceField):
        found = field.queryset.filter(pk=data).first() if data else None
        return str(found or "nobody")
    if isinstance(field, forms.BooleanField):
        return "yes" if data in ("on", True) else "no"
    return str(dict(getattr(field, "choices", ())).get(data, data)) if data else "nothing"


class AgreeDate(Plain):
    BY_CODE = {"date_in_past": "agreed_on", "wrong_stage": "agreed_on"}

    agreed_on = Day(label="Go/no-go date")
    cause = Text(
        label="What moved it",
        rows=2,
        required=False,
        help_text="Needed when a date is moved; every slip is kept with its cause.",
    )


class SetReview(Plain):
    BY_CODE = {"no_reason": "reason"}

    review_on = Day(label="Review on", help_text="On this day somebody looks at it again.")
    reason = Text(label="Why on another day", rows=2)


class RenewException(Plain):
    BY_CODE = {"exception_in_past": "until_on", "exception_without_reason": "reason", "same_day": "until_on"}

    until_on = Day(label="Exception until", help_text="Through this day it may exceed the cap; afterwards it warns.")
    reason = Text(label="Why it still may", rows=2)


class Ask(Plain):
    kind = forms.ChoiceField(label="Decision", widget=forms.RadioSelect)
    reason = Text(label="Why now")

    def __init__(self, *args: Any, verbs: Iterable[tuple[Verb, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(str(verb), label) for verb, label in verbs]  # type: ignore[attr-defined]


class Waiting(Plain):
    """A pilot that waits keeps its slot, with a dated reason. Both empty: it waits no longer."""

    BY_CODE = {"waiting_too_long": "until_on", "not_in_pilot": "reason"}

    reason = forms.CharField(label="Waits for", max_length=500, required=False)
    until_on = Day(label="Until", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, words in (("reason", "Say what it waits for."), ("until_on", "Until which day?")):
            if (
                bool(data.get("reason")) != bool(data.get("until_on"))
                and not data.get(name)
                and name not in self.errors
            ):
                self.add_error(name, words)
        return data

    def value(self) -> dict[str, Any] | None:
        return dict(self.cleaned_data) if self.cleaned_data["reason"] else None


_YES_NO = [("yes", "Yes"), ("no", "No")]


class LaneQuestions(Plain):
    """Four yes/no questions; the answers propose a lane."""

    def __init__(self, *args: Any, questions: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, words in questions.items():
            self.fields[name] = forms.ChoiceField(label=words, choices=_YES_NO, widget=forms.RadioSelect)

    def answers(self) -> dict[str, bool]:
        return {name: value == "yes" for name, value in self.cleaned_data.items()}


class ChooseLane(LaneQuestions):
    BY_CODE = {"other_lane_without_reason": "reason", "no_such_lane": "lane"}

    lane = forms.ChoiceField(label="Lane", widget=forms.RadioSelect)
    reason = Text(
        label="Reason",
        rows=2,
        required=False,
        help_text="Needed when you choose another lane than the answers propose.",
    )

    def __init__(self, *args: Any, lanes: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lane"].choices = lanes  # type: ignore[attr-defined]
        for name in self.fields:
            if name not in ("lane", "reason"):
                self.fields[name].widget = forms.HiddenInput()

    def answers(self) -> dict[str, bool]:
        return {name: value == "yes" for name, value in self.cleaned_data.items() if name not in ("lane", "reason")}


def askable(use_case: UseCase) -> list[Verb]:
    """Decisions worth asking for in its stage; the first is the usual one."""
    return {
        Stage.PROPOSED: [Verb.SELECT, Verb.DECLINE],
        Stage.PILOT: [Verb.GO, Verb.PAUSE, Verb.STOP],
        Stage.PRODUCTION: [Verb.ROLL_BACK, Verb.RETIRE],
        Stage.PAUSED: [Verb.RESUME, Verb.STOP],
        Stage.DECLINED: [Verb.REOPEN],
        Stage.STOPPED: [Verb.REOPEN],
    }.get(Stage(use_case.stage), [])
