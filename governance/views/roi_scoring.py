"""How good were we? A portfolio's own forecasts of value against what came."""

from django.http import HttpRequest, HttpResponse

from governance.queries.scoring import scores
from governance.views.frame import answer, portfolio_of


def page(request: HttpRequest, slug: str) -> HttpResponse:
    portfolio = portfolio_of(request, slug)
    return answer(request, "governance/scoring.html", {"portfolio": portfolio, "scores": scores(portfolio)})
