"""How does the REST door speak? Strict JSON in, problem+json out, cursor pages between."""

import json
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import set_rollback

from portfolio.rules import Conflict, NotPermitted, NotVisible, PolicyFault, Reason, Refused

MAX_DEPTH = 32  # levels of nesting (reliability C3 4)
PROBLEM = "application/problem+json"


class StrictJSONParser(JSONParser):
    """JSON without duplicate keys, NaN, NUL, lone surrogates, huge integers or deep nesting: each a clear 400."""

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise exceptions.ParseError("The body is not UTF-8.") from None
        return parse_strict(text)


def parse_strict(text: str) -> Any:
    """Parse JSON text. Raises `ParseError` with a sentence."""
    if _depth(text) > MAX_DEPTH:
        raise exceptions.ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_small_int)
    except RecursionError:
        raise exceptions.ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from None
    except ValueError as fault:
        raise exceptions.ParseError(f"The body is not valid JSON: {fault}") from None
    if "\\u" in text and _has_unstorable(value):
        raise exceptions.ParseError("The JSON contains NUL or half a surrogate pair, which cannot be stored.")
    if "\x00" in text:
        raise exceptions.ParseError("The JSON contains NUL, which cannot be stored.")
    return value


def _depth(text: str) -> int:
    """The deepest nesting, brackets inside strings left out. Linear, no recursion."""
    depth = deepest = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} occurs twice")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _small_int(digits: str) -> int:
    if len(digits) > 19:
        raise ValueError("an integer has more than 18 digits")
    return int(digits)


def _has_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return any(_has_unstorable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_has_unstorable(part) for part in value)
    return False


class CursorPages(CursorPagination):
    page_size = 100
    max_page_size = 100
    page_size_query_param = None
    ordering = ("-updated_at", "id")

    def get_paginated_response_schema(self, schema):
        described = super().get_paginated_response_schema(schema)
        described["required"] = ["next", "previous", "results"]
        return described


def body(status_code: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """A problem+json body (RFC 9457)."""
    titles = {
        400: "Not usable", 401: "Not identified", 403: "Not permitted", 404: "Not found", 405: "Not allowed here",
        409: "Refused", 412: "Changed meanwhile", 413: "Too large", 415: "Not this media type", 422: "Key reused",
        428: "If-Match needed", 429: "Too many requests", 503: "Not available",
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
    """For code outside DRF's views."""
    return HttpResponse(json.dumps(body(status_code, code, detail)), status=status_code, content_type=PROBLEM)


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
            found = body(404, "not_found", "There is nothing here, or nothing that you may see.")
        case Conflict():
            found = body(412, "changed_meanwhile", str(exc))
        case PolicyFault():
            found = _invalid({exc.field: [str(exc)]})
        case exceptions.ValidationError():
            found = _invalid(exc.detail)
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
        case OperationalError():
            found = body(503, "busy", "The database did not answer in time. Try again in a moment.")
            headers = {"Retry-After": "2"}
        case _:
            return None
    set_rollback()
    return Response(found, status=found["status"], headers=headers, content_type=PROBLEM)


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
