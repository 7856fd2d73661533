"""Who may hand in feedback by HTTP, and what do they get back?

A plain view: no serializer, no ledger line, no settling, no write for the token (rules.md 7). Measured, each such thing
costs more than storing the event. What cannot be stored is never acknowledged: 503 with Retry-After.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.db.utils import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from feedback import events, ingest, limits
from feedback.strict import BODY_LIMIT, Refusal
from portfolio.access import door as access_door
from portfolio.rules import Actor, NotPermitted, NotVisible

RETRY_AFTER = 5  # seconds; a producer sends the same batch again, nothing is counted twice
_encode = msgspec.json.Encoder().encode


def _enter(request: HttpRequest, ref: str) -> tuple[UUID, Actor, bool]:
    """Whose use case is it, who speaks, and only to test? Raises what the room below answers with (401, 403, 404)."""
    use_case_id, actor, verb = access_door.door(request, ref, "feedback.write", "feedback.test")
    return use_case_id, actor, verb == "feedback.test"


@csrf_exempt  # the room below asks a session for its CSRF token; a bearer token needs none
@require_POST
def batch(request: HttpRequest, ref: str) -> HttpResponse:
    """POST use-cases/{id}/feedback/batch/: 1 to 5,000 events, answered after they are durable."""
    try:
        use_case_id, actor, only_tests = _enter(request, ref)
    except (access_door.NotIdentified, access_door.NoCsrf, NotPermitted, NotVisible) as closed:
        return _closed(closed)
    if seconds := limits.wait(limits.PRODUCER, str(actor.id)):
        return _later(429, "too_many_requests", "Too many requests: send larger batches.", seconds)
    now = datetime.now(UTC)
    try:
        said = events.read(
            _body(request),
            request.META.get("CONTENT_TYPE", ""),
            request.META.get("HTTP_CONTENT_ENCODING", ""),
            now,
        )
        if only_tests:
            events.keep_tests(said)
        answer = ingest.store(use_case_id, said, now)
    except Refusal as refusal:
        return _problem(refusal.status, refusal.code, refusal.text)
    except UnreadablePostError:
        return _problem(400, "cut_short", "The body ended before its announced length.")
    except (OperationalError, InterfaceError, InternalError):
        return _later(503, "not_stored", "Nothing was stored. Send the same batch again.", RETRY_AFTER)
    return HttpResponse(_encode(answer), content_type="application/json")


def _body(request: HttpRequest) -> bytes:
    """The body, at most one byte over the limit; one that ends before its announced length is not taken at all."""
    body = request.read(BODY_LIMIT + 1)
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and len(body) < min(int(announced), BODY_LIMIT + 1):
        raise Refusal(400, "cut_short", "The body ended before its announced length.")
    return body


def _closed(closed: Exception) -> HttpResponse:
    """The same bytes for what is foreign and what is unknown."""
    match closed:
        case access_door.NotIdentified():
            response = _problem(401, "not_authenticated", str(closed))
            response["WWW-Authenticate"] = 'Bearer realm="Pilotage"'
            return response
        case NotPermitted():
            return _problem(403, closed.code, closed.text)
        case NotVisible():
            return _problem(404, "not_found", "There is nothing here, or nothing that you may see.")
    return _problem(403, "permission_denied", str(closed))


def _later(status: int, code: str, text: str, seconds: int) -> HttpResponse:
    response = _problem(status, code, text)
    response["Retry-After"] = str(seconds)
    return response


def _problem(status: int, code: str, text: str) -> HttpResponse:
    body = {"type": "about:blank", "title": text, "status": status, "code": code, "detail": text, "errors": []}
    return HttpResponse(_encode(body), status=status, content_type="application/problem+json")
