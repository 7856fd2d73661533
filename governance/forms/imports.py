"""How does a person answer what a file left open: which file, which column, which stage?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from governance.forms.fields import Plain
from portfolio.actions.uploads import Found
from portfolio.models import ImportRun
from portfolio.rules import Stage

MOST_WORDS = 40  # stage words asked about; more than that is a wrong column
# field → its label, and what an empty one means for the reader
FIELDS = {
    "title": ("Title", "needed"),
    "external_id": ("Key in your file", "rows are matched by title"),
    "stage": ("Stage", "every row waits as proposed"),
    "organisation": ("Organisation", "not in the file"),
    "unit": ("Unit", "not in the file"),
    "problem": ("Problem", "not in the file"),
    "business_outcome": ("Business outcome", "first sort will ask"),
    "sponsor_name": ("Sponsor", "first sort will ask"),
    "running_since": ("Running since", "first sort will ask"),
    "real_users": ("Real users", "first sort will ask"),
    "tags": ("Tags", "not in the file"),
}
ANSWERS = tuple((stage.value, "live" if stage is Stage.PRODUCTION else stage.value) for stage in Stage)


class Upload(Plain):
    file = forms.FileField(
        label="Your spreadsheet",
        help_text="CSV, XLSX or JSON, as it is; at most 25 MB. Nothing is written before you have seen a dry run.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.json,.xlsx,.xlsm"}),
        error_messages={"empty": "This file is empty."},
    )


@dataclass(frozen=True)
class Column:
    """One of our fields, the header chosen for it, and a few of its cells."""

    name: str
    label: str
    header: str
    examples: tuple[str, ...]
    missing: str  # what is said when the file has no such column


@dataclass(frozen=True)
class Word:
    """A word of the file. `answer` is one of ours (a stage, what was decided), or "" while nobody said."""

    index: int
    text: str
    rows: int
    answer: str


@dataclass(frozen=True)
class Layout:
    """Where the table is in the file, and how its days are to be read."""

    sheet: str
    header_row: int | None
    date_order: str


def layout(run: ImportRun, found: Found) -> Layout:
    """What stands now: a person's choice, else what the reader found."""
    return Layout(found.sheet, found.header_row, run.mapping.get("date_order") or "")


def chosen(run: ImportRun) -> Layout:
    """What a person chose; parts that the reader is to find are empty."""
    return Layout(run.sheet, run.mapping.get("header_row"), run.mapping.get("date_order") or "")


def columns(proposals: Mapping[str, Any]) -> list[Column]:
    """One line a field, in the order of `FIELDS`."""
    found = []
    for name, (label, missing) in FIELDS.items():
        one = proposals.get(name)
        found.append(Column(name, label, one.column if one else "", tuple(one.examples) if one else (), missing))
    return found


def words(run: ImportRun) -> list[Word]:
    """The stage words nobody knows and those already answered, most frequent first."""
    unknown = {word: count for word, count in run.report.get("unmapped_stages", {}).items() if word}
    rows = {word: count for word, _, count in run.report.get("known_stages", [])}
    answered = {word: stage for word, stage in run.mapping.get("stages", {}).items() if word not in unknown}
    asked = [(word, rows.get(word, 0), stage) for word, stage in answered.items()]
    asked += [(word, count, "") for word, count in unknown.items()]
    return [Word(index, *one) for index, one in enumerate(asked[:MOST_WORDS])]


def guesses(run: ImportRun) -> list[Word]:
    """The stage words that were known and what they were taken for, so that a wrong guess is seen and changed."""
    said = run.mapping.get("stages", {})
    known = [(word, rows, stage) for word, stage, rows in run.report.get("known_stages", []) if word not in said]
    return [Word(index, *one) for index, one in enumerate(known[:MOST_WORDS], MOST_WORDS)]


def answered(posted: QueryDict, run: ImportRun, found: Found) -> dict[str, Any]:
    """`sheet` and `mapping` of the run with what was posted; a column nobody changed stays a proposal.

    Another sheet or header row has other columns: the answers about those begin anew.
    """
    before = layout(run, found)
    wanted = posted.get("sheet", "")
    sheet = wanted if wanted in found.sheets and wanted != before.sheet else run.sheet
    row = _row(posted, before.header_row)
    moved = row != before.header_row or sheet != run.sheet
    kept = {name: part for name, part in run.mapping.items() if name not in ("columns", "stages", "date_order")}
    if row != before.header_row:
        kept["header_row"] = row
    elif moved:
        kept.pop("header_row", None)  # a row of the sheet before says nothing about this one
    if (order := posted.get("date_order", before.date_order)) in ("dmy", "mdy"):
        kept["date_order"] = order
    if not moved:
        kept |= {"columns": _picked(posted, run, found), "stages": _stages(posted, run)}
    return {"sheet": sheet, "mapping": {name: part for name, part in kept.items() if part}}


def _picked(posted: QueryDict, run: ImportRun, found: Found) -> dict[str, str | None]:
    """Field → header, None for "not in the file"."""
    picked = dict(run.mapping.get("columns", {}))
    for name in FIELDS:
        shown = found.columns[name].column if name in found.columns else ""
        header = posted.get(f"column_{name}", shown)
        if header != shown and (header == "" or header in found.headers):
            picked[name] = header or None
    return picked


def _stages(posted: QueryDict, run: ImportRun) -> dict[str, str]:
    """Word of the file → our stage; what waits as proposed is left out."""
    stages = dict(run.mapping.get("stages", {}))
    for index in range(2 * MOST_WORDS):
        word = posted.get(f"word_{index}", "")[:200]
        stage = posted.get(f"stage_{index}", "")
        if not word or stage == posted.get(f"guess_{index}"):  # a guess that nobody changed is no answer
            continue
        stages.pop(word, None)
        if stage in set(Stage):
            stages[word] = stage
    return stages


def _row(posted: QueryDict, before: int | None) -> int | None:
    """The header row as typed; what stands when it is no row of a sheet."""
    typed = posted.get("header_row", "").strip()
    return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < 5 and int(typed) else before
