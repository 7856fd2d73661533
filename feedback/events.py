"""What did this request say? From the bytes of a body to rows ready to store, and the events refused one by one.

Pure: bytes and a clock in, rows out. A fault of the envelope raises `strict.Refusal`; a fault of an event puts that
event into `rejected` and leaves the rest alone (rules.md 7). The usual body is validated by one compiled decoder
(about 1 µs an event); only a body that this decoder refuses, or could misread, is parsed again by Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from feedback import strict
from feedback.shapes import Envelope, Event
from feedback.strict import EVENT_LIMIT, Refusal

JSON, NDJSON = "application/json", "application/x-ndjson"
CLOUD_EVENT, CLOUD_BATCH = ("application/cloudevents+json", "application/cloudevents-batch+json")

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # before it, a producer's clock is broken; everything later is welcome
SKEW = timedelta(minutes=10)  # how far a producer's clock may run ahead (rules.md 7)
FINGERPRINT_BYTES = 16  # of the SHA-256; stored as a uuid

# What CloudEvents 1.0 defines beside `data`; extension attributes are allowed by it and say nothing to us.
_CLOUD_OWN = ("id", "type", "at")

_envelope = msgspec.json.Decoder(Envelope)
_list = msgspec.json.Decoder(list[Event])
_encode = msgspec.json.Encoder().encode


class Rejection(msgspec.Struct, frozen=True, order=True):
    """One event that was not taken. `index` is its place in the request, from 0."""

    index: int
    code: str
    text: str


class Row(NamedTuple):
    """One event as it will be stored; sorted by `event_id`, so that rival batches cannot deadlock."""

    event_id: str
    place: int  # in the request, from 0
    fingerprint: bytes
    at: datetime
    what: int
    thing_id: str | None  # the case; for an exception its own id
    model: str | None
    segment: str | None
    code: str | None
    value: str | None
    test: bool
    body: bytes  # canonical JSON


@dataclass
class Batch:
    """What one request said: one row an id, and the further events that used an id again."""

    received: int
    rows: list[Row] = field(default_factory=list)
    repeats: list[Row] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def read(body: bytes, content_type: str, content_encoding: str, now: datetime) -> Batch:
    """Decode one request. Raises `Refusal` (400, 413, 415) if the whole of it cannot be taken."""
    kind = _media_type(content_type)
    body = strict.inflate(body, content_encoding.strip().lower())
    lines = None
    if kind == NDJSON:
        lines = [line for line in body.split(b"\n") if line.strip()]
        body = b"[" + b",".join(lines) + b"]"
    if kind in (JSON, NDJSON):
        events = _quick(body, kind)
        if events is not None:
            _refuse_size(len(events), lines)
            batch = _settle(enumerate(events), Batch(received=len(events)), now)
            if _may_hide_duplicates(body, batch, len(events)):
                strict.parse(body)
            return batch
    items = _items(strict.parse(body), kind)
    _refuse_size(len(items), lines)
    return _one_by_one(items, kind in (CLOUD_EVENT, CLOUD_BATCH), now)


def _media_type(content_type: str) -> str:
    kind, _, parameters = content_type.lower().partition(";")
    kind = kind.strip()
    if kind in ("application/ndjson", "application/jsonl"):
        kind = NDJSON
    if kind not in (JSON, NDJSON, CLOUD_EVENT, CLOUD_BATCH):
        raise Refusal(415, "unsupported_media_type", "Send application/json, application/x-ndjson or CloudEvents JSON.")
    name, _, charset = parameters.strip().partition("=")
    if name.strip() == "charset" and charset.strip(' "') not in ("utf-8", "utf8"):
        raise Refusal(415, "unsupported_charset", "JSON is sent as UTF-8.")
    return kind


def _quick(body: bytes, kind: str) -> list[Event] | None:
    """All events at once, or None when Python has to look at each. NUL can only arrive as an escape."""
    if b"\\" in body and b"\\u0000" in body:
        return None
    try:
        return _envelope.decode(body).events if kind == JSON else _list.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _may_hide_duplicates(body: bytes, batch: Batch, count: int) -> bool:
    """Could the decoder have dropped a member? It takes the last of two equal keys without a word.

    In a text without `\\u` escapes every quotation mark of a member is there again in the canonical text, and nothing
    else brings one in. So the counts agree exactly if no member was dropped. A producer who spells out defaults, or
    writes ASCII only, costs us the second look and nothing else.
    """
    if b"\\" in body and b"\\u" in body:  # looking for one byte first: a hundredth of the time
        return True
    if len(batch.rows) != count:
        return True
    kept = b"".join([row.body for row in batch.rows]).count(b'"')
    envelope = 0 if body.startswith(b"[") else 2  # the marks around "events"
    return body.count(b'"') != kept + envelope


def _refuse_size(count: int, lines: list[bytes] | None) -> None:
    if count == 0:
        raise Refusal(400, "empty", "The batch holds no event.")
    if count > EVENT_LIMIT:
        raise Refusal(413, "too_many", f"A batch holds at most {EVENT_LIMIT} events.")
    if lines is not None and len(lines) != count:
        raise Refusal(400, "not_ndjson", "Each line must hold exactly one event.")


def _items(value: Any, kind: str) -> list[Any]:
    """The events of a parsed body, still unchecked."""
    if kind == CLOUD_EVENT:
        return [value]
    if kind == JSON:
        if not isinstance(value, dict):
            raise Refusal(400, "not_an_envelope", 'The body must be {"events": [...]}.')
        unknown = sorted(set(value) - {"events"})
        if unknown:
            raise Refusal(400, "unknown_field", f"The body has an unknown field: {_printable(unknown[0])}.")
        value = value.get("events")
    if not isinstance(value, list):
        raise Refusal(400, "not_a_list", "The events must be a list.")
    return value


def _one_by_one(items: Sequence[Any], cloud: bool, now: datetime) -> Batch:
    batch = Batch(received=len(items))
    good: list[tuple[int, Event]] = []
    for index, item in enumerate(items):
        try:
            fault = _unstorable(item)
            if fault:
                batch.rejected.append(Rejection(index, *fault))
            else:
                good.append((index, msgspec.convert(_from_cloud(item) if cloud else item, Event)))
        except msgspec.ValidationError as error:
            batch.rejected.append(Rejection(index, _code(str(error)), _printable(str(error))))
    return _settle(good, batch, now)


def _unstorable(item: Any) -> tuple[str, str] | None:
    """Texts that are JSON but that UTF-8 or PostgreSQL cannot hold."""
    if not isinstance(item, dict):
        return None
    data = item.get("data")
    inner = data.items() if isinstance(data, dict) else ()
    texts = "".join(part for pair in (*item.items(), *inner) for part in pair if isinstance(part, str))
    if "\0" in texts:
        return "nul", "A text holds the character NUL."
    try:
        texts.encode()
    except UnicodeEncodeError:
        return "lone_surrogate", "A text holds half of a surrogate pair."
    return None


def _from_cloud(item: Any) -> Any:
    """A CloudEvent as one of ours. It is unique by (source, id), so both make our id; `time` is `at`."""
    if not isinstance(item, dict):
        return item
    data = item.get("data")
    if item.get("specversion") != "1.0" or not isinstance(data, dict):
        raise msgspec.ValidationError('Invalid value: a CloudEvent needs specversion "1.0" and an object as data')
    for name in ("id", "source", "type"):
        if not isinstance(item.get(name), str) or not item[name]:
            raise msgspec.ValidationError(f"Object missing required field `{name}`")
    for name in _CLOUD_OWN:
        if name in data:
            raise msgspec.ValidationError(f"Object contains unknown field `{name}` - at `$.data`")
    event = {**data, "id": f"{item['source']} {item['id']}", "type": item["type"].rpartition(".")[2]}
    if "time" in item:
        event["at"] = item["time"]
    if "case" not in data and "subject" in item and event["type"] != "signal":
        event["case"] = item["subject"]
    return event


def _settle(events: Iterable[tuple[int, Event]], batch: Batch, now: datetime) -> Batch:
    """The one loop over the events: clock, canonical text, fingerprint, repeats inside the request."""
    latest = now + SKEW
    seen: set[str] = set()
    for index, event in events:
        at = event.at
        if at.tzinfo is not UTC:
            try:
                event.at = at = at.astimezone(UTC)
            except OverflowError:
                batch.rejected.append(Rejection(index, "out_of_range", "`at` is outside the calendar."))
                continue
        if at > latest:
            batch.rejected.append(Rejection(index, "in_future", "`at` is more than 10 minutes in the future."))
            continue
        if at < EARLIEST:
            batch.rejected.append(Rejection(index, "out_of_range", "`at` is before 1970."))
            continue
        what, thing_id, model, segment, code, value = event.parts()
        body = _encode(event)
        fingerprint = sha256(body).digest()[:FINGERPRINT_BYTES]
        event_id = event.id
        row = Row(event_id, index, fingerprint, at, what, thing_id, model, segment, code, value, event.test, body)
        if event_id in seen:
            batch.repeats.append(row)
        else:
            seen.add(event_id)
            batch.rows.append(row)
    batch.rows.sort()
    batch.rejected.sort()
    return batch


def keep_tests(batch: Batch) -> None:
    """For a token that may only test: every other event is refused, one by one."""
    real = sorted(row.place for row in [*batch.rows, *batch.repeats] if not row.test)
    batch.rows = [row for row in batch.rows if row.test]
    batch.repeats = [row for row in batch.repeats if row.test]
    batch.rejected += [Rejection(place, "only_tests", "This token may send test events only.") for place in real]
    batch.rejected.sort()


_CODES = (  # (part of the decoder's message, our code); the first that matches
    ("unknown field", "unknown_field"),
    ("missing required field", "missing_field"),
    ("with a timezone", "no_zone"),
    ("RFC3339", "not_a_time"),
    ("of length >=", "empty"),
    ("of length <=", "too_long"),
    ("matching regex", "not_a_decimal"),
    ("Expected `object`", "not_an_object"),
    ("Invalid", "unknown_value"),
    ("out of range", "out_of_range"),
    ("Expected `float` ", "out_of_range"),
)


def _code(message: str) -> str:
    return next((code for part, code in _CODES if part in message), "wrong_type")


def _printable(text: str) -> str:
    """Safe to put into an answer: no surrogates, no NUL, not endless."""
    return text.encode(errors="replace").decode().replace("\0", "?")[:200]
