"""What was asked, what was decided, by whom, on which facts?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor, Verb

User = settings.AUTH_USER_MODEL
VERBS = [(verb.value, verb.value) for verb in Verb]


class RequestSet(models.QuerySet["Request"]):
    def visible_to(self, actor: Actor) -> RequestSet:
        if actor.is_system:
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))

    def open(self) -> RequestSet:
        return self.filter(closed_at=None)


class Request(models.Model):
    """Somebody asks for a decision. Its author never decides it."""

    DECIDED, WITHDRAWN, LAPSED = "decided", "withdrawn", "lapsed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=20, choices=VERBS)
    reason = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=10, blank=True)

    objects = RequestSet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "kind"], condition=Q(closed_at=None), name="request_open_once")
        ]


class DecisionSet(models.QuerySet["Decision"]):
    def visible_to(self, actor: Actor) -> DecisionSet:
        if actor.is_system:
            return self
        seen = self.filter(portfolio_id__in=actor.portfolio_ids())
        return seen.filter(use_case_id=actor.use_case_id) if actor.use_case_id else seen


class Decision(models.Model):
    """A person decided. Never edited; a later one may supersede it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="decisions")
    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=VERBS)
    from_stage = models.CharField(max_length=20)
    to_stage = models.CharField(max_length=20)
    reason = models.TextField()
    terms = models.JSONField(default=dict)  # what the verb carried: restart condition, review day, what was learnt …
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="decisions")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    decided_on = models.DateField()  # the portfolio's local day
    request = models.OneToOneField(Request, models.PROTECT, null=True, blank=True, related_name="decision")
    round_id = models.UUIDField(null=True, blank=True)  # decisions made in one act, such as pause the rest
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    policy_version = models.PositiveIntegerField()
    advice = models.CharField(max_length=10, blank=True)  # run, pause, stop: what was advised then
    against_advice = models.BooleanField(default=False)
    snapshot = models.JSONField()  # the facts it stood on; ids, never names
    snapshot_hash = models.CharField(max_length=64)  # SHA-256 of its canonical bytes, hex
    material = models.JSONField(default=dict)  # the material facts right after it took effect
    material_hash = models.CharField(max_length=64)  # of these: differs from today's → the decision is outdated

    objects = DecisionSet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-id"]
        indexes = [
            models.Index(fields=["use_case", "-decided_at"], name="decision_use_case"),
            models.Index(fields=["portfolio", "-decided_at"], name="decision_portfolio"),
        ]


class Condition(models.Model):
    """A go under a condition: what, by whom, until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="conditions")
    text = models.TextField()
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_on = models.DateField()
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)  # what shows that it is met


class AgreedDateSet(models.QuerySet["AgreedDate"]):
    def visible_to(self, actor: Actor) -> AgreedDateSet:
        if actor.is_system:
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class AgreedDate(models.Model):
    """Every go/no-go date ever agreed, with the cause of each slip."""

    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="agreed_dates")
    agreed_on = models.DateField()
    was_on = models.DateField(null=True)
    cause = models.TextField(blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = AgreedDateSet.as_manager()

    class Meta:
        ordering = ["-made_at"]
