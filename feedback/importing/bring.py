"""What does a table of past decisions say, row by row, and what became of each?

Every row is accounted for: rows = cases + skipped. The same table again changes nothing: ids of events follow from the
case. A dry run reads and checks everything and stores nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from feedback import events
from feedback.actions import history
from feedback.importing.mapping import CaseMapping
from portfolio.importing.reading import Table
from portfolio.rules import Actor

_ROW_ID = 200  # characters of a case that stand in the ids of its events


@dataclass
class Report:
    """What was found and stored; `skipped` and `reported` name the row as spreadsheets count."""

    rows: int = 0
    cases: int = 0
    events: int = 0
    created: int = 0
    duplicates: int = 0
    conflicts: int = 0
    skipped: list[dict[str, Any]] = field(default_factory=list)
    reported: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    header_row: int = 0
    sheet: str = ""

    def skip(self, row: int, code: str, text: str) -> None:
        self.skipped.append({"row": row, "code": code, "text": text})

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


def bring(
    *,
    by: Actor,
    use_case_id: UUID,
    table: Table,
    mapping: CaseMapping,
    dry_run: bool = False,
    now: datetime | None = None,
) -> Report:
    """Store the decisions of a table. All rows are read and checked before anything is stored."""
    now = now or datetime.now(UTC)
    report = Report(columns=mapping.columns(), encoding=table.encoding, header_row=table.header_row, sheet=table.sheet)
    good: list[dict[str, Any]] = []
    for number, row in _rows(table):
        report.rows += 1
        if not mapping.counts(row):
            report.skip(number, "not_counted", "The mapping leaves this row out.")
            continue
        said = _event(row, mapping) if mapping.events else _case(row, mapping)
        if isinstance(said, tuple):
            report.skip(number, *said)
        elif fault := _checked(said, now):
            report.skip(number, *fault)
        else:
            report.cases += 1
            good += said
    report.events = len(good)
    if not dry_run:
        done = history.store(
            by=by, use_case_id=use_case_id, said=good, rows=report.rows, cases=report.cases, now=now
        )  # fmt: skip
        report.created, report.duplicates, report.conflicts = done.created, done.duplicates, done.conflicts
    return report


def _rows(table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in table.rows():
        yield number, {name: cells[index] for index, name in enumerate(table.headers) if name}


def _case(row: Mapping[str, str], mapping: CaseMapping) -> list[dict[str, Any]] | tuple[str, str]:
    """The suggestion of a case, and its decision and outcome if they are known."""
    told = {name: one.of(row) for name, one in mapping.fields.items()}
    case = told.get("case")
    if not case:
        return "no_case", "The row names no case."
    if told.get("action") == "?":
        return "unknown_action", "The decision is none of the words we know: say in the mapping what it means."
    mark = case if len(case) <= _ROW_ID else hashlib.sha256(case.encode()).hexdigest()
    found = [
        _part(told, f"import {mark} suggestion", "suggestion", "suggested_at", ("model", "segment", "summary", "confidence", "subject")),
    ]  # fmt: skip
    if told.get("action"):
        found.append(
            _part(told, f"import {mark} decision", "decision", "decided_at", ("action", "reason", "note", "actor"))
        )
    if any(told.get(name) is not None for name in ("correct", "value", "code")):
        found.append(_part(told, f"import {mark} outcome", "outcome", "outcome_at", ("correct", "value", "code")))
    return found


def _part(told: Mapping[str, Any], event_id: str, kind: str, at: str, names: tuple[str, ...]) -> dict[str, Any]:
    when = told.get(at) or told.get("at") or told.get("decided_at") or told.get("suggested_at")
    event = {"id": event_id, "type": kind, "case": told["case"], "at": _moment(when)}
    return event | _typed({name: told[name] for name in names if told.get(name) is not None})


def _event(row: Mapping[str, str], mapping: CaseMapping) -> list[dict[str, Any]]:
    told = {name: one.of(row) for name, one in mapping.fields.items()}
    event = _typed({name: value for name, value in told.items() if value is not None})
    event["at"] = _moment(event.get("at"))
    if "id" not in event:
        event["id"] = "import " + hashlib.sha256(msgspec.json.encode(event, order="deterministic")).hexdigest()
    return [event]


def _typed(event: dict[str, Any]) -> dict[str, Any]:
    """Numbers and truth out of text; what is neither stays and is refused by name."""
    if isinstance(event.get("confidence"), str):
        with contextlib.suppress(ValueError):
            event["confidence"] = float(event["confidence"])
    if isinstance(event.get("correct"), str):
        event["correct"] = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
            event["correct"].lower(), event["correct"]
        )
    return event


def _moment(text: Any) -> Any:
    """A time without a zone is taken as UTC; a day alone as its midnight."""
    if not isinstance(text, str):
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _checked(said: list[dict[str, Any]], now: datetime) -> tuple[str, str] | None:
    """The first fault of a row's events, found by the same reader as at the door."""
    batch = events.read(msgspec.json.encode({"events": said}), events.JSON, "", now)
    return (batch.rejected[0].code, batch.rejected[0].text) if batch.rejected else None
