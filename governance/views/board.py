"""Which two or three pilots deserve a slot, which rest, when can each be decided?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.models import PortfolioState
from governance.queries import board as queries
from governance.queries import filters as addresses
from governance.queries import visit
from governance.queries.board_charts import drawn
from governance.views.frame import answer, done, may, portfolio_of
from portfolio.access.identity import actor_of
from portfolio.actions.members import seen
from portfolio.models import Portfolio
from portfolio.rules import Stage

_STAGES = (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION, Stage.PAUSED)


def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The board: the cap as a line and in words, the pilots ranked, what is proposed, live and paused."""
    portfolio = portfolio_of(request, slug)
    settled = sweep.settle_portfolio(portfolio.id)
    people = queries.people_of(portfolio)
    filters = addresses.parse(request.GET, people)
    today = portfolio.today()
    page = queries.pilots(portfolio, filters, today)
    state = queries.state_of(portfolio)
    context = _figures(request, portfolio, state) | {
        "settled": settled,
        "filters": filters,
        "menus": filters.menus(people[:60], _STAGES),
        "page": page,
        "groups": queries.grouped(page.rows, {} if filters.any else queries.advised(portfolio)),
        "worth": queries.worth(state, page.rows),
        "drawn_pilots": drawn(page.rows),
        "show_pilots": filters.stage in ("", Stage.PILOT),
        "others": queries.others(portfolio, filters),
        "today": today,
    }
    return answer(request, "governance/board.html", context | {"rows": state.version})


def board_visit(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened since the reader's last visit and what waits on them: a page, and a fold of the board.

    The board fetches it after itself: its own queries stay twelve, whatever happened.
    """
    portfolio = portfolio_of(request, slug)
    context = visit.context(portfolio, actor_of(request), portfolio.today())
    return answer(request, "governance/visit.html", context | {"portfolio": portfolio}, part="fold")


def board_seen(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader has read what happened; from now on the board tells what comes after."""
    portfolio = portfolio_of(request, slug)
    seen(by=actor_of(request), portfolio_id=portfolio.id)
    return done(request, reverse("board", args=[slug]))


def live(request: HttpRequest, slug: str) -> HttpResponse:
    """What the board polls: nothing new (204), or its figures and warnings anew. Rows change only on request."""
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    state, rows = queries.state_of(portfolio), request.GET.get("rows", "")[:20]
    if request.GET.get("seen") == str(state.version):
        return HttpResponse(status=204)
    context = {"rows": rows, "stale": rows != str(state.version), "polled": True}
    return answer(request, "governance/board.html#pulse", _figures(request, portfolio, state) | context)


def _figures(request: HttpRequest, portfolio: Portfolio, state: PortfolioState) -> dict[str, Any]:
    taken, cap = state.counts.get(Stage.PILOT, 0), portfolio.policy.pilot_cap
    return {
        "portfolio": portfolio,
        "state": state,
        "taken": taken,
        "cap": cap,
        "over": max(taken - cap, 0),
        "free": max(cap - taken, 0),
        "drawn": max(taken, cap) <= queries.DRAWN_SLOTS,
        "total": sum(state.counts.values()),
        "counts": [(stage, state.counts[stage]) for stage in Stage if state.counts.get(stage)],
        "warnings": queries.warnings_of(state, portfolio.slug),
        "may": may(
            request, "portfolio.pause_the_rest", "use_case.select", "use_case.register", "use_case.pause", "import.run"
        ),
    }
