"""Who takes over when somebody leaves, and how does an administrator open a portfolio?"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.forms.people import HandOver, NewPortfolio
from governance.views.frame import done, form_page
from governance.views.portfolios import member_portfolio
from portfolio.access import fetch
from portfolio.access.identity import actor_of
from portfolio.actions import members, portfolios, seats
from portfolio.models import Membership
from portfolio.rules import NotVisible, Policy, Refused


def hand_over(request: HttpRequest, slug: str, member_id: Any) -> HttpResponse:
    """Give all seats of a member to another one; `?leaving` takes the member out in the same act."""
    portfolio = member_portfolio(request, slug)
    member = Membership.objects.select_related("user").filter(id=member_id, portfolio=portfolio).first()
    if member is None:
        raise NotVisible
    leaving = "leaving" in request.GET
    form = HandOver(request.POST or None, portfolio=portfolio, leaver=member.user)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            if leaving:
                count = len(seats.use_cases_of(portfolio.id, member.user_id))
                members.remove_member(by=actor_of(request), membership_id=member.id, to_id=to.id)
            else:
                count = seats.hand_over(by=actor_of(request), membership_id=member.id, to_id=to.id)
        except Refused as refused:
            form.refuse(refused)
        else:
            said = f"{to} holds the seats of {member.user} on {count} use case{'s' * (count != 1)}."
            messages.success(request, f"{said} {member.user} was taken out." if leaving else said)
            return done(request, reverse("members", args=[slug]))
    held = seats.held(portfolio.id, member.user_id)
    return form_page(request, {
        "form": form, "title": f"Hand over the seats of {member.user}",
        "button": "Hand over and take out" if leaving else "Hand over", "danger": leaving, "leaving": leaving,
        "action": request.get_full_path() if leaving else "",
        "about": "governance/_about_hand_over.html", "leaver": member.user,
        "held": [(seat.replace("_", " "), count) for seat, count in held.items()],
        "back": reverse("members", args=[slug]),
        "crumbs": [{"url": reverse("members", args=[slug]), "label": "Members"}],
    })  # fmt: skip


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
