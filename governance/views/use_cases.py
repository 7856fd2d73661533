"""What is this use case, how does it stand, what comes next? And the register as a list."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.actions.rights import load
from governance.forms.use_cases import SECTIONS, Edit, Register, Section, askable
from governance.queries import board as board_queries
from governance.queries import filters as addresses
from governance.queries.use_case import picture
from governance.rules.rights import holder
from governance.views.frame import answer, done, form_page, may, portfolio_of, use_case_of
from governance.views.readiness import tabs
from governance.views.verbs import verbs_of
from portfolio.access.fetch import seats_of
from portfolio.access.identity import actor_of
from portfolio.actions import use_cases as actions
from portfolio.models import UseCase
from portfolio.rules import MOVES, Conflict, NotVisible, Refused, Role, Stage, Verb

_RIGHTS = ("use_case.edit", "use_case.choose_lane", "use_case.agree_date", "request.open", "use_case.go",
           "use_case.set_review", "use_case.grant_exception")  # fmt: skip


def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Every use case of the portfolio, found and filtered by the address."""
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    people = board_queries.people_of(portfolio)
    filters = addresses.parse(request.GET, people)
    wanted = board_queries.with_picture(filters.narrow(UseCase.objects.filter(portfolio=portfolio)))
    context = {
        "portfolio": portfolio,
        "filters": filters,
        "menus": filters.menus(people[:60]),
        "page": filters.paged(list(wanted.order_by("-updated_at", "id")[filters.window])),
        "today": portfolio.today(),
        "may": may(request, "use_case.register"),
    }
    return answer(request, "governance/use_cases.html", context)


def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a use case into the register."""
    portfolio = portfolio_of(request, slug)
    by = actor_of(request)
    leads = by.role_in(portfolio.id) == Role.CONTRIBUTOR  # a leader decides, so rather no lead
    initial = {"lead": by.user_id} if leads else {}
    form = Register(request.POST or None, portfolio=portfolio, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register(by=by, portfolio_id=portfolio.id, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{made.title} was registered as {made.key}.")
            return done(request, reverse("use_case", args=[made.key]))
    return form_page(request, {
        "form": form, "title": "Register a use case", "button": "Register", "back": reverse("board", args=[slug]),
        "crumbs": [{"url": reverse("use_cases", args=[slug]), "label": "Use cases"}],
    })  # fmt: skip


def page(request: HttpRequest, ref: str) -> HttpResponse:
    """One use case: where it stands, the next step, its facts, what was decided and done."""
    use_case = use_case_of(request, ref)
    return answer(request, "governance/use_case.html", _context(request, use_case))


def _context(request: HttpRequest, use_case: UseCase) -> dict[str, Any]:
    seats = seats_of(use_case)
    verbs = verbs_of(use_case)
    rights = may(request, *_RIGHTS, *(f"use_case.{verb}" for verb in Verb), seats=seats)
    by = actor_of(request)
    known, stage = load(use_case.portfolio_id, by.user_id), Stage(use_case.stage)
    lane, day = use_case.lane.code if use_case.lane else None, use_case.portfolio.today()
    role = by.role_in(use_case.portfolio_id)
    mine = [
        MOVES[verb]
        for verb in verbs
        if rights[verb.replace("-", "_")] and holder(verb, lane, stage, day, known, seats, by.user_id, role)[0]
    ]
    return {
        "portfolio": use_case.portfolio,
        "use_case": use_case,
        "picture": picture(use_case),
        "today": use_case.portfolio.today(),
        "sections": list(SECTIONS.values()),
        "tabs": tabs(use_case, "use_case"),
        "may": rights,
        "moves": [
            {"verb": move.verb, "label": move.label, "url": reverse(_route(move.verb), args=[use_case.key])}
            for move in mine
        ],
        "askable": bool(askable(use_case)) and rights["open"],
        "reader": actor_of(request).user_id,
        "datable": use_case.stage in (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION),
    }


def _route(verb: Verb) -> str:
    return f"verb_{verb.replace('-', '_')}"


def edit(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """One section of the facts, edited in place; 409 shows what somebody else wrote meanwhile beside what was typed."""
    use_case = use_case_of(request, ref)
    if section not in SECTIONS:
        raise NotVisible
    part = SECTIONS[section]
    if request.method == "GET":
        return _section(request, use_case, part, Edit(section=part, use_case=use_case))
    if "take" in request.POST:
        taken = Edit.taking(request.POST, request.POST["take"], section=part, use_case=use_case)
        return _section(request, use_case, part, taken)
    form = Edit(request.POST, section=part, use_case=use_case)
    if not form.is_valid():
        return _section(request, use_case, part, form, 422)
    try:
        saved = _save(request, use_case, form)
    except Refused as refused:
        form.refuse(refused)
        return _section(request, use_case, part, form, 422)
    except Conflict as conflict:
        return _section(request, use_case, part, form.over(conflict.present), 409)
    return _saved(request, saved, part)


def _save(request: HttpRequest, use_case: UseCase, form: Edit) -> UseCase:
    """Store what was changed. When others changed other fields meanwhile, both stand."""
    by, version = actor_of(request), form.cleaned_data["version"]
    try:
        return actions.edit(by=by, use_case_id=use_case.id, version=version, **form.changes())
    except Conflict as conflict:
        if form.find_clashes(conflict.present):
            raise
        return actions.edit(by=by, use_case_id=use_case.id, version=conflict.present.version, **form.changes())


def _section(request: HttpRequest, use_case: UseCase, part: Section, form: Edit, status: int = 200) -> HttpResponse:
    context = {"portfolio": use_case.portfolio, "use_case": use_case, "section": part, "form": form, "editing": True}
    return answer(request, "governance/section.html", context, part="part", status=status)


def _saved(request: HttpRequest, use_case: UseCase, part: Section) -> HttpResponse:
    address = reverse("use_case", args=[use_case.key])
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, f"{part.title}: saved.")
        return done(request, f"{address}#section-{part.code}")
    fresh = use_case_of(request, use_case.key)
    context = _context(request, fresh) | {"section": part, "saved": True}
    return answer(request, "governance/use_case.html", context, part="saved")
