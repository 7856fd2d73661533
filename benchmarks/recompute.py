"""How long does it take to recompute every assessment, and does one cost the same among many? (P5)

Measured as the night does it: a day later every item is a day older, so every forecast is made anew and most
assessments are written; then once more with nothing changed. One process, wall and its own CPU.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from benchmarks.figures import Figure
from benchmarks.scale import LARGE, SMALL, portfolio_with_items
from governance.actions.assess import CHUNK, rank_portfolios, reassess
from portfolio.models import Portfolio, UseCase
from readiness.models import BlockingItem

LIMIT = 20.0  # seconds for LARGE use cases


def run(name: str) -> list[Figure]:
    few, many = portfolio_with_items(SMALL), portfolio_with_items(LARGE)
    small, large = list(_passes(few)), list(_passes(many))
    items = BlockingItem.objects.open().filter(use_case__portfolio=many).count()
    found = []
    for kind, (small_wall, _), (wall, cpu) in zip(("a day later", "nothing changed"), small, large, strict=True):
        each = wall / LARGE / (small_wall / SMALL)
        text = f"{wall:.1f} s ({cpu:.1f} CPU), {wall / LARGE * 1e3:.2f} ms each, {each:.2f} × that of {SMALL}"
        what = f"{LARGE:,} assessments, {items:,} items, {kind}"
        found.append(Figure("P5", what, text, f"{LIMIT:.0f} s, constant", wall <= LIMIT and each <= 1.2))
    return found


def _passes(made: Portfolio) -> Iterator[tuple[float, float]]:
    """(wall, CPU) seconds of the pass a day later, and of the same pass again."""
    ids = list(UseCase.objects.filter(portfolio=made).order_by("id").values_list("id", flat=True))
    tomorrow = made.today() + timedelta(days=1)
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(ids), CHUNK):
            reassess(ids[start : start + CHUNK], tomorrow, rank=False)
        rank_portfolios([made.id])
        yield time.perf_counter() - wall, time.process_time() - cpu
