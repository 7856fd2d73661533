"""Who sees to an exception, and what changes because of it?

An exception lives in the events: closing it here stores the event that says so, like a producer would. So counts,
median and 90th percentile remain a function of the set of events.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from feedback import fold, ingest
from feedback.actions.door import owner_faults, use_case_of
from feedback.actions.learning import opened
from feedback.models import Incident, IncidentNote, LearningAction
from feedback.shapes import OPENED
from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor, NotVisible, Reason, Refused

LEARNING, NOTHING = "learning", "nothing"


@transaction.atomic
def assign(*, by: Actor, use_case_id: UUID, exception_id: str, owner_id: UUID | None, due_at: datetime | None) -> None:
    """Name who sees to an open exception, and until when."""
    use_case = use_case_of(by, use_case_id, "feedback.work")
    note = _note(use_case, exception_id)
    if faults := owner_faults(use_case, owner_id):
        raise Refused(faults)
    note.owner_id, note.due_at = owner_id, due_at
    if due_at is not None and due_at > timezone.now():
        note.overdue_since = None
    note.save()
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, "feedback.exception_assigned", by=by, subject=("use_case", use_case.id),
        payload={"owner": owner_id, "due_at": due_at}, private={"exception": exception_id},
    )  # fmt: skip


@transaction.atomic
def close(
    *, by: Actor, use_case_id: UUID, exception_id: str, change: str, note: str, learning_id: UUID | None = None
) -> IncidentNote:
    """Close an open exception and say what changes: `learning` (a new action with `note` as its text, or the one
    named by `learning_id`) or `nothing`, with why.

    Refused: `not_open`, `no_change_said`, `no_note`.
    """
    use_case = use_case_of(by, use_case_id, "feedback.work")
    row = _note(use_case, exception_id)
    reasons = []
    if change not in (LEARNING, NOTHING):
        reasons.append(Reason("no_change_said", "Say what changes: a learning action, or nothing.", "change"))
    if not note.strip() and learning_id is None:
        reasons.append(Reason("no_note", "Say what is taught, or why nothing changes.", "note"))
    if reasons:
        raise Refused(reasons)
    now = datetime.now(UTC)
    said = {"id": f"pilotage closed {exception_id[:200]} {now.isoformat()}", "type": "exception", "at": now.isoformat(),
            "exception": exception_id, "state": "resolved", "resolution": note.strip()[:4000] or None}  # fmt: skip
    ingest.store_one(use_case.id, {key: value for key, value in said.items() if value is not None}, now)
    row.closed_at, row.closed_by_id, row.change, row.note, row.overdue_since = (
        now,
        by.user_id,
        change,
        note.strip(),
        None,
    )
    if change == LEARNING:
        row.learning = _learning(by, use_case, exception_id, note, learning_id)
    row.save()
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, "feedback.exception_closed", by=by, subject=("use_case", use_case.id),
        payload={"change": change, "learning_action": row.learning_id}, private={"exception": exception_id},
    )  # fmt: skip
    transaction.on_commit(lambda: fold.fold_once(use_case.id, changes.touched), robust=True)
    return row


def _note(use_case: UseCase, exception_id: str) -> IncidentNote:
    """The note of an open exception, locked. Raises `NotVisible` if there is no such exception, `Refused` if closed."""
    found = Incident.objects.filter(use_case_id=use_case.id, exception_id=exception_id).first()
    if found is None:
        raise NotVisible
    row = IncidentNote.objects.select_for_update().get_or_create(use_case=use_case, exception_id=exception_id)[0]
    if found.state != OPENED or (row.closed_at is not None and row.closed_at >= found.state_at):
        raise Refused([Reason("not_open", "This exception is closed already.", exception_id)])
    return row


def _learning(
    by: Actor, use_case: UseCase, exception_id: str, text: str, learning_id: UUID | None
) -> LearningAction:  # fmt: skip
    if learning_id is None:
        return opened(use_case, by=by, text=text, because=f"exception {exception_id}")
    found = LearningAction.objects.filter(use_case=use_case, id=learning_id).first()
    if found is None:
        raise Refused([Reason("no_learning_action", "There is no such learning action here.", "learning_action")])
    return found
