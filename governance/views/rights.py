"""Who decides what here, who lent it to whom, and what waits for a decision?"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import rights as actions
from governance.forms.rights import Delegate, SetRight
from governance.models import Delegation
from governance.models.rights import LANES
from governance.queries import rights as queries
from governance.views.frame import answer, done, may, portfolio_of
from portfolio.access.fetch import route_verb
from portfolio.access.identity import actor_of
from portfolio.access.table import require
from portfolio.rules import MOVES, NotVisible, Refused, Verb


def rights(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of rights, what waits, and the delegations in force; a leader lends theirs here."""
    portfolio = portfolio_of(request, slug)
    by = actor_of(request)
    form = Delegate(request.POST or None, portfolio=portfolio)
    if request.method == "POST" and form.is_valid():
        try:
            lent = actions.delegate(portfolio_id=portfolio.id, by=by, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{lent.taker} may decide in your stead until then.")
            return done(request, reverse("rights", args=[slug]))
    context = {
        "portfolio": portfolio, "rows": queries.table(portfolio), "lanes": LANES, "form": form,
        "delegations": queries.delegations(portfolio),
        "may": may(request, "right.change"), "today": portfolio.today(),
    }  # fmt: skip
    return answer(request, "governance/rights.html", context, status=422 if form.is_bound else 200)


def right(request: HttpRequest, slug: str, lane: str, kind: str) -> HttpResponse:
    """One cell: say who decides, see who that means today, then save."""
    portfolio = portfolio_of(request, slug)
    if lane not in dict(LANES) or kind not in set(Verb):
        raise NotVisible
    verb = Verb(kind)
    present = actions.load(portfolio.id, None).of(lane, verb)
    initial = {"roles": list(present.roles), "seats": list(present.seats), "second_person": present.second_person}
    form = SetRight(request.POST if request.method == "POST" else None, initial=initial)
    shown = present
    if request.method == "POST" and form.is_valid():
        shown = form.right()
        if "preview" not in request.POST:
            try:
                actions.change_right(
                    portfolio_id=portfolio.id, by=actor_of(request), lane=lane, kind=verb, **form.cleaned_data
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, f"{MOVES[verb].label}, {dict(LANES)[lane]}: {queries.words(shown)}.")
                return done(request, reverse("rights", args=[slug]))
    context = {
        "portfolio": portfolio, "form": form, "people": queries.today(portfolio, lane, shown), "lane": dict(LANES)[lane],
        "move": MOVES[verb], "words": queries.words(shown), "crumbs": [{"url": reverse("rights", args=[slug]), "label": "Decision rights"}],
    }  # fmt: skip
    status = 422 if (form.is_bound and form.errors) or form.refusal else 200
    return answer(request, "governance/right.html", context, status=status)


def delegation_end(request: HttpRequest, delegation_id: Any) -> HttpResponse:
    """End a delegation before its day."""
    by = actor_of(request)
    found = Delegation.objects.visible_to(by).select_related("portfolio").filter(id=delegation_id).first()
    if found is None:
        raise NotVisible
    require(by, route_verb(request), found.portfolio_id)
    actions.end_delegation(delegation_id=found.id, by=by)
    messages.success(request, "The delegation has ended.")
    return done(request, reverse("rights", args=[found.portfolio.slug]))
