"""How good would the forecasts of this portfolio have been, and what do its curves rest on?"""

from typing import Any

from governance.forms.readiness import KIND_WORDS
from portfolio import formats
from portfolio.models import Portfolio
from portfolio.rules import Policy
from readiness.backtest import Report, Row, Score, backtest
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


def ways_of(report: Report) -> list[tuple[str, Score]]:
    """Each way of forecasting that was tried, with its score; ours first."""
    return [
        ("Ours, a due date as the earliest day", report.shrunk), ("Ours, without due dates", report.without_floor),
        ("By days past the due date", report.after_due), ("Kaplan–Meier, from own items only", report.unshrunk),
    ]  # fmt: skip


def better(report: Report, policy: Policy) -> list[str]:
    """What the scores advise: the better of with and without due dates is the policy's default (rules.md 3)."""
    said = []
    floor, bare = report.shrunk.crps, report.without_floor.crps
    if floor is not None and bare is not None and (bare < floor) == policy.due_date_floors and floor != bare:
        way = "without due dates" if bare < floor else "with a due date as the earliest day"
        least, most = sorted((floor, bare))
        said.append(
            f"Here forecasts {way} are the better ones ({least:.1f} against {most:.1f} days): change it in the policy."
        )
    if report.prefers_after_due:
        said.append(
            "Due dates here are kept well enough that days past them forecast at least 5 % better than days since opening."
        )
    return said


def _stated(ours: Score) -> str:
    """Ours beside the dates that people stated, over the items that had one."""
    if ours.crps_beside_stated is None or ours.stated_crps is None:
        return "Too few items with a stated date are closed to compare with the dates people state."
    held = "" if ours.stated_coverage is None else f" {formats.percent(ours.stated_coverage)} of the stated dates held."
    return f"Over the items with a stated date: ours is off by {ours.crps_beside_stated:.1f} days, the stated date by {ours.stated_crps:.1f}.{held}"


def own_scores(portfolio: Portfolio) -> dict[str, Any]:
    """The back-test over own history (None before there is any month-end with something resolved) and the curves."""
    rows = rows_of(portfolio)
    report: Report | None = backtest(rows) if any(row.closed for row in rows) else None
    curves = CurveVersion.objects.filter(portfolio=portfolio).order_by("-number").first()
    by_kind = curves.by_kind if curves else {}
    return {
        "report": report if report and report.origins else None,
        "ways": ways_of(report) if report else [],
        "stated": _stated(report.shrunk) if report else "",
        "better": better(report, portfolio.policy) if report else [],
        "curves": curves,
        "kinds": [(KIND_WORDS[kind], median, by_kind.get(kind, 0)) for kind, median in STARTING_MEDIANS.items()],
    }
