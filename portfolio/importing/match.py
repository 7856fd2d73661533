"""Which rows of a file are use cases we already have? Pure: rows and what is known in, pairs out.

First the identity that the newest import stored; for the rest, and for what was registered by hand, the external id,
then (organisation, title, n-th occurrence). No use case is taken twice.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portfolio.importing.plan import Row
from portfolio.importing.values import one_line


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
        if row.identity in by_identity:
            found[row.number] = by_identity[row.identity]
    taken = set(found.values())
    free = [one for one in known if one.id not in taken]
    if not free:
        return found
    _by_external_id(rows, free, found)
    _by_title(rows, free, found)
    return found


def _by_external_id(rows: Sequence[Row], free: Sequence[Known], found: dict[int, UUID]) -> None:
    """Only ids that occur once on either side say who is who."""
    times = Counter(one.external_id for one in free)
    by_id = {one.external_id: one.id for one in free if one.external_id and times[one.external_id] == 1}
    for row in rows:
        if row.number not in found and row.by_id and row.facts["external_id"] in by_id:
            found[row.number] = by_id[row.facts["external_id"]]


def _by_title(rows: Sequence[Row], free: Sequence[Known], found: dict[int, UUID]) -> None:
    """Same organisation and title, in order; two different external ids are never the same use case."""
    taken = set(found.values())
    waiting: dict[tuple[str, str], deque[Known]] = defaultdict(deque)
    for one in free:
        if one.id not in taken:
            waiting[one.organisation, _said(one.title)].append(one)
    for row in rows:
        if row.number in found:
            continue
        queue = waiting.get((row.facts.get("organisation", ""), _said(row.title)), ())
        external = row.facts.get("external_id", "")
        for one in queue:
            if not (one.external_id and external) or one.external_id == external:
                found[row.number] = one.id
                waiting[one.organisation, _said(one.title)].remove(one)
                break


def _said(title: str) -> str:
    return one_line(title).casefold()
