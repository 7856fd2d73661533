"""What was a person told, how do they want to be told, and which mails are on their way?"""

from __future__ import annotations

import uuid
from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from notices import rules
from portfolio.models import Membership, Portfolio, UseCase

User = settings.AUTH_USER_MODEL


class Cursor(models.Model):
    """How far a chain of the ledger was read: the ledger is the outbox."""

    chain_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0)


class Wish(models.Model):
    """How one person wants to be told; without a row the defaults hold."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="notice_wish")
    mail = models.CharField(max_length=10, choices=[(one.value, one.value) for one in rules.Mail], default="digest")
    digest_at = models.TimeField(default=time(8))
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    muted = ArrayField(models.CharField(max_length=20), default=list, blank=True)


class Message(models.Model):
    """One mail to one person. Its Message-ID never changes: a repeat is recognised as one."""

    WAITING, SENDING, SENT, FAILED, DROPPED = "waiting", "sending", "sent", "failed", "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, default=WAITING)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)  # the class of the fault, never an address
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], name="message_unsent", condition=models.Q(state__in=["waiting", "sending"])
            )
        ]


class NoticeSet(models.QuerySet["Notice"]):
    def still_seen(self) -> NoticeSet:
        """Those whose reader may still see the portfolio now."""
        member = Membership.objects.filter(
            portfolio_id=OuterRef("portfolio_id"), user_id=OuterRef("user_id"), user__is_active=True
        )
        return self.filter(Exists(member), portfolio__archived_at=None)


class Notice(models.Model):
    """One thing one person is told, once. The sentence names no person, so that people can be erased."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="+")
    use_case = models.ForeignKey(UseCase, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=120)  # what it is about: a line of the ledger, or a thing and its day
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    mail_after = models.DateTimeField(null=True)  # None: in product only
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="notices")

    objects = NoticeSet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(
                fields=["mail_after"], name="notice_unmailed",
                condition=models.Q(message=None, mail_after__isnull=False),
            ),
            models.Index(fields=["user", "-made_at"], name="notice_of_user"),
        ]  # fmt: skip
