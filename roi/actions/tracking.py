"""What do the readings say now? Kept with the hypothesis, so that pages and rules need not work it out again."""

import math
from datetime import date, timedelta
from typing import Any

from roi.evidence import State
from roi.models import Hypothesis, Reading
from roi.rules import track
from roi.rules.content import Content, evidence_fingerprint


def restart(row: Hypothesis, before: Content, after: Content, today: date) -> date | None:
    """From which day the evidence counts after this change.

    Changing measure, baseline, what pays or day 0 after pilot readings came in starts it again with the next week:
    judging old readings by a new agreement would be choosing the goal after the shot.
    """
    if evidence_fingerprint(before) == evidence_fingerprint(after):
        return row.evidence_from
    agreed = before.day0_on is not None and track.improvement_needed(before) is not None
    if not agreed or not row.seen.get("weeks") or not row.sign_offs.exists():
        return row.evidence_from
    return track.monday(today) + timedelta(weeks=1)


def weeks_of(row: Hypothesis, content: Content) -> track.Weeks:
    """Baseline and pilot weeks of the present measure."""
    readings = Reading.objects.filter(hypothesis=row, measure=content.measure).by_week()
    return track.weeks(readings, content, row.evidence_from)


def retrack(row: Hypothesis, content: Content, on: date) -> None:
    """Work out verdict and means from all readings. The editors' version stays: a reading is no edit of the page."""
    weeks = weeks_of(row, content)
    seen = track.verdict(weeks, content)
    fingerprint = evidence_fingerprint(content)
    latch = track.latched(row.latch(), seen, fingerprint, on)
    state = latch.state if latch else (seen.state if seen else None)
    row.verdict = state.value if state else ""
    row.verdict_decided_on = latch.decided_on if latch else None
    row.verdict_fingerprint = latch.fingerprint if latch else ""
    known = [one for one in weeks.baseline if one is not None]
    row.seen = {
        "mean": weeks.pilot_mean,
        "weeks": weeks.pilot_count,
        "last": next((one for one in reversed(weeks.pilot) if one is not None), None),
        "baseline_weeks": weeks.baseline_count,
        "baseline_mean": math.fsum(known) / len(known) if known else None,
    }
    if seen is not None:
        row.seen |= {
            "low": _finite(seen.low), "high": _finite(seen.high), "improvement": _finite(seen.improvement),
            "weeks_more": 0 if latch else seen.weeks_more, "moved": seen.moved,
        }  # fmt: skip
    row.save(update_fields=["verdict", "verdict_decided_on", "verdict_fingerprint", "seen"])


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def state_of(row: Hypothesis) -> State | None:
    return State(row.verdict) if row.verdict else None


def seen_json(row: Hypothesis) -> dict[str, Any]:
    """What was seen, as a check-in keeps it."""
    return {name: row.seen.get(name) for name in ("mean", "weeks", "low", "high", "weeks_more")}
