"""How does a JSON list of objects read as a table?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from portfolio.importing import values
from portfolio.importing.faults import ImportFault, Limits, Note


class JsonFile:
    """`[{…}, …]`, or an object that holds exactly one such list ("records", "data" …). Keys are the columns.

    Lists of plain values are joined by "; "; anything deeper stays JSON text. Row 1 stands for the keys, so that the
    first object is row 2, as it would be in a sheet.
    """

    format = "json"
    sheet: str | None = None
    encoding = "JSON"

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.warnings: list[Note] = []
        stream.seek(0)
        content = stream.read()
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ImportFault("broken_json", "The file cannot be read as JSON.") from error
        self._objects = _objects(found)
        keys: dict[str, None] = {}
        for item in self._objects:
            keys.update(dict.fromkeys(item))
        if len(keys) > limits.columns:
            raise ImportFault("too_many_columns", f"The file has more than {limits.columns:,} columns.")
        self._keys = list(keys)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        yield 1, list(self._keys)
        for number, item in enumerate(self._objects, start=2):
            yield number, [_text(item.get(key)) for key in self._keys]


def _objects(found: Any) -> list[dict[str, Any]]:
    lists = [found] if isinstance(found, list) else []
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if len(lists) == 1 and all(isinstance(item, dict) for item in lists[0]):
        return list(lists[0])
    raise ImportFault("no_records", "The JSON holds no single list of objects to read as rows.")


def _text(value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return "; ".join(values.text_of(item) for item in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return values.text_of(value)
