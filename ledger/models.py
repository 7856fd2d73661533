"""What does the ledger keep? Lines that never change, their erasable texts, the head of each chain, checkpoints.

One chain per portfolio and one for the instance. Columns are those of the design's decision D4 from the first
migration on; the database itself refuses to change a line (a guard against mistakes, not against its owner).
"""

import uuid
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

ERASED = "personal_data.erased"  # the event that excuses missing personal texts of the line it refers to


class Head(models.Model):
    """The last line of a chain. The row every append locks."""

    chain_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    entry_hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.chain_id} at {self.seq}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def of_chain(self, chain_id: UUID) -> "EntryQuerySet":
        """The chain's lines, first to last."""
        return self.filter(chain_id=chain_id).order_by("seq")

    def about(self, subject_type: str, subject_ids: Iterable[UUID]) -> "EntryQuerySet":
        return self.filter(subject_type=subject_type, subject_id__in=list(subject_ids))


class Entry(models.Model):
    """One line. `canonical` is authoritative; the other columns repeat it for queries."""

    class ActorKind(models.TextChoices):
        PERSON = "person"
        TOKEN = "token"  # noqa: S105 — the word, not a secret
        SYSTEM = "system"

    pk = models.CompositePrimaryKey("chain_id", "seq")
    chain_id = models.UUIDField()
    seq = models.BigIntegerField()
    entry_id = models.UUIDField(unique=True, default=uuid.uuid4)
    prev_hash = models.BinaryField(max_length=32)
    entry_hash = models.BinaryField(max_length=32, unique=True)
    hash_alg = models.SmallIntegerField(default=1)
    event_type = models.CharField(max_length=100)
    event_version = models.SmallIntegerField(default=1)
    subject_type = models.CharField(max_length=50)
    subject_id = models.UUIDField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    on_behalf_of = models.UUIDField(null=True)
    request_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    canonical = models.BinaryField()
    payload = models.JSONField()
    personal_commitment = models.BinaryField(max_length=32, null=True)
    refers_to = models.UUIDField(null=True)
    supersedes = models.UUIDField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "prev_hash"], name="ledger_entry_no_fork"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="ledger_entry_seq_from_one"),
            models.CheckConstraint(condition=Q(hash_alg=1), name="ledger_entry_hash_alg_known"),
            models.CheckConstraint(
                condition=Exact(Length("prev_hash"), 32) & Exact(Length("entry_hash"), 32),
                name="ledger_entry_hash_length",
            ),
            models.CheckConstraint(
                condition=Q(actor_kind="system") | Q(actor_kind__in=["person", "token"], actor_id__isnull=False),
                name="ledger_entry_actor_named",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_id", "seq"], name="ledger_entry_subject"),
            models.Index(fields=["refers_to"], condition=Q(refers_to__isnull=False), name="ledger_entry_refers_to"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} line {self.seq}: {self.event_type}"


class Personal(models.Model):
    """A name, reason or rationale of one line with the salt of its commitment; deleting the row erases both."""

    pk = models.CompositePrimaryKey("entry_id", "field")
    entry_id = models.UUIDField()
    field = models.CharField(max_length=50)
    salt = models.BinaryField(max_length=32)
    text = models.TextField()

    class Meta:
        verbose_name_plural = "personal texts"

    def __str__(self) -> str:
        return f"{self.field} of {self.entry_id}"


class Checkpoint(models.Model):
    """A signed statement that the chain once ended in this hash; worth most when a copy is kept elsewhere."""

    chain_id = models.UUIDField()
    seq = models.BigIntegerField()
    entry_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "seq", "key_id"], name="ledger_checkpoint_once"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} at {self.seq} by key {self.key_id}"
