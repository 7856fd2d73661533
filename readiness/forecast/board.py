"""With what chance are all items of each use case done within so many days?

All done by day t: the product over the items that stand alone, times the share of draws in which the linked ones are done.
Whole boards are computed together: ten thousand use cases are arrays, not a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readiness.forecast.curves import TINY, AfterDue, Curve, Floats, elementwise, starting_curves

type Ints = NDArray[np.int64]
type Survival = Callable[[Any], Any]
type Curves = Mapping[str, Survival | AfterDue] | Survival | AfterDue

HORIZON = 36_525  # days; a date here means "not within a hundred years"
DRAWS = 2_048  # for linked items only; even steps of probability, so one item's quantile is good to 1/2048
SEED = 20_250_101
ROUNDING = 1e-12  # a chance this little below a level has reached it


@dataclass(frozen=True, slots=True)
class Item:
    """An open hard item. age: days open. due_in: days until the stated due date, negative if past. kind: which curve.

    waits_on: positions, in the same list, of the items that must be done before this one can begin.
    """

    age: float
    due_in: float | None = None
    kind: str = "other"
    waits_on: tuple[int, ...] = ()


class Board:
    """The items of many use cases as arrays: one row an item, `case` says whose."""

    def __init__(
        self, cases: Sequence[Sequence[Item]], curves: Curves | None = None, slips: Mapping[int, float] | None = None
    ) -> None:
        items = [item for case in cases for item in case]
        self.size = len(cases)
        counts = np.array([len(case) for case in cases], dtype=np.int64)
        self.first = np.concatenate([[0], np.cumsum(counts)])  # where each use case's items begin
        self.case = np.repeat(np.arange(self.size), counts)
        self.age = np.array([item.age for item in items], dtype=np.float64)
        self.floor = np.array([max(item.due_in or 0.0, 0.0) for item in items], dtype=np.float64)
        self.slip = np.zeros(len(items))
        for index, days in (slips or {}).items():
            self.slip[index] = days
        if not np.isfinite(self.age).all() or (self.age < 0).any() or not np.isfinite(self.floor).all():
            raise ValueError("Ages are days, finite and not negative; due dates are finite.")
        self.not_due: list[int] = []  # rows on the axis of lateness whose lateness has not begun
        table = starting_curves() if curves is None else curves
        self.curve: list[Survival] = []
        for row, item in enumerate(items):
            self.curve.append(self._placed(row, item, _pick(table, item.kind)))
        groups: dict[int, tuple[Survival, list[int]]] = {}
        for row, curve in enumerate(self.curve):
            groups.setdefault(id(curve), (curve, []))[1].append(row)
        self.groups = [(curve, np.array(rows, dtype=np.int64)) for curve, rows in groups.values()]
        self.alive = np.ones(len(items))  # S(age)
        for curve, rows in self.groups:
            self.alive[rows] = _values(curve, self.age[rows])
        self.alive[self.not_due] = 1.0
        self.alone = np.ones(len(items), dtype=bool)  # waits on none and none waits on it
        self.waits: dict[int, list[list[int]]] = {}  # use case with links: for each of its items, on which it waits
        for at, case in enumerate(cases):
            if any(item.waits_on for item in case):
                self.waits[at] = [sorted(set(item.waits_on)) for item in case]
                for index, waits in enumerate(self.waits[at]):
                    if any(not 0 <= other < len(case) for other in waits):
                        raise ValueError("An item waits on one that is not in the list.")
                    if waits:
                        self.alone[self.first[at] + np.array([index, *waits])] = False
        # CycleError, a ValueError, when items wait in a ring
        self.order = {at: tuple(TopologicalSorter(dict(enumerate(w))).static_order()) for at, w in self.waits.items()}
        self.tables: dict[int, tuple[Floats, Floats]] = {}
        self.linked = {at: self._last_of_linked(at) for at in self.waits}

    def _placed(self, row: int, item: Item, curve: Survival | AfterDue) -> Survival:
        """The curve of a row; on the axis of lateness its clock starts at the due date instead of the opening."""
        if not isinstance(curve, AfterDue):
            return curve
        if item.due_in is None:
            return curve.days
        self.age[row], self.floor[row] = max(-item.due_in, 0.0), 0.0
        self.slip[row] += max(item.due_in, 0.0)
        if item.due_in > 0.0:
            self.not_due.append(row)
        return curve.late

    def done(self, rows: Ints, days: Floats) -> Floats:
        """Chance that each of the rows, taken alone, is done within the days beside it."""
        left = np.empty(days.shape)
        place = np.full(len(self.age), -1)
        place[rows] = np.arange(len(rows))
        for curve, members in self.groups:
            held = place[members]
            members, held = members[held >= 0], held[held >= 0]
            if len(members):
                shape = (len(members),) + (1,) * (days.ndim - 1)
                spent = np.maximum(days[held] - self.slip[members].reshape(shape), 0.0)
                left[held] = _values(curve, self.age[members].reshape(shape) + spent)
        shape = (len(rows),) + (1,) * (days.ndim - 1)
        alive = self.alive[rows].reshape(shape)
        # A curve that ended before this age says nothing about what is left: no date rather than "done".
        chance = 1.0 - np.divide(left, alive, out=np.ones_like(left), where=alive > 0.0)
        return np.where(days >= (self.floor + self.slip)[rows].reshape(shape), np.clip(chance, 0.0, 1.0), 0.0)

    def chance(self, days: Floats) -> Floats:
        """days: one row a use case, any number of columns; the chance that all its items are done within each."""
        result = np.ones(days.shape)
        rows = np.flatnonzero(self.alone)
        if len(rows):
            np.multiply.at(result, self.case[rows], self.done(rows, days[self.case[rows]]))
        for at, finish in self.linked.items():
            result[at] *= np.searchsorted(finish, days[at], side="right") / len(finish)
        return result

    def days(self, levels: Sequence[float]) -> Ints:
        """First whole day on which each use case reaches each level; HORIZON if none does before."""
        wanted = np.asarray(levels) - ROUNDING
        return _first_day(self.chance, np.broadcast_to(wanted, (self.size, len(levels))))

    def drivers(self, dates: Ints, level: float) -> list[int | None]:
        """The item whose own date at this level is last; with waiting, the longest of the items on that path."""
        rows = np.arange(len(self.age))
        wanted = np.full((len(rows), 1), level - ROUNDING)
        own = _first_day(lambda days: self.done(rows, days), wanted)[:, 0]
        doubt = 1.0 - self.done(rows, dates[self.case].astype(np.float64))
        answer: list[int | None] = []
        for at in range(self.size):
            start, stop = int(self.first[at]), int(self.first[at + 1])
            weight = list(zip(own[start:stop].tolist(), doubt[start:stop].tolist(), strict=True))
            members: Sequence[int] = range(stop - start)
            if at in self.waits and weight:
                members = self._path(at, [days for days, _ in weight])
            answer.append(max(members, key=lambda i: (*weight[i], -i)) if weight else None)
        return answer

    def _path(self, at: int, own: list[int]) -> list[int]:
        """The items on the way to the one that ends last, by own dates laid end to end."""
        waits, end, before = self.waits[at], list(own), [-1] * len(own)
        for i in self.order[at]:
            if waits[i]:
                before[i] = max(waits[i], key=lambda other: (end[other], -other))
                end[i] = end[before[i]] + own[i]
        path = [max(range(len(own)), key=lambda i: (end[i], -i))]
        while before[path[-1]] >= 0:
            path.append(before[path[-1]])
        return path

    def _last_of_linked(self, at: int) -> Floats:
        """Sorted draws of the day on which the last of a use case's linked items is done."""
        start = int(self.first[at])
        end = np.zeros((len(self.waits[at]), DRAWS))
        for i in self.order[at]:
            row = start + i
            if self.alone[row]:
                continue
            begin = end[self.waits[at][i]].max(axis=0) if self.waits[at][i] else 0.0
            end[i] = np.maximum(begin + self._remainder(row, i), self.floor[row]) + self.slip[row]
        return np.sort(end.max(axis=0))

    def _remainder(self, row: int, place: int) -> Floats:
        """Draws of the days an item still takes: the inverse of S(age + t) / S(age), by its cumulative hazard."""
        curve = self.curve[row]
        if id(curve) not in self.tables:
            self.tables[id(curve)] = _hazard(curve)
        grid, hazard = self.tables[id(curve)]
        reached = -np.log(max(self.alive[row], TINY)) + _exponentials(place)
        until = np.interp(reached, hazard, grid, right=math.inf)
        return np.asarray(np.clip(until - self.age[row], 0.0, HORIZON), dtype=np.float64)


@lru_cache(maxsize=256)
def _exponentials(place: int) -> Floats:
    """Unit exponentials at even steps of probability, in an order of its own for each place in a list.

    The order comes from raw generator output, which numpy keeps the same between releases.
    """
    order = np.argsort(np.random.PCG64([SEED, place]).random_raw(DRAWS), kind="stable")
    return np.asarray(-np.log((order + 0.5) / DRAWS), dtype=np.float64)


def _hazard(curve: Survival) -> tuple[Floats, Floats]:
    """(days, -ln S there) on a grid fine enough to invert: steps of 1 % in time, and each jump of the curve."""
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 2.0 * HORIZON, 2_000)])
    if isinstance(curve, Curve):
        grid = np.union1d(grid, np.concatenate([curve.events, np.nextafter(curve.events, 0.0)]))
    return grid, np.maximum.accumulate(-np.log(np.maximum(_values(curve, grid), TINY)))


def _first_day(chance: Callable[[Floats], Floats], wanted: Floats) -> Ints:
    """First whole day, by halving, on which a never falling chance reaches what is wanted; HORIZON if none before."""
    low, high = np.full(wanted.shape, -1, dtype=np.int64), np.full(wanted.shape, HORIZON, dtype=np.int64)
    while wanted.size and int((high - low).max()) > 1:
        middle = (low + high + 1) // 2  # a pair already met stays met
        reached = chance(middle.astype(np.float64)) >= wanted
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high


def _values(curve: Survival, times: Floats) -> Floats:
    """S at each time, also for a curve written for one time only."""
    if isinstance(curve, Curve):
        return np.asarray(curve(times), dtype=np.float64)
    return elementwise(curve, times)


def _pick(curves: Curves, kind: str) -> Survival | AfterDue:
    if not isinstance(curves, Mapping):
        return curves
    found = curves.get(kind, curves.get("other"))
    if found is None:
        raise ValueError(f'There is no curve for the kind "{kind}", nor one for "other".')
    return found
