"""Is this chain whole and unaltered? Rows in, one report out; no database, constant memory.

The numbered checks are those of the design's decision D4. What no check can see: whoever may write the tables can cut
off the tail or recompute everything after an edit, head row included. Only a checkpoint kept elsewhere tells (6).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger import chain

SKEW = timedelta(seconds=10)  # how far the clock may step back between two lines before it is worth a warning
WARNINGS_KEPT = 20  # texts; the rest is only counted, so that memory stays constant

# Exit codes of `verify_ledger` (D4); every code not named here means "altered".
ALTERED, SHORTER, SIGNATURE, RULE, UNREADABLE = 1, 2, 3, 4, 5
EXIT_CODES = {
    "shorter_than_checkpoint": SHORTER,
    "checkpoint_signature": SIGNATURE,
    "checkpoint_key_unknown": SIGNATURE,
    "rule": RULE,
    "unreadable": UNREADABLE,
}


Rule = Callable[[dict[str, Any]], str | None]  # a parsed line in, the sentence of a broken trade rule out


class Row(NamedTuple):
    """One stored line. The first fields are `chain.COLUMNS`, spelled as in the canonical text."""

    chain_id: str
    seq: int
    entry_id: str
    event_type: str
    event_version: int
    subject_type: str
    subject_id: str
    actor_kind: str
    actor_id: str | None
    on_behalf_of: str | None
    request_id: str | None
    recorded_at: str
    effective_at: str
    refers_to: str | None
    supersedes: str | None
    prev_hash: bytes
    entry_hash: bytes
    canonical: bytes
    payload: str  # JSON text
    personal_commitment: bytes | None
    personal: Mapping[str, tuple[bytes, str]]  # field → (salt, text), as far as not erased
    erased: bool  # a line of this chain says that the texts were erased


class Head(NamedTuple):
    seq: int
    entry_hash: bytes


class Checkpoint(Protocol):
    """`models.Checkpoint` fits, and so does a line of a file kept by an auditor."""

    @property
    def seq(self) -> int: ...
    @property
    def entry_hash(self) -> bytes: ...
    @property
    def made_at(self) -> datetime: ...
    @property
    def key_id(self) -> str: ...
    @property
    def signature(self) -> bytes: ...


@dataclass(frozen=True)
class Report:
    """`count` lines were read; `first_bad_seq` and `code` name the first fault, None if there is none."""

    ok: bool
    count: int
    first_bad_seq: int | None = None
    code: str | None = None
    text: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        return 0 if self.code is None else EXIT_CODES.get(self.code, ALTERED)


class _Fault(Exception):
    def __init__(self, seq: int, code: str, text: str) -> None:
        super().__init__(text)
        self.seq, self.code, self.text = seq, code, text


def verify(
    rows: Iterable[Row],
    *,
    chain_id: UUID,
    head: Head | None,
    checkpoints: Iterable[Checkpoint] = (),
    keys: Mapping[str, bytes] | None = None,
    rule: Rule | None = None,
    skew: timedelta = SKEW,
) -> Report:
    """Check the chain from its first line to its last; stop at the first fault.

    `rows` in order of seq. `head`: what the head row says, None if there is none. `checkpoints` of this chain;
    `keys`: key id → raw Ed25519 public key, 32 bytes. `rule` (check 7) gets each parsed canonical text in order and
    returns the sentence of a broken trade rule, or None.
    """
    walk = _Walk(chain_id, sorted(checkpoints, key=lambda checkpoint: checkpoint.seq), keys or {}, rule, skew)
    try:
        walk.check_signatures()
        for row in rows:
            walk.step(row)
        walk.finish(head)
    except _Fault as fault:
        return Report(False, walk.seq, fault.seq, fault.code, fault.text, walk.warnings())
    return Report(True, walk.seq, warnings=walk.warnings())


class _Walk:
    """The little that is remembered between two lines."""

    def __init__(
        self,
        chain_id: UUID,
        checkpoints: list[Checkpoint],
        keys: Mapping[str, bytes],
        rule: Rule | None,
        skew: timedelta,
    ) -> None:
        self.chain_id, self.keys, self.rule, self.skew = chain_id, keys, rule, skew
        self.checkpoints, self.next_checkpoint = checkpoints, 0
        self.seq, self.hash = 0, chain.genesis(chain_id)
        self.time: str = ""
        self.kept_warnings: list[str] = []
        self.warning_count = 0

    def step(self, row: Row) -> None:
        if row.seq != (seq := self.seq + 1):
            raise _Fault(seq, "gap", f"Line {seq} is missing: line {row.seq} follows line {self.seq}.")
        if row.prev_hash != self.hash:
            raise _Fault(seq, "broken_link", f"Line {seq} does not hold on to line {self.seq}.")
        if chain.entry_hash(self.chain_id, seq, self.hash, row.canonical) != row.entry_hash:
            raise _Fault(seq, "hash_mismatch", f"Line {seq} was altered: its hash does not fit its text.")
        fields = _parsed(row)
        _check_columns(row, fields)
        _check_personal(row, fields)
        if row.erased and row.personal:
            self.warn(f"Line {seq}: its private texts are back although a line says they were erased.")
        self._check_time(row)
        if self.rule and (broken := self.rule(fields)):
            raise _Fault(seq, "rule", f"Line {seq}: {broken}")
        self.seq, self.hash = seq, row.entry_hash
        self._check_checkpoints()

    def _check_time(self, row: Row) -> None:
        """Check 5. The spelling is fixed, so text order is time order; dates are only parsed when it goes back."""
        if row.recorded_at < self.time:
            back = datetime.fromisoformat(self.time) - datetime.fromisoformat(row.recorded_at)
            if back > self.skew:
                self.warn(f"Line {row.seq} is dated {back.total_seconds():.0f} s before the line it follows.")
        self.time = row.recorded_at

    def check_signatures(self) -> None:
        """Check 6, first half: every checkpoint was signed by a key we know."""
        for checkpoint in self.checkpoints:
            key = self.keys.get(checkpoint.key_id)
            if key is None:
                raise _Fault(
                    checkpoint.seq, "checkpoint_key_unknown", f"The key “{checkpoint.key_id}” is not known here."
                )
            message = chain.checkpoint_message(
                self.chain_id, checkpoint.seq, bytes(checkpoint.entry_hash), checkpoint.made_at, checkpoint.key_id
            )
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(bytes(checkpoint.signature), message)
            except InvalidSignature:
                raise _Fault(
                    checkpoint.seq,
                    "checkpoint_signature",
                    f"The checkpoint at line {checkpoint.seq} is not signed by the key “{checkpoint.key_id}”.",
                ) from None

    def _check_checkpoints(self) -> None:
        """Check 6, second half: the chain has the hash it had when the checkpoint was made."""
        while self.next_checkpoint < len(self.checkpoints):
            checkpoint = self.checkpoints[self.next_checkpoint]
            if checkpoint.seq > self.seq:
                return
            if bytes(checkpoint.entry_hash) != self.hash:
                since = self.checkpoints[self.next_checkpoint - 1].seq if self.next_checkpoint else 0
                raise _Fault(
                    self.seq,
                    "checkpoint_mismatch",
                    f"Line {self.seq} is not the line the checkpoint saw: something after line {since} was rewritten.",
                )
            self.next_checkpoint += 1

    def finish(self, head: Head | None) -> None:
        """What only shows at the end: checkpoints beyond it (6) and the head row (3)."""
        last = self.seq
        self._check_checkpoints()
        if self.next_checkpoint < len(self.checkpoints):
            seen = self.checkpoints[-1].seq
            raise _Fault(last + 1, "shorter_than_checkpoint", f"{last} lines are here; a checkpoint saw {seen}.")
        if head is None:
            if last:
                raise _Fault(last, "head_missing", f"{last} lines are here, but the head row is gone.")
            return
        if head.seq > last:
            raise _Fault(last + 1, "head_mismatch", f"Line {last + 1} is missing: the head row says {head.seq} lines.")
        if head.seq < last:
            raise _Fault(head.seq + 1, "head_mismatch", f"Line {head.seq + 1} is beyond the head row.")
        if head.entry_hash != self.hash:
            raise _Fault(last, "head_mismatch", f"Line {last} is not the one the head row names.")

    def warn(self, text: str) -> None:
        self.warning_count += 1
        if len(self.kept_warnings) < WARNINGS_KEPT:
            self.kept_warnings.append(text)

    def warnings(self) -> tuple[str, ...]:
        more = self.warning_count - len(self.kept_warnings)
        return (*self.kept_warnings, *([f"{more} more warnings."] if more else []))


def _parsed(row: Row) -> dict[str, Any]:
    """The canonical text as an object; it must be spelled by RFC 8785, so that it can be read in one way only."""
    try:
        text = row.canonical.decode()
        fields = _decode(text)
        # The standard library sorts by code points: RFC 8785's order too below U+10000, and ten times as fast.
        fast = text.isascii() or max(text) < "\U00010000"
        canonical = (fast and _encode(fields) == text) or rfc8785.dumps(fields) == row.canonical
    except (ValueError, RecursionError) as error:
        raise _Fault(row.seq, "unreadable", f"Line {row.seq} cannot be read: {error}.") from error
    if not canonical:
        raise _Fault(row.seq, "not_canonical", f"Line {row.seq} is not in canonical form.")
    if not isinstance(fields, dict) or fields.get("v") != chain.VERSION or not isinstance(fields.get("personal"), dict):
        raise _Fault(row.seq, "unreadable", f"Line {row.seq} is in a form this program does not know.")
    return fields


def _refuse_float(spelled: str) -> float:
    raise ValueError(f"{spelled} is no integer")


# Made once: a million lines are to be read in a minute (reliability L7).
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_decode = json.JSONDecoder(parse_float=_refuse_float, parse_constant=_refuse_float).decode
_decode_any = json.JSONDecoder().decode
_columns, _NAMED = itemgetter(*chain.COLUMNS), frozenset(chain.COLUMNS)
_ONE_SPELLING = frozenset({int, str, type(None)})  # among these, equal values are spelled alike; true equals 1


def _alike(one: Any, other: Any) -> bool:
    """Equal, and equally spelled; only what is not flat and plain is spelled out."""
    flat = type(one) is type(other) is dict and _ONE_SPELLING.issuperset(map(type, (*one.values(), *other.values())))
    return one == other if flat else _encode(one) == _encode(other)


def _check_columns(row: Row, fields: dict[str, Any]) -> None:
    """Check 4: the columns say what the canonical text says."""
    if not fields.keys() >= _NAMED or _columns(fields) != row[: len(chain.COLUMNS)]:
        stored = zip(chain.COLUMNS, row, strict=False)
        name = next(name for name, value in stored if name not in fields or fields[name] != value)
        raise _Fault(row.seq, "column_altered", f"Line {row.seq}: the column {name} differs from the hashed text.")
    if not _alike(_decode_any(row.payload), fields.get("payload")):
        raise _Fault(row.seq, "payload_altered", f"Line {row.seq}: the payload differs from the hashed text.")
    if row.personal_commitment != chain.personal_commitment(fields["personal"]):
        told = f"Line {row.seq}: the column personal_commitment differs from the hashed text."
        raise _Fault(row.seq, "column_altered", told)


def _check_personal(row: Row, fields: dict[str, Any]) -> None:
    """Check 8: every private text is the one committed to, or a line says it was erased."""
    committed = fields["personal"]
    if not committed and not row.personal:
        return
    for name, (salt, text) in row.personal.items():
        if chain.commitment(salt, text).hex() != committed.get(name):
            raise _Fault(row.seq, "personal_altered", f"Line {row.seq}: the private text “{name}” was altered.")
    missing = sorted(committed.keys() - row.personal.keys())
    if missing and not row.erased:
        told = f"Line {row.seq}: the private text “{missing[0]}” is gone and no line says it was erased."
        raise _Fault(row.seq, "personal_missing", told)
