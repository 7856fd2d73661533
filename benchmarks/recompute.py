"""How long does it take to recompute every assessment, and does one cost the same among many? (P5 without items)"""

from __future__ import annotations

import time

from benchmarks.figures import Figure
from benchmarks.scale import LARGE, SMALL, portfolio
from governance.actions.assess import rank_portfolios, reassess
from portfolio.models import Portfolio, UseCase

_CHUNK = 500


def run(name: str) -> list[Figure]:
    small, large = _seconds(portfolio(SMALL)), _seconds(portfolio(LARGE))
    each = large / LARGE / (small / SMALL)
    found = f"{large:.1f} s, {large / LARGE * 1e6:.0f} µs each, {each:.2f} × that of {SMALL}"
    return [
        Figure(
            "P5", f"{LARGE:,} assessments, no items or forecasts", found, "20 s, constant", large <= 20 and each <= 1.2
        )
    ]


def _seconds(made: Portfolio) -> float:
    ids = list(UseCase.objects.filter(portfolio=made).order_by("id").values_list("id", flat=True))
    began = time.perf_counter()
    for start in range(0, len(ids), _CHUNK):
        reassess(ids[start : start + _CHUNK], rank=False)
    rank_portfolios([made.id])
    return time.perf_counter() - began
