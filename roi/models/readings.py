"""What was measured week by week, and what was said at each check-in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.rules import Actor
from roi.models.hypotheses import Hypothesis
from roi.rules.track import CONTINUE, SCALE, STOP

User = settings.AUTH_USER_MODEL
TYPED, PASTED, CSV, REST, OUTCOMES = SOURCES = ("typed", "pasted", "csv", "rest", "outcomes")


class ReadingSet(models.QuerySet["Reading"]):
    def visible_to(self, actor: Actor) -> ReadingSet:
        if actor.is_system:
            return self
        return self.filter(hypothesis__in=Hypothesis.objects.visible_to(actor))

    def by_week(self) -> dict:
        """{Monday: value}: of several sources the one recorded last counts; a taken back one leaves a gap."""
        rows = self.order_by("recorded_at").values_list("week_on", "value")
        found = dict(rows)
        return {week: value for week, value in sorted(found.items()) if value is not None}


class Reading(models.Model):
    """The value of the primary measure in one week, from one source. `value` null: taken back, a gap again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="readings")
    measure = models.CharField(max_length=120)
    week_on = models.DateField()  # a Monday
    source = models.CharField(max_length=10, choices=[(source, source) for source in SOURCES])
    value = models.FloatField(null=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = ReadingSet.as_manager()

    class Meta:
        ordering = ["week_on"]
        constraints = [
            models.UniqueConstraint(fields=["hypothesis", "measure", "week_on", "source"], name="reading_once"),
            models.CheckConstraint(condition=Q(week_on__iso_week_day=1), name="reading_monday"),
        ]


class Correction(models.Model):
    """What a reading said before it was corrected. Never edited."""

    reading = models.ForeignKey(Reading, models.CASCADE, related_name="corrections")
    was_value = models.FloatField(null=True)
    was_recorded_at = models.DateTimeField()
    was_recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at"]


class CheckInSet(models.QuerySet["CheckIn"]):
    def visible_to(self, actor: Actor) -> CheckInSet:
        if actor.is_system:
            return self
        return self.filter(hypothesis__in=Hypothesis.objects.visible_to(actor))


class CheckIn(models.Model):
    """What was seen and said at day 30, 60 or 90. Against the rule it keeps its reason. Never edited."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="check_ins")
    day = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    verdict = models.CharField(max_length=16, blank=True)  # as it stood then
    seen = models.JSONField(default=dict)
    advised = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10, choices=[(one, one) for one in (CONTINUE, SCALE, STOP)])
    reason = models.TextField(blank=True)
    recorded_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = CheckInSet.as_manager()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["hypothesis", "day"], name="check_in_once"),
            models.CheckConstraint(
                condition=Q(outcome=models.F("advised")) | ~Q(reason=""), name="check_in_against_rule_says_why"
            ),
        ]
