"""The one page: what it says now, how each version read, who signed what."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.models import UseCase
from portfolio.rules import Actor, Conflict, NotVisible
from roi.evidence import State
from roi.rules.content import MONTHLY, ONCE, Amount, Assumption, Benefit, Content, Cost, in_stack_order
from roi.rules.measure import Kind
from roi.rules.signing import SIGNERS, Signature
from roi.rules.track import Latch
from roi.valuation import CostCategory

User = settings.AUTH_USER_MODEL
_PLAIN = ("if_text", "then_text", "because", "population", "measure", "kind", "unit", "noticed_by", "higher_is_better",
          "baseline", "baseline_source", "baseline_locked_on", "target", "threshold", "decision_rule", "day0_on",
          "window_days", "burn_in_weeks", "horizon_months", "not_counted", "early_success")  # fmt: skip


class HypothesisSet(models.QuerySet["Hypothesis"]):
    def visible_to(self, actor: Actor) -> HypothesisSet:
        if actor.is_system:
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))

    def lock(self, hypothesis_id: uuid.UUID, version: int | None = None) -> Hypothesis:
        """Lock one row. `NotVisible` when it is gone, `Conflict` when `version` is stale."""
        row = self.select_for_update(of=("self",)).filter(id=hypothesis_id).first()
        if row is None:
            raise NotVisible
        if version is not None and row.version != version:
            raise Conflict(row)
        return row

    def with_lines(self) -> HypothesisSet:
        return self.prefetch_related("cost_lines", "benefit_lines")


class Hypothesis(models.Model):
    """What a use case promises, as it reads now. `number` is the version people speak of; it rises when figures change
    after somebody signed. `version` guards against two editors."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.OneToOneField(UseCase, models.CASCADE, related_name="hypothesis")
    number = models.PositiveIntegerField(default=1)

    if_text = models.TextField(blank=True)
    then_text = models.TextField(blank=True)
    because = models.TextField(blank=True)
    population = models.TextField(blank=True)
    measure = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=12, blank=True, choices=[(kind.value, kind.value) for kind in Kind])
    unit = models.CharField(max_length=40, blank=True)
    noticed_by = models.CharField(max_length=300, blank=True)
    higher_is_better = models.BooleanField(default=False)
    baseline = models.FloatField(null=True, blank=True)
    baseline_source = models.CharField(max_length=300, blank=True)
    baseline_locked_on = models.DateField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)  # it pays from here; short of it at the end we stop
    stop_rules = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    decision_rule = models.TextField(blank=True)
    day0_on = models.DateField(null=True, blank=True)
    window_days = models.PositiveSmallIntegerField(default=90)
    burn_in_weeks = models.PositiveSmallIntegerField(default=0)
    horizon_months = models.PositiveSmallIntegerField(default=24)
    not_counted = models.TextField(blank=True)
    early_success = models.TextField(blank=True)  # what can be shown within the window
    assumptions = models.JSONField(default=list, blank=True)

    fingerprint = models.CharField(max_length=64, blank=True)  # of the material part
    # What readings have shown so far; written by the actions on readings, read by pages and rules.
    evidence_from = models.DateField(null=True, blank=True)  # readings before a restart do not count
    verdict = models.CharField(max_length=16, blank=True, choices=[(state.value, state.value) for state in State])
    verdict_decided_on = models.DateField(null=True, blank=True)
    verdict_fingerprint = models.CharField(max_length=64, blank=True)
    seen = models.JSONField(default=dict, blank=True)  # mean, weeks, interval, weeks more

    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = HypothesisSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(window_days__gte=30, window_days__lte=90), name="hypothesis_window"),
            models.CheckConstraint(
                condition=Q(horizon_months__gte=1, horizon_months__lte=120), name="hypothesis_horizon"
            ),
            models.CheckConstraint(condition=Q(kind="") | Q(kind__in=list(Kind)), name="hypothesis_kind"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.use_case_id}"

    @property
    def etag(self) -> str:
        return f'"{self.id}-{self.version}"'

    def content(self) -> Content:
        """Everything the page says, lines included (prefetched by `with_lines`)."""
        return Content(
            **{name: getattr(self, name) for name in _PLAIN},
            stop_rules=tuple(self.stop_rules),
            assumptions=tuple(Assumption(**one) for one in self.assumptions),
            costs=in_stack_order(line.as_cost() for line in self.cost_lines.all()),
            benefits=tuple(line.as_benefit() for line in self.benefit_lines.all()),
        )

    def latch(self) -> Latch | None:
        if self.verdict_decided_on is None:
            return None
        return Latch(State(self.verdict), self.verdict_decided_on, self.verdict_fingerprint)

    def write(self, **changes: Any) -> None:
        """Store `changes` of a row locked by `lock`, raising its version. Only actions call this."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self.save(update_fields=[*changes, "version"])


class HypothesisVersion(models.Model):
    """How a version reads. Its figures are final once somebody signed it; later wording is marked."""

    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    worded_at = models.DateTimeField(null=True)  # wording changed after a signature
    worded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["hypothesis", "number"], name="hypothesis_version_once")]

    def as_content(self) -> Content:
        return Content.from_json(self.content)


class SignOff(models.Model):
    """A person signed for a seat. Never edited: it holds while the figures are what was signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="sign_offs")
    number = models.PositiveIntegerField()
    seat = models.CharField(max_length=20, choices=[(seat, seat) for seat in SIGNERS])
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["hypothesis", "number", "seat", "fingerprint"], name="sign_off_once_a_version"
            )
        ]

    def as_signature(self) -> Signature:
        return Signature(self.seat, self.person_id, self.fingerprint, self.number, self.signed_at)


def _money(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True, **options)


class LineSet(models.QuerySet):
    def visible_to(self, actor: Actor) -> LineSet:
        if actor.is_system:
            return self
        return self.filter(hypothesis__in=Hypothesis.objects.visible_to(actor))


class CostLine(models.Model):
    """One answer in the cost stack: a category costs so much once or a month, or nothing at all."""

    ESTIMATED, NONE = "estimated", "none"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="cost_lines")
    category = models.CharField(max_length=30, choices=[(one.value, one.label) for one in CostCategory])
    state = models.CharField(max_length=10, choices=[(ESTIMATED, ESTIMATED), (NONE, NONE)], default=ESTIMATED)
    timing = models.CharField(max_length=8, choices=[(ONCE, ONCE), (MONTHLY, MONTHLY)], default=ONCE)
    low = _money()
    likely = _money()
    high = _money()
    first_month = models.PositiveSmallIntegerField(default=0)
    last_month = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = LineSet.as_manager()

    class Meta:
        ordering = ["category", "timing"]
        constraints = [
            models.UniqueConstraint(fields=["hypothesis", "category", "timing"], name="cost_line_once"),
            models.CheckConstraint(condition=Q(category__in=list(CostCategory)), name="cost_line_category"),
            models.CheckConstraint(
                condition=Q(state="none", likely=None) | Q(state="estimated", likely__gte=0), name="cost_line_answered"
            ),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__lte=models.F("likely"), high__gte=models.F("likely")),
                name="cost_line_ordered",
            ),
        ]

    def as_cost(self) -> Cost:
        amount = amount_of(self.low, self.likely, self.high)
        return Cost(self.category, self.state, self.timing, amount, self.first_month, self.last_month, self.note)


class BenefitLine(models.Model):
    """An amount a month at full use, reached by a ramp."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="benefit_lines")
    place = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=200)
    low = _money()
    likely = models.DecimalField(max_digits=16, decimal_places=2)
    high = _money()
    first_month = models.PositiveSmallIntegerField(default=0)
    full_month = models.PositiveSmallIntegerField(default=0)
    last_month = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = LineSet.as_manager()

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(likely__gte=0), name="benefit_line_not_negative"),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__lte=models.F("likely"), high__gte=models.F("likely")),
                name="benefit_line_ordered",
            ),
            models.CheckConstraint(condition=Q(full_month__gte=models.F("first_month")), name="benefit_line_ramp"),
        ]

    def as_benefit(self) -> Benefit:
        amount = amount_of(self.low, self.likely, self.high)
        assert amount is not None
        return Benefit(self.name, amount, self.first_month, self.full_month, self.last_month)


def amount_of(low: Any, likely: Any, high: Any) -> Amount | None:
    """Three columns as an amount; None where nothing is said."""
    if likely is None:
        return None
    return Amount(float(likely), None if low is None else float(low), None if high is None else float(high))
