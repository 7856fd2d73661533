"""The portfolio: its people, its limits, its lanes."""

from __future__ import annotations

import uuid
import zoneinfo
from datetime import date
from functools import cached_property

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from people.models import validate_time_zone
from portfolio.rules import Actor, NotVisible, Policy, Role


class PortfolioSet(models.QuerySet["Portfolio"]):
    def visible_to(self, actor: Actor) -> PortfolioSet:
        """Those the actor belongs to; the system sees all."""
        if actor.is_system:
            return self
        return self.filter(id__in=actor.portfolio_ids())

    def listed(self) -> PortfolioSet:
        """Without the archived."""
        return self.filter(archived_at=None)

    def lock_for_slots(self, portfolio_id: uuid.UUID) -> Portfolio:
        """Lock the row: one move of slots, or change of policy, at a time. Read the policy after this."""
        row = self.select_for_update(no_key=True).filter(id=portfolio_id).first()
        if row is None:
            raise NotVisible
        return row


class Portfolio(models.Model):
    """One organisation's, or one division's, AI use cases under one pilot cap."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    currency = models.CharField(max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = PortfolioSet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def today(self) -> date:
        """The local day: the portfolio's time zone defines it."""
        return timezone.now().astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()

    @cached_property
    def policy(self) -> Policy:
        """The newest limits. Read it after `lock_for_slots` when a decision depends on it."""
        newest = self.policy_versions.order_by("-number").first()
        return newest.as_policy() if newest else Policy()


class PolicyVersion(models.Model):
    """The limits as they were from one decision to the next. Never edited."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="policy_versions")
    number = models.PositiveIntegerField()
    limits = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portfolio", "number"], name="policy_version_once")]

    def as_policy(self) -> Policy:
        return Policy.from_json(self.limits, version=self.number)


class Lane(models.Model):
    """What is permitted in pilot and what production adds, as data with versions."""

    FAST, STANDARD, HIGH_IMPACT = "fast", "standard", "high-impact"
    CODES = [(FAST, "fast"), (STANDARD, "standard"), (HIGH_IMPACT, "high-impact")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="lanes")
    code = models.CharField(max_length=20, choices=CODES)
    version = models.PositiveIntegerField(default=1)
    permits = models.JSONField(default=dict)  # in pilot: users, live_data, unattended_acts
    adds = models.JSONField(default=dict)  # for production: deployment, rollback, support, metrics
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portfolio", "code", "version"], name="lane_version_once")]

    def __str__(self) -> str:
        return f"{self.code} lane, version {self.version}"


class MembershipSet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> MembershipSet:
        if actor.is_system:
            return self
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class Membership(models.Model):
    """A person's role in a portfolio."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    last_visit_at = models.DateTimeField(null=True, blank=True)  # for "since your last visit"

    objects = MembershipSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name="membership_role"),
        ]
