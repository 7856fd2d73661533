"""When does a rate mean something: against its band, for one reason over weeks, before and after a lesson?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from feedback.alarms import Alarm, step, threshold, wilson

BOTH_WAYS = threshold(directions=2)  # days between false alarms, both directions together at most one a year
DOMINANT = 0.2  # share of overrides that one reason must exceed …
WEEKS = 4  # … in each of so many whole weeks
FEWEST = 5  # overrides a week before a share of them is worth anything

_MAJOR = re.compile(r"^(?P<name>.*?)[\s@:_/-]*v?(?P<major>\d+)(?:\.\d+)*\S*$", re.IGNORECASE)


def band_state(rate: float | None, decided: int, band: tuple[float, float] | None, minimum: int) -> str:
    """none (nothing agreed) · not_known · too_few · below · inside · above."""
    if band is None:
        return "none"
    if rate is None:
        return "not_known"
    if decided < minimum:
        return "too_few"
    low, high = band
    return "below" if rate < low else "above" if rate > high else "inside"


def first_ring(band: tuple[float, float], days: Iterable[tuple[date, int, int]]) -> tuple[date, str] | None:
    """(day, direction) on which the alarm first rings; days are closed ones in order: (on, watched overrides, decided).

    Mean time between false alarms, both directions together: at least a year while the rate stays in the band.
    """
    state = Alarm(p0=band[1], low=band[0], threshold=BOTH_WAYS)
    for on, overrides, decided in days:
        state = step(state, overrides, decided)
        if state.raised:
            return on, state.raised
    return None


def dominant(weeks: Sequence[tuple[int, Mapping[str, int]]]) -> tuple[str, ...]:
    """Reasons over a fifth of the overrides in each of the weeks; each week: (all overrides, overrides by reason)."""
    if len(weeks) < WEEKS or any(total < FEWEST for total, _ in weeks):
        return ()
    everywhere = set.intersection(
        *({reason for reason, count in by.items() if reason and count > DOMINANT * total} for total, by in weeks)
    )
    return tuple(sorted(everywhere))


def moved(before: tuple[int, int], after: tuple[int, int]) -> str:
    """moved · no_change · too_early, of (overrides for the reason, decided) before and after the lesson.

    Moved when the two 95 % intervals do not touch.
    """
    if not before[1] or not after[1]:
        return "too_early"
    low, high = wilson(*before)
    then_low, then_high = wilson(*after)
    return "moved" if then_high < low or then_low > high else "no_change"


def major(model: str) -> str:
    """The model's name with its major version only: "router 3.2" → "router 3"; without a number the label itself."""
    found = _MAJOR.match(model.strip())
    return f"{found['name']} {found['major']}".strip() if found else model.strip()


def new_major(seen: Sequence[tuple[str, date, date]], gone_on: date | None) -> str:
    """The major version that suggests now and was first seen after the go; "" if none. seen: (model, first, last)."""
    if gone_on is None or not seen:
        return ""
    known = {major(model) for model, first, _ in seen if first <= gone_on}
    if not known:  # nothing was connected at the go: the first model is the one that was decided on
        earliest = min(first for _, first, _ in seen)
        known = {major(model) for model, first, _ in seen if first == earliest}
    newest = max(seen, key=lambda row: (row[2], row[1], row[0]))
    return "" if major(newest[0]) in known else major(newest[0])
