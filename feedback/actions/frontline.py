"""Give people without an account one screen; take it away; take what they say."""

import hashlib
import secrets
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from feedback import ingest
from feedback.actions.door import use_case_of
from feedback.models import FrontlineLink
from feedback.shapes import ACTIONS
from ledger import actions as ledger
from portfolio.models import UseCase
from portfolio.rules import Actor, NotVisible, Reason, Refused, Stage


@transaction.atomic
def make_link(*, by: Actor, use_case_id: UUID, name: str) -> tuple[FrontlineLink, str]:
    """A new link; its secret is returned once. Refused: `no_name`."""
    use_case = use_case_of(by, use_case_id, "feedback.link")
    if not name.strip():
        raise Refused([Reason("no_name", "Say who gets the link: a team, a room.", "name")])
    secret = secrets.token_urlsafe(24)
    row = FrontlineLink.objects.create(
        use_case=use_case, digest=_digest(secret), name=name.strip()[:120], made_by_id=by.user_id
    )
    ledger.append(
        use_case.portfolio_id, "feedback.link_made", by=by, subject=("use_case", use_case.id),
        payload={"link": row.id}, private={"name": row.name},
    )  # fmt: skip
    return row, secret


@transaction.atomic
def revoke_link(*, by: Actor, link_id: UUID) -> FrontlineLink:
    """End a link at once. Doing it twice changes nothing."""
    row = FrontlineLink.objects.visible_to(by).filter(id=link_id).select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    use_case = use_case_of(by, row.use_case_id, "feedback.link")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        ledger.append(
            use_case.portfolio_id,
            "feedback.link_revoked",
            by=by,
            subject=("use_case", use_case.id),
            payload={"link": row.id},
        )
    return row


def open_link(secret: str) -> UseCase | None:
    """The use case behind a link that counts; None for one that is unknown, revoked, or whose use case is at rest."""
    row = (
        FrontlineLink.objects.filter(digest=_digest(secret), revoked_at=None, use_case__portfolio__archived_at=None)
        .filter(use_case__stage__in=(Stage.PILOT, Stage.PRODUCTION))
        .select_related("use_case")
        .first()
    )
    return row.use_case if row else None


def tell(use_case: UseCase, *, form_id: UUID, case: str, summary: str, action: str, reason: str, note: str) -> None:
    """Store what a frontline person saw and did. The same form sent twice is stored once."""
    now = datetime.now(UTC)
    at, case = now.isoformat(), case or f"frontline {form_id}"
    if action not in ACTIONS:
        raise ValueError(action)
    ingest.store_one(
        use_case.id, _without_blanks({"id": f"frontline {form_id} said", "type": "suggestion", "case": case, "at": at, "summary": summary}), now
    )  # fmt: skip
    decision = {"id": f"frontline {form_id} did", "type": "decision", "case": case, "at": at, "action": action,
                "reason": reason, "note": note}  # fmt: skip
    ingest.store_one(use_case.id, _without_blanks(decision), now)


def _without_blanks(event: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in event.items() if value}


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
