"""Which rows of a file are use cases we already have? Pure: rows and what is known in, pairs out.

First the identity that the newest import stored; for the rest, and for what was registered by hand, the external id,
then (organisation, title, n-th occurrence), compared as people read them. No use case is taken twice.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portfolio.importing.rows import Row
from portfolio.importing.values import fold


@dataclass(frozen=True, slots=True)
class Known:
    """A use case of the portfolio. `identity` is "" when no import brought it."""

    id: UUID
    identity: str
    external_id: str
    organisation: str
    title: str


def match(rows: Sequence[Row], known: Sequence[Known]) -> dict[int, UUID]:
    """Row number → the use case it is about; rows that are new are missing. `known` comes oldest first."""
    found: dict[int, UUID] = {}
    by_identity = {one.identity: one.id for one in reversed(known) if one.identity}
    for row in rows:
        if row.identity.digest in by_identity:
            found[row.number] = by_identity[row.identity.digest]
    taken = set(found.values())
    free = [one for one in known if one.id not in taken]
    if not free:
        return found
    _by_external_id(rows, free, found)
    _by_title(rows, free, found)
    return found


def _by_external_id(rows: Sequence[Row], free: Sequence[Known], found: dict[int, UUID]) -> None:
    """Only ids that occur once on either side say who is who."""
    times = Counter(fold(one.external_id) for one in free)
    by_id = {said: one.id for one in free if (said := fold(one.external_id)) and times[said] == 1}
    for row in rows:
        if row.number not in found and row.by_id and (said := _external_id(row)) in by_id:
            found[row.number] = by_id[said]


def _by_title(rows: Sequence[Row], free: Sequence[Known], found: dict[int, UUID]) -> None:
    """Same organisation and title, in order; two different external ids are never the same use case."""
    taken = set(found.values())
    waiting: dict[tuple[str, str], deque[Known]] = defaultdict(deque)
    for one in free:
        if one.id not in taken:
            waiting[fold(one.organisation), fold(one.title)].append(one)
    for row in rows:
        if row.number in found:
            continue
        queue = waiting.get((fold(str(row.facts.get("organisation", ""))), fold(row.title)), deque())
        external = _external_id(row)
        for one in queue:
            if not (one.external_id and external) or fold(one.external_id) == external:
                found[row.number] = one.id
                queue.remove(one)
                break


def _external_id(row: Row) -> str:
    return fold(str(row.facts.get("external_id", "")))
