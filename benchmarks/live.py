"""Does it matter to board and feedback page how many events were ever taken in? (P3 with events, P4)

Two portfolios of 10,000 use cases lie in one database; the live ones of the first have many events, those of the second
few. Their pages are asked for in turn, so a busy machine does not decide the quotient.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from django.db import connection

from benchmarks.figures import Figure, interleaved, ratio
from benchmarks.ingest import copy_day_rows, filled
from benchmarks.pages import got, leader, queries_of
from benchmarks.scale import LARGE, portfolio
from governance.actions import nightly
from portfolio.models import Portfolio, UseCase

HISTORY = int(os.environ.get("BENCH_HISTORY", "1000000"))
FEW = 10_000
_LIVE = 100  # use cases that share the events: a company's, not a benchmark's one


def run(name: str) -> list[Figure]:
    client = leader()
    many, few = portfolio(LARGE), portfolio(LARGE, "scale-few")
    # The page compared has as many exceptions to show in both: what differs is all the rest.
    live = _fed(many, HISTORY, _LIVE), _fed(few, FEW, max(1, _LIVE * FEW // HISTORY))
    copy_day_rows(live[0].id, live[1].id)
    nightly.recompute(everything=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    boards = [f"/p/{one.slug}/" for one in (many, few)]
    pages = [f"/u/{one.key}/feedback/" for one in live]
    board, other, page, less = interleaved(
        *(lambda address=address: got(client, address) for address in (*boards, *pages))
    )
    queries = queries_of(client, boards[0])
    share, of_page = ratio(board.walls, other.walls), ratio(page.walls, less.walls)
    return [
        Figure("P3", f"board, {LARGE:,} use cases, {HISTORY:,} events",
               f"p95 {board.p95:.0f} ms, CPU {board.cpu:.0f} ms, {queries} queries", "100 ms, 60 ms, 12",
               board.p95 <= 100 and board.cpu <= 60 and 0 < queries <= 12),
        Figure("P4", f"board at {HISTORY:,} events / at {FEW:,}", share, "≤ 1.2", _middle(share) <= 1.2),
        Figure("P4", f"feedback page of {HISTORY // _LIVE:,} events, among {HISTORY:,} / {FEW:,}", of_page, "≤ 1.2, same day rows",
               _middle(of_page) <= 1.2),
    ]  # fmt: skip


def _middle(said: str) -> float:
    return float(said.split()[0])


def _fed(made: Portfolio, events: int, cases: int) -> UseCase:
    """The first live use case, after so many events came in for the first so many of them."""
    now = datetime.now(UTC)
    live = list(UseCase.objects.filter(portfolio=made, stage="production").order_by("key")[:cases])
    for one in live:
        filled(events // len(live), now, one.id)
    return live[0]
