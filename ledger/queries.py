"""Which lines are stored, read in the form that `verify` and readers want?"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from ledger import chain, verify
from ledger.models import ERASED, Checkpoint, Entry, Head, Personal

ROWS_A_FETCH = 2000

_rules: list[Callable[[], verify.Rule]] = []


def register(*, rule: Callable[[], verify.Rule]) -> None:
    """`rule` makes a fresh check 7. `governance.apps.ready()` gives it: this room knows lines, not their meaning."""
    _rules.append(rule)


def chain_ids() -> list[UUID]:
    """Every chain that has a head or a line (either may be missing after tampering)."""
    heads = Head.objects.order_by().values_list("chain_id", flat=True)
    return sorted(heads.union(Entry.objects.order_by().values_list("chain_id", flat=True)))


def personal_texts(entry_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """{entry_id: {field: text}} of the texts not erased; one statement."""
    texts: dict[UUID, dict[str, str]] = defaultdict(dict)
    for row in Personal.objects.filter(entry_id__in=list(entry_ids)):
        texts[row.entry_id][row.field] = row.text
    return dict(texts)


def verified(
    chain_id: UUID,
    *,
    checkpoints: Iterable[verify.Checkpoint] = (),
    keys: dict[str, bytes] | None = None,
    rule: verify.Rule | None = None,
) -> verify.Report:
    """The report on one stored chain; a writer at the same moment is either wholly seen or not at all.

    With `keys`, the checkpoints stored here are checked beside those given. `rule`: instead of the registered one.
    """
    with one_moment():
        head = Head.objects.filter(pk=chain_id).first()
        stored = Checkpoint.objects.filter(chain_id=chain_id) if keys else ()
        return verify.verify(
            rows(chain_id),
            chain_id=chain_id,
            head=verify.Head(head.seq, bytes(head.entry_hash)) if head else None,
            checkpoints=[*stored, *checkpoints],
            keys=keys,
            rule=rule or next((make() for make in _rules), None),
        )


def rows(chain_id: UUID) -> Iterator[verify.Row]:
    """The chain's lines in order, by a server-side cursor: needs a transaction, holds few rows at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.itersize = ROWS_A_FETCH
        cursor.execute(_ROWS, {"chain_id": chain_id, "erased": ERASED})
        while fetched := cursor.fetchmany(ROWS_A_FETCH):
            for *columns, personal, erased in fetched:
                yield verify.Row._make([*columns, _personal(personal), erased])


def _personal(text: str | None) -> dict[str, tuple[bytes, str]]:
    if text is None:
        return {}
    return {name: (bytes.fromhex(salt), kept) for name, (salt, kept) in json.loads(text).items()}


@contextmanager
def one_moment() -> Iterator[None]:
    """A read-only snapshot. Inside the caller's transaction (a test, say) that one is used as it is."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _column(name: str) -> str:
    """The column spelled as in the canonical text (`chain.stamp`, `str(uuid)`)."""
    field = Entry._meta.get_field(name).get_internal_type()
    if field == "DateTimeField":
        return f"""to_char(e.{name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"e.{name}::text" if field == "UUIDField" else f"e.{name}"


_ROWS = f"""
SELECT {", ".join(map(_column, chain.COLUMNS))},
       e.prev_hash, e.entry_hash, e.canonical, e.payload::text, e.personal_commitment,
       (SELECT jsonb_object_agg(p.field, jsonb_build_array(encode(p.salt, 'hex'), p.text))::text
          FROM ledger_personal p WHERE p.entry_id = e.entry_id),
       e.personal_commitment IS NOT NULL AND EXISTS (
           SELECT FROM ledger_entry x
            WHERE x.chain_id = e.chain_id AND x.refers_to = e.entry_id AND x.event_type = %(erased)s)
  FROM ledger_entry e
 WHERE e.chain_id = %(chain_id)s
 ORDER BY e.seq
"""  # noqa: S608 — names of our own columns
