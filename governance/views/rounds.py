"""Keep two or three, pause all others in one act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.actions.rounds import pause_the_rest as act
from governance.forms.portfolio import SHOWN, PauseTheRest
from governance.queries import board as queries
from governance.views.frame import done, form_page, portfolio_of
from portfolio.access.identity import actor_of
from portfolio.rules import Refused


def pause_the_rest(request: HttpRequest, slug: str) -> HttpResponse:
    """First what is kept and why the rest is paused, then how many that are; only then is anything written."""
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    today = portfolio.today()
    pilots, total = queries.ranked(portfolio, SHOWN)
    named = request.GET.getlist("keep") if "keep" in request.GET else None  # chosen elsewhere: the best set
    form = PauseTheRest(request.POST or None, pilots=pilots, today=today, keep=named)
    confirming = False
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        confirming = "confirmed" not in request.POST
        if not confirming:
            try:
                made = act(portfolio_id=portfolio.id, by=actor_of(request), **form.body())
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(
                    request, f"{len(made)} pilot{'s' if len(made) > 1 else ''} paused; each has a review date."
                )
                return done(request, reverse("board", args=[slug]))
    context = {
        "portfolio": portfolio, "form": form, "confirming": confirming, "total": total, "hidden": total - len(pilots),
        "cap": portfolio.policy.pilot_cap, "named": named is not None, "today": today, "title": "Pause the rest",
        "back": reverse("board", args=[slug]),
    }  # fmt: skip
    if confirming:
        context |= {"paused": form.paused(), "count": total - len(form.keep())}
    return form_page(request, context, template="governance/pause_the_rest.html")
