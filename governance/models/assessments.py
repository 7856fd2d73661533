"""What did the jobs last work out? Read models: each is a pure function of stored facts, policy and the day."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor


class AssessmentSet(models.QuerySet["Assessment"]):
    def visible_to(self, actor: Actor) -> AssessmentSet:
        if actor.is_system:
            return self
        seen = self.filter(portfolio_id__in=actor.portfolio_ids())
        return seen.filter(use_case_id=actor.use_case_id) if actor.use_case_id else seen


class Assessment(models.Model):
    """The computed state of one use case. Only `governance.actions.reassess` writes it."""

    use_case = models.OneToOneField(UseCase, models.CASCADE, primary_key=True, related_name="assessment")
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="+")
    stage = models.CharField(max_length=20)
    status = models.CharField(max_length=20, null=True)
    status_text = models.CharField(max_length=60, blank=True)
    no_date_reason = models.CharField(max_length=200, blank=True)
    blocking_open = models.PositiveIntegerField(default=0)
    blocking_overdue = models.PositiveIntegerField(default=0)
    readiness = models.FloatField(null=True)  # clear ÷ required questions of the lane
    forecast_p50_on = models.DateField(null=True)
    forecast_p85_on = models.DateField(null=True)
    forecast_p95_on = models.DateField(null=True)
    forecast_driver = models.CharField(max_length=300, blank=True)
    value_p10 = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    value_p50 = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    value_p90 = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    recommendation = models.CharField(max_length=10, blank=True)  # run, pause, stop
    reason = models.CharField(max_length=300, blank=True)
    rough = models.BooleanField(default=False)  # the advice rests on first-sort facts only
    rank = models.PositiveIntegerField(null=True)  # among the pilots, 1 is kept first
    pause_order = models.JSONField(default=list)  # what the rank is made from (rules.advice)
    flags = ArrayField(models.CharField(max_length=30), default=list)  # what the portfolio warns of
    material_hash = models.CharField(max_length=64)
    inputs = models.JSONField(default=dict)  # as_of, policy, curve and code version
    computed_at = models.DateTimeField(default=timezone.now)

    objects = AssessmentSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["portfolio", "stage", "rank"], name="assessment_rank"),
            models.Index(fields=["portfolio", "status"], name="assessment_status"),
            models.Index(fields=["portfolio"], name="assessment_flagged", condition=~models.Q(flags=[])),
        ]


class AssessmentHistory(models.Model):
    """A displayed value changed: append-only, so that any past day can be shown again."""

    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="assessment_history")
    on = models.DateField()
    stage = models.CharField(max_length=20)
    status = models.CharField(max_length=20, null=True)
    shown = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["use_case", "-at"], name="assessment_history_newest")]


class PortfolioStateSet(models.QuerySet["PortfolioState"]):
    def visible_to(self, actor: Actor) -> PortfolioStateSet:
        if actor.is_system:
            return self
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class PortfolioState(models.Model):
    """What a whole portfolio shows, and the version by which the board knows that it is fresh.

    Beside the portfolio, not on its row: selections lock that one.
    """

    portfolio = models.OneToOneField(Portfolio, models.CASCADE, primary_key=True, related_name="state")
    version = models.PositiveBigIntegerField(default=0)
    warnings = models.JSONField(default=list)
    counts = models.JSONField(default=dict)  # stage → number of use cases
    computed_at = models.DateTimeField(default=timezone.now)
    nightly_on = models.DateField(null=True)  # the last local day the nightly pass was done for

    objects = PortfolioStateSet.as_manager()


class Quarantine(models.Model):
    """A use case whose recompute fails. Attempts are counted before the work, so that a killed worker counts too."""

    use_case = models.OneToOneField(UseCase, models.CASCADE, primary_key=True, related_name="quarantine")
    attempts = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True)
