"""Which bytes do we take for JSON? Stricter than the parsers: what two readers could read differently is refused.

A fault here concerns the whole request (`Refusal`, with its HTTP status); faults of one event are not known here.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

BODY_LIMIT = 4 * 1024 * 1024  # bytes after inflation
EVENT_LIMIT = 5_000  # events a request
DEPTH_LIMIT = 32  # nested containers, the outermost counted
# A parsed value costs up to 64 bytes; a body that is a quarter commas holds more values than 5,000 events can.
COMMA_LIMIT = BODY_LIMIT // 4


@dataclass(eq=False)
class Refusal(Exception):
    """The request as a whole cannot be taken; nothing of it is stored."""

    status: int
    code: str
    text: str


def inflate(body: bytes, encoding: str) -> bytes:
    """The body as sent, unpacked; never more than one byte over the limit is held."""
    if encoding == "gzip":
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            body = inflater.decompress(body, BODY_LIMIT + 1)
        except zlib.error:
            raise Refusal(400, "bad_gzip", "The body is not valid gzip.") from None
        if len(body) <= BODY_LIMIT and (not inflater.eof or inflater.unused_data):
            raise Refusal(400, "bad_gzip", "The gzip body is cut short or has something after its end.")
    elif encoding not in ("", "identity"):
        raise Refusal(415, "unsupported_encoding", "Content-Encoding must be gzip or absent.")
    if len(body) > BODY_LIMIT:
        raise Refusal(413, "too_large", f"The body is larger than {BODY_LIMIT} bytes.")
    return body


def parse(body: bytes) -> Any:
    """Plain Python values of a JSON text without duplicate keys, NaN, Infinity or nesting beyond the limit.

    Lone surrogates survive as such, so that the one event holding them can be refused by name.
    """
    if body.count(b",") > COMMA_LIMIT:
        raise Refusal(413, "too_many", "The body holds more values than a batch can have.")
    try:
        value = json.loads(
            body.decode(), object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_int=_integer
        )
    except UnicodeDecodeError:
        raise Refusal(400, "not_utf8", "The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Refusal(400, "not_json", f"The body is not JSON: {error}.") from None
    _refuse_depth(value)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Refusal(400, "duplicate_key", "An object names one of its keys twice.")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _integer(digits: str) -> int | float:
    """Beyond 16 digits as a float: no field takes such a number, and Python's int() would take quadratic time."""
    return int(digits) if len(digits) <= 16 else float(digits)


def _refuse_depth(value: Any) -> None:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        if depth > DEPTH_LIMIT:
            raise _too_deep()
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]


def _too_deep() -> Refusal:
    return Refusal(400, "too_deep", f"The body is nested deeper than {DEPTH_LIMIT} levels.")
