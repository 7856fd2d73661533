"""When is what decided, how good were the forecasts, and where does governance itself take time?"""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.charts import Row
from governance.queries.calendar import entries
from governance.queries.scores import own_scores
from governance.queries.timing import timing
from governance.views.frame import answer, portfolio_of
from portfolio.access.identity import actor_of
from readiness.actions import feeds


def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Go/no-go dates and reviews, those without a date with the reason; a post makes the reader's feed key."""
    portfolio = portfolio_of(request, slug)
    key = ""
    if request.method == "POST":
        token = feeds.make_feed(by=actor_of(request), portfolio_id=portfolio.id)
        key = request.build_absolute_uri(f"{reverse('api:calendar', args=[slug])}?token={token}")
    sweep.settle_portfolio(portfolio.id)
    found = entries(actor_of(request), portfolio.id)
    rows = [Row(e.use_case.title, e.on, e.p50_on, e.p85_on, e.why) for e in found if e.kind == "decide"]
    return answer(request, "governance/calendar.html", {
        "portfolio": portfolio, "entries": found, "rows": rows, "today": portfolio.today(), "key": key,
    })  # fmt: skip


def timed(request: HttpRequest, slug: str) -> HttpResponse:
    """Days waiting for accept, sign and decide, by step and by whom, against days of work."""
    portfolio = portfolio_of(request, slug)
    return answer(request, "governance/timing.html", {"portfolio": portfolio, "found": timing(portfolio)})


def forecasts(request: HttpRequest, slug: str) -> HttpResponse:
    """How good were the forecasts here, and what do the curves rest on?"""
    portfolio = portfolio_of(request, slug)
    return answer(request, "governance/forecasts.html", {"portfolio": portfolio, **own_scores(portfolio)})
