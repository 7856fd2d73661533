"""Five facts a pilot on one skippable screen: what makes the first advice worth something?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.forms.sort import FiveFacts
from governance.queries.sort import Sitting, sitting
from governance.views.frame import answer, done, portfolio_of
from portfolio.access.identity import actor_of
from portfolio.actions import use_cases as actions
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Conflict, NotVisible, Refused


def first_sort(request: HttpRequest, slug: str) -> HttpResponse:
    """One pilot at a time; each is saved by itself, so the sitting can be left and resumed."""
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    found = sitting(portfolio)
    wanted = request.POST.get("pilot") or request.GET.get("pilot", "")
    row = _chosen(found, wanted)
    if row is None:
        return answer(request, "governance/sort_done.html", {"portfolio": portfolio, "total": len(found.rows)})
    form = FiveFacts(request.POST or None, use_case=row, portfolio=portfolio)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return done(request, _address(portfolio, found.next_after(row.key), row))
    return _page(request, portfolio, found, row, form)


def _chosen(found: Sitting, key: str) -> UseCase | None:
    """The one that was asked for, else the first with a fact missing."""
    if not key:
        return next(iter(found.open), None)
    at = found.place(key[:20].upper())
    if at is None:
        raise NotVisible
    return found.rows[at]


def _saved(request: HttpRequest, form: FiveFacts) -> bool:
    row, facts = form.use_case, form.facts()
    try:
        if facts:
            actions.edit(use_case_id=row.id, by=actor_of(request), version=form.cleaned_data["version"], **facts)
    except Refused as refused:
        form.refuse(refused)
        return False
    except Conflict as conflict:
        form.data = form.data.copy()
        form.data["version"] = str(conflict.present.version)
        form.add_error(None, "Somebody else changed this pilot meanwhile. Look at it, then save again.")
        return False
    messages.success(request, f"{row.title}: saved.")
    return True


def _address(portfolio: Portfolio, following: UseCase | None, row: UseCase) -> str:
    address = reverse("first_sort", args=[portfolio.slug])
    if following is None or following.key == row.key:
        return address
    return f"{address}?pilot={following.key}"


def _page(
    request: HttpRequest, portfolio: Portfolio, found: Sitting, row: UseCase, form: FiveFacts
) -> HttpResponse:  # fmt: skip
    status = 422 if form.is_bound else 200
    following, before = found.next_after(row.key), found.before(row.key)
    context = {
        "portfolio": portfolio,
        "row": row,
        "form": form,
        "members": form.members[:200],
        "total": len(found.rows),
        "sorted": found.sorted_count,
        "to_go": len(found.open),
        "at": (found.place(row.key) or 0) + 1,
        "list": found.around(row.key),
        "skip": following if following and following.key != row.key else None,
        "before": before,
        "top": found.top(portfolio.policy.pilot_cap),
        "cap": portfolio.policy.pilot_cap,
    }
    return answer(request, "governance/sort.html", context, status=status)
