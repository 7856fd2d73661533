"""Which filters does the reader come back to? Saved under a name, applied by a link, renamed, deleted; theirs alone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from governance.forms.saved_views import SaveView
from governance.queries import board as queries
from governance.queries import filters as addresses
from governance.views.frame import answer, done, form_answer, portfolio_of
from portfolio.access.identity import actor_of
from portfolio.actions import saved_views as actions
from portfolio.models import Portfolio, SavedView
from portfolio.rules import NotVisible, Reason, Refused


def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader's saved views of this portfolio, each to be opened, renamed or deleted."""
    return _page(request, portfolio_of(request, slug))


def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Name the filters of the address; `place` says which page they are of."""
    portfolio = portfolio_of(request, slug)
    asked = request.GET.copy()
    place = asked.pop("place", [SavedView.BOARD])[-1]
    if place not in dict(SavedView.PLACES):
        place = SavedView.BOARD
    query = canonical(asked, portfolio)
    back = f"{reverse(place, args=[slug])}?{query}"

    def save(name: str) -> None:
        actions.save_view(by=actor_of(request), portfolio_id=portfolio.id, name=name, place=place, query=query)

    form = SaveView(request.POST or None)
    action = f"{request.path}?{query}&place={place}"  # what was asked for, without what nobody understood
    return form_answer(
        request, form, "Save this view", "Save view", back, save, "The view is saved: you find it in the menu.",
        action=action,
    )  # fmt: skip


def canonical(asked: QueryDict, portfolio: Portfolio) -> str:
    """The filters of an address as we would write them; what means nothing here is left out."""
    return addresses.parse(asked, queries.people_of(portfolio)).address()[1:]


def change(request: HttpRequest, slug: str, view_id: UUID) -> HttpResponse:
    """Rename the view, or delete it."""
    portfolio, by = portfolio_of(request, slug), actor_of(request)
    if not SavedView.objects.visible_to(by).filter(id=view_id, membership__portfolio=portfolio).exists():
        raise NotVisible
    form = SaveView(request.POST)
    try:
        if "remove" in request.POST:
            actions.delete_view(by=by, view_id=view_id)
            messages.success(request, "The view is deleted; what it showed is untouched.")
        elif form.is_valid():
            actions.rename_view(by=by, view_id=view_id, name=form.cleaned_data["name"])
            messages.success(request, "The view has its new name.")
        else:
            texts = [Reason("bad_name", text, "name") for text in form.errors["name"]]
            return _page(request, portfolio, 422, tuple(texts))
    except Refused as refused:
        return _page(request, portfolio, 422, refused.reasons)
    return done(request, reverse("saved_views", args=[slug]))


def _page(request: HttpRequest, portfolio: Portfolio, status: int = 200, reasons: Any = ()) -> HttpResponse:
    people = queries.people_of(portfolio)
    rows = list(
        SavedView.objects.visible_to(actor_of(request)).filter(membership__portfolio=portfolio).order_by("name")
    )
    for row in rows:
        filters = addresses.parse(QueryDict(row.query), people)
        row.url = f"{reverse(row.place, args=[portfolio.slug])}?{row.query}"
        row.words = [f"{menu.label}: {menu.chosen}" for menu in filters.menus(people) if menu.chosen]
        row.words += [f"“{filters.q}”"] if filters.q else []
        row.lost = bool(filters.dropped)
    context = {"portfolio": portfolio, "views": rows, "reasons": reasons, "longest": SavedView.NAME}
    return answer(request, "governance/saved_views.html", context, status=status)
