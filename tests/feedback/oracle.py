"""What should the summary be? Computed slowly from the accepted events alone, by the definitions of rules.md 7.

Shares no code with the application. Events are the producers' dictionaries with `at` already a datetime.
"""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil


def accepted_events(sent: list[dict]) -> list[dict]:
    """Of the events in order of arrival, those that are stored: the first of each id."""
    first: dict[str, dict] = {}
    for event in sent:
        first.setdefault(event["id"], event)
    return list(first.values())


def _order(event: dict):
    return event["at"], event["id"].encode()


def _parts(events: list[dict], name: str) -> dict[str, dict[str, dict]]:
    """For each case: its suggestion, decision and outcome."""
    parts: dict[str, dict[str, dict]] = {}
    for event in events:
        if event["type"] not in ("suggestion", "decision", "outcome"):
            continue
        case = parts.setdefault(event[name], {})
        held = case.get(event["type"])
        pick = min if event["type"] == "suggestion" else max
        case[event["type"]] = event if held is None else pick(held, event, key=_order)
    return parts


def _incidents(events: list[dict]) -> list[dict]:
    """For each exception: when first opened, and its last state."""
    found: dict[str, list[dict]] = {}
    for event in events:
        if event["type"] == "exception":
            found.setdefault(event["exception"], []).append(event)
    incidents = []
    for changes in found.values():
        openings = sorted((change for change in changes if change["state"] == "opened"), key=_order)
        last = max(changes, key=_order)
        incidents.append({"opened_at": openings[0]["at"] if openings else None, "last": last})
    return incidents


def _day(at: datetime):
    return at.astimezone(UTC).date()


def summary(sent, first, last, as_of, infer_after):
    """The figures of interfaces.md; medians are exact seconds here."""
    events = [event for event in accepted_events(sent) if not event.get("test")]
    cases = _parts(events, "case")
    incidents = _incidents(events)

    def inside(at):
        return first <= _day(at) <= last

    suggestions = [case["suggestion"] for case in cases.values() if "suggestion" in case]
    shown = [case for case in cases.values() if "decision" in case and inside(case["decision"]["at"])]
    actions = Counter(case["decision"]["action"] for case in shown)
    cells = Counter()
    for case in shown:
        correct = case.get("outcome", {}).get("correct")
        action = {"modified": "overridden"}.get(case["decision"]["action"], case["decision"]["action"])
        if correct is not None and action != "escalated":
            cells[action, correct] += 1
    inferred = [
        case
        for case in cases.values()
        if "suggestion" in case
        and "decision" not in case
        and infer_after is not None
        and inside(case["suggestion"]["at"])
        and case["suggestion"]["at"] + infer_after <= as_of
    ]
    outcomes = [case["outcome"] for case in cases.values() if "outcome" in case and inside(case["outcome"]["at"])]
    resolved = [
        incident for incident in incidents if incident["last"]["state"] == "resolved" and inside(incident["last"]["at"])
    ]
    seconds = sorted(
        (incident["last"]["at"] - incident["opened_at"]).total_seconds()
        for incident in resolved
        if incident["opened_at"] is not None
    )
    good, bad = cells["overridden", False], cells["overridden", True]
    decided, known = sum(actions.values()), sum(cells.values())
    only_overrides = decided == actions["modified"] + actions["overridden"]
    days = sorted(
        {_day(event["at"]) for event in suggestions}
        | {_day(case["decision"]["at"]) for case in cases.values() if "decision" in case}
        | {_day(incident["opened_at"]) for incident in incidents if incident["opened_at"]}
    )

    def share(count):
        return None if only_overrides else count / decided

    def on(day, action=None):
        return sum(
            1 for case in shown if _day(case["decision"]["at"]) == day and action in (None, case["decision"]["action"])
        )

    return {
        "pending": 0,
        "suggestions": sum(inside(event["at"]) for event in suggestions),
        "decided": decided,
        **{action: actions[action] for action in ("accepted", "modified", "overridden", "escalated")},
        "inferred_accepted": len(inferred),
        "override_rate": share(actions["modified"] + actions["overridden"]),
        "modified_rate": share(actions["modified"]),
        "overridden_rate": share(actions["overridden"]),
        "reliance": {
            "accepted_right": cells["accepted", True],
            "accepted_wrong": cells["accepted", False],
            "overridden_model_right": bad,
            "overridden_model_wrong": good,
            "override_precision": good / (good + bad) if good + bad else None,
            "human_value": (good - bad) / known if known else None,
        },
        "exceptions": {
            "opened": sum(inside(i["opened_at"]) for i in incidents if i["opened_at"]),
            "open": sum(i["last"]["state"] == "opened" and _day(i["opened_at"]) <= last for i in incidents),
            "resolved": len(resolved),
            "median_seconds": _rank(seconds, 0.5),
            "p90_seconds": _rank(seconds, 0.9),
        },
        "value": sum((Decimal(o["value"]) for o in outcomes if o.get("value") is not None), Decimal(0)),
        "daily": [
            {
                "on": day,
                "suggestions": sum(_day(event["at"]) == day for event in suggestions),
                "decided": on(day),
                "modified": on(day, "modified"),
                "overridden": on(day, "overridden"),
                "exceptions_opened": sum(_day(i["opened_at"]) == day for i in incidents if i["opened_at"]),
            }
            for day in days
            if first <= day <= last
        ],
    }


def by_segment(sent):
    """(suggestions, decided, value) for each segment; `""` where no suggestion of the case is known."""
    found: dict[str, list] = {}
    for case in _parts([e for e in accepted_events(sent) if not e.get("test")], "case").values():
        segment = case.get("suggestion", {}).get("segment") or ""
        line = found.setdefault(segment, [0, 0, Decimal(0)])
        line[0] += "suggestion" in case
        line[1] += "decision" in case
        line[2] += Decimal(case.get("outcome", {}).get("value") or 0)
    return {segment: tuple(line) for segment, line in found.items() if line != [0, 0, 0]}


def reasons(sent):
    """Decisions that give a reason, by reason and action."""
    found = Counter()
    for case in _parts([e for e in accepted_events(sent) if not e.get("test")], "case").values():
        decision = case.get("decision", {})
        if decision.get("reason"):
            found[decision["reason"], decision["action"]] += 1
    return found


def _rank(ordered: list[float], share: float):
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None
