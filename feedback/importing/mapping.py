"""Which column says what? As JSON, given by a person or proposed (`found`).

    {"where": {"Z": ["1"]},                            rows that count; the others are skipped and named
     "case": "case",                                   or {"columns": ["person", "trial"]}, or {"row": true}: see below
     "at": {"value": "2020-01-01"},                    when suggested, decided and known, unless named apart:
     "suggested_at": "recommended_at", "decided_at": "decided_at", "outcome_at": …, "date_order": "dmy" or "mdy",
     "model": {"value": "PSA"}, "segment": "task_type", "summary": "recommendation", "confidence": …, "subject": …,
     "action": {"columns": ["DMF", "D"], "values": {"0,0": "accepted", "0,1": "overridden"}, "otherwise": null},
     "reason": …, "note": …, "actor": …, "correct": …, "value": …, "code": …}

A field is a column's name, a constant, or cells joined by a comma and looked up; `otherwise` (default null: not said)
stands for what is not listed. `action` takes our four words, `correct` true or false. Further forms:

    "action": "decision"                               the words people use for our four; others are asked about
    "action": {"column": "decision", "words": {"sent back": "modified", "open": null}}      these words as well
    "action": {"column": "decision", "words": {…}, "only": true}    these words alone: "approved" may be the claim's fate
    "action": {"columns": ["advice", "decision"], "same": "accepted", "different": "overridden"}      two cells compared
                                                       with "words" for a third way: "sent back", "escalated" (known)
    "case": {"row": true}                              each row is a case; known again only from the same file
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback.importing import same
from feedback.importing.words import ACTIONS, SURE
from feedback.shapes import ACTIONS as FOUR
from portfolio.importing import values as cells
from portfolio.importing.dates import Order

CASE_FIELDS = ("case", "at", "suggested_at", "decided_at", "outcome_at", "model", "segment", "summary", "confidence",
               "subject", "action", "reason", "note", "actor", "correct", "value", "code")  # fmt: skip
EVENT_FIELDS = ("id", "type", "case", "at", "model", "segment", "summary", "confidence", "subject", "action", "reason",
                "note", "actor", "correct", "value", "code", "exception", "state", "kind", "resolution",
                "signal")  # fmt: skip
TIMES = ("at", "suggested_at", "decided_at", "outcome_at")
UNKNOWN = "?"  # a word that nobody gave a meaning
_FORMS = {"column", "columns", "values", "otherwise", "value", "words", "only", "same", "different", "row"}


class MappingFault(ValueError):
    """The mapping is not usable; the text says why, `name` which of its fields is meant ("" for all of it)."""

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.name = name


@dataclass(frozen=True)
class Field:
    """Where a value comes from. `compared`: what equal and different cells of two columns mean."""

    columns: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None
    otherwise: Any = None
    constant: Any = None
    compared: tuple[Any, Any] | None = None
    folded: bool = False  # `values` is looked up by the folded word
    each_row: bool = False

    def of(self, row: Mapping[str, str]) -> Any:
        """The value for one row; None: not said."""
        if not self.columns:
            return self.constant
        if self.compared:
            one, other = (row[column] for column in self.columns)
            if same.is_blank(one) or same.is_blank(other):
                return None
            if same.same(one, other):
                return self.compared[0]
            return (self.values or {}).get(cells.fold(other), self.compared[1])
        text = self.text(row)
        if self.values is None:
            return text or None
        key = cells.fold(text) if self.folded else text
        return self.values.get(key, self.otherwise)

    def text(self, row: Mapping[str, str]) -> str:
        """The cells as they stand, joined by a comma."""
        return ",".join(row[column].strip() for column in self.columns)


@dataclass(frozen=True)
class CaseMapping:
    """`events`: one row an event; else one row a case."""

    events: bool
    fields: Mapping[str, Field]
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    date_order: Order | None = None

    def counts(self, row: Mapping[str, str]) -> bool:
        return all(row[column].strip() in wanted for column, wanted in self.where.items())

    def columns(self) -> dict[str, str]:
        """Field → column(s), as a person reads it."""
        return {name: ",".join(one.columns) for name, one in self.fields.items() if one.columns}


def read(text: str, headers: Sequence[str]) -> CaseMapping:
    """A mapping file (JSON) against the headers of the table. Raises `MappingFault` naming what is wrong."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise MappingFault(f"The mapping is not JSON: {fault}") from None
    return of(given, headers)


def of(given: Any, headers: Sequence[str]) -> CaseMapping:
    """A mapping as parsed JSON. Raises `MappingFault`."""
    if not isinstance(given, dict):
        raise MappingFault("The mapping is a JSON object.")
    given = dict(given)
    where, events = given.pop("where", {}), bool(given.pop("one_row_an_event", False))
    order = given.pop("date_order", None)
    if order not in (None, "", "dmy", "mdy"):
        raise MappingFault("date_order: dmy or mdy.", "date_order")
    if not isinstance(where, dict) or not all(isinstance(wanted, list) for wanted in where.values()):
        raise MappingFault("where: columns, each with the list of its cells that count.", "where")
    allowed = EVENT_FIELDS if events else CASE_FIELDS
    if unknown := sorted(set(map(str, given)) - set(allowed)):
        raise MappingFault(f"There is no field {unknown[0]!r}; fields are {', '.join(allowed)}.", unknown[0][:60])
    fields = {name: _field(name, said) for name, said in given.items()}
    for name, columns in (("where", tuple(where)), *((name, one.columns) for name, one in fields.items())):
        if missing := [column for column in columns if column not in headers]:
            raise MappingFault(f"The table has no column {missing[0]!r}.", name)
    if "case" not in fields and not events:
        raise MappingFault("Name the column of the case.", "case")
    wanted = {column: frozenset(map(str, said)) for column, said in where.items()}
    return CaseMapping(events, fields, wanted, order or None)


def _field(name: str, said: Any) -> Field:
    if isinstance(said, str):
        return Field((said,), ACTIONS, UNKNOWN, folded=True) if name == "action" else Field((said,))
    if not isinstance(said, dict) or set(said) - _FORMS:
        raise MappingFault(f"{name}: a column's name, or an object.", name)
    if "value" in said:
        if isinstance(said["value"], list | dict):
            raise MappingFault(f"{name}: the value is a text, a number, true or false.", name)
        return Field(constant=said["value"])
    if said.get("row") is True and name == "case":
        return Field(each_row=True)
    columns = said.get("columns", [said["column"]] if "column" in said else None)
    if not columns or not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise MappingFault(f"{name}: name the column, or several as a list.", name)
    for table in ("values", "words"):
        if not isinstance(said.get(table, {}), dict | None):
            raise MappingFault(f"{name}: {table} says what each word means.", name)
    if "same" in said or "different" in said:
        return _compared(name, said, tuple(columns))
    if "words" in said or "only" in said:
        known = {} if said.get("only") else ACTIONS if name == "action" else {}
        own = {cells.fold(word): _meaning(name, means) for word, means in (said.get("words") or {}).items()}
        return Field(tuple(columns), {"": None, **known, **own}, UNKNOWN, folded=True)
    looked_up = said.get("values")
    if looked_up is None and name == "action":
        return Field(tuple(columns), ACTIONS, UNKNOWN, folded=True)
    for means in [*(looked_up or {}).values(), said.get("otherwise")]:
        _meaning(name, means)
    return Field(tuple(columns), looked_up, said.get("otherwise"))


def _compared(name: str, said: dict[str, Any], columns: tuple[str, ...]) -> Field:
    if len(columns) != 2:
        raise MappingFault(f"{name}: two columns are compared.", name)
    own = {cells.fold(word): _meaning(name, means) for word, means in (said.get("words") or {}).items()}
    known = SURE if name == "action" else {}
    means = (_meaning(name, said.get("same")), _meaning(name, said.get("different")))
    return Field(columns, {**known, **own}, compared=means)


def _meaning(name: str, means: Any) -> Any:
    if name == "action" and means not in (None, UNKNOWN) and (not isinstance(means, str) or means not in FOUR):
        raise MappingFault(f"action: a word means one of {', '.join(FOUR)}, or null.", name)
    if isinstance(means, list | dict):
        raise MappingFault(f"{name}: a meaning is a text, a number, true or false.", name)
    return means
