"""How does a line enter the ledger? Always as the last statement of the action it records (rules.md 6).

The head row is locked only here, inside the database, so writers of one chain queue for the shortest time. The caller's
transaction carries the line: either both are kept or neither. What is hashed is spelled before (`chain.parts`); the
database adds place and time and hashes (`ledger_append`); `chain` verifies.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
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


class Written(NamedTuple):
    """Where a line came to stand."""

    entry_id: UUID
    seq: int
    recorded_at: datetime


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
) -> Written:
    """Write one line at the end of the chain; one statement."""
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


def append_many(chain_id: UUID, events: Sequence[Event], *, by: Actor) -> list[Written]:
    """Write several lines in the order given, under one lock: one statement for each 500 lines.

    Raises TransactionManagementError outside a transaction, chain.PayloadRefused for what cannot be put on record.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A ledger line is written inside the transaction of its act.")
    if not events:
        return []
    lines = [_spelled(chain_id, event, by) for event in events]  # before the lock: it may refuse, and takes time
    written: list[Written] = []
    for start in range(0, len(lines), _AT_ONCE):
        written += _write(chain_id, lines[start : start + _AT_ONCE])
    return written


def erase(chain_id: UUID, entry_id: UUID, *, by: Actor) -> Written:
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


_APPEND = "SELECT head_seq, stamped_at FROM ledger_append(%s, %s, %s)"
_AT_ONCE = 500  # lines a statement


def _write(chain_id: UUID, lines: Sequence[Mapping[str, Any]]) -> list[Written]:
    """The lines, their private texts and the new end of the chain: one way to the database and back."""
    told = msgspec.json.encode(lines).decode()
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [chain_id, chain.genesis(chain_id), told])
        last, now = cursor.fetchone()
    first = last - len(lines) + 1
    return [Written(line["entry_id"], seq, now) for seq, line in enumerate(lines, first)]


def _spelled(chain_id: UUID, event: Event, by: Actor) -> dict[str, Any]:
    """A line as `ledger_append` takes it: complete but for its place in the chain."""
    payload, private = chain.plain(event.payload), _salted(event.private)
    commitments = {name: chain.commitment(salt, text).hex() for name, (salt, text) in private.items()}
    commitment = chain.personal_commitment(commitments)
    columns = {
        "entry_id": uuid.uuid4(),
        "event_type": event.event_type,
        "event_version": event.event_version,
        "subject_type": event.subject[0],
        "subject_id": event.subject[1],
        "actor_kind": by.kind,
        "actor_id": by.id,
        "on_behalf_of": by.on_behalf_of,
        "request_id": by.request_id,
        "refers_to": event.refers_to,
        "supersedes": event.supersedes,
    }
    text = {name: chain.plain(value, name) for name, value in columns.items()} | {"chain_id": str(chain_id)}
    return columns | {
        "payload": payload,
        "personal_commitment": commitment and _hex(commitment),
        "effective_at": event.effective_at,
        "effective_stamp": event.effective_at and chain.stamp(event.effective_at),
        "parts": chain.parts(text | {"v": chain.VERSION, "payload": payload, "personal": commitments}),
        "private": [{"field": name, "salt": _hex(salt), "text": text} for name, (salt, text) in private.items()],
    }


def _hex(value: bytes) -> str:
    """As PostgreSQL reads bytes from text."""
    return f"\\x{value.hex()}"


def _salted(private: Mapping[str, str]) -> dict[str, tuple[bytes, str]]:
    """{field: (salt, text)} with a fresh salt each."""
    for name, text in private.items():
        if not isinstance(text, str):
            raise chain.PayloadRefused(f"private.{name}: {type(text).__name__} is no text.")
    return {
        name: (secrets.token_bytes(chain.SALT_BYTES), chain.text(text, f"private.{name}"))
        for name, text in private.items()
    }
