"""The use case: the unit everything hangs on, and its place under the cap."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone

from portfolio.models.portfolios import Lane, Portfolio
from portfolio.rules import Actor, Conflict, NotVisible, Stage

User = settings.AUTH_USER_MODEL
SEATS = ("sponsor", "lead", "benefit_owner", "finance_partner", "overseer")
MAGNITUDES = [
    ("under_10k", "under 10 thousand a year"),
    ("10k_100k", "10 to 100 thousand a year"),
    ("100k_1m", "100 thousand to 1 million a year"),
    ("over_1m", "over 1 million a year"),
]

UNSORTED = (  # one of the five facts of first sort is missing
    Q(business_outcome="")
    | Q(magnitude="")
    | Q(running_since=None)
    | Q(real_users=None)
    | Q(sponsor=None, sponsor_name="")
)


class UseCaseSet(models.QuerySet["UseCase"]):
    def visible_to(self, actor: Actor) -> UseCaseSet:
        """Those in the actor's portfolios; a token limited to one use case sees that one."""
        if actor.is_system:
            return self
        seen = self.filter(portfolio_id__in=actor.portfolio_ids())
        return seen.filter(id=actor.use_case_id) if actor.use_case_id else seen

    def in_pilot(self) -> UseCaseSet:
        return self.filter(stage=Stage.PILOT)

    def to_sort(self) -> UseCaseSet:
        """Pilots that lack one of the five facts of first sort."""
        return self.in_pilot().filter(UNSORTED)

    def matching(self, words: str) -> UseCaseSet:
        """Search over key, title, problem, organisation and tags; every word must occur."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(searchable__contains=word[:80].lower())
        return found

    def lock(self, use_case_id: uuid.UUID, version: int | None = None, *, to_delete: bool = False) -> UseCase:
        """Lock one row. `NotVisible` when it is gone, `Conflict` when `version` is stale.

        Rows that refer to it may be written meanwhile (the recompute's history does), except before a deletion.
        """
        row = self.select_for_update(of=("self",), no_key=not to_delete).filter(id=use_case_id).first()
        if row is None:
            raise NotVisible
        if version is not None and row.version != version:
            raise Conflict(row)
        return row


class UseCase(models.Model):
    """One AI use case in the register."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=20, unique=True)  # UC-123, unique in the instance
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="use_cases")
    title = models.CharField(max_length=500)
    problem = models.TextField(blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict, blank=True)  # columns of an import that have no field of ours

    stage = models.CharField(max_length=20, default=Stage.PROPOSED, choices=[(s.value, s.value) for s in Stage])
    stage_since = models.DateTimeField(default=timezone.now)
    stage_left = models.CharField(max_length=20, blank=True)  # where a paused one returns to
    registered_as = models.CharField(max_length=20, default=Stage.PROPOSED)
    raw_stage = models.CharField(max_length=200, null=True, blank=True)  # as the import found it
    lane = models.ForeignKey(Lane, models.PROTECT, null=True, blank=True, related_name="+")

    success_statement = models.TextField(blank=True)  # in business terms
    why_ai = models.TextField(blank=True)  # rather than a simpler change
    stop_criterion = models.TextField(blank=True)
    stop_met_on = models.DateField(null=True, blank=True)
    sponsor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="sponsors")
    lead = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="leads")
    benefit_owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    finance_partner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    overseer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    # First sort: five facts, until hypotheses exist (the fifth is `sponsor`).
    business_outcome = models.CharField(max_length=300, blank=True)
    magnitude = models.CharField(max_length=20, blank=True, choices=MAGNITUDES)
    running_since = models.DateField(null=True, blank=True)
    real_users = models.PositiveIntegerField(null=True, blank=True)
    sponsor_name = models.CharField(max_length=200, blank=True)  # as an import or first sort names one

    agreed_on = models.DateField(null=True, blank=True)  # the agreed go/no-go date
    kept_at = models.DateTimeField(null=True, blank=True)  # named in `keep` of pause the rest
    restart_condition = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True)
    reviews_missed = models.PositiveSmallIntegerField(default=0)
    review_missed_on = models.DateField(null=True, blank=True)  # the newest review day counted as missed
    waiting_reason = models.CharField(max_length=500, blank=True)
    waiting_until_on = models.DateField(null=True, blank=True)

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    searchable = models.GeneratedField(
        expression=models.Func(
            F("key"), F("title"), F("organisation"), F("problem"), F("tags"), function="pilotage_search_text"
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = UseCaseSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["portfolio", "stage", "id"], name="use_case_stage"),
            models.Index(fields=["portfolio", "-updated_at", "id"], name="use_case_updated"),
            models.Index(fields=["portfolio", "external_id"], name="use_case_external", condition=~Q(external_id="")),
            GinIndex(fields=["searchable"], opclasses=["gin_trgm_ops"], name="use_case_search"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=[s.value for s in Stage]), name="use_case_stage_known"),
            models.CheckConstraint(
                condition=~Q(stage=Stage.PAUSED) | Q(stage_left__in=[Stage.PILOT, Stage.PRODUCTION]),
                name="use_case_paused_left",
            ),
            models.CheckConstraint(
                condition=Q(waiting_until_on=None) | ~Q(waiting_reason=""), name="use_case_waiting_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def etag(self) -> str:
        return f'"{self.id}-{self.version}"'

    def write(self, **changes: Any) -> None:
        """Store `changes` of a row locked by `lock`, raising its version. Only actions call this."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self.updated_at = timezone.now()
        self.save(update_fields=[*changes, "version", "updated_at"])

    def change_stage(self, stage: Stage, *, at: Any, **changes: Any) -> None:
        """Move to `stage`; where it came from is kept while it is paused."""
        left = self.stage if stage == Stage.PAUSED else ""
        self.write(stage=stage, stage_since=at, stage_left=left, **changes)


def next_keys(count: int) -> list[str]:
    """`count` fresh human keys in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('portfolio_use_case_key') FROM generate_series(1, %s)", [count])
        return [f"UC-{number}" for (number,) in cursor.fetchall()]


class CapExceptionSet(models.QuerySet["CapException"]):
    def in_force(self, use_case_ids: Iterable[uuid.UUID], on: date) -> CapExceptionSet:
        """Those that still let their use case exceed the cap on day `on`."""
        return self.filter(use_case_id__in=use_case_ids, until_on__gte=on, ended_at=None)


class CapException(models.Model):
    """Lets one pilot exceed the cap through a day. Afterwards a warning, never an automatic pause."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="cap_exceptions")
    until_on = models.DateField()
    reason = models.TextField()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)  # it left pilot, so the exception is over

    objects = CapExceptionSet.as_manager()
