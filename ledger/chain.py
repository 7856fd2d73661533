"""What exactly is hashed, and how does one line hold on to the one before? Pure functions, no database.

Formula (design decision D4):
    entry_hash = SHA256(0x00 ‖ "ledger-v1" ‖ chain_id ‖ uint64be(seq) ‖ prev_hash ‖ SHA256(canonical))
    prev_hash of line 1 = SHA256("genesis" ‖ chain_id)
`canonical` is JSON by RFC 8785. It never holds a name or a reason: those enter as HMAC-SHA256(salt, text).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785

VERSION = 1  # of the canonical form and of the hash formula ("ledger-v1")
INTEGER_LIMIT = 2**53 - 1  # RFC 8785 numbers are IEEE doubles; larger integers would lose digits
SALT_BYTES = 32
# Free text and identities belong in `private`, where they can be erased (rules.md 6).
PRIVATE_KEYS = frozenset({"name", "email", "reason", "rationale", "text", "comment", "learnt", "restart_condition"})


# Columns that the canonical text repeats under the same name; `v`, `payload` and `personal` come on top.
COLUMNS = (
    "chain_id",
    "seq",
    "entry_id",
    "event_type",
    "event_version",
    "subject_type",
    "subject_id",
    "actor_kind",
    "actor_id",
    "on_behalf_of",
    "request_id",
    "recorded_at",
    "effective_at",
    "refers_to",
    "supersedes",
)


class PayloadRefused(ValueError):
    """The payload cannot be put on record as it is; the text names the place and the cause."""


def genesis(chain_id: UUID) -> bytes:
    """The hash before the first line."""
    return hashlib.sha256(b"genesis" + chain_id.bytes).digest()


def entry_hash(chain_id: UUID, seq: int, prev_hash: bytes, canonical: bytes) -> bytes:
    """The hash of one line, 32 bytes."""
    inner = hashlib.sha256(canonical).digest()
    return hashlib.sha256(b"\x00ledger-v1" + chain_id.bytes + seq.to_bytes(8, "big") + prev_hash + inner).digest()


def canonical_bytes(fields: Mapping[str, Any]) -> bytes:
    """`fields`, already `plain`, as RFC 8785 bytes."""
    return rfc8785.dumps(dict(fields))


PLACED = ("effective_at", "recorded_at", "seq")  # known only under the lock; in the order of the canonical text


def parts(fields: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """The canonical text of `fields`, which lack `PLACED`, around the places of those: two stamps (their quotes are
    in the parts) and a number. RFC 8785 sorts members by name, so each part is canonical by itself."""
    effective_at, recorded_at, seq = PLACED
    between = ("", effective_at), (effective_at, recorded_at), (recorded_at, seq), (seq, "\uffff")
    members = sorted(fields.items())
    first, second, third, last = (
        ",".join(_member(name, value) for name, value in members if low < name < high) for low, high in between
    )
    return (
        f'{{{first},"{effective_at}":"',
        f'",{second},"{recorded_at}":"',
        f'",{third},"{seq}":',
        f",{last}}}",
    )


_json = json.JSONEncoder(ensure_ascii=False).encode


def _member(name: str, value: Any) -> str:
    """One member of a line. Of texts, whole numbers and null the standard library's JSON is canonical too, and quick."""
    said = canonical_bytes(value).decode() if isinstance(value, dict) else _json(value)
    return f'"{name}":{said}'


def commitment(salt: bytes, text: str) -> bytes:
    """What the chain says of a private text: HMAC-SHA256(salt, UTF-8 text). Nothing can be guessed once the salt is
    gone."""
    return hmac.digest(salt, text.encode(), "sha256")


def personal_commitment(commitments: Mapping[str, str]) -> bytes | None:
    """One digest over a line's commitments {field: hex}: SHA256 of their canonical JSON; None without any."""
    return hashlib.sha256(canonical_bytes(commitments)).digest() if commitments else None


def checkpoint_message(chain_id: UUID, seq: int, entry_hash: bytes, made_at: datetime, key_id: str) -> bytes:
    """The bytes a checkpoint signs (Ed25519): JSON, so never the same as a hashed line, which starts with 0x00."""
    return canonical_bytes(
        {
            "type": "ledger-checkpoint-v1",
            "chain_id": str(chain_id),
            "seq": seq,
            "entry_hash": entry_hash.hex(),
            "made_at": stamp(made_at),
            "key_id": key_id,
        }
    )


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with six decimals: one spelling for one moment."""
    if moment.tzinfo is None:
        raise PayloadRefused(f"{moment.isoformat()} has no time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any, at: str = "payload") -> Any:
    """The same value as JSON strings, integers, booleans, null, lists and objects.

    Decimals, dates, moments and UUIDs become strings. Raises PayloadRefused for floats (their digits differ between
    programs), integers from 2**53, characters PostgreSQL cannot keep, and keys that belong in `private`.
    """
    match value:
        case None | bool():
            return value
        case str():
            return text(value, at)
        case int():
            if abs(value) > INTEGER_LIMIT:
                raise PayloadRefused(f"{at}: {value} does not fit 53 bits; send it as a string.")
            return int(value)
        case float():
            raise PayloadRefused(f"{at}: floats are refused; send a Decimal or a string.")
        case Decimal():
            if not value.is_finite():
                raise PayloadRefused(f"{at}: {value} is not a number.")
            return format(value, "f")
        case UUID():
            return str(value)
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {_key(key, at): plain(item, f"{at}.{key}") for key, item in value.items()}
        case list() | tuple():
            return [plain(item, f"{at}[{index}]") for index, item in enumerate(value)]
    raise PayloadRefused(f"{at}: {type(value).__name__} has no one spelling in JSON.")


def _key(key: Any, at: str) -> str:
    if not isinstance(key, str):
        raise PayloadRefused(f"{at}: the key {key!r} is no string.")
    if key in PRIVATE_KEYS:
        raise PayloadRefused(f"{at}.{key}: names and free text belong in `private`, where they can be erased.")
    return text(key, at)


def text(value: str, at: str) -> str:
    """`value` as an exact str, free of what PostgreSQL or UTF-8 cannot hold."""
    if "\x00" in value:
        raise PayloadRefused(f"{at}: a NUL character cannot be kept.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise PayloadRefused(f"{at}: a lone surrogate cannot be kept.") from error
    return str.__str__(value)
