"""What does a board need on paper to decide? Every open request with its facts, what is promised, what came of the rest."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from adoption.models import Oversight
from governance.facts import gather
from governance.models import Assessment, Decision, Request
from governance.queries.decisions import owed
from governance.queries.rights import Deciding
from governance.rules.facts import Facts
from portfolio.models import Portfolio
from portfolio.rules import MOVES, Verb

LOOK_BACK = timedelta(days=90)  # decisions of the last quarter are told beside what is asked


@dataclass(frozen=True)
class Page:
    """One request on its own sheet."""

    request: Request
    label: str
    facts: Facts
    assessment: Assessment | None
    oversight: Oversight | None
    reached: tuple[int, int, int]  # people, reached, using
    who: str


def pages(portfolio: Portfolio) -> list[Page]:
    """One page a request, longest waiting first; a fixed number of queries."""
    rows = list(
        Request.objects.open()
        .filter(use_case__portfolio=portfolio)
        .select_related("use_case__lane", "use_case__lead", "use_case__sponsor", "use_case__overseer", "author")
        .order_by("opened_at", "id")
    )
    ids = {row.use_case_id for row in rows}
    facts, deciding = gather(ids).facts, Deciding(portfolio)
    shown = {row.use_case_id: row for row in Assessment.objects.filter(use_case_id__in=ids)}
    watched = {row.use_case_id: row for row in Oversight.objects.filter(use_case_id__in=ids).select_related("cover")}
    found = []
    for row in rows:
        told, verb = facts[row.use_case_id], Verb(row.kind)
        roles = told.adoption.roles
        reached = sum(r.headcount for r in roles), sum(r.reached for r in roles), sum(r.using for r in roles)
        who = deciding.names(deciding.may(row.use_case, verb, {row.author_id}))
        found.append(
            Page(row, MOVES[verb].label, told, shown.get(row.use_case_id), watched.get(row.use_case_id), reached,
                 ", ".join(who) or "nobody today")
        )  # fmt: skip
    return found


def context(portfolio: Portfolio) -> dict[str, Any]:
    """The whole pack: what is asked, what earlier decisions still owe, what was decided since."""
    today = portfolio.today()
    decided = Decision.objects.filter(portfolio=portfolio, decided_on__gte=today - LOOK_BACK)
    return {
        "pages": pages(portfolio),
        "owed": owed(portfolio),
        "decided": decided.select_related("use_case", "decided_by").prefetch_related("superseded_by")[:40],
    }


def sample(portfolio: Portfolio, seed: str, size: int) -> tuple[list[Decision], int]:
    """(decisions drawn, out of how many): each decision's place is SHA-256(seed ‖ id), the smallest are drawn.

    Whoever knows the seed draws the same again, with a calculator; a later decision never changes the order of others.
    """
    ids = list(Decision.objects.filter(portfolio=portfolio).values_list("id", flat=True))
    drawn = sorted(ids, key=lambda one: place(seed, one))[:size]
    rows = Decision.objects.select_related("use_case", "decided_by", "request__author").in_bulk(drawn)
    return [rows[one] for one in drawn], len(ids)


def place(seed: str, decision_id: UUID) -> str:
    """Where a decision stands in the order that a seed makes."""
    return hashlib.sha256(f"{seed}{decision_id}".encode()).hexdigest()
