"""Was this request done before? Then its stored answer, and nothing is done twice (reliability D1).

The effect and the stored answer share one transaction, so a killed process leaves both or neither. A try-lock on the
key, released by the same commit, tells a request in flight apart without a row that could get stuck. Only successes
are stored: a refusal wrote nothing, and its retry deserves a fresh look. Stored bodies are encrypted, since one may
hold a token's text or a one-time link.
"""

import base64
import functools
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from portfolio.models import IdempotencyKey, Token

KEPT = timedelta(days=30)
MOST_CHARACTERS = 255
_HEADERS = ("ETag", "Location")


class InFlight(exceptions.APIException):
    status_code = 409
    default_code = "in_flight"
    default_detail = "A request with this Idempotency-Key is still being answered. Try again in a moment."


class KeyReused(exceptions.APIException):
    status_code = 422
    default_code = "key_reused"
    default_detail = "This Idempotency-Key was used for another request. Take a new key."


def once(method: Callable[..., Response]) -> Callable[..., Response]:
    """Wrap a view's writing method: with `Idempotency-Key` it acts once and answers alike every time."""

    @functools.wraps(method)
    def answered(view, request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return method(view, request, *args, **kwargs)
        if not 0 < len(key) <= MOST_CHARACTERS or not (key.isascii() and key.isprintable()):
            raise exceptions.ValidationError(
                {"Idempotency-Key": [f"This is 1 to {MOST_CHARACTERS} printable ASCII characters."]}
            )
        owner = _owner(request)
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            _claim(owner, key)
            kept = IdempotencyKey.objects.filter(owner=owner, key=key).first()
            if kept is not None and kept.at < timezone.now() - KEPT:
                kept.delete()
                kept = None
            if kept is not None:
                if bytes(kept.fingerprint) != fingerprint:
                    raise KeyReused
                return _again(kept)
            response = method(view, request, *args, **kwargs)
            if response.status_code < 300:
                _keep(owner, key, fingerprint, response)
        return response

    return answered


def forget_old() -> int:
    """Delete answers kept long enough; says how many."""
    return IdempotencyKey.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _owner(request) -> str:
    return f"token:{request.auth.id}" if isinstance(request.auth, Token) else f"user:{request.user.id}"


def _fingerprint(request) -> bytes:
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"), default=_digest)
    return hashlib.sha256(f"{request.method}\n{request.path}\n{body}".encode()).digest()


def _digest(file: File) -> str:
    """An uploaded file counts by its content."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _claim(owner: str, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"once:{owner}:{key}"])
        if not cursor.fetchone()[0]:
            raise InFlight


def _keep(owner: str, key: str, fingerprint: bytes, response: Response) -> None:
    body = b"" if response.data is None else JSONRenderer().render(response.data)
    IdempotencyKey.objects.create(
        owner=owner, key=key, fingerprint=fingerprint, status=response.status_code, body=_cipher().encrypt(body),
        headers={name: response[name] for name in _HEADERS if response.has_header(name)},
    )  # fmt: skip


def _again(kept: IdempotencyKey) -> Response:
    body = _cipher().decrypt(bytes(kept.body or b""))
    headers = kept.headers | {"Idempotent-Replayed": "true"}
    return Response(json.loads(body) if body else None, status=kept.status, headers=headers)


def _cipher() -> Fernet:
    secret = hashlib.sha256(b"idempotency" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
