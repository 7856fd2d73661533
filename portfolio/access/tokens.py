"""How does a program prove who it is? (reliability D6)

A token reads `apg_<env>_<8 characters>_<43 characters of base62>_<crc>`. The secret has 256 random bits, so a
keyed HMAC is enough; a slow hash would only slow the feedback door.
"""

import hashlib
import hmac
import secrets
import zlib
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as _SessionAuthentication

from portfolio.models import Token

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_USED_EVERY = timedelta(minutes=1)


def mint() -> tuple[str, str, bytes]:
    """A fresh token: (the text shown once, its public id, the HMAC to store)."""
    public_id = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(43))
    body = f"apg_{settings.TOKEN_ENVIRONMENT}_{public_id}_{secret}"
    return f"{body}_{_crc(body)}", public_id, _hmac(secret)


def _crc(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _hmac(secret: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode() + b"token-pepper", secret.encode(), hashlib.sha256).digest()


def parts(text: str) -> tuple[str, str] | None:
    """(public id, secret) of a text that has the form of a token."""
    found = text.split("_")
    if len(found) != 5 or found[0] != "apg" or not text.isascii() or _crc(text.rpartition("_")[0]) != found[4]:
        return None
    return found[2], found[3]


def proves(named: tuple[str, str] | None, stored: bytes | None) -> bool:
    """Does the secret belong to the stored HMAC? Nothing stored takes the same work."""
    same = hmac.compare_digest(stored or b"\0" * 32, _hmac(named[1] if named else ""))
    return same and named is not None and stored is not None


def find(text: str) -> Token | None:
    """The live token with this text, or None. Unknown id and wrong secret take the same work."""
    named = parts(text)
    if named is None:
        return None
    now = timezone.now()
    token = (
        Token.objects.filter(public_id=named[0], revoked_at=None, expires_at__gt=now, made_by__is_active=True)
        .filter(Q(portfolio__archived_at=None))
        .select_related("made_by")
        .first()
    )
    return token if proves(named, bytes(token.secret_hmac) if token else None) else None


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer apg_…`, in the header only."""

    def authenticate(self, request):
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        kind, _, text = header.partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            raise exceptions.AuthenticationFailed("Send the header Authorization: Bearer <token>.")
        token = find(text.strip())
        if token is None:
            raise exceptions.AuthenticationFailed("This token is unknown, expired or revoked.")
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
            Token.objects.filter(id=token.id).update(last_used_at=now)
        return token.made_by, token

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="Pilotage"'


class SessionAuthentication(_SessionAuthentication):
    """A signed-in browser session, with CSRF. Answers 401 (not 403) when nobody is there."""

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="Pilotage"'
