"""What is to be done because of feedback: exceptions with an owner and a clock, alarms, what was taught?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from feedback.models.plan import OfUseCase, Signal
from portfolio.models import UseCase

User = settings.AUTH_USER_MODEL
CHANGES = [("learning", "a learning action"), ("nothing", "nothing")]


class LearningAction(models.Model):
    """What was, or is to be, taught because people overrode or an exception happened."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="learning_actions")
    reason = models.CharField(max_length=64, blank=True)  # the override reason it shall make rarer
    text = models.TextField(blank=True)
    because = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # null: by itself
    taught_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]


class IncidentNote(models.Model):
    """What people, or the monitoring plan, add to an exception: owner, clock, and what closing it changed."""

    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="+")
    exception_id = models.TextField(db_collation="C")
    signal = models.ForeignKey(Signal, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    overdue_since = models.DateTimeField(null=True)  # written by the minute's watch
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    change = models.CharField(max_length=10, blank=True, choices=CHANGES)
    note = models.TextField(blank=True)
    learning = models.ForeignKey(LearningAction, models.SET_NULL, null=True, blank=True, related_name="exceptions")

    objects = OfUseCase.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "exception_id"], name="feedback_note_once")]


class Ring(models.Model):
    """An alarm that rang; it stands until somebody says that it was seen, and what of it."""

    UP, DOWN = "up", "down"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="alarms")
    direction = models.CharField(max_length=4, choices=[(UP, "too many overrides"), (DOWN, "too few overrides")])
    rang_on = models.DateField()  # the UTC day whose close made it ring
    rate = models.FloatField(null=True)  # of the 28 days before
    made_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["-rang_on", "-made_at"]
        constraints = [models.UniqueConstraint(fields=["use_case", "rang_on", "direction"], name="feedback_ring_once")]


class FrontlineLink(models.Model):
    """A link for people without an account: one screen, one use case. Only the SHA-256 of its secret is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="frontline_links")
    digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=120)  # who has it: a team, a room
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["-made_at"]
