"""What JSON does this door take? Strict: one meaning, storable, not nested beyond reason."""

import json
import math
from typing import Any

from django.conf import settings
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

MAX_DEPTH = 32  # levels of nesting (reliability C3 4)


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is larger than this door takes."


class StrictJSONParser(JSONParser):
    """JSON without duplicate keys, NaN, NUL, lone surrogates, huge integers or deep nesting: each a clear 400."""

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise exceptions.ParseError("The body is not UTF-8.") from None
        return parse_strict(text)


def parse_strict(text: str) -> Any:
    """Parse JSON text. Raises `ParseError` with a sentence."""
    if _depth(text) > MAX_DEPTH:
        raise exceptions.ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_small_int,
                           parse_float=_finite)  # fmt: skip
    except RecursionError:
        raise exceptions.ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from None
    except ValueError as fault:
        raise exceptions.ParseError(f"The body is not valid JSON: {fault}") from None
    if "\\u" in text and _has_unstorable(value):
        raise exceptions.ParseError("The JSON contains NUL or half a surrogate pair, which cannot be stored.")
    if "\x00" in text:
        raise exceptions.ParseError("The JSON contains NUL, which cannot be stored.")
    return value


def _depth(text: str) -> int:
    """The deepest nesting, brackets inside strings left out. Linear, no recursion."""
    depth = deepest = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} occurs twice")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _small_int(digits: str) -> int:
    if len(digits) > 19:
        raise ValueError("an integer has more than 18 digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _has_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return any(_has_unstorable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_has_unstorable(part) for part in value)
    return False
