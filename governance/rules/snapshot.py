"""Which facts did a decision stand on, and have they changed since?

Material facts (rules.md 4): stage, lane and its version, open hard items, overseer, stop state, signed hypothesis, a
new major model version. Never ages, dates of computation or forecasts. Ids only, so that a person can be erased.
"""

import hashlib
import json
from typing import Any

from governance.rules.facts import Facts
from governance.rules.status import Standing
from portfolio.rules import Policy


def material(facts: Facts) -> dict[str, Any]:
    """The facts whose change makes a decision outdated."""
    return {
        "stage": str(facts.stage),
        "lane": facts.lane,
        "lane_version": facts.lane_version,
        "open_hard": sorted("/".join(item.key) for item in facts.open_hard()),
        "overseer": _text(facts.overseer_id),
        "stop_met": facts.stop_met_on is not None or facts.worth.stop_met,
        "hypothesis": facts.worth.signed_number,
        **({"new_model": facts.feedback.new_model} if facts.feedback.new_model else {}),
    }


def snapshot(facts: Facts, standing: Standing, policy: Policy, advice: dict[str, Any]) -> dict[str, Any]:
    """The facts as they were: what a reader years later sees beside the decision."""
    return {
        "on": facts.on.isoformat(),
        "material": material(facts),
        "status": standing.status,
        "status_text": standing.text,
        "no_date_reason": standing.why_no_date,
        "in_stage_days": facts.in_stage_days,
        "agreed_on": facts.agreed_on.isoformat() if facts.agreed_on else None,
        "forecast_p85_on": facts.forecast_p85_on.isoformat() if facts.forecast_p85_on else None,
        "seats": {
            "sponsor": _text(facts.sponsor_id),
            "lead": _text(facts.lead_id),
            "overseer": _text(facts.overseer_id),
        },
        "slots_taken": facts.slots_taken,
        "policy": {"version": policy.version, "pilot_cap": policy.pilot_cap},
        "advice": advice,
    }


def digest(value: Any) -> str:
    """SHA-256, hex, over JSON with sorted keys and no blanks: equal values have equal digests."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
