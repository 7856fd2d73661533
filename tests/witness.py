"""What did an act leave behind? Every row of every table, and the lines of the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection, transaction

from ledger import queries
from ledger.models import Entry
from portfolio.rules import Refused


def fingerprint() -> dict[str, tuple[int, int]]:
    """table → (rows, a sum over their contents): any insert, update or delete changes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} t"
                for name in tables
            )
        )
        return {name: (count, int(content)) for name, count, content in cursor.fetchall()}


@contextmanager
def nothing_written(expected: type[Exception] = Refused) -> Iterator[list[str]]:
    """The block must raise `expected` and leave every table as it was; the list receives a refusal's codes."""
    before, codes = fingerprint(), []
    with pytest.raises(expected) as raised, transaction.atomic():
        yield codes
    if isinstance(raised.value, Refused):
        codes += [reason.code for reason in raised.value.reasons]
    after = fingerprint()
    assert {name for name in before if before[name] != after[name]} == set()


def lines(chain_id: UUID) -> list[str]:
    """The events on this chain, oldest first."""
    return list(Entry.objects.of_chain(chain_id).order_by("seq").values_list("event_type", flat=True))


@contextmanager
def new_lines(chain_id: UUID) -> Iterator[list[str]]:
    """Fills with the events that the block added to the chain, which must still verify."""
    before, added = len(lines(chain_id)), []
    yield added
    added += lines(chain_id)[before:]
    assert queries.verified(chain_id).ok
