"""What does one event look like, and which input is refused before it is sent?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

MOST_BYTES = 60_000  # of one event; the server takes 4 MiB a batch
_TEXTS = {
    "summary": 4000,
    "note": 4000,
    "resolution": 4000,
    "model": 100,
    "segment": 100,
    "reason": 64,
    "code": 64,
    "kind": 64,
}
_IDS = ("case", "subject", "actor", "exception")


class Unusable(ValueError):
    """The event would be refused; the text says why."""


def make(kind: str, at: dt.datetime | None, given: dict[str, Any]) -> bytes:
    """One event as JSON, with its own id and time. Too long texts are cut; what has no meaning is refused."""
    event: dict[str, Any] = {"id": given.pop("id", None) or str(uuid.uuid4()), "type": kind, "at": _moment(at)}
    for name, value in given.items():
        if value is None and name != "correct":
            continue
        if name in _TEXTS:
            value = str(value)[: _TEXTS[name]]
        elif name in _IDS:
            value = str(value)
            if not 1 <= len(value) <= 255:
                raise Unusable(f"{name} has 1 to 255 characters")
        elif name == "value":
            value = _decimal(value)
        event[name] = value
    if event.get("test") is False:
        del event["test"]
    text = json.dumps(event, ensure_ascii=False, allow_nan=False).encode("utf-8", "strict")
    if len(text) > MOST_BYTES:
        raise Unusable(f"the event has {len(text)} bytes, at most {MOST_BYTES}")
    return text


def _moment(at: dt.datetime | None) -> str:
    if at is None:
        at = dt.datetime.now(dt.timezone.utc)  # noqa: UP017 (Python 3.9)
    if at.tzinfo is None:
        raise Unusable("a time needs its zone")
    return at.isoformat()


def _decimal(value: Any) -> str:
    """A plain decimal: 1e3 is written 1000."""
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Unusable(f"{value!r} is no number") from None
    if not number.is_finite() or abs(number) >= 10**15:
        raise Unusable(f"{value!r} is out of range")
    return f"{round(number, 12):f}"
