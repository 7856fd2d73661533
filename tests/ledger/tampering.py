"""How does someone with the superuser's password edit a chain? Helpers for the tests of verification."""

from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from ledger import actions
from ledger.models import Entry
from tests.ledger import oracle
from tests.ledger.actors import ANA

KEY = Ed25519PrivateKey.generate()
KEYS = {"k1": KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)}


def grow(chain_id, lines):
    for number in range(lines):
        actions.append(
            chain_id,
            "use_case.selected",
            by=ANA,
            subject=("use_case", uuid4()),
            payload={"number": number, "kept": True},
            private={"reason": f"Reason {number}"},
        )
    return chain_id


def tamper(statement, *parameters):
    """What someone with the superuser's password can do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        cursor.execute(statement, parameters)
        changed = cursor.rowcount
        cursor.execute("ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_append_only")
    assert changed, "the edit must hit something, or the test proves nothing"


def restamp(chain_id, from_seq):
    """Recompute every hash from `from_seq` on, head row too: the edit that a chain alone cannot show."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, canonical FROM ledger_entry WHERE chain_id = %s ORDER BY seq", [chain_id])
        last = oracle.first_hash(chain_id)
        for seq, canonical in cursor.fetchall():
            new = oracle.next_hash(chain_id, seq, last, canonical)
            if seq >= from_seq:
                tamper(
                    "UPDATE ledger_entry SET prev_hash = %s, entry_hash = %s WHERE chain_id = %s AND seq = %s",
                    last, new, chain_id, seq,
                )  # fmt: skip
            last = new
    tamper("UPDATE ledger_head SET entry_hash = %s WHERE chain_id = %s", last, chain_id)


def cut(chain_id):
    tamper("DELETE FROM ledger_entry WHERE chain_id = %s AND seq > 6", chain_id)
    tamper(
        "UPDATE ledger_head h SET seq = 6, entry_hash = e.entry_hash FROM ledger_entry e"
        " WHERE h.chain_id = %s AND e.chain_id = h.chain_id AND e.seq = 6",
        chain_id,
    )


def rewrite(chain_id):
    line = Entry.objects.get(pk=(chain_id, 4))
    tamper(
        "UPDATE ledger_entry SET canonical = %s, payload = %s WHERE chain_id = %s AND seq = 4",
        bytes(line.canonical).replace(b'"number":3', b'"number":8'), '{"number": 8, "kept": true}', chain_id,
    )  # fmt: skip
    restamp(chain_id, 4)
