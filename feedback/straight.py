"""Why is a producer answered sooner than a page? Its token needs no session, no CSRF token, no page header, no zone.

Twelve middlewares that have nothing to say to a bearer token cost a third of the CPU of a single event (docs/adr/0014).
A session, an odd address or another method takes the usual way, and so gets the usual answers.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from feedback import door

# Only what needs no further look: ids and keys of use cases. The door itself asks who may.
_DOOR = re.compile(r"/api/v1/use-cases/([0-9A-Za-z-]{1,40})/feedback/batch/")


class Straight:
    """Stands behind the middlewares of transport security and request ids, before all that serve people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = _DOOR.fullmatch(request.path_info) if request.method == "POST" else None
        if found is None or not request.META.get("HTTP_AUTHORIZATION", "").startswith("Bearer "):
            return self.get_response(request)
        request.get_host()  # raises for a host that is not ours, as CommonMiddleware would
        response = door.batch(request, found[1])
        response["Content-Length"] = str(len(response.content))
        response["Cache-Control"] = "no-store"
        return response
