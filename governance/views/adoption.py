"""Whose work does this use case change, who was heard, who watches the AI?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from adoption import actions
from adoption import page as pictures
from adoption.models import Engagement, Oversight, Plan, Role, WorkDecision
from adoption.rules import MadeBy, Mode
from governance.forms import adoption as forms
from governance.models import Assessment
from governance.queries import rights as right_queries
from governance.views.frame import answer, done, form_page, may, use_case_of
from governance.views.readiness import tabs
from portfolio.access.identity import actor_of
from portfolio.models import UseCase
from portfolio.rules import NotVisible, Refused


@dataclass(frozen=True)
class Part:
    """One form of the tab, the action it feeds, what stands in it at first, and what is said when it is done."""

    form: type[forms.OfUseCase]
    act: Callable[..., Any]
    initial: Callable[[UseCase, str], dict[str, Any]]
    done: str


def _row(model: Any, *names: str) -> Callable[[UseCase, str], dict[str, Any]]:
    """What was said before: of the one row of the use case, or of the row whose id the address names."""

    def initial(use_case: UseCase, row_id: str) -> dict[str, Any]:
        rows = model.objects.filter(use_case=use_case)
        found = rows.filter(id=row_id).first() if row_id else None
        if row_id and found is None:
            raise NotVisible
        if not hasattr(model, "id"):
            found = rows.first()
        return {name: getattr(found, name) for name in names} if found else {}

    return initial


def _heard(use_case: UseCase, row_id: str) -> dict[str, Any]:
    found = _row(Engagement, "id", "heard", "changed")(use_case, row_id)
    return found | {"engagement": found["id"]} if found else {}


def _today(use_case: UseCase, row_id: str) -> dict[str, Any]:
    return {"on": use_case.portfolio.today()}


def _plan(use_case: UseCase, row_id: str) -> dict[str, Any]:
    """The lead brings it to the people until somebody else is named."""
    return {"owner": use_case.lead_id} | _row(Plan, "owner", "first_on")(use_case, row_id)


def _support(use_case: UseCase, row_id: str) -> dict[str, Any]:
    """The lead does it until somebody else is named; with one role there is nothing to choose."""
    roles = list(Role.objects.filter(use_case=use_case)[:2])
    return {"owner": use_case.lead_id, "role": roles[0] if len(roles) == 1 else None}


PARTS = {
    "plan": Part(forms.PlanForm, actions.start_plan, _plan, "The plan is kept."),
    "role": Part(
        forms.RoleForm, actions.set_role, _row(Role, "name", "headcount", "reached", "using", "reason"),
        "The numbers are kept.",
    ),
    "conversation": Part(forms.ConversationForm, actions.log_engagement, _today, "The conversation is logged."),
    "changed": Part(forms.ChangedForm, actions.say_changed, _heard, "What we changed is kept."),
    "support": Part(forms.SupportForm, actions.add_support, _support, "The support is planned."),
    "oversight": Part(
        forms.OversightForm, actions.set_oversight,
        _row(Oversight, "mode", "cover", "stop_authority", "competence", "review_days", "reviewed_on"),
        "Oversight is kept.",
    ),
    "work": Part(
        forms.WorkForm, actions.set_work, _row(WorkDecision, "text", "made_by", "answers", "objection"),
        "The decision is kept.",
    ),
}  # fmt: skip
_SPELLED = {"mode": Mode, "made_by": MadeBy}


def people(request: HttpRequest, ref: str) -> HttpResponse:
    """The People tab."""
    use_case = use_case_of(request, ref)
    portfolio = use_case.portfolio
    today = portfolio.today()
    since_on: date = use_case.stage_since.astimezone(ZoneInfo(portfolio.time_zone)).date()
    oversight = Oversight.objects.filter(use_case=use_case).first()
    context = {
        "use_case": use_case, "portfolio": portfolio, "today": today, "tabs": tabs(use_case, "use_case_people"),
        "page": {"assessment": Assessment.objects.filter(use_case=use_case).first()},
        "may": may(request, "adoption.write", "right.change"),
        "mode_words": forms.MODE_WORDS.get(Mode(oversight.mode)) if oversight else "",
        "made_by": {one.value: words for one, words in forms.MADE_BY_WORDS.items()},
        "deciders": right_queries.of_use_case(use_case),
    }  # fmt: skip
    return answer(request, "governance/people.html", context | pictures.context(use_case, since_on, today))


def edit(request: HttpRequest, ref: str, people_part: str) -> HttpResponse:
    """One form of the tab, as a page or in its dialog. `?row=` names what is changed."""
    use_case = use_case_of(request, ref)
    if people_part not in PARTS:
        raise NotVisible
    part = PARTS[people_part]
    initial = part.initial(use_case, request.GET.get("row", ""))
    form = part.form(request.POST if request.method == "POST" else None, initial=initial, use_case=use_case)
    back = reverse("use_case_people", args=[use_case.key])
    if request.method == "POST" and form.is_valid():
        said = {name: _SPELLED.get(name, lambda value: value)(value) for name, value in form.cleaned_data.items()}
        try:
            part.act(use_case_id=use_case.id, by=actor_of(request), **said)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, part.done)
            return done(request, back)
    return form_page(request, {
        "form": form, "title": part.form.TITLE, "button": part.form.BUTTON, "back": back,
        "action": request.get_full_path(), "crumbs": [{"url": back, "label": "People"}],
    })  # fmt: skip
