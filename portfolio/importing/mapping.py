"""What did a person answer about this file? Their answers come before everything we find."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any, cast

from portfolio.importing.column_words import FIELDS
from portfolio.importing.dates import Order
from portfolio.importing.faults import ImportFault
from portfolio.rules import Stage

_KEYS = ("columns", "stages", "header_row", "date_order")


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns`: field → header (None for "not in the file"); `stages`: raw text → stage, or None for "decide later";
    `header_row`: 1-based; `date_order`: dmy or mdy, for days such as 03/04/2026."""

    columns: MappingOf[str, str | None] = field(default_factory=dict)
    stages: MappingOf[str, str | None] = field(default_factory=dict)
    header_row: int | None = None
    date_order: Order | None = None

    @classmethod
    def of(cls, given: object) -> Mapping:
        """From parsed JSON or YAML. Raises ImportFault `bad_mapping` naming the first thing that does not fit."""
        if given is None:
            return cls()
        if not isinstance(given, dict) or set(given) - set(_KEYS):
            raise _bad(f"it may hold only {', '.join(_KEYS)}")
        return cls(
            columns=_columns(given.get("columns", {})),
            stages=_stages(given.get("stages", {})),
            header_row=_row(given.get("header_row")),
            date_order=_order(given.get("date_order")),
        )


def _columns(given: Any) -> dict[str, str | None]:
    if not isinstance(given, dict):
        raise _bad("columns must be an object of field and column")
    for name, column in given.items():
        if name not in FIELDS:
            raise _bad(f'there is no field "{name}"; the fields are {", ".join(FIELDS)}')
        if not (column is None or isinstance(column, str)):
            raise _bad(f"the column of {name} must be one header")
    return dict(given)


def _stages(given: Any) -> dict[str, str | None]:
    if not isinstance(given, dict):
        raise _bad("stages must be an object of raw text and stage")
    for raw, stage in given.items():
        if stage is not None and not (isinstance(stage, str) and stage in set(Stage)):
            raise _bad(f'"{stage}" (for "{raw}") is no stage; the stages are {", ".join(Stage)}')
    return {str(raw): stage for raw, stage in given.items()}


def _row(given: Any) -> int | None:
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given >= 1):
        return given
    raise _bad("header_row must be a number from 1")


def _order(given: Any) -> Order | None:
    if given in (None, "dmy", "mdy"):
        return cast(Order | None, given)
    raise _bad("date_order must be dmy or mdy")


def _bad(why: str) -> ImportFault:
    return ImportFault("bad_mapping", f"The mapping cannot be used: {why}.")
