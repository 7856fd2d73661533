"""What do a pilot's feedback events look like, as many of them as wanted? Synthetic; for load only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

REASONS = ("wrong_price", "missing_context", "rule", "other")


def make(first: int, count: int, now: datetime, days: int = 1) -> list[dict[str, Any]]:
    """Events of cases number `first` and on: four in ten suggestions, four decisions, two outcomes; 1 % exceptions.
    One case in twenty is never decided: its decisions are outcomes instead."""
    made: list[dict[str, Any]] = []
    for number in range(first, first + count):
        case, part = divmod(number, 5)
        at = now - timedelta(days=case % days, seconds=case % 80_000 + 60)
        event: dict[str, Any] = {"id": str(uuid4()), "at": at.isoformat(), "case": f"case-{case // 2 * 2 + part % 2}"}
        if part == 4 or (part in (2, 3) and case // 2 % 20 == 7):
            event |= {"type": "outcome", "correct": case % 4 != 0, "value": f"{case % 90}.50"}
        elif part in (2, 3):
            action = ("accepted", "accepted", "modified", "overridden")[case % 4]
            event |= {"type": "decision", "action": action, "reason": REASONS[case % 4], "actor": f"p{case % 7}"}
        else:
            event |= {"type": "suggestion", "summary": "Pay the claim in part", "confidence": 0.87}
            event |= {"model": "claims-3", "segment": ("north", "south")[case % 2]}
        if number % 100 == 99:
            event = {"id": event["id"], "at": event["at"], "type": "exception", "exception": f"x{case}"}
            event |= {"state": ("opened", "resolved")[number // 100 % 2], "kind": "stuck"}
        made.append(event)
    return made


def bodies(count: int, size: int, now: datetime, days: int = 1) -> list[bytes]:
    return [
        json.dumps({"events": make(start, size, now, days)}, separators=(",", ":")).encode()
        for start in range(0, count, size)
    ]
