"""Put on record, once, what expired in the night: waivers and accepted answers (rules.md 6)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import changes
from portfolio.rules import SYSTEM
from readiness.models import Answer, AnswerEvent, Waiver
from readiness.rules.answers import SETTLED, State


@transaction.atomic
def record_expiries(portfolio_id: UUID, on: date) -> int:
    """Lines for waivers and answers whose last day lies before `on`; answers how many."""
    waivers = list(
        Waiver.objects.select_for_update(of=("self",))
        .filter(item__use_case__portfolio_id=portfolio_id, approved_at__isnull=False, ended_at=None, until_on__lt=on)
        .select_related("item")
        .order_by("id")
    )
    answers = list(
        Answer.objects.select_for_update(of=("self",))
        .filter(use_case__portfolio_id=portfolio_id, state__in=SETTLED, expires_on__lt=on)
        .order_by("id")
    )
    events = [
        ledger.Event(
            event_type="waiver.expired", subject=("use_case", waiver.item.use_case_id), refers_to=waiver.item_id,
            payload={"waiver": waiver.id, "until_on": waiver.until_on},
        )
        for waiver in waivers
    ] + [
        ledger.Event(
            event_type="answer.expired", subject=("use_case", answer.use_case_id), refers_to=answer.id,
            payload={"part": answer.part, "expires_on": answer.expires_on},
        )
        for answer in answers
    ]  # fmt: skip
    Waiver.objects.filter(id__in=[waiver.id for waiver in waivers]).update(ended_at=timezone.now())
    for answer in answers:
        answer.write(state=State.NOT_CLEAR, note=f"Expired on {answer.expires_on}.", draft=answer.draft or answer.text)
    AnswerEvent.objects.bulk_create(AnswerEvent(answer=answer, act="expired") for answer in answers)
    changes.touched({waiver.item.use_case_id for waiver in waivers} | {answer.use_case_id for answer in answers})
    ledger.append_many(portfolio_id, events, by=SYSTEM)
    return len(events)
