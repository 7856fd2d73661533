"""What does each stage verb ask for? (bodies: rules.md 2)"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms

from governance.actions.verbs import Due, PauseOther
from governance.forms.fields import Day, Group, Plain, Text, members_of
from governance.rules.moves import CapAsk
from portfolio.models import UseCase
from portfolio.rules import Stage, Verb

REVIEW_AFTER = timedelta(days=30)  # proposed review of what is paused
DUES = 3  # lines for conditions or items on a page; more come by another no-go or by hand


class Reasoned(Plain):
    """Every verb says why. `body()` is what the action takes besides the use case and the actor."""

    reason = Text(label="Reason", help_text="Kept with the decision; the lead is told in these words.")

    def __init__(self, *args: Any, use_case: UseCase, **options: Any) -> None:
        super().__init__(*args, **options)
        self.use_case = use_case

    @property
    def today(self) -> date:
        return self.use_case.portfolio.today()

    def body(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class Pause(Reasoned):
    restart_condition = Text(
        label="Restart condition", rows=2, help_text="What must hold before it takes a slot again."
    )
    review_on = Day(label="Review on", help_text="On this day somebody looks at it again.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["review_on"].initial = self.today + REVIEW_AFTER


class Stop(Reasoned):
    learnt = Text(label="What was learnt", help_text="The next team reads this first.")


class Retire(Reasoned):
    successor = Text(label="Successor or shutdown", rows=2, help_text="What follows, or how it is switched off.")


class TakeSlot(Reasoned):
    """Select, resume, roll back: over the cap they need a dated exception, or another pilot paused in the same act."""

    BY_CODE = {"pilot_cap": "exception_reason", "no_such_pilot": "pause_use_case", "frees_no_slot": "pause_use_case"}

    exception_reason = Text(label="Why may it exceed the cap?", rows=2, required=False)
    exception_until_on = Day(label="Exception until", required=False)
    pause_use_case = forms.ModelChoiceField(
        UseCase.objects.none(), label="Pilot to pause", required=False, empty_label="None"
    )
    pause_reason = Text(label="Why it is paused", rows=2, required=False)
    pause_restart_condition = Text(label="Its restart condition", rows=2, required=False)
    pause_review_on = Day(label="Its review", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.use_case.stage == Stage.PAUSED:
            self.fields["reason"].help_text = "How the restart condition was met."
        portfolio = self.use_case.portfolio
        pilots = UseCase.objects.in_pilot().filter(portfolio=portfolio).only("key", "title", "portfolio")
        self.fields["pause_use_case"].queryset = pilots.order_by("title")  # type: ignore[attr-defined]
        self.needs_slot = not (self.use_case.stage == Stage.PAUSED and self.use_case.stage_left == Stage.PRODUCTION)
        self.cap = portfolio.policy.pilot_cap
        self.taken = pilots.count()

    @property
    def full(self) -> bool:
        return self.needs_slot and self.taken >= self.cap

    def groups(self) -> Iterable[Group]:
        yield Group([self["reason"]])
        if self.full:
            words = f"{self.taken} of {self.cap} slots are taken. Ask for a dated exception, or pause another pilot in the same act."
            yield Group([self["exception_reason"], self["exception_until_on"]], "A dated exception", words)
            pause = ("pause_use_case", "pause_reason", "pause_restart_condition", "pause_review_on")
            yield Group([self[name] for name in pause], "Or pause another pilot")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("exception_reason")
            and not data.get("exception_until_on")
            and not self["exception_until_on"].errors
        ):
            self.add_error("exception_until_on", "Until which day?")
        if data.get("exception_until_on") and not data.get("exception_reason"):
            self.add_error("exception_reason", "Say why the cap may be exceeded.")
        if data.get("pause_use_case"):
            for name, words in (
                ("pause_reason", "Say why it is paused."),
                ("pause_restart_condition", "Say what must hold before it restarts."),
                ("pause_review_on", "When is it looked at again?"),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return data

    def body(self) -> dict[str, Any]:
        data = self.cleaned_data
        body: dict[str, Any] = {"reason": data["reason"]}
        if data.get("exception_until_on"):
            body["exception"] = CapAsk(data["exception_until_on"], data["exception_reason"])
        if data.get("pause_use_case"):
            body["pause"] = PauseOther(
                data["pause_use_case"].id,
                data["pause_reason"],
                data["pause_restart_condition"],
                data["pause_review_on"],
            )
        return body


class WithDues(Reasoned):
    """A decision with dated lines: conditions of a go, items of a no-go. A line is complete or empty."""

    DUES_AS, TITLE, TEXT = "", "", ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        owners = list(members_of(self.use_case.portfolio))
        choices = [("", "Nobody yet"), *((str(user.id), str(user)) for user in owners)]
        self.owners = {str(user.id): user for user in owners}
        for line in range(DUES):
            self.fields[f"text_{line}"] = forms.CharField(
                label=f"{self.TITLE} {line + 1}", required=False, max_length=500
            )
            self.fields[f"owner_{line}"] = forms.ChoiceField(label="Owner", choices=choices, required=False)
            self.fields[f"due_on_{line}"] = Day(label="Due", required=False)

    def groups(self) -> Iterable[Group]:
        lines = [name for name in self.fields if name.rpartition("_")[2].isdigit()]
        yield Group([self[name] for name in self.fields if name not in lines])
        yield Group([self[name] for name in lines], f"{self.TITLE}s", self.TEXT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for line in range(DUES):
            names = {f"text_{line}": "What?", f"owner_{line}": "Who?", f"due_on_{line}": "Until when?"}
            if any(data.get(name) for name in names):
                for name, words in names.items():
                    if not data.get(name) and name not in self.errors:
                        self.add_error(name, words)
        return data

    def body(self) -> dict[str, Any]:
        data = self.cleaned_data
        dues = tuple(
            Due(data[f"text_{line}"], self.owners[data[f"owner_{line}"]], data[f"due_on_{line}"])
            for line in range(DUES)
            if data.get(f"text_{line}")
        )
        plain = {name: value for name, value in data.items() if not name.rpartition("_")[2].isdigit()}
        return plain | {self.DUES_AS: dues}


class Go(WithDues):
    DUES_AS, TITLE = "conditions", "Condition"
    TEXT = "A go may stand under dated conditions. Leave the lines empty when there are none."


class NoGo(WithDues):
    DUES_AS, TITLE = "items", "Item"
    TEXT = "What is missing becomes blocking items."
    BY_CODE = {"date_in_past": "agreed_on"}

    agreed_on = Day(label="New go/no-go date")


FORMS: dict[Verb, type[Reasoned]] = {
    Verb.SELECT: TakeSlot,
    Verb.DECLINE: Reasoned,
    Verb.GO: Go,
    Verb.NO_GO: NoGo,
    Verb.PAUSE: Pause,
    Verb.RESUME: TakeSlot,
    Verb.ROLL_BACK: TakeSlot,
    Verb.STOP: Stop,
    Verb.RETIRE: Retire,
    Verb.REOPEN: Reasoned,
    Verb.RETURN: Reasoned,
}
