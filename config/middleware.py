"""What does every request carry, and what is refused before any view sees it?"""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from config.rest import errors
from config.rest.problems import problem_response
from portfolio.rules import Conflict, NotPermitted, NotVisible, Refused


class RequestId:
    """Gives each request an id: it stands in the ledger, the log and the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = str(request.request_id)  # type: ignore[attr-defined]
        return response


class PlainInput:
    """Refuses what PostgreSQL cannot store: NUL or a lone surrogate in the address, query or form (400, never 500)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _unclean(request.path) or any(_unclean(value) for value in _values(request)):
            text = "The request contains a character that cannot be stored (NUL or half a surrogate pair)."
            if request.path.startswith("/api/"):
                return problem_response(400, "unstorable_text", text)
            return render(request, "400.html", {"text": text}, status=400)
        return self.get_response(request)


def _values(request: HttpRequest):
    for name, values in request.GET.lists():
        yield name
        yield from values
    if request.method == "POST" and not request.path.startswith("/api/"):
        for name, values in request.POST.lists():
            yield name
            yield from values


def _unclean(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text)


class PlainErrors:
    """Answers a page whose action refused outside a form: 404, 403, 409 or 422, each as a page people can read.

    The API has its own handler (config/rest/problems.py); views catch what they can show in place.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        if isinstance(fault, NotVisible):
            return errors.not_found(request, fault)
        if isinstance(fault, NotPermitted):
            return render(request, "403.html", {"text": fault.text}, status=403)
        if isinstance(fault, Conflict):
            return render(request, "governance/refused.html", {"conflict": True}, status=409)
        if isinstance(fault, Refused):
            return render(request, "governance/refused.html", {"reasons": fault.reasons}, status=422)
        return None


class SignedOut:
    """Has the browser drop what it kept of our pages when a person signs out: the next one presses Back in vain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        leaving = request.method == "POST" and request.path == reverse("account_logout")
        response = self.get_response(request)
        if leaving and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class OwnTime:
    """Shows times in the reader's zone. Days are the portfolio's and are handed to the templates."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") or not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(request.user.time_zone):
            return self.get_response(request)
