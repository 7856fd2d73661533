"""What is taught because of what people overrode, and when was it taught?"""

from datetime import date
from uuid import UUID

from django.db import transaction

from feedback.actions.door import owner_faults, use_case_of
from feedback.models import LearningAction
from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import SYSTEM, Actor, Conflict, NotVisible, Reason, Refused


@transaction.atomic
def open_action(
    *, by: Actor, use_case_id: UUID, text: str, reason: str = "", taught_on: date | None = None,
    owner_id: UUID | None = None,
) -> LearningAction:  # fmt: skip
    """Say what changes. `reason` is the override reason that shall become rarer; `taught_on` if it is done already.

    Refused: `no_text`, `taught_ahead`, `not_a_member`.
    """
    use_case = use_case_of(by, use_case_id, "feedback.work")
    faults = _faults(use_case, text, taught_on, owner_id)
    if faults:
        raise Refused(faults)
    row = opened(use_case, by=by, text=text, reason=reason, owner_id=owner_id, taught_on=taught_on)
    changes.touched([use_case.id])
    _on_record(by, row, "feedback.learning_opened")
    return row


def opened(
    use_case: UseCase, *, by: Actor, text: str = "", reason: str = "", because: str = "",
    owner_id: UUID | None = None, taught_on: date | None = None,
) -> LearningAction:  # fmt: skip
    """A new row, inside somebody's transaction."""
    return LearningAction.objects.create(
        use_case=use_case, text=text.strip(), reason=reason.strip(), because=because[:200], taught_on=taught_on,
        owner_id=owner_id or use_case.lead_id, opened_by_id=by.user_id,
    )  # fmt: skip


@transaction.atomic
def open_by_itself(use_case: UseCase, reason: str) -> LearningAction:
    """A reason dominated for four weeks and nobody taught anything."""
    row = opened(use_case, by=SYSTEM, reason=reason, because="over a fifth of overrides for 4 weeks")
    changes.touched([use_case.id])
    _on_record(SYSTEM, row, "feedback.learning_opened")
    return row


@transaction.atomic
def teach(
    *, by: Actor, action_id: UUID, text: str, taught_on: date, owner_id: UUID | None = None, version: int | None = None
) -> LearningAction:
    """Record what was taught, and on which day: from then on the rate is compared."""
    row = LearningAction.objects.visible_to(by).filter(id=action_id).select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    use_case = use_case_of(by, row.use_case_id, "feedback.work")
    if version is not None and row.version != version:
        raise Conflict(row)
    if faults := _faults(use_case, text, taught_on, owner_id):
        raise Refused(faults)
    row.text, row.taught_on, row.version = text.strip(), taught_on, row.version + 1
    row.owner_id = owner_id or row.owner_id
    row.save()
    changes.touched([use_case.id])
    _on_record(by, row, "feedback.learning_taught")
    return row


def _faults(use_case: UseCase, text: str, taught_on: date | None, owner_id: UUID | None) -> list[Reason]:
    faults = owner_faults(use_case, owner_id)
    if not text.strip():
        faults.append(Reason("no_text", "Say what is taught.", "text"))
    if taught_on is not None and taught_on > use_case.portfolio.today():
        faults.append(Reason("taught_ahead", "What was taught lies in the past.", "taught_on"))
    return faults


def _on_record(by: Actor, row: LearningAction, verb: str) -> None:
    ledger.append(
        row.use_case.portfolio_id, verb, by=by, subject=("use_case", row.use_case_id),
        payload={"learning_action": row.id, "taught_on": row.taught_on, "owner": row.owner_id},
        private={"reason": row.reason, "text": row.text},
    )  # fmt: skip
