"""What does every request carry, and what is refused before any view sees it?"""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.rest.problems import problem_response


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
