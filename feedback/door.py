"""Who may hand in feedback by HTTP, and what do they get back?

A plain view: no serializer, no ledger line, no settling, no write for the token (rules.md 7). Measured, each such thing
costs more than storing the event. What cannot be stored is never acknowledged: 503 with Retry-After.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.utils import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from feedback import events, ingest
from feedback.strict import BODY_LIMIT, Refusal
from portfolio.access import door as access_door
from portfolio.rules import NotPermitted, NotVisible

RETRY_AFTER = 5  # seconds; a producer sends the same batch again, nothing is counted twice
_encode = msgspec.json.Encoder().encode


def _enter(request: HttpRequest, ref: str) -> tuple[UUID, Any]:
    """Whose use case is it, and who speaks? Raises what the room below answers with (401, 403, 404, CSRF)."""
    return access_door.door(request, ref, "feedback.write")


@csrf_exempt  # the room below asks a session for its CSRF token; a bearer token needs none
@require_POST
def batch(request: HttpRequest, ref: str) -> HttpResponse:
    """POST use-cases/{id}/feedback/batch/: 1 to 5,000 events, answered after they are durable."""
    try:
        use_case_id, _actor = _enter(request, ref)
    except (access_door.NotIdentified, access_door.NoCsrf, NotPermitted, NotVisible) as closed:
        return _closed(closed)
    now = datetime.now(UTC)
    try:
        said = events.read(
            request.read(BODY_LIMIT + 1),
            request.META.get("CONTENT_TYPE", ""),
            request.META.get("HTTP_CONTENT_ENCODING", ""),
            now,
        )
        answer = ingest.store(use_case_id, said, now)
    except Refusal as refusal:
        return _problem(refusal.status, refusal.code, refusal.text)
    except UnreadablePostError:
        return _problem(400, "cut_short", "The body ended before its announced length.")
    except (OperationalError, InterfaceError, InternalError):
        response = _problem(503, "not_stored", "Nothing was stored. Send the same batch again.")
        response["Retry-After"] = str(RETRY_AFTER)
        return response
    return HttpResponse(_encode(answer), content_type="application/json")


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


def _problem(status: int, code: str, text: str) -> HttpResponse:
    body = {"type": "about:blank", "title": text, "status": status, "code": code, "detail": text, "errors": []}
    return HttpResponse(_encode(body), status=status, content_type="application/problem+json")
