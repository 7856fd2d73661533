"""A file of past decisions on its way into the record: uploaded, looked at, mapped, then stored by a worker.

Nothing is stored before a dry run was seen: events are never deleted. The file itself goes when its events are stored,
for it may name people; its digest and its report stay.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from feedback.importing import bring, found, mapping
from feedback.importing.found import Question
from feedback.importing.mapping import MappingFault
from feedback.models import DecisionFile
from portfolio import access
from portfolio.access.identity import person
from portfolio.actions import jobs
from portfolio.actions.uploads import shown_name, stored_name
from portfolio.importing import reading, values
from portfolio.importing.faults import ImportFault
from portfolio.models import Job, UseCase
from portfolio.rules import SYSTEM, Actor, NotPermitted, Reason, Refused

log = logging.getLogger(__name__)

KIND = "decisions"
OPEN = (DecisionFile.UPLOADED, DecisionFile.PREVIEWED, DecisionFile.FAILED)
MOST_BYTES = 25 * 2**20
_VERB = "feedback.import"
_EXAMPLES = 3


class Found(NamedTuple):
    """What a person may answer differently: the sheet, the columns with examples, the mapping and its questions."""

    sheet: str  # "" where the file has none
    sheets: list[str]
    headers: list[str]
    examples: dict[str, list[str]]
    mapping: dict[str, Any]
    questions: tuple[Question, ...]


def upload(*, by: Actor, use_case: UseCase, file: File, name: str) -> DecisionFile:
    """Keep a file that can be read as a table. Raises `ImportFault`; then nothing is kept."""
    access.require(by, _VERB, use_case.portfolio_id)
    if (file.size or 0) > MOST_BYTES:
        raise ImportFault("too_big", "At most 25 MB are read here; import_feedback on the server reads larger files.")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    row = DecisionFile(
        use_case=use_case, made_by_id=by.user_id, file_name=shown_name(name), file_hash=digest.hexdigest()
    )
    file.seek(0)
    row.file.save(stored_name(row.id, row.file_name), file, save=False)
    try:
        with _table(row) as table:
            if not table.sample(1):
                raise ImportFault("no_rows", "The file names columns but holds no row.")
        row.save(force_insert=True)
    except BaseException:
        row.file.delete(save=False)
        raise
    return row


def look(row: DecisionFile) -> Found:
    """The file under the answers so far; without any, under what is proposed. Raises `ImportFault`."""
    with _table(row) as table:
        sample = table.sample()
        said = found.propose(table.headers, sample)
        examples = {
            header: list(dict.fromkeys(values.one_line(one[index])[:60] for one in sample if one[index].strip()))[
                :_EXAMPLES
            ]
            for index, header in enumerate(table.headers)
        }
        given, asked = (row.mapping, ()) if row.mapping else (said.mapping, said.questions)
        return Found(table.sheet, list(table.sheets), list(table.headers), examples, given, asked)


def preview(
    *, by: Actor, row: DecisionFile, given: dict[str, Any] | None = None, sheet: str | None = None
) -> dict[str, Any]:
    """The dry run as a report; keeps the mapping and the sheet. Nothing is stored of what the file says.

    Refused (`not_open`) once it was started. Raises `ImportFault`, and `MappingFault` naming the field; the answers
    are kept all the same, for a person mends them one by one.
    """
    access.require(by, _VERB, row.use_case.portfolio_id)
    _open(row)
    changed = sheet is not None and sheet != row.sheet
    row.sheet = row.sheet if sheet is None else sheet
    row.mapping = given if given is not None else {} if changed else row.mapping
    row.report, row.state = {}, DecisionFile.UPLOADED
    try:
        row.report = _bring(row, by=by, dry_run=True).as_dict()
        row.state = DecisionFile.PREVIEWED
    except MappingFault:
        _keep(row)
        raise
    _keep(row)
    return row.report


def _keep(row: DecisionFile) -> None:
    """Write what an open file was told; one that was started meanwhile stays as it is."""
    DecisionFile.objects.filter(id=row.id, state__in=OPEN).update(
        mapping=row.mapping, sheet=row.sheet, report=row.report, state=row.state
    )


def _bring(row: DecisionFile, *, by: Actor, dry_run: bool, beat: jobs.Beat | None = None) -> bring.Report:
    with _table(row) as table:
        given = row.mapping or found.propose(table.headers, table.sample()).settled()
        return bring.bring(
            by=by, use_case_id=row.use_case_id, table=table, mapping=mapping.of(given, table.headers), dry_run=dry_run,
            zone=ZoneInfo(row.use_case.portfolio.time_zone), mark=row.file_hash[: bring.MARK], progress=beat,
        )  # fmt: skip


@contextmanager
def _table(row: DecisionFile) -> Iterator[reading.Table]:
    if not row.file or not row.file.storage.exists(row.file.name):
        raise ImportFault("file_gone", "The uploaded file is no longer there. Upload it again.")
    with reading.opened(Path(row.file.path), sheet=row.sheet or None) as table:
        yield table


def _open(row: DecisionFile) -> None:
    if row.state not in OPEN:
        raise Refused([Reason("not_open", f"This file is {row.state}.", "state")])


@transaction.atomic
def start(*, by: Actor, file_id: UUID) -> Job:
    """Put the file into the queue: its job. Refused: `not_open` when started before, `not_previewed`, `no_rows`."""
    row = DecisionFile.objects.select_for_update(of=("self",)).select_related("use_case").get(id=file_id)
    access.require(by, _VERB, row.use_case.portfolio_id)
    _open(row)
    if row.state == DecisionFile.UPLOADED or not row.report:
        raise Refused([Reason("not_previewed", "Look at the dry run first: events are never deleted.", "state")])
    if not row.report.get("cases"):
        raise Refused([Reason("no_rows", "No row of this file can be read yet.", "mapping")])
    row.state = DecisionFile.RUNNING
    row.save(update_fields=["state"])
    return Job.objects.create(
        portfolio_id=row.use_case.portfolio_id, kind=KIND, subject_id=row.id, made_by_id=by.user_id
    )  # fmt: skip


def work(job_id: UUID) -> None:
    """Do one queued file, if it is free. Safe to call twice, and to begin again: ids of events follow from the case."""
    job = jobs.claim(job_id)
    if job is None:
        return
    row = DecisionFile.objects.select_related("use_case__portfolio").get(id=job.subject_id)
    beat = jobs.Beat(job, row.report.get("rows"))
    try:
        by = person(job.made_by) if job.made_by else SYSTEM
        access.require(by, _VERB, row.use_case.portfolio_id)
        report = _bring(row, by=by, dry_run=False, beat=beat)
    except (ImportFault, MappingFault, Refused, NotPermitted) as fault:
        jobs.fail(job, DecisionFile, str(fault) or "Your role no longer permits this.")
    except Exception:
        log.exception("decisions_failed file=%s", row.id)
        jobs.fail(job, DecisionFile, "Something went wrong here; it was logged. Trying again counts nothing twice.")
    else:
        kept = {"report": report.as_dict(), "state": DecisionFile.DONE, "done_at": timezone.now(), "file": ""}
        if DecisionFile.objects.filter(id=row.id, state=DecisionFile.RUNNING).update(**kept):
            row.file.delete(save=False)
        jobs.finish(
            job, f"{report.created} events new, {report.duplicates} known before, {len(report.skipped)} rows skipped."
        )
    finally:
        beat.close()


def give_up(job: Job) -> None:
    """This file killed its runner every time."""
    jobs.fail(
        job, DecisionFile, "The import did not come through after several attempts. Trying again counts nothing twice."
    )
