"""Which two or three deserve the slots together, and why? A what-if over stored figures: GET changes nothing."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.forms.best_set import WhatIf
from governance.queries import best_set as queries
from governance.views.frame import answer, may, portfolio_of
from portfolio.rules import Refused


def best_set(request: HttpRequest, slug: str) -> HttpResponse:
    """The answer in a few sentences, the chosen and the others with their reasons, and the way to act on it."""
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    form = WhatIf(request.GET, cap=portfolio.policy.pilot_cap)
    field = queries.read(portfolio)
    found = None
    if field.rows and form.is_valid():
        try:
            found = queries.ask(field, form.asked())
        except Refused as refused:
            form.refuse(refused)
    keep, without = form.ticked("keep"), form.ticked("without")
    for row in field.rows:  # what is ticked stays ticked, also when it is refused
        row.kept, row.without = row.use_case["key"] in keep, row.use_case["key"] in without
    kept = urlencode([("keep", row.use_case["key"]) for row in found.keep] or [("keep", "")]) if found else ""
    context = {
        "portfolio": portfolio, "form": form, "field": field, "found": found,
        "may": may(request, "portfolio.pause_the_rest", "use_case.select", "hypothesis.edit"),
        "pause_url": f"{reverse('pause_the_rest', args=[slug])}?{kept}",
        "compare_url": f"{reverse('compare', args=[slug])}?{urlencode([('u', row.use_case['key']) for row in found.chosen[:4]])}"
        if found and len(found.chosen) > 1
        else "",
    }  # fmt: skip
    status = 422 if form.errors or form.refusal else 200
    return answer(request, "governance/best_set.html", context, part="best", status=status)
