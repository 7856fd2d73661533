"""When will the open items of a use case be done, and which one drives the date?

An item of age a is done within t days with chance 1 - S(a+t)/S(a): an old item is honestly an old item. A future due date is a
not-before floor. Items that wait on others begin when those end. Dates are the first whole day on which the chance that all are
done reaches 50, 85 and 95 %. Formulas: docs on decision methods, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from readiness.forecast.board import Board, Curves, Item

LEVELS = (0.50, 0.85, 0.95)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whole days from now with even, 85 % and 95 % odds; driver: position of the item that drives the date."""

    p50: int
    p85: int
    p95: int
    driver: int | None


def forecast(items: Sequence[Item], curves: Curves | None = None) -> Forecast:
    """The go/no-go forecast of one use case; without items it is today and nothing drives it.

    curves: S(t) by kind, a missing kind falls back to "other"; or one curve for all; default the starting assumptions.
    Raises ValueError for an item that waits on itself, in a ring, or on one not in the list.
    """
    return forecast_many([items], curves)[0]


def forecast_many(cases: Sequence[Sequence[Item]], curves: Curves | None = None) -> list[Forecast]:
    """`forecast` of many use cases at once, in their order: the same numbers, computed together."""
    board = Board(cases, curves)
    days = board.days(LEVELS)
    drivers = board.drivers(days[:, 1], LEVELS[1])
    return [Forecast(p50, p85, p95, driver) for (p50, p85, p95), driver in zip(days.tolist(), drivers, strict=True)]


def odds(items: Sequence[Item], days: float, curves: Curves | None = None) -> float:
    """The chance that all items are done within `days` from now (the odds of an agreed date)."""
    return float(Board([items], curves).chance(np.array([[days]], dtype=np.float64))[0, 0])


def if_slips(items: Sequence[Item], index: int, days: int = 7, curves: Curves | None = None) -> Forecast:
    """The forecast if item `index` were done `days` later than it otherwise would be."""
    board = Board([items], curves, slips={index: float(days)})
    dates = board.days(LEVELS)
    p50, p85, p95 = dates[0].tolist()
    return Forecast(p50, p85, p95, board.drivers(dates[:, 1], LEVELS[1])[0])
