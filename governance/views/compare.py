"""Which of these few use cases deserves the slot? Two to four, side by side."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from governance.actions import sweep
from governance.queries import compare as queries
from governance.views.frame import answer, portfolio_of


def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """The address names them: `?u=UC-1&u=UC-2`; `only=differences` hides what is equal."""
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    rows = queries.chosen(portfolio, request.GET.getlist("u"))
    enough = len(rows) >= queries.FEWEST
    criteria = queries.criteria(portfolio, rows, portfolio.today()) if enough else []
    only = request.GET.get("only") == "differences"
    address = "?" + urlencode([("u", row.key) for row in rows])
    context = {
        "portfolio": portfolio,
        "rows": rows,
        "criteria": [one for one in criteria if one.differs or not only],
        "equal": sum(not one.differs for one in criteria),
        "only": only,
        "other": address if only else f"{address}&only=differences",
        "left_out": len(set(request.GET.getlist("u"))) - len(rows),
    }
    return answer(request, "governance/compare.html", context)
