"""Somebody saw the alarm: what do they say of it? Acknowledged, the watch begins anew."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from feedback.actions.door import use_case_of
from feedback.models import Plan, Ring
from ledger import actions as ledger
from portfolio import changes
from portfolio.rules import Actor, NotVisible, Reason, Refused


@transaction.atomic
def acknowledge(*, by: Actor, ring_id: UUID, note: str) -> Ring:
    """Record who saw the alarm and what they made of it. Refused: `acknowledged`, `no_note`."""
    ring = Ring.objects.visible_to(by).filter(id=ring_id).select_for_update(of=("self",)).first()
    if ring is None:
        raise NotVisible
    use_case = use_case_of(by, ring.use_case_id, "feedback.work")
    reasons = []
    if ring.acknowledged_at is not None:
        reasons.append(Reason("acknowledged", "Somebody acknowledged this alarm already.", str(ring.id)))
    if not note.strip():
        reasons.append(Reason("no_note", "Say what you make of it.", "note"))
    if reasons:
        raise Refused(reasons)
    ring.acknowledged_at, ring.acknowledged_by_id, ring.note = timezone.now(), by.user_id, note.strip()
    ring.save()
    Plan.objects.filter(use_case=use_case).update(watch_since=datetime.now(UTC).date())
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, "feedback.alarm_acknowledged", by=by, subject=("use_case", use_case.id),
        payload={"direction": ring.direction, "rang_on": ring.rang_on}, private={"note": ring.note},
    )  # fmt: skip
    return ring
