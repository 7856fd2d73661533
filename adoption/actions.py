"""Start the plan, name who is affected, log what was heard, say who watches."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from adoption.models import Engagement, Oversight, Plan, Role, RoleCount, SupportAction, WorkDecision
from adoption.rules import MadeBy, Mode
from ledger import actions as ledger
from people.models import User
from portfolio import access, changes
from portfolio.models import Membership, UseCase
from portfolio.rules import Actor, Reason, Refused


def _open(use_case_id: UUID, by: Actor) -> UseCase:
    """The use case, locked, visible, and its people's side open to the actor."""
    found = UseCase.objects.visible_to(by).filter(portfolio__archived_at=None).lock(use_case_id)
    access.require(by, "adoption.write", found.portfolio_id)
    return found


def _refuse(reasons: list[Reason]) -> None:
    if reasons:
        raise Refused(reasons)


def _member(use_case: UseCase, user: User | None, subject: str) -> list[Reason]:
    if user is None:
        return []
    here = Membership.objects.filter(portfolio_id=use_case.portfolio_id, user=user, user__is_active=True)
    return [] if here.exists() else [Reason("not_a_member", "This must be a member here.", subject)]


def _said(**texts: str) -> list[Reason]:
    return [Reason(f"no_{name}", "Say something here.", name) for name, text in texts.items() if not text.strip()]


@transaction.atomic
def start_plan(*, use_case_id: UUID, by: Actor, owner: User, first_on: date) -> Plan:
    """Who brings it to the people, and the first day they see it. Changed by saying it again."""
    use_case = _open(use_case_id, by)
    _refuse(_member(use_case, owner, "owner"))
    plan, _ = Plan.objects.update_or_create(use_case=use_case, defaults={"owner": owner, "first_on": first_on})
    changes.touched([use_case.id])
    payload = {"owner": owner.id, "first_on": first_on}
    ledger.append(use_case.portfolio_id, "adoption.planned", by=by, subject=("use_case", use_case.id), payload=payload)
    return plan


@transaction.atomic
def set_role(
    *, use_case_id: UUID, by: Actor, name: str, headcount: int, reached: int = 0, using: int = 0, reason: str = ""
) -> Role:
    """A group whose work changes, and how far it is; the same name again changes its numbers."""
    use_case = _open(use_case_id, by)
    reasons = _said(name=name)
    for field, count in (("reached", reached), ("using", using)):
        if count > headcount:
            reasons.append(Reason(f"{field}_above_headcount", f"There are only {headcount} people.", field))
    _refuse(reasons)
    values = {"headcount": headcount, "reached": reached, "using": using, "reason": reason.strip()}
    role, _ = Role.objects.update_or_create(use_case=use_case, name=name.strip(), defaults=values)
    RoleCount.objects.update_or_create(
        role=role, on=use_case.portfolio.today(),
        defaults={"headcount": headcount, "reached": reached, "using": using},
    )  # fmt: skip
    changes.touched([use_case.id])
    return role


@transaction.atomic
def log_engagement(*, use_case_id: UUID, by: Actor, on: date, who: str, heard: str, changed: str = "") -> Engagement:
    """What the frontline said, and what we changed because of it."""
    use_case = _open(use_case_id, by)
    reasons = _said(who=who, heard=heard)
    if on > use_case.portfolio.today():
        reasons.append(Reason("in_future", "A conversation is logged after it took place.", "on"))
    _refuse(reasons)
    row = Engagement.objects.create(
        use_case=use_case, on=on, who=who.strip(), heard=heard.strip(), changed=changed.strip(), logged_by_id=by.user_id
    )
    changes.touched([use_case.id])
    return row


@transaction.atomic
def say_changed(*, use_case_id: UUID, by: Actor, engagement: Engagement, changed: str) -> Engagement:
    """What we changed after a conversation; often it is known only weeks later."""
    use_case = _open(use_case_id, by)
    reasons = _said(changed=changed)
    if engagement.use_case_id != use_case.id:
        reasons.append(Reason("other_use_case", "This conversation belongs to another use case.", "engagement"))
    _refuse(reasons)
    engagement.changed = changed.strip()
    engagement.save(update_fields=["changed"])
    changes.touched([use_case.id])
    return engagement


@transaction.atomic
def add_support(
    *, use_case_id: UUID, by: Actor, role: Role, text: str, owner: User, due_on: date
) -> SupportAction:  # fmt: skip
    """What helps a group over to the new way; open until the group is settled."""
    use_case = _open(use_case_id, by)
    reasons = _said(text=text) + _member(use_case, owner, "owner")
    if role.use_case_id != use_case.id:
        reasons.append(Reason("other_use_case", "This role belongs to another use case.", "role"))
    _refuse(reasons)
    row = SupportAction.objects.create(use_case=use_case, role=role, text=text.strip(), owner=owner, due_on=due_on)
    changes.touched([use_case.id])
    return row


@transaction.atomic
def set_work(
    *, use_case_id: UUID, by: Actor, text: str, made_by: MadeBy, answers: str = "", objection: str = ""
) -> WorkDecision:  # fmt: skip
    """A decision that the work contains; the same text again changes who makes it, who answers, how to object."""
    use_case = _open(use_case_id, by)
    _refuse(_said(text=text))
    values = {"made_by": made_by, "answers": answers.strip(), "objection": objection.strip()}
    row, _ = WorkDecision.objects.update_or_create(use_case=use_case, text=text.strip(), defaults=values)
    return row


@transaction.atomic
def set_oversight(
    *, use_case_id: UUID, by: Actor, mode: Mode, cover: User | None = None, stop_authority: bool = False,
    competence: str = "", review_days: int | None = None, reviewed_on: date | None = None,
) -> Oversight:  # fmt: skip
    """How the AI is watched, by whom when the overseer is away, and how often that is reviewed."""
    use_case = _open(use_case_id, by)
    reasons = _member(use_case, cover, "cover")
    if cover is not None and cover.id == use_case.overseer_id:
        reasons.append(Reason("cover_is_overseer", "The cover is somebody other than the overseer.", "cover"))
    _refuse(reasons)
    values: dict[str, Any] = {
        "mode": mode, "cover": cover, "stop_authority": stop_authority, "competence": competence.strip(),
        "review_days": review_days, "reviewed_on": reviewed_on,
    }  # fmt: skip
    row, _ = Oversight.objects.update_or_create(use_case=use_case, defaults=values)
    changes.touched([use_case.id])
    payload = {
        "mode": mode, "cover": cover.id if cover else None, "stop_authority": stop_authority,
        "review_days": review_days, "reviewed_on": reviewed_on,
    }  # fmt: skip
    ledger.append(use_case.portfolio_id, "oversight.set", by=by, subject=("use_case", use_case.id), payload=payload)
    return row
