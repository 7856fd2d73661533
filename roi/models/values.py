"""What was it worth when it was last worked out, what came of it, and how far off do we usually see?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.models import Portfolio
from portfolio.rules import Actor
from roi.models.hypotheses import Hypothesis
from roi.valuation import PRIORS, Factor, factor_from_sums

User = settings.AUTH_USER_MODEL
KINDS = ("benefits", "costs", "durations")


class ValuationSet(models.QuerySet["Valuation"]):
    def visible_to(self, actor: Actor) -> ValuationSet:
        if actor.is_system:
            return self
        return self.filter(hypothesis__in=Hypothesis.objects.visible_to(actor))

    def newest(self) -> ValuationSet:
        return self.filter(is_newest=True)


class Valuation(models.Model):
    """A stored valuation: what a page shows without drawing anything. Never edited, only followed by another.

    Reproducible: the version's content, seed, rate, draws, factor version and code version give the same figures.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="valuations")
    number = models.PositiveIntegerField()  # of the hypothesis's version
    fingerprint = models.CharField(max_length=64)
    seed = models.CharField(max_length=40)  # 128 bits, decimal
    draws = models.PositiveIntegerField()
    annual_rate = models.FloatField()
    factor_version = models.PositiveIntegerField(default=0)  # 0: the starting assumptions
    code_version = models.PositiveIntegerField()
    horizon_months = models.PositiveSmallIntegerField()
    p10 = models.FloatField()
    p50 = models.FloatField()
    p90 = models.FloatField()
    mean = models.FloatField()
    sd = models.FloatField()
    chance_of_loss = models.FloatField()
    figures = models.JSONField()  # roi.rules.value.Value
    is_newest = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = ValuationSet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["hypothesis"], condition=Q(is_newest=True), name="valuation_newest_once"),
            models.CheckConstraint(
                condition=Q(p10__lte=models.F("p50"), p50__lte=models.F("p90")), name="valuation_ordered"
            ),
        ]


class PortfolioValue(models.Model):
    """The pilots (or all that is priced) together, from joint draws: a sum of ranges would be wrong."""

    portfolio = models.OneToOneField(Portfolio, models.CASCADE, primary_key=True, related_name="value")
    count = models.PositiveIntegerField(default=0)
    p10 = models.FloatField(null=True)
    p50 = models.FloatField(null=True)
    p90 = models.FloatField(null=True)
    chance_of_loss = models.FloatField(null=True)
    ids_hash = models.CharField(max_length=64, blank=True)  # of what was added up
    made_at = models.DateTimeField(default=timezone.now)


class RealisedSet(models.QuerySet["Realised"]):
    def visible_to(self, actor: Actor) -> RealisedSet:
        if actor.is_system:
            return self
        return self.filter(hypothesis__in=Hypothesis.objects.visible_to(actor))


class Realised(models.Model):
    """What came of it: the actual figure beside the forecast frozen on the day it was signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="realised")
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])
    forecast = models.FloatField()  # money over the same time, or days
    actual = models.FloatField()
    p10 = models.FloatField(null=True)  # of the net value as forecast, with the kind benefits
    p90 = models.FloatField(null=True)
    chance_of_gain = models.FloatField(null=True)
    number = models.PositiveIntegerField()
    valuation = models.ForeignKey(Valuation, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    recorded_on = models.DateField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RealisedSet.as_manager()

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["hypothesis", "kind"], name="realised_once"),
            models.CheckConstraint(condition=Q(forecast__gt=0, actual__gte=0), name="realised_positive"),
        ]


class FactorVersion(models.Model):
    """What finished hypotheses of a portfolio say about the next: sums of ln(actual / forecast), by kind."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="factor_versions")
    number = models.PositiveIntegerField()
    sums = models.JSONField(default=dict)  # kind → {n, mean, squares}
    made_on = models.DateField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["portfolio", "number"], name="factor_version_once")]

    def factor(self, kind: str) -> Factor:
        sums = self.sums.get(kind, {"n": 0, "mean": 0.0, "squares": 0.0})
        return factor_from_sums(sums["n"], sums["mean"], sums["squares"], PRIORS[kind])
