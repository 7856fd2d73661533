"""What does the board say of a live use case: how often people override, what is open, does an alarm stand?

One expression inside the board's own query, for the few rows it shows: it reads day rows and open work, never events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from feedback.periods import WINDOW
from feedback.rules.watch import band_state
from feedback.shapes import OPENED
from feedback.words import percent

# {id} is the use case's column in the statement around. Twenty-eight UTC days, today included, as the page shows them.
EXPRESSION = f"""(SELECT jsonb_build_object(
  'watches', coalesce(p.watches, 'override'), 'low', p.band_low, 'high', p.band_high,
  'minimum', coalesce(p.minimum_sample, 20), 'accepted', r.accepted, 'modified', r.modified,
  'overridden', r.overridden, 'escalated', r.escalated, 'open', e.open, 'overdue', e.overdue,
  'alarm', g.direction, 'rang_on', g.rang_on)
FROM (SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(modified), 0) AS modified,
    coalesce(sum(overridden), 0) AS overridden, coalesce(sum(escalated), 0) AS escalated FROM feedback_rollup
  WHERE use_case_id = {{id}} AND counted_on > (now() AT TIME ZONE 'UTC')::date - {WINDOW}) r
CROSS JOIN (SELECT count(*) AS open, count(n.overdue_since) AS overdue FROM feedback_exception x
  LEFT JOIN feedback_incidentnote n ON n.use_case_id = x.use_case_id AND n.exception_id = x.exception_id
  WHERE x.use_case_id = {{id}} AND x.state = {OPENED}) e
LEFT JOIN feedback_plan p ON p.use_case_id = {{id}}
LEFT JOIN LATERAL (SELECT direction, rang_on FROM feedback_ring
  WHERE use_case_id = {{id}} AND acknowledged_at IS NULL ORDER BY rang_on DESC LIMIT 1) g ON true)"""


@dataclass(frozen=True)
class Line:
    """The parts as a reader sees them; `state` is that of the band (rules.watch), `alarm` a day or None."""

    overrides: str
    state: str
    exceptions: str
    overdue: int
    alarm: date | None
    direction: str


def line(told: Mapping[str, Any]) -> Line:
    """Words for what EXPRESSION found."""
    decided = told["accepted"] + told["modified"] + told["overridden"] + told["escalated"]
    known = decided > told["modified"] + told["overridden"]
    wanted = ("modified", "overridden") if told["watches"] == "override" else (told["watches"],)
    rate = sum(told[name] for name in wanted) / decided if known else None
    band = None if told["low"] is None or told["high"] is None else (told["low"], told["high"])
    return Line(
        overrides=_overrides(told, rate, decided, band),
        state=band_state(rate, decided, band, told["minimum"]),
        exceptions=_exceptions(told["open"], told["overdue"]),
        overdue=told["overdue"],
        alarm=date.fromisoformat(told["rang_on"]) if told["rang_on"] else None,
        direction=told["alarm"] or "",
    )


def _overrides(told: Mapping[str, Any], rate: float | None, decided: int, band: tuple[float, float] | None) -> str:
    if not decided:
        return "sends no decisions"
    if rate is None:
        return "only overrides arrive"
    if decided < told["minimum"]:
        return f"{decided} decision{'s' * (decided > 1)} in {WINDOW} days"
    named = {"override": "overrides", "modified": "modified", "overridden": "overridden"}[told["watches"]]
    agreed = f", band {band[0] * 100:.0f} to {percent(band[1])}" if band else ", no band agreed"
    return f"{named} {rate * 100:.1f} %{agreed}"


def _exceptions(opened: int, overdue: int) -> str:
    if not opened:
        return "no exceptions"
    late = f", {overdue} overdue" if overdue else ""
    return f"{opened} exception{'s' * (opened > 1)}{late}"
