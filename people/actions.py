"""What may be done with people and their one-time links?

Who may do it is decided above (`portfolio/access`), and so are the ledger lines: this room writes a log line only.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from people.models import SignInLink, User, hash_token, normal_email

log = logging.getLogger(__name__)
ERASED = "@erased.invalid"  # the host of an address that names nobody any more


class Actor(Protocol):
    """The part of an actor this room reads; `portfolio.rules.Actor` fits."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> UUID | None: ...


@dataclass(frozen=True)
class CommandLine:
    """Someone with a shell on the server: no person is known."""

    kind: str = "system"
    id: UUID | None = None


class LinkRefused(ValueError):
    """The link lets nobody in. `code`: link_unknown, link_used, link_expired or person_inactive."""

    def __init__(self, code: str) -> None:
        super().__init__("This link is no longer valid. Ask for a new one.")
        self.code = code


@transaction.atomic
def create_person(
    *,
    email: str,
    by: Actor,
    name: str = "",
    time_zone: str = "UTC",
    password: str | None = None,
    is_instance_admin: bool = False,
) -> User:
    """Keep a new person. ValidationError names every wrong field, a taken address too."""
    user = User(email=normal_email(email), name=name, time_zone=time_zone, is_instance_admin=is_instance_admin)
    if password is None:
        user.set_unusable_password()
    else:
        validate_password(password, user)
        user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    log.info("person created: %s by %s %s", user.id, by.kind, by.id)
    return user


@transaction.atomic
def deactivate(*, user_id: UUID, by: Actor) -> User:
    """Shut a person out from their next request on; what they did stays theirs."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    log.info("person deactivated: %s by %s %s", user.id, by.kind, by.id)
    return user


@transaction.atomic
def reactivate(*, user_id: UUID, by: Actor) -> User:
    """Let a person sign in again, with the password and second factor they had; links made before are void."""
    user = User.objects.select_for_update().get(pk=user_id)
    SignInLink.objects.filter(user=user).delete()
    user.is_active = True
    user.save(update_fields=["is_active"])
    log.info("person reactivated: %s by %s %s", user.id, by.kind, by.id)
    return user


def _end_sessions(user: User) -> None:
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.id):
            session.delete()


@transaction.atomic
def erase(*, user_id: UUID, by: Actor) -> User:
    """Leave an id that names nobody: no name, no address, no way in. What refers to the person stays whole."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.name, user.email = "", f"erased-{user.id}{ERASED}"
    user.time_zone, user.is_active, user.is_instance_admin = "UTC", False, False
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SignInLink.objects.filter(user=user).delete()
    _end_sessions(user)
    log.info("person erased: %s by %s %s", user.id, by.kind, by.id)
    return user


@transaction.atomic
def change_settings(
    *,
    user_id: UUID,
    by: Actor,
    name: str | None = None,
    time_zone: str | None = None,
    theme: str | None = None,
    shortcuts: bool | None = None,
) -> User:
    """Change a person's own preferences; None leaves a field as it is."""
    given = {"name": name, "time_zone": time_zone, "theme": theme, "shortcuts": shortcuts}
    changed = {field: value for field, value in given.items() if value is not None}
    user = User.objects.select_for_update().get(pk=user_id)
    for field, value in changed.items():
        setattr(user, field, value)
    user.full_clean()
    user.save(update_fields=list(changed))
    log.info("settings changed: %s (%s) by %s %s", user.id, ", ".join(changed), by.kind, by.id)
    return user


@transaction.atomic
def make_link(*, user: User, purpose: str, hours: float, by: Actor) -> str:
    """A new one-time link for `user`; its token is returned here and can never be read again."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    link = SignInLink(
        user=user,
        purpose=purpose,
        token_hash=hash_token(token),
        made_at=now,
        made_by=by.id,
        expires_at=now + timedelta(hours=hours),
    )
    link.full_clean()
    link.save(force_insert=True)
    return token


@transaction.atomic
def use_link(*, token: str) -> User:
    """Spend the link and return the person it lets in; of any number of parallel calls one wins.

    Raises LinkRefused. The token is the identity, hence no `by`.
    """
    now = timezone.now()
    links = SignInLink.objects.with_token(token)
    # Only the row's own columns in the condition: PostgreSQL re-reads those after waiting for a rival,
    # but not a joined user, so a join here would let two callers through.
    won = links.open(now).update(used_at=now)
    link = links.select_related("user").first()
    if link is None:
        raise LinkRefused("link_unknown")
    if not won:
        raise LinkRefused("link_used" if link.used_at else "link_expired")
    if not link.user.is_active:
        raise LinkRefused("person_inactive")
    return link.user


@transaction.atomic
def welcome(*, token: str, password: str) -> User:
    """Spend the link and set the password of the person it lets in. Raises LinkRefused, ValidationError."""
    user = use_link(token=token)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    log.info("password set by link: %s", user.id)
    return user
