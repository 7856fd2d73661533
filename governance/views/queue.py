"""What waits for a person, what is a person's own share of it, and what came of what they decided?"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import dates as actions
from governance.forms.fields import Plain, Text
from governance.models import Condition, Decision, Request
from governance.queries import decisions as decision_queries
from governance.queries import queue as queries
from governance.views.frame import answer, done, form_page, may, portfolio_of
from portfolio.access.fetch import route_verb
from portfolio.access.identity import actor_of
from portfolio.access.table import require
from portfolio.models import Membership
from portfolio.rules import NotVisible, Refused


class MetForm(Plain):
    note = Text(label="What shows that it is met", rows=3)


def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that waits, longest first; and how long each step took, by whom."""
    portfolio = portfolio_of(request, slug)
    reader = actor_of(request).user_id
    waits = queries.waits(portfolio)
    context = {
        "portfolio": portfolio, "waits": waits, "mine": [one for one in waits if reader in one.on], "reader": reader,
        "times": queries.times(portfolio), "today": portfolio.today(), "may": may(request, "request.open"),
    }  # fmt: skip
    return answer(request, "governance/queue.html", context)


def remind(request: HttpRequest, request_id: Any) -> HttpResponse:
    """Ask whoever may decide once more."""
    by = actor_of(request)
    found = Request.objects.visible_to(by).select_related("use_case__portfolio").filter(id=request_id).first()
    if found is None:
        raise NotVisible
    portfolio = found.use_case.portfolio
    require(by, route_verb(request), portfolio.id)
    try:
        actions.remind(request_id=found.id, by=by)
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
    else:
        messages.success(request, "They are reminded.")
    return done(request, reverse("queue", args=[portfolio.slug]))


def condition_met(request: HttpRequest, condition_id: Any) -> HttpResponse:
    """Say that a condition of a go is met, and what shows it."""
    by = actor_of(request)
    rows = Condition.objects.select_related("decision__portfolio", "decision__use_case", "owner")
    found = rows.filter(id=condition_id, decision__in=Decision.objects.visible_to(by)).first()
    if found is None:
        raise NotVisible
    require(by, route_verb(request), found.decision.portfolio_id)
    request.portfolio = found.decision.portfolio  # type: ignore[attr-defined]
    back = reverse("decision", args=[found.decision_id])
    form = MetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.meet_condition(condition_id=found.id, by=by, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "The condition is met.")
            return done(request, back)
    return form_page(request, {
        "form": form, "title": f"Condition: {found.text}", "button": "It is met", "back": back,
        "crumbs": [{"url": back, "label": found.decision.use_case.key}],
    })  # fmt: skip


def person(request: HttpRequest, slug: str, member_id: Any) -> HttpResponse:
    """What waits on a member, what is theirs to close, what they decided and how it came out."""
    portfolio = portfolio_of(request, slug)
    member = Membership.objects.select_related("user").filter(id=member_id, portfolio=portfolio).first()
    if member is None:
        raise NotVisible
    return _person(request, portfolio, member)


def mine(request: HttpRequest, slug: str) -> HttpResponse:
    """The same, of oneself."""
    portfolio = portfolio_of(request, slug)
    rows = Membership.objects.select_related("user").filter(portfolio=portfolio, user_id=actor_of(request).user_id)
    return _person(request, portfolio, rows.get())


def _person(request: HttpRequest, portfolio: Any, member: Membership) -> HttpResponse:
    decided = queries.decided_by(portfolio, member.user)
    outdated = decision_queries.changes(decided)
    for one in decided:
        one.changed = outdated.get(one.id, [])
        one.met = sum(condition.met_at is not None for condition in one.conditions.all())
    context = {
        "portfolio": portfolio, "member": member, "today": portfolio.today(), "decided": decided,
        "own": member.user_id == actor_of(request).user_id,
        "waits": [one for one in queries.waits(portfolio) if member.user_id in one.on],
        **queries.owed_by(portfolio, member.user),
    }  # fmt: skip
    return answer(request, "governance/person.html", context)
