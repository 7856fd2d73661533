"""How does an error look? problem+json (RFC 9457) with a stable code, and every reason."""

import json
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelFault
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from portfolio.rules import Conflict, NotPermitted, NotVisible, PolicyFault, Reason, Refused

PROBLEM = "application/problem+json"
NOT_FOUND = "There is nothing here, or nothing that you may see."  # the same for unknown and foreign
BUSY, RETRY_AFTER = "The database did not answer in time. Try again in a moment.", "2"  # seconds


def body(status_code: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """A problem+json body (RFC 9457)."""
    titles = {
        400: "Not usable", 401: "Not identified", 403: "Not permitted", 404: "Not found", 405: "Not allowed here",
        406: "Not acceptable", 409: "Refused", 412: "Changed meanwhile", 413: "Too large", 415: "Not this media type",
        422: "Key reused", 428: "If-Match needed", 429: "Too many requests", 500: "Failed", 503: "Not available",
    }  # fmt: skip
    return {
        "type": f"about:blank#{code}",
        "title": titles.get(status_code, "Problem"),
        "status": status_code,
        "code": code,
        "detail": detail,
        **more,
    }


def problem_response(status_code: int, code: str, detail: str) -> HttpResponse:
    """For code outside DRF's views; the same bytes as inside them."""
    text = json.dumps(body(status_code, code, detail), separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(text, status=status_code, content_type=PROBLEM)


def reasons(found: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [reason.as_dict() for reason in found]


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error as problem+json with a stable code."""
    headers: dict[str, str] = {}
    match exc:
        case Refused():
            found = body(409, exc.reasons[0].code, str(exc), reasons=reasons(exc.reasons))
        case NotPermitted():
            found = body(403, exc.code, exc.text)
        case NotVisible() | Http404():
            found = body(404, "not_found", NOT_FOUND)
        case Conflict():
            found, headers = _conflict(exc, context)
        case PolicyFault():
            found = _invalid({exc.field: [str(exc)]})
        case ModelFault():
            found = _invalid(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
        case exceptions.ValidationError():
            found = _invalid(exc.detail)
        case exceptions.PermissionDenied() if str(exc.detail).startswith("CSRF"):
            found = body(403, "csrf_failed", "Send the session's CSRF token in the header X-CSRFToken.")
        case exceptions.APIException():
            code = exc.get_codes() if isinstance(exc.get_codes(), str) else "error"
            found = body(exc.status_code, str(code), str(exc.detail))
            headers = _headers(exc)
        case PermissionDenied():
            found = body(403, "not_permitted", str(exc) or "Not permitted.")
        case RequestDataTooBig():
            found = body(413, "too_large", "The body is larger than this door takes.")
        case BadRequest():
            found = body(400, "bad_request", str(exc) or "The request cannot be read.")
        case OperationalError() | InterfaceError():
            found = body(503, "busy", BUSY)
            headers = {"Retry-After": RETRY_AFTER}
        case _:
            return None
    set_rollback()
    return Response(found, status=found["status"], headers=headers, content_type=PROBLEM)


def _conflict(exc: Conflict, context: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """412 with the row as it is now, in the words of the view that was asked."""
    represent = getattr(context.get("view"), "represent", None)
    present = represent(exc.present) if represent and exc.present is not None else None
    headers = {"ETag": exc.present.etag} if hasattr(exc.present, "etag") else {}
    return body(412, "changed_meanwhile", str(exc), **({"present": present} if present else {})), headers


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait) + 1)
    return headers


def _invalid(detail: Any) -> dict[str, Any]:
    """Validation errors with a JSON pointer each."""
    errors: list[dict[str, str]] = []
    _walk(detail, "", errors)
    return body(status.HTTP_400_BAD_REQUEST, "invalid", errors[0]["text"] if errors else "Not valid.", errors=errors)


def _walk(detail: Any, pointer: str, errors: list[dict[str, str]]) -> None:
    if isinstance(detail, dict):
        for name, part in detail.items():
            _walk(part, pointer if name == "non_field_errors" else f"{pointer}/{name}", errors)
    elif isinstance(detail, list) and any(isinstance(part, (dict, list)) for part in detail):
        for index, part in enumerate(detail):
            _walk(part, f"{pointer}/{index}", errors)
    elif isinstance(detail, list):
        for part in detail:
            _walk(part, pointer, errors)
    else:
        errors.append({"pointer": pointer, "code": getattr(detail, "code", "invalid"), "text": str(detail)})
