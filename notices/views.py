"""What was I told, and how do I want to be told?"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from governance.views.frame import answer
from notices import actions
from notices.forms import WishForm
from notices.models import Notice, Wish
from notices.rules import Mail
from portfolio.access.identity import actor_of

_SHOWN = 100


def listing(request: HttpRequest) -> HttpResponse:
    """The newest notices of the portfolios the reader still sees; read ones are paler."""
    actor = actor_of(request)
    rows = list(
        Notice.objects.still_seen().filter(user_id=actor.user_id).select_related("use_case", "portfolio")[:_SHOWN]
    )
    fresh = [row for row in rows if row.seen_at is None]
    context = {"rows": rows, "fresh": fresh, "upto": max((row.id for row in fresh), default=0)}
    return answer(request, "notices/list.html", context)


def seen(request: HttpRequest) -> HttpResponse:
    """Mark what the page showed as read."""
    actor = actor_of(request)
    upto = request.POST.get("upto", "0")
    if actor.user_id and upto.isdecimal() and len(upto) < 19:
        actions.seen(user_id=actor.user_id, by=actor, upto=int(upto))
    return redirect("notices")


def wishes(request: HttpRequest) -> HttpResponse:
    """Mail at once, once a day or never; quiet hours; kinds that are never mailed."""
    actor = actor_of(request)
    row = Wish.objects.filter(user_id=actor.user_id).first() or Wish()
    initial = {name: getattr(row, name) for name in WishForm.base_fields}
    form = WishForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and actor.user_id:
        said = form.cleaned_data | {"mail": Mail(form.cleaned_data["mail"])}
        actions.wish(user_id=actor.user_id, by=actor, **said)
        messages.success(request, "Kept.")
        return redirect("notice_wishes")
    context = {"form": form, "mail_works": settings.MAIL_CONFIGURED}
    return answer(request, "notices/wishes.html", context, status=422 if form.is_bound else 200)
