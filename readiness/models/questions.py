"""The questions a lane asks, what was answered, who accepted it, on which evidence."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.models import Lane, UseCase
from readiness.models.sets import Editable, OfUseCase
from readiness.rules.answers import State

User = settings.AUTH_USER_MODEL


class LaneQuestions(models.Model):
    """The questions of one lane version. Never edited: a change is a new lane version.

    A lane version without a row asks the set that ships with the product (readiness/question_sets).
    """

    lane = models.OneToOneField(Lane, models.CASCADE, primary_key=True, related_name="questions")
    content = models.JSONField()
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)


class Answer(Editable):
    """What a team says to one part. The draft lives beside the text that was sent, so typing changes no status."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="answers")
    part = models.CharField(max_length=10)
    state = models.CharField(max_length=20, default=State.DRAFT)
    text = models.TextField(blank=True)  # as last sent to the accepter
    applies = models.BooleanField(default=True)  # False: "does not apply", `text` says why
    draft = models.TextField(blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(null=True)
    writers = ArrayField(models.UUIDField(), default=list)  # who wrote any of it: none of them accepts it
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # who sent it
    submitted_at = models.DateTimeField(null=True)
    submitted_on = models.DateField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # why it was sent back or withdrawn
    effective_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)  # the last day it is clear

    objects = OfUseCase.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case", "part"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State if s is not State.NOT_STARTED]), name="answer_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CLEAR, State.DOES_NOT_APPLY]) | Q(decided_by__isnull=False),
                name="answer_clear_by_somebody",
            ),
        ]


class AnswerEvent(models.Model):
    """One step of an answer's life: sent, accepted, sent back, withdrawn. Times governance by step and person."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="events")
    act = models.CharField(max_length=20)  # sent, accepted, sent_back, withdrawn, expired
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(blank=True)  # the answer as sent, or why it was sent back
    waited_days = models.PositiveIntegerField(null=True)  # calendar days it waited for this step

    class Meta:
        indexes = [models.Index(fields=["answer", "-at"], name="answer_event_newest")]


class Evidence(Editable):
    """A link or a file behind an answer. Files lie outside the web root and are only ever downloaded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="evidence")
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="evidence")
    name = models.CharField(max_length=200)
    url = models.URLField(max_length=2000, blank=True)
    file = models.FileField(max_length=300, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)  # hex
    effective_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)  # the last day in force
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)  # kept: a decision may have stood on it

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["added_at"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")), name="evidence_link_or_file"
            )
        ]
