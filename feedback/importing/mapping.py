"""Which column says what? Proposed from the headers, or given as JSON.

    {"where": {"Z": ["1"]},                            rows that count; the others are skipped and named
     "case": "case",
     "at": {"value": "2020-01-01T00:00:00Z"},          when suggested, decided and known, unless named apart:
     "suggested_at": "recommended_at", "decided_at": "decided_at", "outcome_at": …,
     "model": {"value": "PSA"}, "segment": "task_type", "summary": "recommendation", "confidence": …, "subject": …,
     "action": {"columns": ["DMF", "D"], "values": {"0,0": "accepted", "0,1": "overridden"}, "otherwise": null},
     "reason": …, "note": …, "actor": …, "correct": …, "value": …, "code": …}

A field is a column's name, a constant, or cells joined by a comma and looked up; `otherwise` (default null: not said)
stands for what is not listed. `action` takes our four words, `correct` true or false.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CASE_FIELDS = ("case", "at", "suggested_at", "decided_at", "outcome_at", "model", "segment", "summary", "confidence",
               "subject", "action", "reason", "note", "actor", "correct", "value", "code")  # fmt: skip
EVENT_FIELDS = ("id", "type", "case", "at", "model", "segment", "summary", "confidence", "subject", "action", "reason",
                "note", "actor", "correct", "value", "code", "exception", "state", "kind", "resolution",
                "signal")  # fmt: skip
_WORDS = {
    "case": ("case", "case_id", "event_id", "ticket", "claim", "reference"),
    "at": ("at", "time", "timestamp", "date"),
    "suggested_at": ("suggested_at", "recommended_at", "predicted_at"),
    "decided_at": ("decided_at", "reviewed_at", "closed_at"),
    "outcome_at": ("outcome_at", "known_at"),
    "model": ("model", "model_version"),
    "segment": ("segment", "task_type", "category", "group"),
    "summary": ("summary", "suggestion", "recommendation", "prediction"),
    "confidence": ("confidence", "score", "probability"),
    "action": ("action", "decision", "human_decision"),
    "reason": ("reason", "override_reason", "reason_code"),
    "note": ("note", "comment"),
    "correct": ("correct", "model_right"),
    "value": ("value", "benefit", "saved"),
}
_ACTIONS = {
    **dict.fromkeys(("accepted", "accept", "approved", "agreed", "followed", "yes"), "accepted"),
    **dict.fromkeys(("modified", "edited", "changed", "corrected"), "modified"),
    **dict.fromkeys(("overridden", "overruled", "rejected", "reject", "declined", "disagreed", "no"), "overridden"),
    **dict.fromkeys(("escalated", "referred"), "escalated"),
    **dict.fromkeys(("pending", "open", "undecided", "none", ""), None),
}


class MappingFault(ValueError):
    """The mapping is not usable; the text says why."""


@dataclass(frozen=True)
class Field:
    """Where a value comes from."""

    columns: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None
    otherwise: Any = None
    constant: Any = None

    def of(self, row: Mapping[str, str]) -> Any:
        """The value for one row; None: not said."""
        if not self.columns:
            return self.constant
        text = ",".join(row[column].strip() for column in self.columns)
        if self.values is None:
            return text or None
        return self.values.get(text, self.otherwise)


@dataclass(frozen=True)
class CaseMapping:
    """`events`: one row an event; else one row a case."""

    events: bool
    fields: Mapping[str, Field]
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def counts(self, row: Mapping[str, str]) -> bool:
        return all(row[column].strip() in wanted for column, wanted in self.where.items())

    def columns(self) -> dict[str, str]:
        """Field → column(s), as a person reads it."""
        return {name: ",".join(one.columns) for name, one in self.fields.items() if one.columns}


def propose(headers: Sequence[str]) -> CaseMapping:
    """Read the headers as a person would. Raises `MappingFault` when the case or the decision is not found."""
    known = {header.strip().lower().replace(" ", "_"): header for header in headers if header}
    if {"type", "at"} <= set(known) and {"case", "exception", "signal"} & set(known):
        return CaseMapping(True, {name: Field((known[name],)) for name in EVENT_FIELDS if name in known})
    found = {}
    for name, words in _WORDS.items():
        for word in words:
            if word in known:
                found[name] = Field((known[word],), _ACTIONS, "?") if name == "action" else Field((known[word],))
                break
    for name in ("case", "action"):
        if name not in found:
            raise MappingFault(f"No column says the {name}: name it in a mapping file.")
    if not {"at", "decided_at"} & set(found):
        raise MappingFault("No column says when: name it in a mapping file, or give a constant.")
    return CaseMapping(False, found)


def read(text: str, headers: Sequence[str]) -> CaseMapping:
    """A mapping file (JSON) against the headers of the table. Raises `MappingFault` naming what is wrong."""
    try:
        given = json.loads(text)
    except ValueError as fault:
        raise MappingFault(f"The mapping is not JSON: {fault}") from None
    if not isinstance(given, dict):
        raise MappingFault("The mapping is a JSON object.")
    where = given.pop("where", {})
    events = bool(given.pop("one_row_an_event", False))
    allowed = EVENT_FIELDS if events else CASE_FIELDS
    if unknown := sorted(set(given) - set(allowed)):
        raise MappingFault(f"There is no field {unknown[0]!r}; fields are {', '.join(allowed)}.")
    fields = {name: _field(name, said) for name, said in given.items()}
    named = [*where, *(column for one in fields.values() for column in one.columns)]
    if missing := [column for column in named if column not in headers]:
        raise MappingFault(f"The table has no column {missing[0]!r}.")
    if "case" not in fields and not events:
        raise MappingFault("Name the column of the case.")
    return CaseMapping(events, fields, {column: frozenset(map(str, wanted)) for column, wanted in where.items()})


def _field(name: str, said: Any) -> Field:
    if isinstance(said, str):
        return Field((said,), _ACTIONS, "?") if name == "action" else Field((said,))
    if not isinstance(said, dict):
        raise MappingFault(f"{name}: a column's name, or an object.")
    if "value" in said:
        return Field(constant=said["value"])
    columns = said.get("columns", [said["column"]] if "column" in said else None)
    if not columns or not all(isinstance(column, str) for column in columns):
        raise MappingFault(f"{name}: name the column, or several as a list.")
    return Field(tuple(columns), said.get("values"), said.get("otherwise"))
