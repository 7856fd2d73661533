"""Where did a use case come from, and what did it say before an import changed it?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from portfolio.models.portfolios import Portfolio
from portfolio.models.use_cases import UseCase
from portfolio.rules import Actor


class ImportRunSet(models.QuerySet["ImportRun"]):
    def visible_to(self, actor: Actor) -> ImportRunSet:
        if actor.is_system:
            return self
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class ImportRun(models.Model):
    """One file brought into one portfolio (a run `--by-column` makes one for each portfolio it touches)."""

    UPLOADED, PREVIEWED, RUNNING, DONE, FAILED, UNDONE = "uploaded", "previewed", "running", "done", "failed", "undone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="import_runs")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=255, blank=True)
    file = models.FileField(upload_to="imports/%Y/%m", blank=True)
    file_hash = models.CharField(max_length=64, blank=True)  # SHA-256, hex
    mapping = models.JSONField(default=dict)
    sheet = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, default=UPLOADED)
    report = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ImportRunSet.as_manager()


class ImportedRowSet(models.QuerySet["ImportedRow"]):
    def newest(self) -> ImportedRowSet:
        """The newest row of each use case, rows of undone imports left out."""
        kept = self.exclude(run__state=ImportRun.UNDONE)
        return kept.order_by("use_case_id", "-id").distinct("use_case_id")


class ImportedRow(models.Model):
    """Which row made or changed which use case; `before` holds the values that undo puts back."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="imported_rows")
    number = models.PositiveIntegerField()  # as a spreadsheet shows it
    identity = models.CharField(max_length=64)  # SHA-256 of the identity, hex: finds it again on re-import
    created = models.BooleanField()
    before = models.JSONField(default=dict)
    said = models.JSONField(default=dict)  # the facts as the file told them: a person's later edit differs

    objects = ImportedRowSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["use_case", "-id"], name="imported_row_newest")]


class RememberedMapping(models.Model):
    """Columns and stages that a person mapped once, so that the same kind of file asks nothing next time."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="remembered_mappings")
    fingerprint = models.CharField(max_length=64)  # SHA-256 over the headers, hex
    mapping = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portfolio", "fingerprint"], name="remembered_mapping_once")]
