"""Which candidates make the best set, what is each worth in it, and how sure is that over possible worlds?

An integer program has no valid shadow price, so every "why" is an exact re-solve, made when somebody asks.
Share of draws in the best set: the core index of Liesio, Mild & Salo 2007 (EJOR 181).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from governance.selection.exact import solve
from governance.selection.problem import Floats, Infeasible, Problem, checked, total
from governance.selection.worlds import hits


@dataclass(frozen=True)
class Selection:
    """The best set. value: sum of its values. proven: False if the time ran out first (then only a good set).

    marginal[i], i chosen: value lost if i were not available (an obligation to run i is lifted; may then be below 0).
    regret[i], i not chosen: value lost if i were forced in; infinite if no set can hold it (can do without it).
    Both are computed when asked, one exact solve each; nan when that solve ran out of time.
    """

    chosen: tuple[int, ...]
    value: float
    proven: bool
    marginal: Mapping[int, float]
    regret: Mapping[int, float]


class _OnDemand(Mapping[int, float]):
    """A mapping whose values cost a solve each, so each is found when asked for and then kept."""

    def __init__(self, keys: Sequence[int], solve: Callable[[int], float]) -> None:
        self._keys = dict.fromkeys(keys)
        self._solve = solve
        self._known: dict[int, float] = {}

    def __getitem__(self, key: int) -> float:
        if key not in self._keys:
            raise KeyError(key)
        if key not in self._known:
            self._known[key] = self._solve(key)
        return self._known[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"<{len(self._known)} of {len(self._keys)} values found>"


def best_set(
    values: Sequence[float],
    costs: Sequence[float],
    cap: int | None = None,
    budget: float | None = None,
    constraints: Sequence[tuple[Sequence[float], float]] = (),
    mandatory: Sequence[int] = (),
    excludes: Sequence[Sequence[int]] = (),
    requires: Sequence[tuple[int, int]] = (),
    *,
    unavailable: Sequence[int] = (),
    seconds: float = 30.0,
) -> Selection:
    """The set of candidates with the greatest total value.

    values, costs: one number a candidate, in one currency; costs and weights are not negative. cap: most candidates;
    budget: most total cost; constraints: (weights, limit) rows; mandatory: indices that must be in; excludes: groups of
    which at most one; requires: pairs (i, j), i needs j; unavailable: indices that cannot be in, unless one is forced
    in to learn its regret. seconds: time limit of one solve. Among candidates alike in every respect the earlier ones are chosen. Raises ValueError on ill-formed input and
    Infeasible (a ValueError) when the mandatory candidates do not fit.
    """
    problem = checked(values, costs, cap, budget, constraints, mandatory, excludes, requires, seconds, unavailable)
    chosen, proven = solve(problem)
    value = total(problem.values, chosen)

    def without(i: int) -> float:
        lifted = replace(problem, banned=problem.banned | {i}, mandatory=problem.mandatory - {i})
        return value - _best_value(lifted)

    def forced(i: int) -> float:
        return value - _best_value(replace(problem, mandatory=problem.mandatory | {i}, banned=problem.banned - {i}))

    rest = sorted(set(range(len(problem.values))) - set(chosen))
    return Selection(chosen, value, proven, _OnDemand(chosen, without), _OnDemand(rest, forced))


def robustness(
    draws: Sequence[Sequence[float]] | Floats,
    costs: Sequence[float],
    cap: int | None = None,
    budget: float | None = None,
    constraints: Sequence[tuple[Sequence[float], float]] = (),
    mandatory: Sequence[int] = (),
    excludes: Sequence[Sequence[int]] = (),
    requires: Sequence[tuple[int, int]] = (),
    *,
    unavailable: Sequence[int] = (),
    seconds: float = 30.0,
) -> tuple[float, ...]:
    """Share of draws (rows: one possible world's values) in which each candidate is in the best set ("core index").

    Give every candidate the same worlds, or robustness is exaggerated. With 1,000 draws show to 5 points.
    """
    worlds = np.asarray(draws, dtype=np.float64)
    if worlds.ndim != 2 or not len(worlds):
        raise ValueError("Draws are rows of values, at least one.")
    problem = checked(worlds[0], costs, cap, budget, constraints, mandatory, excludes, requires, seconds, unavailable)
    if not np.isfinite(worlds).all():
        raise ValueError("Values are finite.")
    return tuple((hits(problem, worlds) / len(worlds)).tolist())


def _best_value(problem: Problem) -> float:
    """V* of a changed problem: -inf when nothing satisfies it, nan when the time ran out before the proof."""
    try:
        chosen, proven = solve(problem)
    except Infeasible:
        return -math.inf
    return total(problem.values, chosen) if proven else math.nan
