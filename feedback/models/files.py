"""Which tables of past decisions were handed in, how were they read, and what became of them?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from feedback.models.plan import OfUseCase
from portfolio.models import UseCase


class DecisionFile(models.Model):
    """One file of one use case. Its events stay whatever becomes of this row: events are never deleted."""

    UPLOADED, PREVIEWED, RUNNING, DONE, FAILED = "uploaded", "previewed", "running", "done", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="decision_files")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=255, blank=True)
    file = models.FileField(upload_to="decisions/%Y/%m", blank=True)
    file_hash = models.CharField(max_length=64, blank=True)  # SHA-256, hex
    sheet = models.CharField(max_length=200, blank=True)
    mapping = models.JSONField(default=dict)  # feedback.importing.mapping; {} while nobody changed what is proposed
    state = models.CharField(max_length=12, default=UPLOADED)
    report = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["-made_at"]
