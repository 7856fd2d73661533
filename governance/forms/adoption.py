"""What do the forms of the People tab ask for? Each knows the action it feeds and what it is called."""

from typing import Any

from django import forms

from adoption.models import Engagement, Role
from adoption.rules import MadeBy, Mode
from governance.forms.fields import Day, Plain, Text, members_of
from people.models import User
from portfolio.models import UseCase

MODE_WORDS = {
    Mode.APPROVES: "a person decides on every suggestion",
    Mode.SAMPLES: "a person checks a sample afterwards",
    Mode.STEPS_IN: "a person is called when a limit is crossed",
}
MADE_BY_WORDS = {MadeBy.AI: "AI", MadeBy.AFTER_AI: "a person after AI", MadeBy.PERSON: "a person"}
_MOST = 2_000_000_000  # people


class OfUseCase(Plain):
    """A form about one use case; people are chosen from its portfolio's members."""

    TITLE, BUTTON = "", "Save"
    PEOPLE: tuple[str, ...] = ()

    def __init__(self, *args: Any, use_case: UseCase, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.PEOPLE:
            self.fields[name].queryset = members_of(use_case.portfolio)  # type: ignore[attr-defined]


def _person(label: str, **options: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(User.objects.none(), label=label, **options)


def _count(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=_MOST, **options)


class PlanForm(OfUseCase):
    """Who brings it to the people, and from when."""

    TITLE, PEOPLE = "Adoption plan", ("owner",)

    owner = _person("Who brings it to the people")
    first_on = Day(label="First day they see it")


class RoleForm(OfUseCase):
    """A group whose work changes; the same name changes its numbers."""

    TITLE = "Affected role"

    name = forms.CharField(label="Role or team", max_length=200, help_text="The same name again changes its numbers.")
    headcount = _count("People")
    reached = _count("Reached by support", initial=0)
    using = _count("Using it", initial=0)
    reason = forms.CharField(
        label="Why not everybody is reached", max_length=500, required=False, help_text="Settles what stays open."
    )


class ConversationForm(OfUseCase):
    """A conversation with the frontline; short enough for a phone."""

    TITLE, BUTTON = "Log a conversation", "Log it"

    who = forms.CharField(label="Who", max_length=200, help_text="A team or a group; no names.")
    on = Day(label="When")
    heard = Text(label="What we heard", rows=3)
    changed = Text(label="What we changed", rows=2, required=False)


class ChangedForm(OfUseCase):
    """What came of a conversation, later than its own day."""

    TITLE = "What we changed"

    engagement = forms.ModelChoiceField(Engagement.objects.none(), widget=forms.HiddenInput)
    changed = Text(label="What we changed", rows=3)

    def __init__(self, *args: Any, use_case: UseCase, **options: Any) -> None:
        super().__init__(*args, use_case=use_case, **options)
        self.fields["engagement"].queryset = Engagement.objects.filter(use_case=use_case)  # type: ignore[attr-defined]
        if heard := self.initial.get("heard"):
            self.fields["changed"].help_text = f"They said: “{heard}”"


class SupportForm(OfUseCase):
    """What helps a group over; open until the group is settled."""

    TITLE, PEOPLE = "Support for the change", ("owner",)

    role = forms.ModelChoiceField(Role.objects.none(), label="For whom")
    text = forms.CharField(label="What helps", max_length=500)
    owner = _person("Who does it")
    due_on = Day(label="Until")

    def __init__(self, *args: Any, use_case: UseCase, **options: Any) -> None:
        super().__init__(*args, use_case=use_case, **options)
        roles = self.fields["role"]
        roles.queryset = Role.objects.filter(use_case=use_case)  # type: ignore[attr-defined]
        roles.label_from_instance = lambda role: role.name  # type: ignore[attr-defined]


class OversightForm(OfUseCase):
    """How the AI is watched; the overseer is a seat of the use case."""

    TITLE, PEOPLE = "Human oversight", ("cover",)

    mode = forms.ChoiceField(
        label="How a person stands to what the AI does", choices=[(one.value, text) for one, text in MODE_WORDS.items()]
    )
    cover = _person("Cover when the overseer is away", required=False)
    stop_authority = forms.BooleanField(label="The overseer may stop it at once", required=False)
    competence = Text(
        label="Why they can judge it", rows=2, required=False, help_text="Experience, training; no names."
    )
    review_days = forms.IntegerField(label="Looked at every … days", min_value=1, max_value=1000, required=False)
    reviewed_on = Day(label="Last looked at", required=False)


class WorkForm(OfUseCase):
    """A decision in the work itself."""

    TITLE = "A decision in the work"

    text = forms.CharField(label="Which decision", max_length=200)
    made_by = forms.ChoiceField(label="Made by", choices=[(one.value, text) for one, text in MADE_BY_WORDS.items()])
    answers = forms.CharField(
        label="Who answers for the result", max_length=200, required=False, help_text="A function, such as team leader."
    )
    objection = forms.CharField(label="How those affected object", max_length=300, required=False)
