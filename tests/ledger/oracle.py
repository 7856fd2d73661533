"""Does the stored chain hash as the design says? A second implementation in plain Python."""

import hashlib
import hmac
import json
import struct
from uuid import UUID


def first_hash(chain_id: UUID) -> bytes:
    return hashlib.sha256(b"genesis" + chain_id.bytes).digest()


def next_hash(chain_id: UUID, seq: int, prev_hash: bytes, canonical: bytes) -> bytes:
    packed = struct.pack(
        ">B9s16sQ32s32s", 0, b"ledger-v1", chain_id.bytes, seq, prev_hash, hashlib.sha256(canonical).digest()
    )
    return hashlib.sha256(packed).digest()


def faults(cursor, chain_id: UUID) -> list[str]:
    """Everything wrong with the chain, in words; empty when it is whole."""
    found = []
    cursor.execute(
        "SELECT seq, prev_hash, entry_hash, canonical, payload::text, entry_id::text, event_type "
        "FROM ledger_entry WHERE chain_id = %s ORDER BY seq",
        [chain_id],
    )
    last_seq, last_hash = 0, first_hash(chain_id)
    for seq, prev_hash, entry_hash, canonical, payload, entry_id, event_type in cursor.fetchall():
        said = json.loads(canonical)
        if seq != last_seq + 1:
            found.append(f"gap before {seq}")
        if prev_hash != last_hash:
            found.append(f"link {seq}")
        if next_hash(chain_id, seq, last_hash, canonical) != entry_hash:
            found.append(f"hash {seq}")
        if (said["seq"], said["entry_id"], said["event_type"]) != (seq, entry_id, event_type):
            found.append(f"columns {seq}")
        if said["payload"] != json.loads(payload):
            found.append(f"payload {seq}")
        cursor.execute("SELECT field, salt, text FROM ledger_personal WHERE entry_id = %s", [entry_id])
        for field, salt, text in cursor.fetchall():
            if hmac.new(salt, text.encode(), hashlib.sha256).hexdigest() != said["personal"][field]:
                found.append(f"personal {seq}")
        last_seq, last_hash = seq, entry_hash
    cursor.execute("SELECT seq, entry_hash FROM ledger_head WHERE chain_id = %s", [chain_id])
    if cursor.fetchall() != [(last_seq, last_hash)]:
        found.append("head")
    return found
