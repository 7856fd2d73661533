"""How does a view find its object, answer a form, and say where to go next?"""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from portfolio.access import fetch
from portfolio.access.identity import actor_of
from portfolio.access.table import can
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Refused

SHEET = "sheet-body"  # the id of the dialog's inside (templates/governance/_sheet.html)


def portfolio_of(request: HttpRequest, slug: str) -> Portfolio:
    """The portfolio of the address, visible and permitted; the frame shows it."""
    request.portfolio = fetch.portfolio(request, slug)  # type: ignore[attr-defined]
    return request.portfolio  # type: ignore[attr-defined]


def use_case_of(request: HttpRequest, ref: str) -> UseCase:
    """The use case of the address, visible and permitted; the frame shows its portfolio."""
    found = fetch.use_case(request, ref)
    request.portfolio = found.portfolio  # type: ignore[attr-defined]
    return found


def may(request: HttpRequest, *verbs: str, seats: Any = None) -> dict[str, bool]:
    """{verb with underscores: may the reader?} in the portfolio shown, for buttons."""
    actor, portfolio = actor_of(request), request.portfolio  # type: ignore[attr-defined]
    return {verb.rpartition(".")[2].replace("-", "_"): can(actor, verb, portfolio.id, seats).allowed for verb in verbs}


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """The page, or for htmx the named part of it (a partial of the same template)."""
    name = f"{template}#{part}" if part and request.htmx else template  # type: ignore[attr-defined]
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def in_sheet(request: HttpRequest) -> bool:
    """Is the answer shown in the dialog of the page the reader is on?"""
    return bool(request.htmx) and request.htmx.target == SHEET  # type: ignore[attr-defined]


def form_page(request: HttpRequest, context: dict[str, Any], *, template: str = "governance/form.html") -> HttpResponse:
    """A form, as a page or inside the dialog: 422 with everything typed when it was refused."""
    form = context["form"]
    refused = form.is_bound and (bool(form.errors) or bool(form.refusal))
    context = context | {"sheet": in_sheet(request)}
    return answer(request, template, context, part="sheet" if in_sheet(request) else "", status=422 if refused else 200)


def form_answer(
    request: HttpRequest, form: Any, title: str, button: str, back: str, act: Callable[..., Any], said: str, *,
    undo: str = "", danger: bool = False, action: str = "",
) -> HttpResponse:  # fmt: skip
    """Show the form; on a good post call `act` with its data, then go back and say so (with an undo where one is)."""
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said, extra_tags=f"undo:{undo}" if undo else "")
            return done(request, back)
    context = {"form": form, "title": title, "button": button, "back": back, "danger": danger, "action": action,
               "crumbs": [{"url": back, "label": "Back"}]}  # fmt: skip
    return form_page(request, context)


def onward(request: HttpRequest, slug: str, url: str) -> HttpResponse:
    """The act is done: whoever came from the queue is led back to it, just before what waits next; others to `url`."""
    return done(request, f"{reverse('queue', args=[slug])}#queue-h" if request.GET.get("from") == "queue" else url)


def done(request: HttpRequest, url: str) -> HttpResponse:
    """Go there: the act is done."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)  # type: ignore[attr-defined]


def steps(labels: Sequence[str], at: int) -> list[dict[str, Any]]:
    """The steps of a wizard; `at` counts from 1, one more than there are when all is done."""
    return [{"no": no, "label": label, "done": no < at, "current": no == at} for no, label in enumerate(labels, 1)]
