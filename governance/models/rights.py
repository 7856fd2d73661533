"""Who decides what in a portfolio, and who lent their right to whom until when?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from governance.models.decisions import VERBS
from governance.rules.rights import NO_LANE
from portfolio.models import Lane, Portfolio
from portfolio.rules import Actor

User = settings.AUTH_USER_MODEL
LANES = [*Lane.CODES, (NO_LANE, "no lane yet")]


class DecisionRight(models.Model):
    """One cell of the table; without a row any leader decides (`governance.rules.rights`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="decision_rights")
    lane = models.CharField(max_length=20, choices=LANES)
    kind = models.CharField(max_length=20, choices=VERBS)
    roles = models.JSONField(default=list)
    seats = models.JSONField(default=list)
    second_person = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portfolio", "lane", "kind"], name="decision_right_once")]


class DelegationSet(models.QuerySet["Delegation"]):
    def visible_to(self, actor: Actor) -> DelegationSet:
        if actor.is_system:
            return self
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class Delegation(models.Model):
    """`giver` lets `taker` decide in their stead, through `until_on`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="delegations")
    giver = models.ForeignKey(User, models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, models.PROTECT, related_name="+")
    lane = models.CharField(max_length=20, blank=True)  # blank: every lane
    kind = models.CharField(max_length=20, blank=True)  # blank: every kind
    until_on = models.DateField()
    reason = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DelegationSet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="delegation_to_another")
        ]
