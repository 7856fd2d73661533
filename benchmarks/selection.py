"""How long does the exact best set of ten thousand candidates take, how long its robustness, and the page of two hundred?"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.figures import Figure
from governance.selection import Answer, Candidate, Limits, best_set, explain, pooled, robustness, weigh

CANDIDATES, WORLDS, COMPARED = 10_000, 1_000, 200
_SHARED = 0.2  # of the variance of a candidate, with all others


def run(name: str) -> list[Figure]:
    rng = np.random.default_rng(7)
    costs = rng.lognormal(3, 0.7, CANDIDATES)
    values = costs * rng.lognormal(0.3, 0.6, CANDIDATES)
    good, own = rng.standard_normal((WORLDS, 1)), rng.standard_normal((WORLDS, CANDIDATES))
    worlds = values + 0.5 * values * (np.sqrt(_SHARED) * good + np.sqrt(1.0 - _SHARED) * own)
    figures = []
    for cap in (3, 50):
        budget = 30.0 * cap
        found, took = _timed(lambda cap=cap, budget=budget: best_set(values.tolist(), costs.tolist(), cap, budget))
        said = f"{took:.2f} s, {len(found.chosen)} chosen{'' if found.proven else ', not proven'}"
        what = f"exact set of {CANDIDATES:,}, cap {cap}, with budget"
        figures.append(Figure("P7", what, said, "1 s", found.proven and took <= 1.0))
    for cap, budget in ((3, None), (3, 90.0)):
        shares, took = _timed(lambda budget=budget: robustness(worlds, costs.tolist(), 3, budget))
        what = f"robustness of {CANDIDATES:,}, {WORLDS:,} worlds, cap {cap}, {'with' if budget else 'no'} budget"
        figures.append(
            Figure("P7", what, f"{took:.1f} s, {sum(one > 0 for one in shares)} ever right", "60 s", took <= 60)
        )
    return [*figures, *_page(rng)]


def _page(rng: np.random.Generator) -> list[Figure]:
    """What the page works out between its queries and its words, for as many candidates as it compares."""
    some = [
        Candidate(mean, mean - 1.28 * sd, mean + 1.28 * sd, 0.6, 0.0, cost, 3.0, None, seed)
        for seed, (mean, sd, cost) in enumerate(
            zip(
                rng.normal(50, 40, COMPARED).tolist(), rng.uniform(10, 60, COMPARED).tolist(),
                rng.uniform(5, 40, COMPARED).tolist(), strict=True,
            )
        )
    ]  # fmt: skip
    figures = []
    for cap, budget, limit in ((3, None, 0.3), (3, 60.0, 0.3), (12, 200.0, 3.0)):
        found, took = _timed(lambda cap=cap, budget=budget: _explained(some, Limits(cap, budget)))
        what = f"why, {COMPARED} candidates, cap {cap}, {'with' if budget else 'no'} budget"
        figures.append(Figure("P7", what, f"{took:.2f} s, {found.worlds:,} worlds", f"{limit:g} s", took <= limit))
    return figures


def _timed[T](call: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    found = call()
    return found, time.perf_counter() - began


def _explained(some: list[Candidate], limits: Limits) -> Answer:
    shared = pooled(some)
    return explain([weigh(one, shared) for one in some], limits)
