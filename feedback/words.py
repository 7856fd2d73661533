"""How would a person say what the counts show? Numbers in, sentences out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedback.alarms import reliance


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def headline(summary: Mapping[str, Any], minimum: int, span: str = "28 days") -> str:
    """One sentence on the override frequency against its band; `span` names the days it is read over."""
    band = summary["band"]
    rate = summary[f"{band['watches']}_rate"]
    word = {"override": "Overrides", "modified": "Modified suggestions", "overridden": "Overridden suggestions"}[
        band["watches"]
    ]
    state = band["state"]
    if summary["decided"] == 0:
        return (
            "Nobody has decided anything yet."
            if span == "all time"
            else f"Nobody has decided anything in the last {span}."
        )
    if state == "not_known" or rate is None:
        return "The rate is not known: only overrides arrive, nobody reports what was accepted."
    if summary["decided"] < minimum:
        return f"Too few decisions to say: {summary['decided']} in {span}, {minimum} are needed."
    if state == "above":
        return f"{word} are at {percent(rate)}, above the agreed {percent(band['high'])}."
    if state == "below":
        return f"{word} have almost stopped: {percent(rate)}, agreed were at least {percent(band['low'])}. Is anyone still reviewing?"
    if state == "inside":
        return f"{word} are at {percent(rate)}, as agreed."
    return f"{word} are at {percent(rate)}. No band is agreed yet."


def good_ones(table: Mapping[str, Any]) -> str:
    """One sentence on whether overriding is right; "" without known outcomes."""
    a, b = table["accepted_right"], table["accepted_wrong"]
    g, h = table["overridden_model_wrong"], table["overridden_model_right"]
    found = reliance(a, b, g, h)
    if not found.decided:
        return ""
    if found.override_precision is None:
        return f"Nobody overrode a case whose outcome is known; the model was right in {percent(found.model_alone or 0.0)}."
    alone, team = round((found.model_alone or 0.0) * 100), round((found.team or 0.0) * 100)
    points = abs(team - alone)
    said = f"People were right in {percent(found.override_precision)} of their overrides: the human check "
    if points == 0:
        return f"{said}changes accuracy little, {team} %."
    return f"{said}{'adds' if team > alone else 'costs'} {points} point{'s' * (points > 1)} of accuracy, from {alone} to {team} %."


def clock(seconds: int) -> str:
    """A running clock: 2 d 04:10, 19:02."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours // 24} d {hours % 24:02}:{minutes:02}" if hours >= 24 else f"{hours:02}:{minutes:02}"


def duration(seconds: float | None) -> str:
    """A span in two steps: 3 h 40, 1 d 6 h, 12 min."""
    if seconds is None:
        return "not known"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min" if minutes else f"{seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {minutes:02}"
