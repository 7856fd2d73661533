"""Move the terms of a decision that stands: the review of a pause, the end of a cap exception. Each with its reason."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from governance.actions.decide import finish, grant_exception, open_case
from governance.rules import moves
from ledger import actions as ledger
from portfolio.models import CapException, UseCase
from portfolio.rules import Actor


@transaction.atomic
def set_review(
    *, use_case_id: UUID, by: Actor, review_on: date, reason: str, version: int | None = None
) -> UseCase:  # fmt: skip
    """Look at a paused use case again on another day. Reviews that were missed stay counted."""
    case = open_case("set_review", use_case_id, by, version, slots=False)
    moves.may_set_review(case.facts, review_on, reason).require()
    was = case.facts.review_on
    case.use_case.write(review_on=review_on)
    case.events.append(
        ledger.Event(
            event_type="review.set", subject=("use_case", case.use_case.id),
            payload={"review_on": review_on, "was_on": was}, private={"reason": reason.strip()},
        )
    )  # fmt: skip
    finish([case], by)
    return case.use_case


@transaction.atomic
def renew_exception(
    *, use_case_id: UUID, by: Actor, until_on: date, reason: str, version: int | None = None
) -> UseCase:  # fmt: skip
    """Let a pilot go on exceeding the cap through another day; the exception before it is over."""
    case = open_case("grant_exception", use_case_id, by, version, slots=True)
    ask = moves.CapAsk(until_on, reason)
    moves.may_renew_exception(case.facts, case.policy, ask).require()
    CapException.objects.filter(use_case=case.use_case, ended_at=None).update(ended_at=timezone.now())
    case.use_case.write()
    grant_exception(case, ask, by)
    finish([case], by)
    return case.use_case
