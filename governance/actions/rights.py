"""Say who decides; lend one's right for a time, and take it back. Read afresh inside every decision."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from governance.models import DecisionRight, Delegation
from governance.rules import rights as rules
from ledger import actions as ledger
from people.models import User
from portfolio import access
from portfolio.models import Membership, Portfolio
from portfolio.rules import Actor, NotVisible, Reason, Refused, Role, Verb

LONGEST_DAYS = 366  # a delegation ends; longer is a change of the right


def load(portfolio_id: UUID, taker_id: UUID | None) -> rules.Rights:
    """The rights in force, and what was lent to this person: two queries."""
    stored = {
        (row.lane, Verb(row.kind)): as_right(row) for row in DecisionRight.objects.filter(portfolio_id=portfolio_id)
    }
    present = Membership.objects.filter(
        portfolio_id=OuterRef("portfolio_id"), user_id=OuterRef("giver_id"), user__is_active=True
    )
    rows = Delegation.objects.filter(portfolio_id=portfolio_id, taker_id=taker_id, ended_at=None).annotate(
        giver_role=Subquery(present.values("role")[:1])
    )
    lent = tuple(
        rules.Lent(
            row.giver_id, row.taker_id, row.lane, row.kind, row.until_on,
            Role(row.giver_role) if row.giver_role else None,
        )
        for row in rows.order_by("made_at", "id")
    )  # fmt: skip
    return rules.Rights(stored, lent)


def as_right(row: DecisionRight) -> rules.Right:
    return rules.Right(frozenset(Role(role) for role in row.roles), frozenset(row.seats), row.second_person)


@transaction.atomic
def change_right(
    *, portfolio_id: UUID, by: Actor, lane: str, kind: Verb, roles: list[str], seats: list[str], second_person: bool
) -> DecisionRight:  # fmt: skip
    """Set who decides `kind` in `lane` from now on; forms that are open meet it when they are sent."""
    portfolio = _locked(portfolio_id, by, "right.change")
    wanted = rules.Right(frozenset(Role(role) for role in roles), frozenset(seats), second_person)
    rules.usable(kind, wanted).require()
    was = load(portfolio_id, None).of(lane, kind)
    row, made = DecisionRight.objects.get_or_create(portfolio=portfolio, lane=lane, kind=kind)
    if was == wanted and not made:
        return row
    row.roles, row.seats, row.second_person = sorted(wanted.roles), sorted(wanted.seats), second_person
    row.version, row.changed_at = row.version + (not made), timezone.now()
    row.save()
    payload = {"lane": lane, "kind": kind, "was": _told(was), "is": _told(wanted)}
    ledger.append(portfolio_id, "right.changed", by=by, subject=("decision_right", row.id), payload=payload)
    return row


@transaction.atomic
def delegate(
    *, portfolio_id: UUID, by: Actor, taker: User, until_on: date, reason: str, lane: str = "", kind: str = ""
) -> Delegation:
    """Let another leader decide in one's stead through `until_on`."""
    portfolio = _locked(portfolio_id, by, "right.delegate")
    today = portfolio.today()
    reasons = []
    if taker.id == by.user_id:
        reasons.append(Reason("to_oneself", "A delegation goes to somebody else.", "taker"))
    leads = Membership.objects.filter(portfolio=portfolio, user=taker, role=Role.LEADER, user__is_active=True)
    if not leads.exists():
        reasons.append(Reason("not_a_leader", "Only a leader of this portfolio can decide for another.", "taker"))
    if not today <= until_on or (until_on - today).days > LONGEST_DAYS:
        reasons.append(Reason("no_end", f"It ends on a day within the next {LONGEST_DAYS} days.", "until_on"))
    if not reason.strip():
        reasons.append(Reason("no_reason", "Say why.", "reason"))
    if reasons:
        raise Refused(reasons)
    row = Delegation.objects.create(
        portfolio=portfolio, giver_id=by.user_id, taker=taker, lane=lane, kind=kind, until_on=until_on,
        reason=reason.strip(),
    )  # fmt: skip
    payload = {"giver": by.user_id, "taker": taker.id, "lane": lane, "kind": kind, "until_on": until_on}
    ledger.append(
        portfolio_id, "right.delegated", by=by, subject=("delegation", row.id), payload=payload,
        private={"reason": row.reason},
    )  # fmt: skip
    return row


@transaction.atomic
def end_delegation(*, delegation_id: UUID, by: Actor) -> Delegation:
    """Take it back, or give it back; any leader may end one."""
    row = (
        Delegation.objects.visible_to(by)
        .select_for_update()
        .filter(id=delegation_id, portfolio__archived_at=None)
        .first()
    )
    if row is None:
        raise NotVisible
    access.require(by, "right.delegate", row.portfolio_id)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        ledger.append(row.portfolio_id, "right.delegation_ended", by=by, subject=("delegation", row.id))
    return row


def _locked(portfolio_id: UUID, by: Actor, verb: str) -> Portfolio:
    if not Portfolio.objects.visible_to(by).listed().filter(id=portfolio_id).exists():
        raise NotVisible
    access.require(by, verb, portfolio_id)
    return Portfolio.objects.lock_for_slots(portfolio_id)


def _told(right: rules.Right) -> dict[str, Any]:
    return {"roles": sorted(right.roles), "seats": sorted(right.seats), "second_person": right.second_person}
