"""Who has an account, who takes over when somebody leaves, and how does an administrator open a portfolio?"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import leaving
from governance.forms.people import HandOver, Leaving, NewPortfolio
from governance.queries.people import Everybody
from governance.views.frame import answer, done, form_page
from governance.views.portfolios import member_portfolio
from people.actions import ERASED
from people.models import User
from portfolio.access import fetch
from portfolio.access.identity import actor_of
from portfolio.actions import portfolios, seats
from portfolio.models import Membership
from portfolio.rules import NotVisible, Policy, Refused
from readiness.actions import successors


def hand_over(request: HttpRequest, slug: str, member_id: Any) -> HttpResponse:
    """Give all seats of a member to another one; `?leaving` takes the member out in the same act."""
    portfolio = member_portfolio(request, slug)
    member = Membership.objects.select_related("user").filter(id=member_id, portfolio=portfolio).first()
    if member is None:
        raise NotVisible
    goes = "leaving" in request.GET
    owned = successors.open_of(portfolio.id, member.user_id).count() if goes else 0
    form = HandOver(request.POST or None, portfolio=portfolio, leaver=member.user, items=owned)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            if goes:
                count = len(seats.use_cases_of(portfolio.id, member.user_id))
                leaving.take_out(by=actor_of(request), membership_id=member.id, to_id=to.id, items=form.with_items)
            else:
                count = seats.hand_over(by=actor_of(request), membership_id=member.id, to_id=to.id)
        except Refused as refused:
            form.refuse(refused)
        else:
            said = f"{to} holds the seats of {member.user} on {count} use case{'s' * (count != 1)}."
            messages.success(request, f"{said} {member.user} was taken out." if goes else said)
            return done(request, reverse("members", args=[slug]))
    held = seats.held(portfolio.id, member.user_id)
    return form_page(request, {
        "form": form, "title": f"Hand over the seats of {member.user}",
        "button": "Hand over and take out" if goes else "Hand over", "danger": goes, "leaving": goes,
        "action": request.get_full_path() if goes else "",
        "about": "governance/_about_hand_over.html", "leaver": member.user,
        "held": [(seat.replace("_", " "), count) for seat, count in held.items()],
        "back": reverse("members", args=[slug]),
        "crumbs": [{"url": reverse("members", args=[slug]), "label": "Members"}],
    })  # fmt: skip


def everybody(request: HttpRequest) -> HttpResponse:
    """Who has an account here, in which portfolios; for an instance administrator."""
    fetch.anywhere(request)
    found = Everybody.of(request.GET)
    return answer(request, "governance/everybody.html", {"found": found, "reader": actor_of(request).user_id})


def person_leaves(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Hand over somebody's seats everywhere and shut them out, in one act."""
    fetch.anywhere(request)
    leaver = _account(user_id)
    places = leaving.places_of(leaver)
    form = Leaving(request.POST if request.method == "POST" else None, places=places, leaver=leaver)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.deactivate(user_id=leaver.id, by=actor_of(request), heirs=form.heirs(), items=form.with_items)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{leaver} is shut out; what they held is handed over.")
            return done(request, reverse("people"))
    return form_page(request, {
        "form": form, "title": f"{leaver} leaves", "button": "Hand over and shut out", "danger": True,
        "about": "governance/_about_leaving.html", "leaver": leaver, "places": places, "back": reverse("people"),
        "crumbs": [{"url": reverse("people"), "label": "People"}],
    })  # fmt: skip


def person_returns(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Let somebody sign in again."""
    fetch.anywhere(request)
    found = _account(user_id)
    try:
        leaving.reactivate(user_id=found.id, by=actor_of(request))
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
    else:
        messages.success(request, f"{found} may sign in again; a leader gives them a role.")
    return done(request, reverse("people"))


def _account(user_id: UUID) -> User:
    found = User.objects.exclude(email__endswith=ERASED).filter(id=user_id).first()
    if found is None:
        raise NotVisible
    return found


def new_portfolio(request: HttpRequest) -> HttpResponse:
    """An instance administrator opens a portfolio for its first leader."""
    fetch.anywhere(request)
    form = NewPortfolio(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = portfolios.create_portfolio(
                by=actor_of(request), leaders=[form.leader_found], policy=Policy(pilot_cap=form.cleaned_data["cap"]),
                **{name: form.cleaned_data[name] for name in ("name", "slug", "currency", "time_zone")},
            )  # fmt: skip
        except Refused as refused:
            form.refuse(refused)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            messages.success(request, f"{made.name} is open; {form.leader_found} leads it.")
            return done(request, reverse("members", args=[made.slug]))
    return form_page(request, {
        "form": form, "title": "Open a portfolio", "button": "Open it", "back": reverse("home"),
        "crumbs": [{"url": reverse("home"), "label": "Portfolios"}],
    })  # fmt: skip
