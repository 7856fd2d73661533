"""The life of gaps as work: blocking items, their history, waivers, and the curves learnt from them."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portfolio.models import Portfolio, UseCase
from portfolio.rules import Severity
from readiness.models.sets import Editable, OfUseCase
from readiness.rules import items as rules

User = settings.AUTH_USER_MODEL


class ItemSet(OfUseCase):
    def open(self) -> ItemSet:
        return self.filter(closed_on=None)

    def overdue(self, on: date) -> ItemSet:
        return self.open().filter(due_on__lt=on)


class BlockingItem(Editable):
    """One thing that stands between a use case and its go. Derived ones open and close by themselves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="items")
    origin = models.CharField(max_length=20)  # the room that derives it, or manual
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, blank=True)
    severity = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Severity], default=Severity.HARD)
    kind = models.CharField(max_length=20, default="other")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="blocking_items")
    due_on = models.DateField(null=True, blank=True)
    first_due_on = models.DateField(null=True, blank=True)  # the forecast is judged against the first promise
    proposed_owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    proposed_due_on = models.DateField(null=True, blank=True)
    waits_on = ArrayField(models.UUIDField(), default=list, blank=True)  # items of the same use case
    opened_on = models.DateField()  # first, in the portfolio's days
    spell_since_on = models.DateField()  # since the last (re)opening
    earlier_days = models.PositiveIntegerField(default=0)  # days of the closed spells
    closed_on = models.DateField(null=True, blank=True)
    closed_as = models.CharField(max_length=10, blank=True)  # resolved, ended
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ItemSet.as_manager()

    class Meta:
        ordering = ["opened_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "origin", "code", "subject"], name="item_once"),
            models.CheckConstraint(
                condition=(Q(closed_on=None) & Q(closed_as="")) | (Q(closed_on__isnull=False) & ~Q(closed_as="")),
                name="item_closed_as",
            ),
            models.CheckConstraint(condition=Q(spell_since_on__gte=F("opened_on")), name="item_spells"),
        ]
        indexes = [
            models.Index(fields=["use_case"], name="item_open", condition=Q(closed_on=None)),
            models.Index(fields=["owner", "due_on"], name="item_owner_open", condition=Q(closed_on=None)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_manual(self) -> bool:
        return self.origin == rules.MANUAL

    def age(self, on: date) -> int:
        """Days open on that day, all spells together. Closing added the last spell to the earlier ones."""
        if self.closed_on is not None:
            return self.earlier_days
        return rules.age(self.earlier_days, self.spell_since_on, on)


class ItemEvent(models.Model):
    """One line of an item's history. `by` null: it happened by itself."""

    item = models.ForeignKey(BlockingItem, models.CASCADE, related_name="events")
    act = models.CharField(max_length=20)  # opened, closed, reopened, changed, waived, waiver_asked
    field = models.CharField(max_length=20, blank=True)
    was = models.CharField(max_length=300, blank=True)
    now = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["item", "-at"], name="item_event_newest")]


class WaiverSet(models.QuerySet["Waiver"]):
    def open(self) -> WaiverSet:
        """Asked for, not yet answered."""
        return self.filter(approved_at=None, ended_at=None)


class Waiver(models.Model):
    """A hard item may pass for a time: asked for by one person, approved by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(BlockingItem, models.CASCADE, related_name="waivers")
    reason = models.TextField()
    until_on = models.DateField()  # the last day it holds
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # withdrawn, or its expiry was put on record

    objects = WaiverSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")), name="waiver_not_own"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(approved_at=None, ended_at=None), name="waiver_asked_once"
            ),
        ]


class CurveVersion(models.Model):
    """The survival curves of a portfolio as learnt one night: an input of its forecasts. Never edited."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="curve_versions")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    resolved = models.PositiveIntegerField()  # items of ours that stand behind it
    open = models.PositiveIntegerField()
    by_kind = models.JSONField(default=dict)  # kind → resolved items
    content = models.JSONField()  # kind → readiness.forecast.to_data

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portfolio", "number"], name="curve_version_once")]


class CalendarFeed(models.Model):
    """A person's read-only key to a portfolio's calendar, for programs that cannot sign in. Only a hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="calendar_feeds")
    user = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hex: it has 256 random bits
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
