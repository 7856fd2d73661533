"""How does a line enter the ledger? Always as the last statement of the action it records (rules.md 6).

The head row is locked only here, so writers of one chain queue for the shortest time. The caller's transaction
carries the line: either both are kept or neither.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, models, transaction
from django.db.models import Func
from django.utils import timezone

from ledger import chain
from ledger.models import ERASED, Checkpoint, Entry, Head, Personal


class Actor(Protocol):
    """Who acts, as the ledger sees it; `portfolio.rules.Actor` fits."""

    @property
    def kind(self) -> str: ...  # person, token or system
    @property
    def id(self) -> UUID | None: ...
    @property
    def on_behalf_of(self) -> UUID | None: ...
    @property
    def request_id(self) -> UUID | None: ...


@dataclass(frozen=True, kw_only=True)
class Event:
    """One act to put on record.

    `subject` = (type, id). `payload`: ids, codes and figures (see `chain.plain`). `private`: names, reasons,
    rationales; only a salted commitment enters the chain, the text can be erased later.
    """

    event_type: str
    subject: tuple[str, UUID]
    payload: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)
    refers_to: UUID | None = None
    supersedes: UUID | None = None
    effective_at: datetime | None = None
    event_version: int = 1


def append(
    chain_id: UUID,
    event_type: str,
    *,
    by: Actor,
    subject: tuple[str, UUID],
    payload: Mapping[str, Any] | None = None,
    private: Mapping[str, str] | None = None,
    refers_to: UUID | None = None,
    supersedes: UUID | None = None,
    effective_at: datetime | None = None,
    event_version: int = 1,
) -> Entry:
    """Write one line at the end of the chain; three statements, four with `private`."""
    event = Event(
        event_type=event_type,
        subject=subject,
        payload=payload or {},
        private=private or {},
        refers_to=refers_to,
        supersedes=supersedes,
        effective_at=effective_at,
        event_version=event_version,
    )
    return append_many(chain_id, [event], by=by)[0]


def append_many(chain_id: UUID, events: Sequence[Event], *, by: Actor) -> list[Entry]:
    """Write several lines in the order given, under one lock and in as many statements as one line takes.

    Raises TransactionManagementError outside a transaction, chain.PayloadRefused for what cannot be put on record.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A ledger line is written inside the transaction of its act.")
    if not events:
        return []
    payloads = [chain.plain(event.payload) for event in events]  # before the lock: it may refuse, and takes time
    personal = [_salted(event.private) for event in events]
    head, now = _lock_head(chain_id)
    entries, seq, prev_hash = [], head.seq, bytes(head.entry_hash)
    for event, payload, salted in zip(events, payloads, personal, strict=True):
        seq += 1
        entry = _entry(chain_id, seq, prev_hash, event, payload, salted, by, now)
        prev_hash = entry.entry_hash
        entries.append(entry)
    Entry.objects.bulk_create(entries)
    if any(personal):
        Personal.objects.bulk_create(
            Personal(entry_id=entry.entry_id, field=name, salt=salt, text=text)
            for entry, salted in zip(entries, personal, strict=True)
            for name, (salt, text) in salted.items()
        )
    Head.objects.filter(chain_id=chain_id).update(seq=seq, entry_hash=prev_hash)
    return entries


def erase(chain_id: UUID, entry_id: UUID, *, by: Actor) -> Entry:
    """Delete a line's private texts with their salts, and put on record that this was done. The chain still
    verifies."""
    entry = Entry.objects.get(chain_id=chain_id, entry_id=entry_id)
    Personal.objects.filter(entry_id=entry_id).delete()
    return append(chain_id, ERASED, by=by, subject=(entry.subject_type, entry.subject_id), refers_to=entry_id)


@transaction.atomic
def checkpoint(chain_id: UUID, *, key: Ed25519PrivateKey, key_id: str) -> Checkpoint | None:
    """Sign the chain's present end; None for a chain without lines. Run where the web process cannot read `key`."""
    head = Head.objects.filter(chain_id=chain_id, seq__gte=1).first()
    if head is None:
        return None
    now = timezone.now()
    message = chain.checkpoint_message(chain_id, head.seq, bytes(head.entry_hash), now, key_id)
    made, _ = Checkpoint.objects.get_or_create(
        chain_id=chain_id,
        seq=head.seq,
        key_id=key_id,
        defaults={"entry_hash": head.entry_hash, "made_at": now, "signature": key.sign(message)},
    )
    return made


class _ClockTimestamp(Func):
    """The database's clock now, not at the start of the transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


def _lock_head(chain_id: UUID) -> tuple[Head, datetime]:
    """The chain's head, locked, and the database's time, made on first use.

    A waiter re-reads the row, time included, once its rival has committed, so times follow the order of lines.
    """
    heads = Head.objects.select_for_update().filter(chain_id=chain_id).annotate(now=_ClockTimestamp())
    head = heads.first()
    if head is None:
        # A rival may be first: its uncommitted row is waited for, then left alone.
        Head.objects.bulk_create(
            [Head(chain_id=chain_id, seq=0, entry_hash=chain.genesis(chain_id))], ignore_conflicts=True
        )
        head = heads.get()
    return head, head.now


def _salted(private: Mapping[str, str]) -> dict[str, tuple[bytes, str]]:
    """{field: (salt, text)} with a fresh salt each."""
    for name, text in private.items():
        if not isinstance(text, str):
            raise chain.PayloadRefused(f"private.{name}: {type(text).__name__} is no text.")
    return {
        name: (secrets.token_bytes(chain.SALT_BYTES), chain.text(text, f"private.{name}"))
        for name, text in private.items()
    }


def _entry(
    chain_id: UUID,
    seq: int,
    prev_hash: bytes,
    event: Event,
    payload: dict[str, Any],
    salted: Mapping[str, tuple[bytes, str]],
    by: Actor,
    now: datetime,
) -> Entry:
    """The line, hashed, not yet stored."""
    entry = Entry(
        chain_id=chain_id,
        seq=seq,
        entry_id=uuid.uuid4(),
        prev_hash=prev_hash,
        event_type=event.event_type,
        event_version=event.event_version,
        subject_type=event.subject[0],
        subject_id=event.subject[1],
        actor_kind=by.kind,
        actor_id=by.id,
        on_behalf_of=by.on_behalf_of,
        request_id=by.request_id,
        recorded_at=now,
        effective_at=event.effective_at or now,
        payload=payload,
        refers_to=event.refers_to,
        supersedes=event.supersedes,
    )
    commitments = {name: chain.commitment(salt, text).hex() for name, (salt, text) in salted.items()}
    entry.personal_commitment = chain.personal_commitment(commitments)
    entry.canonical = chain.canonical_bytes(
        {name: chain.plain(getattr(entry, name), name) for name in chain.COLUMNS}
        | {"v": chain.VERSION, "payload": payload, "personal": commitments}
    )
    entry.entry_hash = chain.entry_hash(chain_id, seq, prev_hash, entry.canonical)
    return entry
