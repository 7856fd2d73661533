"""Is this route named in access.yaml, and does it need a signed-in person? Anything not named is closed."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from portfolio.access.table import TABLE

_OWN_DOOR = ("account_", "mfa_", "allauth", "static")  # these bring their own checks


class AccessMiddleware:
    """Denies by default. API routes identify their caller themselves (DRF); pages need a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in TABLE.public or name.startswith(_OWN_DOOR):
            return None
        if name not in TABLE.routes:
            raise Http404
        if request.path.startswith("/api/") or request.user.is_authenticated:
            return None
        return _sign_in_first(request)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in page; htmx is told to load it whole, never inside a fragment."""
    htmx = request.headers.get("HX-Request") == "true"
    back = request.get_full_path() if request.method == "GET" and not htmx else "/"
    target = f"{resolve_url('account_login')}?{urlencode({'next': back})}"
    if htmx:
        response = HttpResponse(status=401)
        response["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)
