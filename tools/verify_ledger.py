#!/usr/bin/env python3
"""Is this exported ledger whole and unaltered? Stands alone: Python's standard library and `cryptography`, no Django.

    python verify_ledger.py EXPORT [--key ID=HEX]… [--checkpoints FILE]

EXPORT is what `export_ledger` or the page wrote: one JSON object a line. FILE holds checkpoints that were kept outside
the instance (the same `checkpoint` objects). Checks, numbered as in the design's decision D4: (1) lines 1..n without a
gap, (2) each hash recomputed from the canonical bytes, the chain, the number and the hash before, (3) the head row is
the last line, (4) the canonical bytes are in canonical form and say what the columns say, (5) times do not go back
(a warning), (6) every checkpoint is signed by a known key and the chain still has that hash there, (7) the rules of
the trade: each go follows an open request, its decider is neither the request's author nor the lead, what is referred
to exists, (8) private texts are those committed to, or a line says they were erased.

Exit codes: 0 whole · 1 altered · 2 shorter than a checkpoint · 3 signature · 4 rule · 5 unreadable.
Not seen without a checkpoint kept elsewhere: a cut-off end, and a history recomputed as a whole after an edit.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

OK, ALTERED, SHORTER, SIGNATURE, RULE, UNREADABLE = range(6)
SKEW = timedelta(seconds=10)
ERASED = "personal_data.erased"
GO = "use_case.taken_to_production"
COLUMNS = (
    "chain_id", "seq", "entry_id", "event_type", "event_version", "subject_type", "subject_id", "actor_kind",
    "actor_id", "on_behalf_of", "request_id", "recorded_at", "effective_at", "refers_to", "supersedes",
)  # fmt: skip


class Fault(Exception):
    """The first thing found wrong: exit code, line of the chain (None: the file itself), code, sentence."""

    def __init__(self, exit_code: int, seq: int | None, code: str, text: str) -> None:
        super().__init__(text)
        self.exit_code, self.seq, self.code, self.text = exit_code, seq, code, text


def canonical(value: Any) -> bytes:
    """RFC 8785 for strings, integers, booleans, null, lists and objects (the ledger holds no others)."""
    if isinstance(value, dict):
        inside = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return b"{" + b",".join(canonical(key) + b":" + canonical(each) for key, each in inside) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


_fast = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_read = json.JSONDecoder().decode
_columns, _NAMED = itemgetter(*COLUMNS), frozenset(COLUMNS)
_ONE_SPELLING = frozenset({int, str, type(None)})  # among these, equal values are spelled alike; true equals 1


def is_canonical(value: Any, text: str) -> bool:
    """The fast spelling sorts by code points: the standard's order too, unless a character takes four bytes."""
    return ((text.isascii() or max(text) < "\U00010000") and _fast(value) == text) or canonical(value) == text.encode()


def alike(one: Any, other: Any) -> bool:
    """Equal, and equally spelled; only what is not flat and plain is spelled out."""
    flat = type(one) is type(other) is dict and _ONE_SPELLING.issuperset(map(type, (*one.values(), *other.values())))
    return one == other if flat else _fast(one) == _fast(other)


def checkpoint_message(point: dict[str, Any]) -> bytes:
    """The bytes that a checkpoint's signature covers."""
    signed = {name: point[name] for name in ("chain_id", "seq", "entry_hash", "made_at", "key_id")}
    return canonical({"type": "ledger-checkpoint-v1", **signed})


class Trade:
    """Check 7: what the lines say, replayed."""

    def __init__(self, wanted: set[str]) -> None:
        self.wanted, self.known = wanted, set[str]()  # ids that some line refers to or supersedes; those seen so far
        self.open: dict[str, tuple[str, str, str | None]] = {}  # request → use case, kind, author
        self.leads: dict[str, str | None] = {}
        self.gone: set[str] = set()  # people whose role here was taken away

    def broken(self, line: dict[str, Any]) -> str | None:
        """The sentence of the rule that this line breaks, or None; remembers the line."""
        payload, event = line["payload"], line["event_type"]
        several = payload.get("items")
        named = [*map(payload.get, ("decision", "request", "answer")), *(several if isinstance(several, list) else ())]
        own = {text for text in named if isinstance(text, str)}
        if line["refers_to"] and line["refers_to"] not in self.known and line["refers_to"] not in own:
            return "it refers to something that is not there."
        if line["supersedes"] and line["supersedes"] not in self.known:
            return "it supersedes something that is not there."
        told = self._go(line, payload) if event == GO else None
        self.known |= self.wanted & (own | {line["entry_id"], line["subject_id"]})
        self._remember(event, line, payload)
        return told

    def _go(self, line: dict[str, Any], payload: dict[str, Any]) -> str | None:
        request = self.open.get(payload.get("request") or "")
        if request is None or request[:2] != (line["subject_id"], "go"):
            return "a go without an open request."
        deciders = {line["actor_id"], line["on_behalf_of"], payload.get("on_behalf_of")} - {None}
        if line["actor_kind"] != "person":
            return "a go that no person decided."
        if request[2] in deciders:
            return "whoever asked for the go decided it."
        if {self.leads.get(line["subject_id"]), payload.get("lead")} & deciders:
            return "the lead decided the go of their own use case."
        if self.gone & deciders:
            return "it was decided by somebody without a role at that time."
        return None

    def _remember(self, event: str, line: dict[str, Any], payload: dict[str, Any]) -> None:
        request = payload.get("request")
        if event == "request.opened":
            self.open[str(request)] = (line["subject_id"], payload.get("kind", ""), line["actor_id"])
        elif request:
            self.open.pop(request, None)
        if "lead" in payload.get("seats", {}):
            self.leads[line["subject_id"]] = payload["seats"]["lead"]
        if event == "member.removed":
            self.gone.add(payload.get("user", ""))
        elif event == "member.added":
            self.gone.discard(payload.get("user", ""))


class Walk:
    """The little that is remembered from one line to the next."""

    def __init__(self, chain: UUID, points: list[dict[str, Any]], erased: set[str], wanted: set[str]) -> None:
        self.mark, self.erased, self.trade = b"\x00ledger-v1" + chain.bytes, erased, Trade(wanted)
        self.points = sorted(points, key=lambda point: point["seq"])
        self.seq, self.hash, self.time = 0, hashlib.sha256(b"genesis" + chain.bytes).digest(), ""
        self.warnings: list[str] = []

    def step(self, row: dict[str, Any]) -> None:
        seq = self.seq + 1
        if row["seq"] != seq:
            raise Fault(ALTERED, seq, "gap", f"line {seq} is missing: line {row['seq']} follows line {self.seq}.")
        if bytes.fromhex(row["prev_hash"]) != self.hash:
            raise Fault(ALTERED, seq, "broken_link", f"line {seq} does not hold on to line {self.seq}.")
        text, stored = base64.b64decode(row["canonical"], validate=True), bytes.fromhex(row["entry_hash"])
        inner = hashlib.sha256(text).digest()
        if hashlib.sha256(self.mark + seq.to_bytes(8, "big") + self.hash + inner).digest() != stored:
            raise Fault(ALTERED, seq, "hash_mismatch", f"line {seq} was altered: its hash does not fit its text.")
        check_columns(seq, row, line := parsed(seq, text))
        self._check_personal(seq, row, line["personal"])
        self._check_time(seq, row["recorded_at"])
        if told := self.trade.broken(line):
            raise Fault(RULE, seq, "rule", f"line {seq}: {told}")
        self.seq, self.hash = seq, stored
        while self.points and self.points[0]["seq"] == seq:
            if bytes.fromhex(self.points.pop(0)["entry_hash"]) != stored:
                told = f"line {seq} is not the line that the checkpoint saw: history was rewritten."
                raise Fault(ALTERED, seq, "checkpoint_mismatch", told)

    def _check_personal(self, seq: int, row: dict[str, Any], committed: dict[str, str]) -> None:
        if not committed and not row["personal"]:
            return
        for name, (salt, text) in row["personal"].items():
            if hmac.digest(bytes.fromhex(salt), text.encode(), "sha256").hex() != committed.get(name):
                raise Fault(ALTERED, seq, "personal_altered", f"line {seq}: the private text “{name}” was altered.")
        missing = sorted(committed.keys() - row["personal"].keys())
        if missing and row["entry_id"] not in self.erased:
            told = f"line {seq}: the private text “{missing[0]}” is gone and no line says it was erased."
            raise Fault(ALTERED, seq, "personal_missing", told)

    def _check_time(self, seq: int, at: str) -> None:
        if at < self.time:
            back = datetime.fromisoformat(self.time) - datetime.fromisoformat(at)
            if back > SKEW:
                self.warnings.append(f"line {seq} is dated {back.total_seconds():.0f} s before the line before it.")
        self.time = at

    def finish(self, head: dict[str, Any] | None) -> None:
        """What shows only at the end: checkpoints beyond it (6), and the head row (3)."""
        if self.points:
            text = f"{self.seq} lines are here; a checkpoint saw {self.points[-1]['seq']}: log shorter than checkpoint."
            raise Fault(SHORTER, self.seq + 1, "shorter_than_checkpoint", text)
        if head is None:
            if self.seq:
                raise Fault(ALTERED, self.seq, "head_missing", "the head row is gone.")
        elif head["seq"] != self.seq:
            told = f"the head row says {head['seq']} lines, {self.seq} are here."
            raise Fault(ALTERED, min(head["seq"], self.seq) + 1, "head_mismatch", told)
        elif bytes.fromhex(head["entry_hash"]) != self.hash:
            raise Fault(ALTERED, self.seq, "head_mismatch", "the last line is not the one that the head row names.")


def parsed(seq: int, text: bytes) -> dict[str, Any]:
    """Check 4, first half: readable in exactly one way."""
    try:
        same = is_canonical(line := _read(spelled := text.decode()), spelled)
    except (ValueError, RecursionError) as error:
        raise Fault(UNREADABLE, seq, "unreadable", f"line {seq} cannot be read: {error}.") from error
    if not same:
        raise Fault(ALTERED, seq, "not_canonical", f"line {seq} is not in canonical form.")
    if not isinstance(line, dict) or line.get("v") != 1 or not isinstance(line.get("personal"), dict):
        raise Fault(UNREADABLE, seq, "unreadable", f"line {seq} is in a form this program does not know.")
    return line


def check_columns(seq: int, row: dict[str, Any], line: dict[str, Any]) -> None:
    """Check 4, second half: the columns repeat the canonical text."""
    if not line.keys() >= _NAMED or _columns(line) != _columns(row):
        name = next(name for name in COLUMNS if name not in line or line[name] != row[name])
        raise Fault(ALTERED, seq, "column_altered", f"line {seq}: the column {name} differs from the hashed text.")
    if not alike(_read(row["payload"]), line["payload"]):
        raise Fault(ALTERED, seq, "payload_altered", f"line {seq}: the payload differs from the hashed text.")
    digest = hashlib.sha256(canonical(line["personal"])).hexdigest() if line["personal"] else None
    if row["personal_commitment"] != digest:
        raise Fault(ALTERED, seq, "column_altered", f"line {seq}: personal_commitment differs from the hashed text.")


def check_signatures(points: list[dict[str, Any]], keys: dict[str, bytes]) -> None:
    """Check 6, first half."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    for point in points:
        seq, name = point["seq"], point["key_id"]
        if name not in keys:
            raise Fault(SIGNATURE, seq, "checkpoint_key_unknown", f"the key “{name}” is not known: pass --key.")
        try:
            signed = bytes.fromhex(point["signature"])
            Ed25519PublicKey.from_public_bytes(keys[name]).verify(signed, checkpoint_message(point))
        except InvalidSignature:
            raise Fault(SIGNATURE, seq, "checkpoint_signature", f"it is not signed by the key “{name}”.") from None


_PLAIN = '"refers_to":null,"supersedes":null,'  # a line that refers to nothing excuses nothing


def objects(path: Path, skip: str = "\n\n") -> Iterator[dict[str, Any]]:
    """Each object of the file; ledger lines that hold `skip` are left out unread."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not (skip in line and line.startswith('{"type":"line",')) and not line.isspace():
                yield _read(line)


def verify(path: Path, kept: Path | None, keys: dict[str, bytes]) -> tuple[int, list[str]]:
    """(number of lines, warnings); raises Fault for the first thing wrong. Two passes, little memory."""
    header, points, erased, ended, wanted = None, [], set(), False, set()
    for found in objects(path, skip=_PLAIN):
        if found["type"] == "ledger-export-v1":
            header = found
        elif found["type"] == "checkpoint":
            points.append(found)
        elif found["type"] == "line":
            wanted |= {found["refers_to"], found["supersedes"]}
            erased |= {found["refers_to"]} if found["event_type"] == ERASED else set()
        ended = found["type"] == "end"
    if header is None or not ended:
        raise Fault(UNREADABLE, None, "unreadable", "this is no export, or it broke off before its last line.")
    chain, warnings = UUID(header["chain_id"]), []
    if points and not keys:
        warnings.append(f"{len(points)} checkpoints in the export were not checked: pass --key.")
        points = []
    points += [point for point in (objects(kept) if kept else ()) if point["chain_id"] == str(chain)]
    check_signatures(points, keys)
    if not points:
        warnings.append("without a checkpoint nobody can see whether the end was cut off or history recomputed.")
    walk = Walk(chain, points, erased, wanted)
    for found in objects(path):
        if found["type"] == "line":
            walk.step(found)
    walk.finish(header["head"])
    return walk.seq, warnings + walk.warnings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an exported ledger.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--checkpoints", type=Path, help="checkpoints kept outside, one JSON object a line")
    parser.add_argument("--key", action="append", default=[], metavar="ID=HEX", help="a public key that signs them")
    given = parser.parse_args(arguments)
    try:
        keys = {name: bytes.fromhex(text) for name, _, text in (pair.partition("=") for pair in given.key)}
        count, warnings = verify(given.export, given.checkpoints, keys)
    except Fault as fault:
        where = f"line {fault.seq}" if fault.seq else "the file"
        sys.stdout.write(f"FAULT at {where} ({fault.code}): {fault.text}\n")
        return fault.exit_code
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stdout.write(f"FAULT (unreadable): {type(error).__name__}: {error}\n")
        return UNREADABLE
    sys.stdout.write(f"{count} lines, whole and unaltered.\n" + "".join(f"warning: {text}\n" for text in warnings))
    return OK


if __name__ == "__main__":
    sys.exit(main())
