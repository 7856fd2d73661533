"""What has the live use case of a page's test been told, and where are its pages?"""

from datetime import UTC, datetime, timedelta

from feedback import fold, ingest

NOW = datetime.now(UTC)


def at(live, path=""):
    return f"/u/{live.use_case.key}/feedback/{path}"


def filled(live):
    """28 days of decisions, some outcomes, an open exception, a signal out of its limits."""
    events = []
    for number in range(280):
        on = NOW - timedelta(days=number % 28)  # ten a day, whatever the hour
        over = number % 5 == 0
        common = {"case": str(number), "at": on.isoformat()}
        events += [
            common | {"id": f"s{number}", "type": "suggestion", "model": "r 3", "segment": "motor" if number % 2 else "home"},
            common | {"id": f"d{number}", "type": "decision", "action": "overridden" if over else "accepted"}
            | ({"reason": "new <b>code</b>"} if over else {}),
            common | {"id": f"o{number}", "type": "outcome", "correct": not over or number % 10 == 0, "value": "2"},
        ]  # fmt: skip
    events.append({"id": "e", "type": "exception", "exception": "late/1?&", "state": "opened", "case": "L-1",
                   "at": (NOW - timedelta(hours=30)).isoformat(), "kind": "late_letter"})  # fmt: skip
    for event in events:
        ingest.store_one(live.id, event, NOW)
    fold.fold(live.id)
