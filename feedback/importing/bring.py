"""What does a table of past decisions say, row by row, and what became of each?

Every row is accounted for: rows = cases + skipped. The same table again changes nothing: ids of events follow from the
case. A dry run reads and checks everything and stores nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.utils.crypto import salted_hmac

from feedback import events
from feedback.actions import history
from feedback.importing import same, times
from feedback.importing.mapping import TIMES, UNKNOWN, CaseMapping, Field
from feedback.shapes import ACTIONS
from portfolio.importing import dates, values
from portfolio.importing.reading import Table
from portfolio.rules import Actor

_ROW_ID = 200  # characters of a case that stand in the ids of its events
MARK = 8  # characters of a file's SHA-256 that tell its rows from those of others
_FIRST = 5  # cases shown
_MOST_WORDS = 200  # different decisions counted; a column with more is no decision


@dataclass
class Report:
    """What was found and stored; `skipped` names the row as spreadsheets count.

    `actions`: what people did, also "undecided"; `words`: each word of the decision with rows and meaning, null for
    not decided, "?" for not known; `first`: the first cases as field → text; `between`: the first and last moment.
    """

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
    time_zone: str = "UTC"
    date_order: str = ""
    between: list[str] = field(default_factory=list)
    actions: dict[str, int] = field(default_factory=dict)
    words: list[dict[str, Any]] = field(default_factory=list)
    first: list[dict[str, Any]] = field(default_factory=list)

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
    zone: ZoneInfo,
    dry_run: bool = False,
    mark: str = "",
    progress: Callable[[int], None] | None = None,
    now: datetime | None = None,
) -> Report:
    """Store the decisions of a table. All rows are read and checked before anything is stored.

    `zone` is the clock of times that name none; `mark` tells this file from others where a row is a case;
    `progress(n)` is told how many rows were read.
    """
    now = now or datetime.now(UTC)
    reading = _Reading(mapping, times.Clock(zone, mapping.date_order or _order(table, mapping)), mark, now)
    report = Report(columns=mapping.columns(), encoding=table.encoding, header_row=table.header_row, sheet=table.sheet,
                    time_zone=str(zone), date_order=reading.clock.order or "")  # fmt: skip
    good: list[dict[str, Any]] = []
    for number, row in _rows(table):
        report.rows += 1
        if progress and report.rows % 500 == 0:
            progress(report.rows)
        if not mapping.counts(row):
            report.skip(number, "not_counted", "The mapping leaves this row out.")
            continue
        said = reading.event(row) if mapping.events else reading.case(number, row)
        if isinstance(said, tuple):
            report.skip(number, *said)
        elif fault := reading.checked(said):
            report.skip(number, *fault)
        else:
            report.cases += 1
            good += said
    report.events = len(good)
    _tell(report, good, reading)
    if not dry_run:
        done = history.store(
            by=by, use_case_id=use_case_id, said=good, rows=report.rows, cases=report.cases, now=now
        )  # fmt: skip
        report.created, report.duplicates, report.conflicts = done.created, done.duplicates, done.conflicts
    return report


def _rows(table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in table.rows():
        yield number, {name: cells[index] for index, name in enumerate(table.headers) if name}


def _order(table: Table, mapping: CaseMapping) -> dates.Order | None:
    """The order of day and month that the cells of time agree on, looked for only where one is in doubt."""
    columns = [one for name in TIMES if name in mapping.fields for one in mapping.fields[name].columns]
    found = [row[column] for _, row in _rows(table) for column in columns if row[column].strip()]
    return times.order_in(found)


def _tell(report: Report, good: list[dict[str, Any]], reading: _Reading) -> None:
    """What the rows that count say as a whole: for the person who looks before the import."""
    done = Counter(event["action"] for event in good if event.get("type") == "decision")
    report.actions = {action: done[action] for action in ACTIONS}
    report.actions["undecided"] = sum(event.get("type") == "suggestion" for event in good) - done.total()
    report.actions["undecided"] = max(report.actions["undecided"], 0)
    report.words = reading.said()
    if good:
        moments = [datetime.fromisoformat(event["at"]).astimezone(UTC) for event in good]
        report.between = [min(moments).isoformat(), max(moments).isoformat()]
    cases: dict[str, dict[str, Any]] = {}
    for event in islice(good, 3 * _FIRST):
        shown = {name: value for name, value in event.items() if name not in ("id", "type", "at")}
        cases.setdefault(event.get("case", ""), {}).update(shown | {f"{event['type']}_at": event["at"]})
    report.first = list(cases.values())[:_FIRST]


class _Reading:
    """Rows as events under one mapping; counts the words of the decision on the way."""

    def __init__(self, mapping: CaseMapping, clock: times.Clock, mark: str, now: datetime) -> None:
        self.mapping, self.clock, self.mark, self.now = mapping, clock, mark, now
        self.words: Counter[str] = Counter()
        self.meanings: dict[str, Any] = {}
        self._seen: dict[str, int] = {}
        self._advice: set[str] = set()  # what suggestions say, where the decision is compared with them

    def case(self, number: int, row: Mapping[str, str]) -> list[dict[str, Any]] | tuple[str, str]:
        """The suggestion of a case, and its decision and outcome if they are known."""
        fields = self.mapping.fields
        told = {name: one.of(row) for name, one in fields.items()}
        if fields["case"].each_row:
            told["case"] = f"row {number} of {self.mark}" if self.mark else f"row {number}"
        case = told.get("case")
        if not case:
            return "no_case", "The row names no case."
        case = told["case"] = str(case)
        if action := fields.get("action"):
            self._count(action, row, told.get("action"))
        if told.get("action") == UNKNOWN:
            word = values.one_line(action.text(row))[:60] if action else ""
            return "unknown_action", f"The decision “{word}” is none of the words we know: say what it means."
        if (first := self._seen.setdefault(case, number)) != number:
            return "repeated_case", f"Row {first} names the same case."
        if told.get("actor"):
            told["actor"] = pseudonym(told["actor"])
        mark = case if len(case) <= _ROW_ID else hashlib.sha256(case.encode()).hexdigest()
        found = [
            self._part(told, f"import {mark} suggestion", "suggestion", "suggested_at", ("model", "segment", "summary", "confidence", "subject")),
        ]  # fmt: skip
        if told.get("action"):
            found.append(
                self._part(told, f"import {mark} decision", "decision", "decided_at", ("action", "reason", "note", "actor"))
            )  # fmt: skip
        if any(told.get(name) is not None for name in ("correct", "value", "code")):
            found.append(
                self._part(told, f"import {mark} outcome", "outcome", "outcome_at", ("correct", "value", "code"))
            )
        return found

    def _count(self, action: Field, row: Mapping[str, str], means: Any) -> None:
        """The words of a decision as they stand; of a comparison those that no suggestion says."""
        if not action.columns or len(self.meanings) >= 5 * _MOST_WORDS:
            return
        word = values.one_line(row[action.columns[1]] if action.compared else action.text(row))[:200]
        if action.compared:
            self._advice.add(same.key(row[action.columns[0]]))
            if same.is_blank(word) or values.is_number(word):
                return
        self.meanings.setdefault(word, means)
        self.words[word] += 1

    def said(self) -> list[dict[str, Any]]:
        """The words of the decision, the most frequent first, each with its rows and its meaning."""
        own = [(word, rows) for word, rows in self.words.most_common() if same.key(word) not in self._advice]
        return [{"word": word, "rows": rows, "means": self.meanings[word]} for word, rows in own[:_MOST_WORDS]]

    def _part(
        self, told: Mapping[str, Any], event_id: str, kind: str, at: str, names: tuple[str, ...]
    ) -> dict[str, Any]:
        when = told.get(at) or told.get("at") or told.get("decided_at") or told.get("suggested_at")
        event = {"id": event_id, "type": kind, "case": told["case"], "at": self._moment(when)}
        return event | _typed({name: told[name] for name in names if told.get(name) is not None})

    def event(self, row: Mapping[str, str]) -> list[dict[str, Any]]:
        """One row an event: its fields as they stand."""
        told = {name: one.of(row) for name, one in self.mapping.fields.items()}
        event = _typed({name: value for name, value in told.items() if value is not None})
        event["at"] = self._moment(event.get("at"))
        if "id" not in event:
            event["id"] = "import " + hashlib.sha256(msgspec.json.encode(event, order="deterministic")).hexdigest()
        return [event]

    def _moment(self, text: Any) -> Any:
        """ISO with its zone; what is no time stays, and is refused by name."""
        at = self.clock.read(text) if isinstance(text, str) else None
        return at.isoformat() if at else text

    def checked(self, said: list[dict[str, Any]]) -> tuple[str, str] | None:
        """The first fault of a row's events, found by the same reader as at the door."""
        for event in said:
            at = event.get("at")
            if at is None:
                return "no_time", "The row does not say when."
            if isinstance(at, str) and self.clock.order is None and dates.needs_order(at.partition(" ")[0]):
                return "day_or_month", f"{at[:40]}: say whether the day or the month comes first (date_order)."
        batch = events.read(msgspec.json.encode({"events": said}), events.JSON, "", self.now)
        return (batch.rejected[0].code, batch.rejected[0].text) if batch.rejected else None


def pseudonym(person: str) -> str:
    """The same person is the same stranger: files name people, events never do."""
    return "person " + salted_hmac("feedback.importing", values.fold(str(person))).hexdigest()[:12]


def _typed(event: dict[str, Any]) -> dict[str, Any]:
    """Numbers and truth out of text; what is neither stays and is refused by name."""
    if isinstance(text := event.get("confidence"), str):
        with contextlib.suppress(ValueError):
            event["confidence"] = float(same.plain_number(text)) / (100 if "%" in text else 1)
    if isinstance(text := event.get("correct"), str):
        truth = values.boolean(text)
        event["correct"] = text if truth is None else truth
    if event.get("value") is not None and not isinstance(event["value"], bool):
        event["value"] = same.plain_number(str(event["value"]))
    return event
