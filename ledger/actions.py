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
from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

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
    """Write one line at the end of the chain; two statements."""
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
    """Write several lines in the order given, under one lock: two statements, one more for each further 500 lines.

    Raises TransactionManagementError outside a transaction, chain.PayloadRefused for what cannot be put on record.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A ledger line is written inside the transaction of its act.")
    if not events:
        return []
    lines = [_Line(chain_id, event, by) for event in events]  # before the lock: it may refuse, and takes time
    seq, prev_hash, now = _lock_head(chain_id)
    for line in lines:
        seq += 1
        prev_hash = line.place(seq, prev_hash, now)
    _write(lines)
    return [line.entry for line in lines]


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


def _lock_head(chain_id: UUID) -> tuple[int, bytes, datetime]:
    """(number, hash, the database's time) of the chain's last line, locked; made on first use.

    A waiter re-reads the row, time included, once its rival has committed, so times follow the order of lines.
    Plain SQL, here and in `_write`: what runs between them is what every other writer of the chain waits for.
    """
    lock = "SELECT seq, entry_hash, clock_timestamp() FROM ledger_head WHERE chain_id = %s FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(lock, [chain_id])
        if (found := cursor.fetchone()) is None:
            # A rival may be first: its uncommitted row is waited for, then left alone.
            first = Head(chain_id=chain_id, seq=0, entry_hash=chain.genesis(chain_id))
            Head.objects.bulk_create([first], ignore_conflicts=True)
            cursor.execute(lock, [chain_id])
            found = cursor.fetchone()
    seq, entry_hash, now = found
    return seq, bytes(entry_hash), now


_LINES = ", ".join(field.column for field in Entry._meta.concrete_fields)
_NAMES = [field.attname for field in Entry._meta.concrete_fields]
_AT_ONCE = 500  # lines a statement


def _write(lines: Sequence["_Line"]) -> None:
    """The lines, their private texts and the new head, one way to the database and back."""
    with connection.cursor() as cursor:
        for start in range(0, len(lines), _AT_ONCE):
            part = lines[start : start + _AT_ONCE]
            rows = [[_stored(getattr(line.entry, name)) for name in _NAMES] for line in part]
            texts = [[line.entry.entry_id, name, *said] for line in part for name, said in line.private.items()]
            into = f"INSERT INTO ledger_entry ({_LINES})"
            steps = [f"written AS ({into} VALUES {_places(rows)})"]
            if texts:
                into = "INSERT INTO ledger_personal (entry_id, field, salt, text)"
                steps.append(f"told AS ({into} VALUES {_places(texts)})")
            head = "UPDATE ledger_head SET seq = %s, entry_hash = %s WHERE chain_id = %s"
            last = part[-1].entry
            given = [value for row in (*rows, *texts) for value in row]
            cursor.execute(f"WITH {', '.join(steps)} {head}", [*given, last.seq, last.entry_hash, last.chain_id])


def _places(rows: Sequence[Sequence[Any]]) -> str:
    return ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)


def _stored(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


class _Line:
    """A line that is complete but for its place in the chain."""

    def __init__(self, chain_id: UUID, event: Event, by: Actor) -> None:
        payload = chain.plain(event.payload)
        self.private = _salted(event.private)
        self.effective_at = event.effective_at
        self.entry = entry = Entry(
            chain_id=chain_id,
            entry_id=uuid.uuid4(),
            event_type=event.event_type,
            event_version=event.event_version,
            subject_type=event.subject[0],
            subject_id=event.subject[1],
            actor_kind=by.kind,
            actor_id=by.id,
            on_behalf_of=by.on_behalf_of,
            request_id=by.request_id,
            payload=payload,
            refers_to=event.refers_to,
            supersedes=event.supersedes,
        )
        commitments = {name: chain.commitment(salt, text).hex() for name, (salt, text) in self.private.items()}
        entry.personal_commitment = chain.personal_commitment(commitments)
        self.told = {name: chain.plain(getattr(entry, name), name) for name in chain.COLUMNS if name not in _PLACED}
        self.told |= {"v": chain.VERSION, "payload": payload, "personal": commitments}

    def place(self, seq: int, prev_hash: bytes, now: datetime) -> bytes:
        """Give the line its place, not yet stored; answers its hash."""
        entry = self.entry
        entry.seq, entry.prev_hash = seq, prev_hash
        entry.recorded_at, entry.effective_at = now, self.effective_at or now
        placed = {name: chain.plain(getattr(entry, name), name) for name in _PLACED}
        entry.canonical = chain.canonical_bytes(self.told | placed)
        entry.entry_hash = chain.entry_hash(entry.chain_id, seq, prev_hash, entry.canonical)
        return entry.entry_hash


_PLACED = ("seq", "recorded_at", "effective_at")  # known only under the lock


def _salted(private: Mapping[str, str]) -> dict[str, tuple[bytes, str]]:
    """{field: (salt, text)} with a fresh salt each."""
    for name, text in private.items():
        if not isinstance(text, str):
            raise chain.PayloadRefused(f"private.{name}: {type(text).__name__} is no text.")
    return {
        name: (secrets.token_bytes(chain.SALT_BYTES), chain.text(text, f"private.{name}"))
        for name, text in private.items()
    }
