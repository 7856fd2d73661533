"""Would the forecast have been right? Stand at past month-ends, know only what was known then, score what came.

At each origin: curves from all items opened in the last two years, closed or open; a forecast for every open item (or small bundles of
them, the last one counting); scored against what happened. Nothing after the origin is used. Four ways stand side by side: days
since opening with the due date as floor, the same without the floor, days past the due date, and plain Kaplan-Meier; and the
latest stated date. Formulas: docs on decision methods, sections 3 and 7.

Fair in the presence of items never closed: a date is scored only once it has passed (then hit or miss is known, whichever
it was), and errors are counted up to the end of the data for forecast and outcome alike (a proper, threshold-weighted score).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from readiness.forecast import (
    STRENGTH,
    AfterDue,
    Curve,
    Curves,
    Item,
    Past,
    learnt_curves,
    starting_curves,
    survival_curve,
)
from readiness.forecast.board import Board

type Floats = NDArray[np.float64]

LEVELS = (0.50, 0.85, 0.95)
GRID = tuple(i / 20 for i in range(1, 20))  # CRPS = 2 x mean pinball over these
# Items opened longer ago no longer teach. By opening, not by closing: whoever keeps all items closed of late plus all open ones
# counts the early days of old items but not their quick siblings, and forecasts too late (measured: CRPS 152 instead of 114).
SCOPE_DAYS = 730
MIN_SCORED = 10  # below, counts only
MIN_TO_SWITCH = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the past: opened, closed (None: still open at the end of the data), latest stated due date, kind."""

    opened: date
    closed: date | None
    due: date | None = None
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Score:
    """How one way of forecasting did. coverage: share of its 50, 85, 95 % dates that held; None below 10 scored.

    scored: how many dates of each level had passed. crps, median_error: days; lower is better. stated_crps: the same for
    the latest stated date, over the items that had one (`crps_beside_stated` is ours over exactly those).
    """

    forecasts: int
    scored: tuple[int, int, int]
    coverage: tuple[float | None, float | None, float | None]
    crps: float | None
    median_error: float | None
    crps_beside_stated: float | None
    stated_crps: float | None
    stated_coverage: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The back-test over `origins` month-ends, one score for each way of forecasting."""

    origins: int
    shrunk: Score  # the default: days since opening, the due date a floor
    without_floor: Score
    after_due: Score  # days past the due date, for items that have one (forecast.AfterDue)
    unshrunk: Score  # Kaplan-Meier

    @property
    def prefers_after_due(self) -> bool:
        """Has the axis of lateness earned its place: at least 30 forecasts, and a CRPS at least 5 % lower?"""
        ours, other = self.shrunk.crps, self.after_due.crps
        return (
            self.shrunk.forecasts >= MIN_TO_SWITCH and ours is not None and other is not None and other <= 0.95 * ours
        )


def backtest(
    rows: Iterable[Row],
    *,
    bundle: int = 1,
    first_only: bool = False,
    strength: float = STRENGTH,
    medians: dict[str, float] | None = None,
    scope_days: int = SCOPE_DAYS,
    most_per_origin: int = 400,
    since: date | None = None,
) -> Report:
    """Rolling-origin back-test over month-ends.

    bundle: open items per use case, in order of opening, forecast as "all done". first_only: each item at its first
    month-end only (monthly forecasts of one item are not separate evidence). medians: starting medians by kind, days.
    most_per_origin: forecasts made at one origin at most, evenly spread. since: the day recording began; rows opened earlier are
    left out, for only those that lasted until then were recorded. Raises ValueError for a row closed before it opened.
    """
    history = _History([row for row in rows if since is None or row.opened >= since])
    ways = ("shrunk", "without_floor", "after_due", "unshrunk")
    found: dict[str, list[tuple[Floats, ...]]] = {way: [] for way in ways}
    origins = 0
    previous = -1
    for origin in history.month_ends():
        open_now = history.open_at(origin)
        if first_only:
            open_now = open_now[history.opened[open_now] > previous]
        previous = origin
        cases = [open_now[i : i + bundle] for i in range(0, len(open_now) - bundle + 1, bundle)]
        cases = cases[:: -(-len(cases) // most_per_origin)] if cases else []
        past = history.past(origin, scope_days)
        if not cases or not any(item.resolved for item in past):
            continue
        origins += 1
        shrunk = learnt_curves(past, starting_curves(medians), strength)
        late = learnt_curves(history.past_lateness(origin, scope_days), starting_curves(medians), strength)
        after_due = {kind: AfterDue(curve, late.get(kind, late["other"])) for kind, curve in shrunk.items()}
        tables: tuple[Curves, ...] = (shrunk, shrunk, after_due, _bare(past))
        for way, curves, floor in zip(ways, tables, (True, False, True, False), strict=True):
            found[way].append(history.scored(origin, cases, curves, floor))
    return Report(origins, *(_score(found[way]) for way in ways))


class _History:
    """Rows as arrays of day numbers; `end` is the last day the data can speak of."""

    def __init__(self, rows: Sequence[Row]) -> None:
        if any(row.closed is not None and row.closed < row.opened for row in rows):
            raise ValueError("A row was closed before it was opened: mend or leave out such rows first.")
        rows = sorted(rows, key=lambda row: row.opened)
        never = date.max.toordinal()
        self.opened = np.array([row.opened.toordinal() for row in rows], dtype=np.int64)
        self.closed = np.array([row.closed.toordinal() if row.closed else never for row in rows], dtype=np.int64)
        self.due = np.array([row.due.toordinal() if row.due else -1 for row in rows], dtype=np.int64)
        self.kind = [row.kind for row in rows]
        known = self.closed[self.closed < never]
        self.end = int(max(self.opened.max(initial=0), known.max(initial=0)))

    def month_ends(self) -> list[int]:
        """Every last day of a month from the first opening to the end of the data."""
        ends: list[int] = []
        if len(self.opened):
            day = date.fromordinal(int(self.opened[0])).replace(day=28)
            while (last := (day + timedelta(days=4)).replace(day=1) - timedelta(days=1)).toordinal() < self.end:
                ends.append(last.toordinal())
                day = (last + timedelta(days=1)).replace(day=28)
        return ends

    def open_at(self, origin: int) -> NDArray[np.intp]:
        return np.flatnonzero((self.opened <= origin) & (self.closed > origin))

    def past(self, origin: int, scope_days: int) -> list[Past]:
        """What was known at the end of that day: resolved durations of the scope, ages of all then open."""
        known = np.flatnonzero((self.opened <= origin) & (self.opened > origin - scope_days))
        days = np.minimum(self.closed[known], origin) - self.opened[known]
        done = self.closed[known] <= origin
        return [Past(self.kind[i], float(d), bool(r)) for i, d, r in zip(known, days, done, strict=True)]

    def past_lateness(self, origin: int, scope_days: int) -> list[Past]:
        """The same on the axis of lateness: days past the due date, of items that have one and are closed or overdue."""
        known = (self.opened <= origin) & (self.opened > origin - scope_days) & (self.due >= 0)
        rows = np.flatnonzero(known & ((self.closed <= origin) | (self.due < origin)))
        days = np.maximum(np.minimum(self.closed[rows], origin) - self.due[rows], 0)
        done = self.closed[rows] <= origin
        return [Past(self.kind[i], float(d), bool(r)) for i, d, r in zip(rows, days, done, strict=True)]

    def scored(self, origin: int, cases: Sequence[NDArray[np.intp]], curves: Curves, floor: bool) -> tuple[Floats, ...]:
        """(dates at LEVELS, quantiles on GRID, outcome, stated, horizon) of each case, days from the origin."""
        due_in = [(float(due - origin) if due >= 0 else None) for due in self.due]
        board = Board(
            [
                [Item(float(origin - self.opened[i]), due_in[i] if floor else None, self.kind[i]) for i in case]
                for case in cases
            ],
            curves,
        )
        days = board.days((*LEVELS, *GRID)).astype(np.float64)
        outcome = np.array([self.closed[case].max() - origin for case in cases], dtype=np.float64)
        stated = np.array(
            [max(0.0, self.due[case].max() - origin) if (self.due[case] >= 0).all() else np.nan for case in cases]
        )
        return days[:, : len(LEVELS)], days[:, len(LEVELS) :], outcome, stated, np.full(len(cases), self.end - origin)


def _bare(past: Sequence[Past]) -> dict[str, Curve]:
    """Kaplan-Meier of each kind, of all kinds together where a kind has no resolved item yet."""

    def curve(items: Sequence[Past]) -> Curve:
        done, still = [i.days for i in items if i.resolved], [i.days for i in items if not i.resolved]
        return survival_curve(done, still, None, 0.0)

    kinds = {item.kind for item in past if item.resolved}
    return {"other": curve(past)} | {kind: curve([i for i in past if i.kind == kind]) for kind in kinds}


def _score(parts: Sequence[tuple[Floats, ...]]) -> Score:
    if not parts:
        return Score(0, (0, 0, 0), (None, None, None), None, None, None, None, None)
    dates, grid, outcome, stated, horizon = (np.concatenate(column) for column in zip(*parts, strict=True))
    passed = dates <= horizon[:, None]
    held = passed & (outcome[:, None] <= dates)
    counts = passed.sum(axis=0)
    coverage = [_share(int(h), int(n)) for h, n in zip(held.sum(axis=0), counts, strict=True)]
    y = np.minimum(outcome, horizon)
    ours = 2.0 * _pinball(np.minimum(grid, horizon[:, None]), y[:, None], np.array(GRID)).mean(axis=1)
    has = ~np.isnan(stated)
    theirs = np.abs(np.minimum(stated, horizon) - y)[has]  # the CRPS of a single date is its absolute error
    due = has & (stated <= horizon)
    return Score(
        forecasts=len(outcome),
        scored=(int(counts[0]), int(counts[1]), int(counts[2])),
        coverage=(coverage[0], coverage[1], coverage[2]),
        crps=_mean(ours),
        median_error=_middle(np.abs(np.minimum(dates[:, 0], horizon) - y)),
        crps_beside_stated=_mean(ours[has]),
        stated_crps=_mean(theirs),
        stated_coverage=_share(int((outcome[due] <= stated[due]).sum()), int(due.sum())),
    )


def _pinball(q: Floats, y: Floats, tau: Floats) -> Floats:
    return np.asarray(np.maximum(tau * (y - q), (tau - 1.0) * (y - q)), dtype=np.float64)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= MIN_SCORED else None


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) >= MIN_SCORED else None


def _middle(values: Floats) -> float | None:
    return float(np.median(values)) if len(values) >= MIN_SCORED else None
