"""How does a chain leave this instance so that others can prove it? One JSON object a line, read in one moment.

Header, lines, the checkpoints stored here, and an end mark, so that a broken download is noticed.
`tools/verify_ledger.py` reads it without this program.
"""

import base64
import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.utils import timezone

from ledger import chain, queries, verify
from ledger.models import Checkpoint, Head

_IN_MEMORY = 4 * 1024 * 1024  # bytes; longer exports lie on disk while they are sent


def lines(chain_id: UUID) -> Iterator[str]:
    """The export of one chain, line by line, each with its newline; a read-only snapshot as long as it is read."""
    with queries.one_moment():
        head = Head.objects.filter(pk=chain_id).first()
        yield _spell(
            {
                "type": "ledger-export-v1",
                "chain_id": str(chain_id),
                "exported_at": chain.stamp(timezone.now()),
                "head": {"seq": head.seq, "entry_hash": bytes(head.entry_hash).hex()} if head else None,
            }
        )
        count = 0
        for row in queries.rows(chain_id):
            count += 1
            yield _spell({"type": "line"} | _line(row))
        for point in Checkpoint.objects.filter(chain_id=chain_id).order_by("seq", "made_at"):
            yield checkpoint_line(point)
        yield _spell({"type": "end", "lines": count})


def spooled(chain_id: UUID) -> IO[bytes]:
    """The export as a temporary file at its beginning: a slow reader then holds no transaction open."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 — the answer closes it
    file.writelines(line.encode() for line in lines(chain_id))
    file.seek(0)
    return file


def checkpoint_line(point: Checkpoint) -> str:
    """One checkpoint as an auditor keeps it."""
    return _spell(
        {
            "type": "checkpoint",
            "chain_id": str(point.chain_id),
            "seq": point.seq,
            "entry_hash": bytes(point.entry_hash).hex(),
            "made_at": chain.stamp(point.made_at),
            "key_id": point.key_id,
            "signature": bytes(point.signature).hex(),
        }
    )


def _line(row: verify.Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in chain.COLUMNS} | {
        "prev_hash": bytes(row.prev_hash).hex(),
        "entry_hash": bytes(row.entry_hash).hex(),
        "canonical": base64.b64encode(bytes(row.canonical)).decode(),
        "payload": row.payload,
        "personal_commitment": None if row.personal_commitment is None else bytes(row.personal_commitment).hex(),
        "personal": {name: [salt.hex(), text] for name, (salt, text) in row.personal.items()},
    }


def _spell(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
