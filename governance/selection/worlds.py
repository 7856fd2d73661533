"""In how many possible worlds is each candidate in the best set, without a solve for every world?

Which candidates must run, may not run or cannot be paid is the same in all worlds; only the values differ.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from governance.selection.exact import solve
from governance.selection.problem import Floats, Problem, allowed, few, settled, slots_of

CHUNK = 100  # worlds at a time, so that the table of sums stays small


def hits(problem: Problem, worlds: Floats) -> Floats:
    """How many worlds (rows of values) have each candidate in their best set. Raises Infeasible."""
    problem = settled(problem)
    counted = np.zeros(worlds.shape[1])
    if not problem.priced():
        return _by_value(problem, worlds, counted)
    if are_few(problem):
        return _by_looking(problem, worlds, counted)
    for world in worlds:
        counted[list(solve(replace(problem, values=world))[0])] += 1
    return counted


def are_few(problem: Problem) -> bool:
    """Can every allowed set be looked at in every world?"""
    return few(problem, len(_free(problem)))


def _by_value(problem: Problem, worlds: Floats, counted: Floats) -> Floats:
    """Slots alone are scarce: the most valuable ones of each world, as long as they are worth anything."""
    free = _free(problem)
    counted[list(problem.mandatory)] += len(worlds)
    if not len(free):
        return counted
    slots = slots_of(problem, len(free))
    for start in range(0, len(worlds), CHUNK):
        values = worlds[start : start + CHUNK, free]
        best = np.argsort(-values, axis=1, kind="stable")[:, :slots]
        worth = np.take_along_axis(values, best, axis=1) > 0.0
        np.add.at(counted, free[best[worth]], 1)
    return counted


def _by_looking(problem: Problem, worlds: Floats, counted: Floats) -> Floats:
    """Every allowed set, smaller ones first, against every world; of sets worth the same the first counts."""
    free = _free(problem)
    held = allowed(problem, free)
    for start in range(0, len(worlds), CHUNK):
        best = np.argmax(worlds[start : start + CHUNK, free] @ held.T, axis=1)
        counted[free] += held[best].sum(axis=0)
    counted[list(problem.mandatory)] += len(worlds)
    return counted


def _free(problem: Problem) -> np.ndarray:
    """Those still open to choice, whatever they are worth."""
    return np.setdiff1d(np.arange(len(problem.values)), [*problem.mandatory, *problem.banned])
