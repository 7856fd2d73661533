"""Take an import back: what it registered goes unless something was built on it, what it changed reads as before."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ledger import actions as ledger
from portfolio import access, changes
from portfolio.actions.imports import store
from portfolio.actions.use_cases import WRITABLE, built_on
from portfolio.importing.merge import from_json
from portfolio.models import ImportedRow, ImportRun, Portfolio, UseCase
from portfolio.rules import Actor, NotVisible, Reason, Refused

_LEFT = {
    "built_on": "{key} is left: decisions or work hang on it.",
    "later_import": "{key} is left: a later import changed it. Undo that one first.",
    "kept_edit": "{key} keeps what a person wrote since: {fields}.",
}


@transaction.atomic
def undo(*, by: Actor, run_id: UUID) -> dict[str, Any]:
    """{"deleted", "restored", "left": [{"row", "code", "text"}]}; kept with the run under "undone".

    Refused (`not_done`) unless the import is done and was not undone.
    """
    run = ImportRun.objects.visible_to(by).filter(id=run_id).first()
    if run is None:
        raise NotVisible
    access.require(by, "import.run", run.portfolio_id)
    Portfolio.objects.lock_for_slots(run.portfolio_id)
    run = ImportRun.objects.select_for_update().get(id=run_id)
    if run.state != ImportRun.DONE:
        raise Refused([Reason("not_done", f"Only a finished import can be undone; this one is {run.state}.", "state")])
    undoing = _Undoing(run)
    deleted = undoing.delete_created()
    restored = undoing.restore_changed()
    run.state, run.undone_at = ImportRun.UNDONE, timezone.now()
    run.report = run.report | {"undone": {"deleted": len(deleted), "restored": len(restored), "left": undoing.left}}
    run.save(update_fields=["state", "undone_at", "report"])
    changes.touched([*deleted, *restored])
    ledger.append(
        run.portfolio_id, "import.undone", by=by, subject=("import", run.id),
        payload={"deleted": len(deleted), "restored": len(restored), "left": len(undoing.left)},
    )  # fmt: skip
    return run.report["undone"]


class _Undoing:
    """The rows of one run, their use cases locked in the order of ids."""

    def __init__(self, run: ImportRun) -> None:
        self.rows = list(run.rows.order_by("number"))
        self.left: list[dict[str, Any]] = []
        ids = [row.use_case_id for row in self.rows]
        locked = UseCase.objects.filter(id__in=ids).order_by("id").select_for_update(of=("self",))
        self.use_cases = {use_case.id: use_case for use_case in locked}
        newest = dict(
            ImportedRow.objects.filter(use_case_id__in=ids)
            .exclude(run__state=ImportRun.UNDONE)
            .values_list("use_case_id")
            .annotate(newest=Max("id"))
        )
        self.later = {row.use_case_id for row in self.rows if newest.get(row.use_case_id, row.id) > row.id}
        self.built_on = built_on([row.use_case_id for row in self.rows if row.created])

    def _leave(self, row: ImportedRow, code: str, fields: str = "") -> None:
        text = _LEFT[code].format(key=self.use_cases[row.use_case_id].key, fields=fields.replace("_", " "))
        self.left.append({"row": row.number, "code": code, "text": text})

    def delete_created(self) -> list[UUID]:
        """Delete those that are still as the import made them."""
        gone = []
        for row in self.rows:
            if not row.created:
                continue
            use_case = self.use_cases[row.use_case_id]
            if use_case.id in self.built_on:
                self._leave(row, "built_on")
            elif use_case.id in self.later:
                self._leave(row, "later_import")
            elif edited := _edited(use_case, row):
                self._leave(row, "kept_edit", ", ".join(edited))
            else:
                gone.append(use_case.id)
        UseCase.objects.filter(id__in=gone).delete()
        return gone

    def restore_changed(self) -> list[UUID]:
        """Put the values before back where the import's own still stand."""
        restored: list[UseCase] = []
        fields: set[str] = set()
        for row in self.rows:
            if row.created or not row.before:
                continue
            use_case = self.use_cases[row.use_case_id]
            if use_case.id in self.later:
                self._leave(row, "later_import")
                continue
            said = from_json(row.said)
            kept = [name for name in row.before if name in said and getattr(use_case, name) != said[name]]
            if kept:
                self._leave(row, "kept_edit", ", ".join(kept))
            back = {name: value for name, value in from_json(row.before).items() if name not in kept}
            if back:
                for name, value in back.items():
                    setattr(use_case, name, value)
                use_case.version += 1
                use_case.updated_at = timezone.now()
                fields |= set(back)
                restored.append(use_case)
        store(restored, fields)
        return [use_case.id for use_case in restored]


def _edited(use_case: UseCase, row: ImportedRow) -> list[str]:
    """Fields in which a person changed what the import registered; the stage moves by decisions only."""
    said = from_json(row.said)
    fresh = UseCase()
    found = []
    for name in WRITABLE:
        now, then = getattr(use_case, name), said.get(name, getattr(fresh, name))
        if now != then and not (name == "title" and name not in said):
            found.append(name)
    return found
