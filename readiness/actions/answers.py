"""Draft, send, accept, send back, withdraw. Typing is never lost and changes no status (product.md, Answers)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor, Conflict, NotVisible, Reason, Refused
from readiness.actions.scope import is_leader, part_of, use_case_of
from readiness.models import Answer, AnswerEvent
from readiness.queries import facts
from readiness.rules import answers as rules
from readiness.rules.answers import SETTLED, State

MOST_TEXT = 20_000  # characters


def _locked(use_case: UseCase, part: str, version: int | None, own: UUID | None = None) -> Answer:
    """The row of this part, made on first use. Version 0 means: there was none when the form was opened.

    `own`: a stale version is no conflict when this person made the newest draft (an autosave overtook another).
    """
    row = Answer.objects.select_for_update().filter(use_case=use_case, part=part).first()
    if row is None:
        row, _ = Answer.objects.get_or_create(use_case=use_case, part=part)
        row = Answer.objects.select_for_update().get(pk=row.pk)
    if version is not None and row.version != max(version, 1):
        if own is None or row.drafted_by_id != own or row.version == 1:
            raise Conflict(row)
    return row


@transaction.atomic
def save_draft(*, by: Actor, use_case_id: UUID, part: str, text: str, version: int | None = None) -> Answer:
    """Keep what was typed so far. Saving nothing where nothing was leaves the question not started.

    Raises `Conflict` when somebody saved meanwhile: the caller keeps the typed text and shows both.
    """
    use_case = use_case_of(by, use_case_id, "answer.draft")
    part_of(use_case, part)
    text = _checked(text)
    row = _locked(use_case, part, version, by.user_id)
    if row.draft == text:
        return row
    started = row.state == State.DRAFT and not row.draft.strip()
    if row.draft.strip() and row.drafted_by_id not in (None, by.user_id):
        AnswerEvent.objects.create(answer=row, act="replaced", by_id=row.drafted_by_id, text=row.draft)
    row.write(draft=text, drafted_by_id=by.user_id, drafted_at=timezone.now(), writers=_with(row.writers, by.user_id))
    if started or not text.strip():
        changes.touched([use_case_id])  # not started and draft read differently
    return row


@transaction.atomic
def submit(
    *, by: Actor, use_case_id: UUID, part: str, text: str | None = None, applies: bool = True,
    effective_on: date | None = None, expires_on: date | None = None, version: int | None = None,
) -> Answer:  # fmt: skip
    """Send the answer (or why it does not apply) to its accepter; `text` None sends the draft."""
    use_case = use_case_of(by, use_case_id, "answer.draft", lock=True)
    asked = part_of(use_case, part)
    row = _locked(use_case, part, version, by.user_id)
    text = row.draft if text is None else _checked(text)
    on = use_case.portfolio.today()
    known = facts.answers_of([use_case_id]).get(use_case_id, {}).get(part)
    verdict = rules.may_submit(asked, known, text, applies, on)
    reasons = list(verdict.reasons)
    if expires_on is not None and expires_on < on:
        reasons.append(Reason("expired_already", "It would have expired already.", "expires_on"))
    if effective_on is not None and expires_on is not None and effective_on > expires_on:
        reasons.append(Reason("dates_crossed", "It would expire before it takes effect.", "effective_on"))
    if reasons:
        raise Refused(reasons)
    withdrawn = row.state in SETTLED
    row.write(
        state=State.WAITING, text=text.strip(), applies=applies, draft="", writers=_with(row.writers, by.user_id), author_id=by.user_id,
        submitted_at=timezone.now(), submitted_on=on, decided_by=None, decided_at=None, note="",
        effective_on=effective_on, expires_on=expires_on,
    )  # fmt: skip
    AnswerEvent.objects.create(answer=row, act="sent", by_id=by.user_id, text=row.text)
    changes.touched([use_case_id])
    if withdrawn:  # a new text takes the accepted one back
        _record(use_case, row, "answer.withdrawn", by, {"by": "new text"})
    return row


def _decidable(by: Actor, use_case_id: UUID, part: str, version: int | None) -> tuple[UseCase, Answer, Any, int]:
    """Locked and allowed for whoever may accept this answer; the days it waited."""
    use_case = use_case_of(by, use_case_id, "answer.accept", lock=True)
    asked = part_of(use_case, part)
    row = Answer.objects.select_for_update().filter(use_case=use_case, part=part).first()
    if row is None:
        raise NotVisible
    if version is not None and row.version != version:
        raise Conflict(row)
    on = use_case.portfolio.today()
    known = facts.of_use_case(use_case)
    leader = is_leader(by, use_case.portfolio_id)
    policy = use_case.portfolio.policy
    verdict = rules.may_accept(asked, known.answers.get(part), known, policy, on, by.user_id, leader)
    verdict.require()
    waited = (on - row.submitted_on).days if row.submitted_on else 0
    return use_case, row, asked, waited


@transaction.atomic
def accept(
    *, by: Actor, use_case_id: UUID, part: str, version: int | None = None, expires_on: date | None = None
) -> Answer:
    """The accepter says: I could act on this without asking. Never the author."""
    use_case, row, asked, waited = _decidable(by, use_case_id, part, version)
    on = use_case.portfolio.today()
    known = facts.answers_of([use_case_id]).get(use_case_id, {}).get(part)
    rules.may_submit(asked, known, row.text, row.applies, on).require()  # evidence may have gone since
    ends = expires_on or row.expires_on
    if ends is None and asked.valid_days is not None:
        ends = on + timedelta(days=asked.valid_days)
    if ends is not None and ends < on:
        raise Refused([Reason("expired_already", "It would have expired already.", "expires_on")])
    row.write(
        state=State.CLEAR if row.applies else State.DOES_NOT_APPLY, decided_by_id=by.user_id,
        decided_at=timezone.now(), note="", effective_on=row.effective_on or on, expires_on=ends,
    )  # fmt: skip
    AnswerEvent.objects.create(answer=row, act="accepted", by_id=by.user_id, waited_days=waited)
    changes.touched([use_case_id])
    _record(use_case, row, "answer.accepted", by, {"state": row.state, "expires_on": ends, "waited_days": waited})
    return row


@transaction.atomic
def send_back(*, by: Actor, use_case_id: UUID, part: str, note: str, version: int | None = None) -> Answer:
    """Not clear yet: say what is missing. The text returns to its writers as a draft."""
    _, row, _, waited = _decidable(by, use_case_id, part, version)
    if not note.strip():
        raise Refused([Reason("no_reason", "Say what is not clear.", "note")])
    row.write(
        state=State.NOT_CLEAR, decided_by_id=by.user_id, decided_at=timezone.now(), note=_checked(note).strip(),
        draft=row.draft or row.text,
    )  # fmt: skip
    AnswerEvent.objects.create(answer=row, act="sent_back", by_id=by.user_id, text=row.note, waited_days=waited)
    changes.touched([use_case_id])
    return row


@transaction.atomic
def withdraw(*, by: Actor, use_case_id: UUID, part: str, reason: str, version: int | None = None) -> Answer:
    """Take it back: a writer what waits, who accepted it (or a leader) what was accepted."""
    use_case = use_case_of(by, use_case_id, "answer.withdraw", lock=True)
    row = Answer.objects.select_for_update().filter(use_case=use_case, part=part).first()
    if row is None:
        raise NotVisible
    if version is not None and row.version != version:
        raise Conflict(row)
    settled = row.state in SETTLED
    if not reason.strip() and settled:
        raise Refused([Reason("no_reason", "Say why it is no longer clear.", "reason")])
    leads = is_leader(by, use_case.portfolio_id)
    if row.state == State.WAITING:
        if by.user_id not in row.writers and not leads:
            raise Refused([Reason("not_writer", "Whoever wrote it, or a leader, takes it back.", part)])
    elif settled:
        if not by.is_person or (row.decided_by_id != by.user_id and not leads):
            raise Refused([Reason("not_accepter", "Whoever accepted it, or a leader, takes it back.", part)])
    else:
        raise Refused([Reason("not_sent", "There is nothing to take back.", part)])
    row.write(
        state=State.NOT_CLEAR if settled else State.DRAFT, draft=row.draft or row.text, note=_checked(reason).strip()
    )
    AnswerEvent.objects.create(answer=row, act="withdrawn", by_id=by.user_id, text=row.note)
    changes.touched([use_case_id])
    if settled:
        _record(use_case, row, "answer.withdrawn", by, {"by": "person"})
    return row


def _checked(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise Refused([Reason("too_long", f"An answer has at most {MOST_TEXT} characters.", "text")])
    return text


def _with(writers: list[UUID], user_id: UUID | None) -> list[UUID]:
    return writers if user_id is None or user_id in writers else [*writers, user_id]


def _record(use_case: UseCase, row: Answer, event: str, by: Actor, payload: dict[str, Any]) -> None:
    ledger.append(
        use_case.portfolio_id, event, by=by, subject=("use_case", use_case.id), refers_to=row.id,
        payload={"answer": row.id, "part": row.part, "version": row.version, **payload}, private={"text": row.text},
    )  # fmt: skip
