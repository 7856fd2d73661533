"""How good would the forecasts of this portfolio have been, and what do its curves rest on?"""

from typing import Any

from portfolio.models import Portfolio
from readiness.backtest import Report, Row, backtest
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import BlockingItem, CurveVersion

MOST_ITEMS = 20_000  # the newest; more would not change the answer


def rows_of(portfolio: Portfolio) -> list[Row]:
    """The hard items of the portfolio as the back-test reads them; the first due date counts."""
    items = BlockingItem.objects.filter(use_case__portfolio=portfolio, severity="hard").order_by("-opened_on", "id")
    columns = ("opened_on", "closed_on", "closed_as", "first_due_on", "kind")
    return [
        Row(opened, closed if how == "resolved" else None, due, kind)
        for opened, closed, how, due, kind in items.values_list(*columns)[:MOST_ITEMS]
    ]


def own_scores(portfolio: Portfolio) -> dict[str, Any]:
    """The back-test over own history (None before there is any month-end with something resolved) and the curves."""
    rows = rows_of(portfolio)
    report: Report | None = backtest(rows) if any(row.closed for row in rows) else None
    curves = CurveVersion.objects.filter(portfolio=portfolio).order_by("-number").first()
    by_kind = curves.by_kind if curves else {}
    return {
        "report": report if report and report.origins else None,
        "curves": curves,
        "kinds": [(kind, median, by_kind.get(kind, 0)) for kind, median in STARTING_MEDIANS.items()],
    }
