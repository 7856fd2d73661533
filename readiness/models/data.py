"""The data map: which sources there are, how fit they are, who needs them, what a word means."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.models import Portfolio, UseCase
from readiness.models.sets import Editable, OfPortfolio, OfUseCase, Versioned
from readiness.rules.facts import FIT, RATINGS

User = settings.AUTH_USER_MODEL
ACCESS = [("", "not asked"), ("asked", "asked for"), ("granted", "granted"), ("refused", "refused")]
CLASSES = [
    ("public", "public"),
    ("internal", "internal"),
    ("confidential", "confidential"),
    ("restricted", "restricted"),
]


class DataSource(Editable):
    """Where data comes from: a system or a set in it. The newest ratings stand here; older ones in FitnessRating."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="data_sources")
    name = models.CharField(max_length=200)
    system = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    steward = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    access_path = models.CharField(max_length=300, blank=True)  # how one gets at it: interface, export, account
    access_state = models.CharField(max_length=10, choices=ACCESS, blank=True)
    contract = models.CharField(max_length=300, blank=True)
    classification = models.CharField(max_length=20, choices=CLASSES, default="internal")
    personal_data = models.BooleanField(default=False)
    accessible = models.PositiveSmallIntegerField(default=0)
    accurate = models.PositiveSmallIntegerField(default=0)
    consistent = models.PositiveSmallIntegerField(default=0)
    governed = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfPortfolio.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "name"], name="data_source_name_once"),
            models.CheckConstraint(
                condition=Q(accessible__lte=3, accurate__lte=3, consistent__lte=3, governed__lte=3),
                name="data_source_ratings",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def ratings(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in RATINGS}

    @property
    def lowest(self) -> int:
        return min(self.ratings().values())


class FitnessRating(models.Model):
    """How a source was rated, by whom, when. Never edited."""

    source = models.ForeignKey(DataSource, models.CASCADE, related_name="rated")
    accessible = models.PositiveSmallIntegerField()
    accurate = models.PositiveSmallIntegerField()
    consistent = models.PositiveSmallIntegerField()
    governed = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]


class Term(Editable):
    """A word of the trade with one definition and one owner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="terms")
    name = models.CharField(max_length=120)
    definition = models.TextField(blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfPortfolio.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["portfolio", "name"], name="term_name_once")]


class TermUse(models.Model):
    """How one source understands a term; a meaning of its own is a second meaning."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="uses")
    source = models.ForeignKey(DataSource, models.CASCADE, related_name="terms")
    meaning = models.TextField(blank=True)  # blank: as the term defines it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "source"], name="term_use_once")]


class DataAsset(Editable):
    """Something reusable that came out of mending or joining data: others need not do it again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="data_assets")
    source = models.ForeignKey(DataSource, models.CASCADE, null=True, blank=True, related_name="assets")
    name = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    place = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfPortfolio.as_manager()

    class Meta:
        ordering = ["name"]


class Defect(Editable):
    """What is wrong with a source. One item in every use case that needs it; closed once, it closes everywhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(DataSource, models.CASCADE, related_name="defects")
    text = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, default="data_access")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    asset = models.ForeignKey(DataAsset, models.SET_NULL, null=True, blank=True, related_name="from_defects")

    objects = Versioned.as_manager()


class DataNeed(Editable):
    """A use case needs data: for what, from which source, may it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="data_needs")
    source = models.ForeignKey(DataSource, models.PROTECT, null=True, blank=True, related_name="needs")
    asset = models.ForeignKey(DataAsset, models.SET_NULL, null=True, blank=True, related_name="needs")
    purpose = models.CharField(max_length=300)
    required = models.BooleanField(default=True)
    minimum = models.PositiveSmallIntegerField(default=FIT)  # the least rating that serves it
    access = models.CharField(max_length=10, choices=ACCESS, blank=True)
    granted_until = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["made_at"]
        constraints = [models.CheckConstraint(condition=Q(minimum__gte=1, minimum__lte=3), name="data_need_minimum")]
