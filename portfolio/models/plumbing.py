"""What work is still to be done, and what was already answered?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from portfolio.models.portfolios import Portfolio
from portfolio.rules import Actor


class Dirty(models.Model):
    """A use case whose facts changed. No unique key, so that parallel writers never wait on each other."""

    id = models.BigAutoField(primary_key=True)
    use_case_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["use_case_id"], name="dirty_use_case")]


class IdempotencyKey(models.Model):
    """The stored answer of a request that carried `Idempotency-Key`; kept 30 days."""

    owner = models.CharField(max_length=80)  # user:<id> or token:<id>: nobody reads another's answer
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)  # SHA-256 over method, path and body
    status = models.PositiveSmallIntegerField(null=True)  # null: in flight
    body = models.BinaryField(null=True)
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["at"], name="idempotency_key_age")]


class JobSet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> JobSet:
        if actor.is_system:
            return self
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class Job(models.Model):
    """Long work that a person waits for: its state, how far it is, and what it says at the end."""

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, default=WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    text = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)  # counted before the work, so that a killer is found
    beat_at = models.DateTimeField(default=timezone.now)  # a lease: a silent runner is replaced
    ended_at = models.DateTimeField(null=True)

    objects = JobSet.as_manager()
