"""A file on its way into a portfolio: uploaded, looked at, mapped, then brought in by a worker."""

import hashlib
import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from portfolio import access
from portfolio.access.identity import person
from portfolio.actions import jobs
from portfolio.actions.declare import BATCH
from portfolio.actions.imports import bring
from portfolio.importing import reading
from portfolio.importing.columns import FIELD_NAMES, ColumnMatch, propose
from portfolio.importing.faults import ImportFault
from portfolio.importing.mapping import Mapping
from portfolio.importing.merge import to_json, told
from portfolio.importing.plan import Content, Plan, prepare
from portfolio.importing.report import report
from portfolio.importing.rows import Row
from portfolio.models import ImportRun, Job, Portfolio, RememberedMapping
from portfolio.rules import SYSTEM, Actor, NotPermitted, Reason, Refused, Stage

log = logging.getLogger(__name__)

KIND = "import"
_SUFFIXES = {".csv", ".tsv", ".txt", ".json", ".xlsx", ".xlsm"}
_SHOWN = 20  # rows of a preview
_OPEN = (ImportRun.UPLOADED, ImportRun.PREVIEWED, ImportRun.FAILED)


def upload(*, by: Actor, portfolio: Portfolio, file: File, name: str) -> ImportRun:
    """Keep a file that can be read as a table. Raises `ImportFault`; then nothing is kept."""
    access.require(by, "import.run", portfolio.id)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    name = shown_name(name)
    run = ImportRun(portfolio=portfolio, made_by_id=by.user_id, file_name=name, file_hash=digest.hexdigest())
    file.seek(0)
    run.file.save(stored_name(run.id, name), file, save=False)
    try:
        with reading.opened(Path(run.file.path)) as table:
            run.mapping = remembered(portfolio, table)
        run.save(force_insert=True)
    except BaseException:
        run.file.delete(save=False)
        raise
    return run


def shown_name(name: str) -> str:
    """What an uploaded file is called: no folder, nothing that cannot be printed, at most 255 characters."""
    return "".join(char for char in Path(name).name if char.isprintable())[:255] or "file"


def stored_name(row_id: UUID, name: str) -> str:
    """What it is called on disk: nothing of what a person typed but an ending that we know."""
    suffix = Path(name).suffix.lower()
    return f"{row_id}{suffix if suffix in _SUFFIXES else ''}"


@contextmanager
def planned(run: ImportRun, mapping: dict[str, Any] | None = None, sheet: str | None = None) -> Iterator[Plan]:
    """The run's file under its mapping, or under the one given, while it is open. Raises `ImportFault`."""
    with _table(run, sheet) as table:
        yield prepare(table, Mapping.of(run.mapping if mapping is None else mapping))


class Found(NamedTuple):
    """Where the table of a file is, and which column is meant for each field: what a person may answer differently."""

    sheet: str  # "" where the file has none
    header_row: int
    sheets: list[str]
    headers: list[str]
    columns: dict[str, ColumnMatch]


def look(run: ImportRun) -> Found:
    """The run's file under the answers so far, also where no column reads like a title. Raises `ImportFault`."""
    with _table(run) as table:
        return _found(table, run.mapping)


def _found(table: reading.Table, mapping: dict[str, Any]) -> Found:
    said = Mapping.of(mapping)
    table = table.headed(said.header_row) if said.header_row else table
    matches = propose(table.headers, table.sample(), said.columns)
    return Found(table.sheet, table.header_row, list(table.sheets), list(table.headers), matches)


@contextmanager
def _table(run: ImportRun, sheet: str | None = None) -> Iterator[reading.Table]:
    if not run.file or not run.file.storage.exists(run.file.name):
        raise ImportFault("file_gone", "The uploaded file is no longer there. Upload it again.")
    wanted = sheet if sheet is not None else run.sheet
    with reading.opened(Path(run.file.path), sheet=wanted or None) as table:
        yield table


def preview(
    *, by: Actor, run: ImportRun, mapping: dict[str, Any] | None = None, sheet: str | None = None
) -> dict[str, Any]:
    """What the run would do: the dry-run report, the proposals with examples, the first rows. Keeps the mapping.

    Refused (`not_open`) once the run was started. Raises `ImportFault`.
    """
    access.require(by, "import.run", run.portfolio_id)
    _open(run)
    with planned(run, mapping, sheet) as plan:
        content = plan.content()
    outcome = bring(by=by, portfolio=run.portfolio, rows=content.rows, dry_run=True)
    found = report(plan, content, [outcome])
    _keep(
        run, mapping=run.mapping if mapping is None else mapping, sheet=run.sheet if sheet is None else sheet,
        report=found | {"known_stages": _known(content)}, state=ImportRun.PREVIEWED,
    )  # fmt: skip
    return {
        "report": found,
        "mapping": run.mapping,
        "headers": list(plan.table.headers),
        "known_fields": list(FIELD_NAMES),
        "proposals": {
            name: {"header": one.column, "score": round(100 * one.score), "examples": list(one.examples)}
            for name, one in plan.columns.items()
        },
        "rows": [_shown(row) for row in content.rows[:_SHOWN]],
        "unmapped_stages": found["unmapped_stages"],
    }


def _known(content: Content) -> list[tuple[str, str, int]]:
    """(word of the file, the stage it was taken for, rows), most frequent first."""
    return [(word, str(stage), rows) for (word, stage), rows in content.known_stages.most_common()]


def keep_answers(*, by: Actor, run: ImportRun, mapping: dict[str, Any], sheet: str) -> None:
    """Keep what was answered though nothing can be counted with it yet; an earlier count is of other answers, so it goes.

    Refused (`not_open`) once the run was started.
    """
    access.require(by, "import.run", run.portfolio_id)
    _open(run)
    _keep(run, mapping=mapping, sheet=sheet, report={}, state=ImportRun.UPLOADED)


def _keep(run: ImportRun, **kept: Any) -> None:
    """Write what an open run was told; one that was started meanwhile stays as it is."""
    if ImportRun.objects.filter(id=run.id, state__in=_OPEN).update(**kept):
        for name, value in kept.items():
            setattr(run, name, value)


def _shown(row: Row) -> dict[str, Any]:
    return {
        "row": row.number,
        "stage": str(row.stage or Stage.PROPOSED),
        "raw_stage": row.raw_stage,
        **to_json({"title": row.title} | told(row)),
    }


def _open(run: ImportRun) -> None:
    if run.state not in _OPEN:
        raise Refused([Reason("not_open", f"This import is {run.state}.", "state")])


@transaction.atomic
def start(*, by: Actor, run_id: UUID) -> Job:
    """Put the run into the queue: its job. Refused (`not_open`) when it was started before."""
    run = ImportRun.objects.select_for_update().get(id=run_id)
    access.require(by, "import.run", run.portfolio_id)
    _open(run)
    run.state = ImportRun.RUNNING
    run.save(update_fields=["state"])
    return Job.objects.create(portfolio_id=run.portfolio_id, kind=KIND, subject_id=run.id, made_by_id=by.user_id)


def work(job_id: UUID) -> None:
    """Do one queued import, if it is free. Safe to call twice: whoever comes second finds nothing to do."""
    job = jobs.claim(job_id)
    if job is None:
        return
    run = ImportRun.objects.select_related("portfolio").get(id=job.subject_id)
    beat = jobs.Beat(job)
    try:
        by = person(job.made_by) if job.made_by else SYSTEM
        with planned(run) as plan:
            content = plan.content(_beating(beat))
        beat.total = len(content.rows)
        outcome = bring(
            by=by, portfolio=run.portfolio, rows=content.rows, run=run, progress=beat,
            describe=lambda outcome: report(plan, content, [outcome]),
        )  # fmt: skip
        remember(run.portfolio, plan.table, run.mapping)
    except (ImportFault, Refused, NotPermitted) as fault:
        jobs.fail(job, ImportRun, str(fault) or "Your role no longer permits this.")
    except Exception:
        log.exception("import_failed run=%s", run.id)
        jobs.fail(job, ImportRun, "Something went wrong here; nothing was imported. It was logged.")
    else:
        jobs.finish(job, _sentence(outcome.created, outcome.updated, outcome.unchanged, len(content.skipped)))
    finally:
        beat.close()


def _beating(beat: jobs.Beat) -> Callable[[], None]:
    """A sign of life at every five hundredth row, while a large file is read."""
    rows = itertools.count()

    def tick() -> None:
        if next(rows) % BATCH == 0:
            beat(0)

    return tick


def _sentence(created: int, updated: int, unchanged: int, skipped: int) -> str:
    return f"{created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped."


def give_up(job: Job) -> None:
    """This import killed its runner every time."""
    jobs.fail(job, ImportRun, "The import did not come through after several attempts; nothing was imported.")


def fingerprint(table: reading.Table) -> str:
    """SHA-256 over the headers as found, hex: the same kind of file."""
    return hashlib.sha256("\x1f".join(table.found_headers).encode()).hexdigest()


def remembered(portfolio: Portfolio, table: reading.Table) -> dict[str, Any]:
    """What a person answered for this kind of file before; {} when nobody did, or it does not fit this one."""
    found = RememberedMapping.objects.filter(portfolio_id=portfolio.id, fingerprint=fingerprint(table)).first()
    try:
        _found(table, found.mapping if found else {})
    except ImportFault:  # the header row that was chosen then is empty here, or names other columns
        return {}
    return found.mapping if found else {}


def remember(portfolio: Portfolio, table: reading.Table, mapping: dict[str, Any]) -> None:
    """Keep the answers of an import that went through, for the next file of this kind."""
    if any(mapping.values()):
        RememberedMapping.objects.update_or_create(
            portfolio=portfolio, fingerprint=fingerprint(table), defaults={"mapping": mapping, "at": timezone.now()}
        )
