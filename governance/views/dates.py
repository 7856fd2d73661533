"""Choose the lane, agree the date, ask for a decision, say what it waits for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import dates as actions
from governance.facts import gather
from governance.forms.use_cases import AgreeDate, Ask, ChooseLane, LaneQuestions, Waiting, askable
from governance.models import Request
from governance.queries.forecast import outlook
from governance.views.frame import done, form_page, use_case_of
from portfolio.access.fetch import route_verb
from portfolio.access.identity import actor_of
from portfolio.access.table import require
from portfolio.actions import use_cases
from portfolio.models import Lane, UseCase
from portfolio.rules import MOVES, NotVisible, Refused, Verb


def _context(use_case: UseCase, title: str, button: str) -> dict[str, Any]:
    address = reverse("use_case", args=[use_case.key])
    return {
        "use_case": use_case,
        "title": title,
        "button": button,
        "back": address,
        "crumbs": [
            {"url": reverse("board", args=[use_case.portfolio.slug]), "label": "Board"},
            {"url": address, "label": use_case.key},
        ],
    }


def date(request: HttpRequest, ref: str) -> HttpResponse:
    """Agree a go/no-go date, or move it with its cause."""
    use_case = use_case_of(request, ref)
    picture = gather([use_case.id])
    seen = outlook(picture, picture.facts[use_case.id])
    form = AgreeDate(
        request.POST or None, initial={"agreed_on": use_case.agreed_on or seen.proposal.agreed_on}
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.agree_date(use_case_id=use_case.id, by=actor_of(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "The go/no-go date is agreed.")
            return done(request, reverse("use_case", args=[use_case.key]))
    context = _context(use_case, f"Go/no-go date: {use_case.title}", "Agree")
    about = {
        "about": "governance/_about_date.html",
        "outlook": seen,
        "late": seen.at_limit(),
        "today": use_case.portfolio.today(),
    }
    return form_page(request, context | about | {"form": form})


def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a decision; somebody else decides it."""
    use_case = use_case_of(request, ref)
    verbs = [(verb, MOVES[verb].label) for verb in askable(use_case)]
    form = Ask(request.POST or None, verbs=verbs, initial={"kind": verbs[0][0] if verbs else ""})
    if request.method == "POST" and form.is_valid():
        kind = Verb(form.cleaned_data["kind"])
        try:
            actions.ask(use_case_id=use_case.id, by=actor_of(request), kind=kind, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"You asked for: {MOVES[kind].label.lower()}.")
            return done(request, reverse("use_case", args=[use_case.key]))
    return form_page(request, _context(use_case, f"Ask for a decision: {use_case.title}", "Ask") | {"form": form})


def withdraw(request: HttpRequest, request_id: Any) -> HttpResponse:
    """Take a request back."""
    by = actor_of(request)
    found = Request.objects.visible_to(by).select_related("use_case").filter(id=request_id).first()
    if found is None:
        raise NotVisible
    require(by, route_verb(request), found.use_case.portfolio_id)
    actions.withdraw(request_id=found.id, by=by)
    messages.success(request, "The request was withdrawn.")
    return done(request, reverse("use_case", args=[found.use_case.key]))


def waiting(request: HttpRequest, ref: str) -> HttpResponse:
    """A pilot that waits keeps its slot, with a dated reason."""
    use_case = use_case_of(request, ref)
    initial = {"reason": use_case.waiting_reason, "until_on": use_case.waiting_until_on}
    form = Waiting(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            use_cases.edit(use_case_id=use_case.id, by=actor_of(request), waiting=form.value())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved: it waits." if form.value() else "Saved: it waits no longer.")
            return done(request, reverse("use_case", args=[use_case.key]))
    context = _context(use_case, f"Waiting: {use_case.title}", "Save") | {"about": "governance/_about_waiting.html"}
    return form_page(request, context | {"form": form, "limit": use_case.portfolio.policy.waiting_limit_days})


def lane(request: HttpRequest, ref: str) -> HttpResponse:
    """Four yes/no questions propose a lane; a leader chooses it, or another with a reason."""
    use_case = use_case_of(request, ref)
    asked = LaneQuestions(request.GET or request.POST or None, questions=actions.LANE_QUESTIONS)
    if not asked.is_bound or not asked.is_valid():
        context = _context(use_case, f"Lane: {use_case.title}", "See the proposed lane")
        return form_page(request, context | {"form": asked}, template="governance/lane.html")
    proposed = actions.propose_lane(asked.answers())
    form = ChooseLane(
        request.POST or None, questions=actions.LANE_QUESTIONS, lanes=_lanes(use_case),
        initial=asked.data.dict() | {"lane": proposed},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("lane", "reason")}
        try:
            actions.choose_lane(use_case_id=use_case.id, by=actor_of(request), answers=form.answers(), **chosen)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{use_case.title} is in the {chosen['lane']} lane.")
            return done(request, reverse("use_case", args=[use_case.key]))
    context = _context(use_case, f"Lane: {use_case.title}", "Choose this lane")
    return form_page(request, context | {"form": form, "proposed": proposed}, template="governance/lane.html")


def _lanes(use_case: UseCase) -> list[tuple[str, str]]:
    """The newest version of each lane, with what it permits in pilot."""
    newest = Lane.objects.filter(portfolio=use_case.portfolio).order_by("code", "-version").distinct("code")
    permits = {
        lane.code: ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in lane.permits.items())
        for lane in newest
    }
    return [
        (code, f"{label} ({permits[code]})" if permits[code] else label)
        for code, label in Lane.CODES
        if code in permits
    ]
