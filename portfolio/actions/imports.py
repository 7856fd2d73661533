"""Bring rows of a file into a portfolio: what is new is registered as found, what is known gets the file's new facts.

One transaction a portfolio, five hundred rows a statement. The same comparison serves the dry run, which writes
nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import access, changes
from portfolio.actions.declare import BATCH, Declared, create
from portfolio.importing.faults import Note
from portfolio.importing.match import Known, match
from portfolio.importing.merge import FACTS, from_json, merge, to_json, told
from portfolio.importing.report import Outcome
from portfolio.importing.rows import Row
from portfolio.models import ImportedRow, ImportRun, Portfolio, UseCase
from portfolio.rules import Actor, Reason, Refused, Stage

Progress = Callable[[int], None]  # told how many rows are done


def bring(
    *,
    by: Actor,
    portfolio: Portfolio,
    rows: Sequence[Row],
    run: ImportRun | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    describe: Callable[[Outcome], dict[str, Any]] | None = None,
    **about: Any,
) -> Outcome:
    """Create, update or leave one use case a row. `run` is the claimed import of an upload; without one it is made,
    with `about` (file_name, file_hash, mapping, sheet). `describe` makes the report that is kept with it.

    Raises `Refused` (`not_running`) when somebody else finished the run meanwhile.
    """
    access.require(by, "import.run", portfolio.id)
    if dry_run:
        return _Bringing(portfolio, rows, None, progress).go()
    with transaction.atomic():
        Portfolio.objects.lock_for_slots(portfolio.id)  # a pilot takes a slot; and two imports must not both create
        if run is None:
            run = ImportRun.objects.create(portfolio=portfolio, made_by_id=by.user_id, state=ImportRun.RUNNING, **about)
        elif not ImportRun.objects.filter(id=run.id, state=ImportRun.RUNNING).exists():
            raise Refused([Reason("not_running", "This import has ended meanwhile.", str(run.id))])
        outcome = _Bringing(portfolio, rows, run, progress).go()
        run.state, run.done_at = ImportRun.DONE, timezone.now()
        run.report = describe(outcome) if describe is not None else run.report
        run.save(update_fields=["state", "done_at", "report"])
        if outcome.touched:
            changes.touched(outcome.touched)
            ledger.append(
                portfolio.id, "import.done", by=by, subject=("import", run.id),
                payload={"created": outcome.created, "updated": outcome.updated, "unchanged": outcome.unchanged,
                         "file_hash": run.file_hash, "stages": _stages(rows)},
                private={"file": run.file_name},
            )  # fmt: skip
    return outcome


class _Bringing:
    """One portfolio's rows on their way in. Without a run nothing is written."""

    def __init__(
        self, portfolio: Portfolio, rows: Sequence[Row], run: ImportRun | None, progress: Progress | None
    ) -> None:
        self.portfolio, self.rows, self.run, self.progress = portfolio, rows, run, progress
        self.outcome = Outcome(portfolio.slug, run_id=run.id if run else None)

    def go(self) -> Outcome:
        found = match(self.rows, known_in(self.portfolio.id)) if self.rows else {}
        done = 0
        for batch in _batches(self.rows):
            self._create([row for row in batch if row.number not in found])
            self._compare([(row, found[row.number]) for row in batch if row.number in found])
            done += len(batch)
            if self.progress is not None:
                self.progress(done)
        return self.outcome

    def _create(self, rows: Sequence[Row]) -> None:
        self.outcome.created += len(rows)
        if self.run is None or not rows:
            return
        made = create(self.portfolio, [_declared(row) for row in rows])
        self.outcome.touched += [use_case.id for use_case in made]
        ImportedRow.objects.bulk_create(
            ImportedRow(
                run=self.run, use_case=use_case, number=row.number, identity=row.identity.digest, created=True,
                said=to_json(told(row)),
            )
            for row, use_case in zip(rows, made, strict=True)
        )  # fmt: skip

    def _compare(self, pairs: Sequence[tuple[Row, UUID]]) -> None:
        if not pairs:
            return
        ids = [use_case_id for _, use_case_id in pairs]
        present = UseCase.objects.in_bulk(ids)
        newest = {row.use_case_id: row for row in ImportedRow.objects.filter(use_case_id__in=ids).newest()}
        differing = [
            use_case_id for row, use_case_id in pairs if _changes(row, present[use_case_id], newest.get(use_case_id))[0]
        ]
        if self.run is not None and differing:
            # Read again under the lock, in the order of ids: somebody may be editing just now.
            locked = UseCase.objects.filter(id__in=differing).order_by("id").select_for_update(of=("self",))
            present |= {use_case.id: use_case for use_case in locked}
        self._update(pairs, present, newest)

    def _update(
        self, pairs: Sequence[tuple[Row, UUID]], present: dict[UUID, UseCase], newest: dict[UUID, ImportedRow]
    ) -> None:
        changed: list[UseCase] = []
        kept: list[ImportedRow] = []
        fields: set[str] = set()
        for row, use_case_id in pairs:
            use_case, last = present[use_case_id], newest.get(use_case_id)
            changes_, notes = _changes(row, use_case, last)
            self.outcome.notes += notes
            before = to_json({name: getattr(use_case, name) for name in changes_})
            said = to_json(told(row))
            if changes_:
                self.outcome.updated += 1
                fields |= set(changes_)
                for name, value in changes_.items():
                    setattr(use_case, name, value)
                use_case.version += 1
                use_case.updated_at = timezone.now()
                changed.append(use_case)
            else:
                self.outcome.unchanged += 1
            if changes_ or last is None or last.identity != row.identity.digest or last.said != said:
                kept.append(
                    ImportedRow(
                        run=self.run, use_case=use_case, number=row.number, identity=row.identity.digest, created=False,
                        before=before, said=said,
                    )
                )  # fmt: skip
        if self.run is None:
            return
        store(changed, fields)
        self.outcome.touched += [use_case.id for use_case in changed]
        ImportedRow.objects.bulk_create(kept)


def store(use_cases: Sequence[UseCase], fields: set[str]) -> None:
    """Write these fields of locked rows in one statement a batch."""
    if use_cases:
        UseCase.objects.bulk_create(
            use_cases, batch_size=BATCH, update_conflicts=True, unique_fields=["id"],
            update_fields=[*sorted(fields), "version", "updated_at"],
        )  # fmt: skip


def known_in(portfolio_id: UUID | None) -> list[Known]:
    """Every use case of the portfolio with the identity its newest import gave it, oldest first: two queries."""
    identities = dict(
        ImportedRow.objects.filter(use_case__portfolio_id=portfolio_id).newest().values_list("use_case_id", "identity")
    )
    rows = UseCase.objects.filter(portfolio_id=portfolio_id).order_by("created_at", "id")
    return [
        Known(use_case_id, identities.get(use_case_id, ""), external_id, organisation, title)
        for use_case_id, external_id, organisation, title in rows.values_list(
            "id", "external_id", "organisation", "title"
        )
    ]


def _changes(row: Row, use_case: UseCase, last: ImportedRow | None) -> tuple[dict[str, Any], list[Note]]:
    """What the row changes in this use case, and what is left alone and said."""
    present = {name: getattr(use_case, name) for name in FACTS}
    merged = merge(told(row), from_json(last.said) if last is not None else {}, present)
    found, notes = merged.changes, []
    details = use_case.details | dict(row.details)
    if details != use_case.details:
        found["details"] = details
    if merged.kept:
        words = ", ".join(name.replace("_", " ") for name in merged.kept)
        notes.append(Note(row.number, "kept_edit", f"{use_case.key} keeps what a person wrote: {words}."))
    if row.stage is not None and row.stage != use_case.stage:
        text = (
            f"{use_case.key} is in stage {use_case.stage}; the file says {row.raw_stage!r}. A stage moves by decision."
        )
        notes.append(Note(row.number, "stage_differs", text))
    return found, notes


def _declared(row: Row) -> Declared:
    return Declared(
        title=row.title,
        stage=row.stage or Stage.PROPOSED,
        raw_stage=row.raw_stage,
        facts={name: value for name, value in row.facts.items() if name in FACTS},
        details=dict(row.details),
    )


def _stages(rows: Sequence[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        stage = str(row.stage or Stage.PROPOSED)
        found[stage] = found.get(stage, 0) + 1
    return dict(sorted(found.items()))


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
