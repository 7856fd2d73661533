"""What does somebody who was not there need: a past day, a fair sample of decisions, and who decided how?"""

from django.http import HttpRequest, HttpResponse

from governance.forms.fields import Day, Plain
from governance.queries import replay
from governance.views.frame import answer, portfolio_of


class WhichDay(Plain):
    on = Day(label="Day")


def past_day(request: HttpRequest, slug: str) -> HttpResponse:
    """The portfolio as it was shown when a day ended; today unless another is asked for."""
    portfolio = portfolio_of(request, slug)
    today = portfolio.today()
    form = WhichDay(request.GET if "on" in request.GET else {"on": today})
    on = form.cleaned_data["on"] if form.is_valid() else None
    context = {
        "portfolio": portfolio, "today": today, "form": form, "day": replay.of_day(portfolio, on) if on else None,
    }  # fmt: skip
    return answer(request, "governance/replay.html", context, status=200 if on else 422)
