"""What is a selection: values, limits and side constraints, and which sets do they allow?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Row = tuple[Floats, float]

MOST_SETS = 5_000  # sets of candidates looked at one by one; with more of them the solver is quicker
SLACK = 1e-9  # relative: sums of decimals held as floats may miss a limit by rounding, never by more


class Infeasible(ValueError):
    """No set satisfies the mandatory candidates and the limits together."""


@dataclass(frozen=True)
class Problem:
    """A selection: values, limit rows "weights . x <= limit", and side constraints between candidates."""

    values: Floats
    costs: Floats
    cap: int | None
    budget: float | None
    rows: tuple[Row, ...]  # besides cap and budget
    mandatory: frozenset[int]
    excludes: tuple[tuple[int, ...], ...]
    requires: tuple[tuple[int, int], ...]
    seconds: float
    banned: frozenset[int] = frozenset()

    def limits(self) -> list[Row]:
        """Every limit row, cap and budget included."""
        rows = list(self.rows)
        if self.cap is not None:
            rows.append((np.ones_like(self.values), float(self.cap)))
        if self.budget is not None:
            rows.append((self.costs, self.budget))
        return rows

    def priced(self) -> bool:
        """Does anything but the number of slots stand against choosing the most valuable ones?"""
        if self.rows or self.tied() or self.budget is None:
            return bool(self.rows or self.tied())
        dearest = np.sort(self.costs)[::-1][: self.cap]
        return math.fsum(dearest) > self.budget

    def tied(self) -> set[int]:
        """Candidates whose choice bears on another's beyond slots and money."""
        return {i for group in self.excludes for i in group} | {i for pair in self.requires for i in pair}


def checked(
    values: Sequence[float] | Floats,
    costs: Sequence[float],
    cap: int | None,
    budget: float | None,
    constraints: Sequence[tuple[Sequence[float], float]],
    mandatory: Sequence[int],
    excludes: Sequence[Sequence[int]],
    requires: Sequence[tuple[int, int]],
    seconds: float,
    unavailable: Sequence[int] = (),
) -> Problem:
    """The same selection with its shapes and signs made sure of; ValueError says what is wrong."""
    value_row = np.asarray(values, dtype=np.float64)
    rows = [(np.asarray(weights, dtype=np.float64), float(limit)) for weights, limit in constraints]
    cost_row = np.asarray(costs, dtype=np.float64)
    if value_row.ndim != 1 or any(
        row.shape != value_row.shape for row in (cost_row, *(weights for weights, _ in rows))
    ):
        raise ValueError("One value, one cost and one weight a row for each candidate.")
    if not np.isfinite(value_row).all():
        raise ValueError("Values are finite.")
    if any(not np.isfinite(row).all() or (row < 0).any() for row in (cost_row, *(weights for weights, _ in rows))):
        raise ValueError("Costs and weights are finite and not negative.")
    if any(math.isnan(limit) for limit in (*(limit for _, limit in rows), budget or 0.0)):
        raise ValueError("Limits are numbers.")
    named = [
        *mandatory,
        *unavailable,
        *(i for group in excludes for i in group),
        *(i for pair in requires for i in pair),
    ]
    if any(not 0 <= i < len(value_row) for i in named):
        raise ValueError("Side constraints name candidates by 0-based index.")
    return Problem(
        values=value_row,
        costs=cost_row,
        cap=cap,
        budget=None if budget is None else float(budget),
        rows=tuple(rows),
        mandatory=frozenset(mandatory),
        excludes=tuple(tuple(group) for group in excludes),
        requires=tuple(sorted({(i, j) for i, j in requires if i != j})),
        seconds=seconds,
        banned=frozenset(unavailable),
    )


def total(values: Floats, chosen: Iterable[int]) -> float:
    """Sum of the chosen values, free of rounding order."""
    return math.fsum(values[i] for i in chosen)


def settled(problem: Problem) -> Problem:
    """What mandatory and banned candidates imply for the others, followed to the end."""
    mandatory, banned = set(problem.mandatory), set(problem.banned)
    size = -1
    while size != len(mandatory) + len(banned):
        size = len(mandatory) + len(banned)
        mandatory |= {j for i, j in problem.requires if i in mandatory}
        banned |= {i for i, j in problem.requires if j in banned}
        for group in problem.excludes:
            if held := mandatory.intersection(group):
                banned |= set(group) - {min(held)}
    if mandatory & banned or not fits(problem, mandatory):
        raise Infeasible("The mandatory candidates do not fit the limits, or each other.")
    return replace(problem, mandatory=frozenset(mandatory), banned=frozenset(banned))


def fits(problem: Problem, chosen: Iterable[int]) -> bool:
    chosen = list(chosen)
    return all(
        math.fsum(weights[chosen]) <= limit + SLACK * max(1.0, abs(limit)) for weights, limit in problem.limits()
    )


def slots_of(problem: Problem, free: int) -> int:
    """How many of `free` candidates can be in beside the mandatory ones, by the cap."""
    return free if problem.cap is None else min(free, problem.cap - len(problem.mandatory))


def few(problem: Problem, free: int) -> bool:
    """Can every set of `free` candidates be looked at, because there are few and no side constraints?"""
    if problem.tied():
        return False
    return sum(math.comb(free, size) for size in range(slots_of(problem, free) + 1)) <= MOST_SETS


@lru_cache(maxsize=64)
def sets(free: int, slots: int) -> NDArray[np.float64]:
    """Every set of at most `slots` of `free` candidates: rows of 0 and 1, smaller sets first."""
    chosen = [one for size in range(slots + 1) for one in itertools.combinations(range(free), size)]
    held = np.zeros((len(chosen), free))
    for row, one in enumerate(chosen):
        held[row, list(one)] = 1.0
    held.setflags(write=False)
    return held


def allowed(problem: Problem, candidates: NDArray[np.intp]) -> NDArray[np.float64]:
    """The sets of these candidates that keep to every limit beside the mandatory ones."""
    held = sets(len(candidates), slots_of(problem, len(candidates)))
    keeps = np.ones(len(held), dtype=bool)
    for weights, limit in problem.limits():
        room = limit - math.fsum(weights[list(problem.mandatory)]) + SLACK * max(1.0, abs(limit))
        keeps &= held @ weights[candidates] <= room
    return np.asarray(held[keeps])


def looked_at(problem: Problem, candidates: NDArray[np.intp]) -> tuple[int, ...]:
    """The best of all allowed sets; of those worth the same the one whose candidates stand earliest, the last first."""
    held = allowed(problem, candidates)
    sums = held @ problem.values[candidates]
    reach = float(sums.max())
    tied = held[sums >= reach - SLACK * max(1.0, abs(reach))]
    best = tied[int(np.argmin(tied @ (candidates + 1.0) ** 2))]
    return tuple(sorted([*problem.mandatory, *candidates[best > 0.0].tolist()]))
