"""What was agreed for a live use case: how often people may override, which signals are watched, who acts?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portfolio.models import UseCase
from portfolio.rules import Actor

User = settings.AUTH_USER_MODEL
WATCHED = [
    ("override", "modified and overridden together"),
    ("modified", "modified only"),
    ("overridden", "overridden only"),
]


class OfUseCase(models.QuerySet):
    """Rows that hang on one use case."""

    def visible_to(self, actor: Actor) -> OfUseCase:
        if actor.is_system:
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class Plan(models.Model):
    """The agreed band and clocks of one use case; made by the first counted event, filled by people."""

    use_case = models.OneToOneField(UseCase, models.CASCADE, primary_key=True, related_name="feedback_plan")
    watches = models.CharField(max_length=10, default="override", choices=WATCHED)
    band_low = models.FloatField(null=True, blank=True)  # shares, 0 to 1
    band_high = models.FloatField(null=True, blank=True)
    infer_after_hours = models.PositiveIntegerField(null=True, blank=True)  # undecided counts as accepted; null: never
    minimum_sample = models.PositiveIntegerField(default=20)  # decisions in 28 days before a rate is a sentence
    resolve_within_hours = models.PositiveIntegerField(default=24)  # the clock of an exception
    named_persons = models.BooleanField(default=False)  # show overrides by pseudonym: a leader's act, ledgered
    watch_since = models.DateField(null=True)  # UTC day the alarm begins to count, anew after each acknowledgement
    closed_on = models.DateField(null=True)  # the last UTC day closed: alarm stepped, digest written
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = OfUseCase.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(band_low=None, band_high=None)
                | Q(band_low__gt=0, band_high__lt=1, band_low__lte=F("band_high")),
                name="feedback_band_inside",
            )
        ]

    @property
    def band(self) -> tuple[float, float] | None:
        return None if self.band_low is None or self.band_high is None else (self.band_low, self.band_high)


class Signal(models.Model):
    """One line of the monitoring plan, and the newest value that arrived for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="signals")
    code = models.CharField(max_length=64)  # what producers send as `signal`
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=300, blank=True)  # where the value comes from
    lower = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    upper = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.TextField(blank=True)  # what the owner does when a threshold is crossed
    silent_after_hours = models.PositiveIntegerField(default=24)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField(null=True)  # written by the fold: the greatest (at, id)
    last_id = models.TextField(blank=True, db_collation="C")
    last_value = models.DecimalField(max_digits=28, decimal_places=12, null=True)
    silent_since = models.DateTimeField(null=True)  # written by the minute's watch

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["use_case", "code"], condition=Q(retired_at=None), name="feedback_signal_code_once"
            ),
            models.CheckConstraint(
                condition=Q(lower=None) | Q(upper=None) | Q(lower__lte=F("upper")), name="feedback_signal_limits"
            ),
        ]


class ModelSeen(models.Model):
    """Which models suggested, from when to when; written by the fold."""

    pk = models.CompositePrimaryKey("use_case_id", "model")
    use_case_id = models.UUIDField()
    model = models.TextField(db_collation="C")
    first_on = models.DateField()
    last_on = models.DateField()
