"""Which portfolios are there, who belongs to them, which limits do they keep? And the ways around: palette, gallery."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.actions import leaving
from governance.actions.rounds import change_policy
from governance.forms.portfolio import AddMember, ChangeRole, Limits
from governance.models import PortfolioState
from governance.views.frame import answer, done, may, portfolio_of
from portfolio import shell
from portfolio.access.fetch import route_verb
from portfolio.access.identity import actor_of
from portfolio.access.table import require
from portfolio.actions import members as member_actions
from portfolio.actions import seats
from portfolio.gallery import examples
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.rules import Conflict, NotVisible, PolicyFault, Reason, Refused, Role

FOUND = 8  # use cases the palette offers


def home(request: HttpRequest) -> HttpResponse:
    """The portfolios of the reader; with one only, its board."""
    mine = shell.of(request).portfolios
    actor = actor_of(request)
    if len(mine) == 1 and not actor.is_instance_admin:
        return redirect("board", mine[0].slug)
    warned = {row.portfolio_id: len(row.warnings) for row in PortfolioState.objects.visible_to(actor)}
    for one in mine:
        one.warning_count = warned.get(one.id, 0)
    known = {one.id for one in mine}
    others = Portfolio.objects.listed().exclude(id__in=known) if actor.is_instance_admin else ()
    return answer(
        request, "governance/home.html", {"portfolios": mine, "others": others, "admin": actor.is_instance_admin}
    )


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state; never in production."""
    if not settings.DEMO_ALLOWED:
        raise Http404
    return render(request, "gallery.html", examples())


def palette(request: HttpRequest) -> HttpResponse:
    """Use cases and places that fit the words, as options of the palette; a page of links without JavaScript."""
    words = request.GET.get("q", "").strip()[:100]
    cases = UseCase.objects.visible_to(actor_of(request)).filter(portfolio__archived_at=None)
    found = cases.matching(words).only("key", "title").order_by("-updated_at")[:FOUND] if words else []
    results = [
        {"url": reverse("use_case", args=[one.key]), "label": one.title, "hint": one.key, "icon": "usecase"}
        for one in found
    ]
    results += [place for place in _places(request) if words.lower() in place["label"].lower()][:FOUND]
    template = "components/palette_results.html" if request.htmx else "governance/search.html"  # type: ignore[attr-defined]
    return answer(request, template, {"results": results, "words": words})


def _places(request: HttpRequest) -> list[dict[str, str]]:
    frame = shell.of(request)
    pages = [{"url": item.url, "label": item.label, "hint": "page", "icon": item.icon} for item in frame.nav]
    boards = [{"url": one.url, "label": one.name, "hint": "portfolio", "icon": "portfolio"} for one in frame.portfolios]
    views = [
        {"url": item.url, "label": item.label, "hint": "saved view", "icon": item.icon} for item in frame.saved_views
    ]
    return [
        *pages,
        *views,
        *boards,
        {"url": reverse("own_settings"), "label": "Your settings", "hint": "page", "icon": "settings"},
    ]


def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """The cap and the limits; a leader changes them, everybody may read them."""
    portfolio = portfolio_of(request, slug)
    rights = may(request, "policy.change")
    form = Limits(request.POST or None, policy=portfolio.policy)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            change_policy(
                portfolio_id=portfolio.id, by=actor_of(request), version=form.cleaned_data["version"], **form.limits()
            )
        except PolicyFault as fault:
            form.refuse(Refused([Reason("unusable_limit", str(fault), fault.field)]))
        except Conflict as conflict:
            status = 409
            form.data = _restamped(form, conflict)
        else:
            messages.success(request, "The limits are changed; the board follows.")
            return done(request, reverse("board", args=[slug]))
    context = {
        "portfolio": portfolio,
        "form": form,
        "policy": portfolio.policy,
        "may": rights,
        "conflict": status == 409,
    }
    if form.is_bound and form.errors:
        status = 422
    return answer(request, "governance/policy.html", context, status=status)


def _restamped(form: Limits, conflict: Conflict) -> Any:
    """The same typing on the present version: saved again, it stands."""
    data = form.data.copy()
    data["version"] = str(conflict.present.version)
    return data


def member_portfolio(request: HttpRequest, slug: str) -> Portfolio:
    """Members see theirs; an instance administrator manages memberships of all, and sees no content."""
    actor = actor_of(request)
    if not actor.is_instance_admin:
        return portfolio_of(request, slug)
    found = Portfolio.objects.listed().filter(slug=slug).first()
    if found is None:
        raise NotVisible
    require(actor, route_verb(request), found.id)
    if found.id in actor.roles:
        request.portfolio = found  # type: ignore[attr-defined]
    return found


def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who belongs here, in which role; a leader adds people by their mail address."""
    portfolio = member_portfolio(request, slug)
    form = AddMember(request.POST or None, initial={"role": Role.CONTRIBUTOR})
    if request.method == "POST" and form.is_valid():
        try:
            member, token = member_actions.invite(by=actor_of(request), portfolio_id=portfolio.id, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{member.user} is a member now.")
            if token:  # shown on this answer only: it is kept nowhere
                link = request.build_absolute_uri(reverse("welcome", args=[token]))
                return _members_page(request, portfolio, AddMember(), 200, link=link, invited=member.user)
            return done(request, reverse("members", args=[slug]))
    return _members_page(request, portfolio, form, 422 if form.is_bound else 200)


def _members_page(
    request: HttpRequest, portfolio: Portfolio, form: AddMember, status: int, reasons: Any = (), **more: Any
) -> HttpResponse:
    actor = actor_of(request)
    rows = Membership.objects.filter(portfolio=portfolio).select_related("user").order_by("user__name", "user__email")
    manages = actor.is_instance_admin or actor.roles.get(portfolio.id) == Role.LEADER
    context = {"portfolio": portfolio, "members": rows, "form": form, "manages": manages, "roles": list(Role),
               "reader": actor.user_id, "admin": actor.is_instance_admin, "reasons": reasons}  # fmt: skip
    return answer(request, "governance/members.html", context | more, status=status)


def member(request: HttpRequest, slug: str, member_id: Any) -> HttpResponse:
    """Change a member's role, or take them out; whoever holds seats hands them over in the same act."""
    portfolio = member_portfolio(request, slug)
    found = Membership.objects.filter(id=member_id, portfolio=portfolio).first()
    if found is None:
        raise NotVisible
    form = ChangeRole(request.POST)
    by = actor_of(request)
    try:
        if "remove" in request.POST and seats.held(portfolio.id, found.user_id):
            return done(request, reverse("hand_over", args=[slug, member_id]) + "?leaving=1")
        if "remove" in request.POST:
            items = leaving.take_out(by=by, membership_id=member_id)
            told = f" Their {items} open item{'' if items == 1 else 's'} went to the use case's lead." if items else ""
            messages.success(request, f"The member was taken out.{told}")
        elif form.is_valid():
            member_actions.change_role(by=by, membership_id=member_id, role=Role(form.cleaned_data["role"]))
            messages.success(request, "The role is changed.")
    except Refused as refused:
        return _members_page(request, portfolio, AddMember(), 422, refused.reasons)
    return done(request, reverse("members", args=[slug]))
