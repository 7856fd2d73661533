"""What does somebody who was not there need: a past day, a fair sample of decisions, and who decided how?"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from governance.forms.fields import Day, Plain
from governance.queries import pack as pack_queries
from governance.queries import replay
from governance.views.frame import answer, may, portfolio_of
from ledger.models import Checkpoint, Head

_POINTS = 20  # the newest; the export holds all


class WhichDay(Plain):
    on = Day(label="Day")


def past_day(request: HttpRequest, slug: str) -> HttpResponse:
    """The portfolio as it was shown when a day ended; today unless another is asked for."""
    portfolio = portfolio_of(request, slug)
    today = portfolio.today()
    form = WhichDay(request.GET if "on" in request.GET else {"on": today})
    on = form.cleaned_data["on"] if form.is_valid() else None
    day = replay.of_day(portfolio, on) if on else None
    context = {
        "portfolio": portfolio, "today": today, "form": form, "day": day,
        "differences": replay.named(day.differences) if day else [],
    }  # fmt: skip
    return answer(request, "governance/replay.html", context, status=200 if on else 422)


def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Where an auditor starts: how to prove the record elsewhere, its checkpoints, a past day, a sample."""
    portfolio = portfolio_of(request, slug)
    points = list(Checkpoint.objects.filter(chain_id=portfolio.id).order_by("-seq", "-made_at")[:_POINTS])
    context = {
        "portfolio": portfolio, "today": portfolio.today(), "head": Head.objects.filter(chain_id=portfolio.id).first(),
        "checkpoints": points, "key_id": points[0].key_id if points else "KEY_ID",
        "day_form": WhichDay(initial={"on": portfolio.today()}), "draw_form": Draw(initial={"size": 5}),
        "may": may(request, "ledger.export"),
    }  # fmt: skip
    return answer(request, "governance/audit.html", context)


class Draw(Plain):
    seed = forms.CharField(max_length=100, help_text="Any text; the same one draws the same decisions again.")
    size = forms.IntegerField(min_value=1, max_value=200, initial=5)


def sample(request: HttpRequest, slug: str) -> HttpResponse:
    """A fair sample of decisions: whoever knows the seed draws the same."""
    portfolio = portfolio_of(request, slug)
    asked = "seed" in request.GET
    form = Draw(request.GET if asked else None, initial={"size": 5})
    context: dict[str, Any] = {"portfolio": portfolio, "today": portfolio.today(), "form": form}
    if form.is_valid():
        rows, count = pack_queries.sample(portfolio, form.cleaned_data["seed"], form.cleaned_data["size"])
        context |= {"rows": rows, "count": count, "drawn": True}
    return answer(request, "governance/sample.html", context, status=422 if asked and not form.is_valid() else 200)


def pack(request: HttpRequest, slug: str) -> HttpResponse:
    """The decision pack: made to be printed, one request a sheet."""
    portfolio = portfolio_of(request, slug)
    context = {"portfolio": portfolio, "today": portfolio.today(), **pack_queries.context(portfolio)}
    return answer(request, "governance/pack.html", context)
