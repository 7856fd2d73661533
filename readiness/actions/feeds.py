"""Lend a read-only key to a portfolio's calendar, and take it back."""

import hashlib
import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio.access.identity import person
from portfolio.rules import Actor
from readiness.actions.scope import portfolio_of
from readiness.models import CalendarFeed


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_feed(*, by: Actor, portfolio_id: UUID) -> str:
    """A fresh key; the person's older one ends. Its text is given once."""
    portfolio = portfolio_of(by, portfolio_id, "calendar.feed")
    now = timezone.now()
    CalendarFeed.objects.filter(portfolio=portfolio, user_id=by.user_id, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    made = CalendarFeed.objects.create(portfolio=portfolio, user_id=by.user_id, digest=_digest(token))
    ledger.append(portfolio.id, "calendar_feed.made", by=by, subject=("calendar_feed", made.id))
    return token


@transaction.atomic
def revoke_feed(*, by: Actor, portfolio_id: UUID) -> int:
    """End one's own key."""
    portfolio = portfolio_of(by, portfolio_id, "calendar.feed")
    feeds = list(
        CalendarFeed.objects.select_for_update().filter(portfolio=portfolio, user_id=by.user_id, revoked_at=None)
    )
    CalendarFeed.objects.filter(id__in=[feed.id for feed in feeds]).update(revoked_at=timezone.now())
    for feed in feeds:
        ledger.append(portfolio.id, "calendar_feed.revoked", by=by, subject=("calendar_feed", feed.id))
    return len(feeds)


def reader_of(token: str, slug: str) -> tuple[CalendarFeed, Actor] | None:
    """The live feed of this token and whom it speaks for, with their present membership; else None."""
    feed = (
        CalendarFeed.objects.filter(
            digest=_digest(token),
            revoked_at=None,
            user__is_active=True,
            portfolio__slug=slug,
            portfolio__archived_at=None,
        )
        .select_related("user", "portfolio")
        .first()
    )
    if feed is None:
        return None
    actor = person(feed.user)
    return (feed, actor) if feed.portfolio_id in actor.portfolio_ids() else None
