"""What does somebody get whom no view answers? A problem under /api/, a page elsewhere."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from config.rest.problems import BUSY, NOT_FOUND, RETRY_AFTER, problem_response
from portfolio import shell


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(404, "not_found", NOT_FOUND)
    # Without token or address in it: for one reader byte for byte the same, foreign or unknown.
    return HttpResponse(render_to_string("404.html", {"shell": shell.of(request)}), status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(400, "bad_request", "The request cannot be read.")
    return defaults.bad_request(request, exception)


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(403, "not_permitted", "Not permitted.")
    return defaults.permission_denied(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """500; but 503 when it was the database that did not answer, wherever on the way that was noticed."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _busy(request)
    if request.path.startswith("/api/"):
        text = "Something went wrong here. It was logged under the X-Request-Id of this answer."
        return problem_response(500, "failed", text)
    return defaults.server_error(request)


def _busy(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        response = problem_response(503, "busy", BUSY)
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = RETRY_AFTER
    return response
