"""Who belongs to a portfolio, in which role?"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from people import actions as people
from people.models import SignInLink, User, normal_email
from portfolio import access, changes
from portfolio.actions import seats
from portfolio.models import Membership, Portfolio
from portfolio.rules import Actor, Conflict, NotPermitted, NotVisible, Reason, Refused, Role


def _visible(by: Actor, portfolio_id: UUID) -> None:
    """404 for whoever neither belongs here nor manages the instance, before any 403 tells them that it exists."""
    if not (by.is_system or by.is_instance_admin or by.role_in(portfolio_id)):
        raise NotVisible
    access.require(by, "member.manage", portfolio_id)


def _not_own(by: Actor, user_id: UUID) -> None:
    """An instance administrator manages memberships except their own (rules.md 1)."""
    if by.is_instance_admin and by.user_id == user_id:
        raise NotPermitted("not_permitted", "An instance administrator does not change their own memberships.")


def _keep_a_leader(portfolio: Portfolio, member: Membership) -> None:
    others = portfolio.memberships.filter(role=Role.LEADER, user__is_active=True).exclude(id=member.id)
    if member.role == Role.LEADER and not others.exists():
        raise Refused([Reason("last_leader", "The last leader cannot be removed.", str(member.user_id))])


@transaction.atomic
def add_member(*, by: Actor, portfolio_id: UUID, user: User, role: Role) -> Membership:
    """Give a person a role. Refused (`already_member`) when they have one."""
    _visible(by, portfolio_id)
    _not_own(by, user.id)
    portfolio = Portfolio.objects.lock_for_slots(portfolio_id)
    member, made = Membership.objects.get_or_create(portfolio=portfolio, user=user, defaults={"role": role})
    if not made:
        raise Refused(
            [Reason("already_member", f"{user.name or user.email} is already a {member.role}.", str(user.id))]
        )
    ledger.append(
        portfolio_id, "member.added", by=by, subject=("membership", member.id),
        payload={"user": user.id, "role": role},
    )  # fmt: skip
    return member


INVITATION_HOURS = 7 * 24


@transaction.atomic
def invite(*, by: Actor, portfolio_id: UUID, email: str, role: Role, name: str = "") -> tuple[Membership, str | None]:
    """Give the person with this address a role; a new one is created, and the token of their one-time link returned.

    Somebody who has an account gets no link: it would sign the inviter in as them.
    """
    access.require(by, "member.manage", portfolio_id)
    user = User.objects.filter(email=normal_email(email)).first()
    token = None
    if user is None:
        user = people.create_person(email=email, name=name, by=by)
        token = people.make_link(user=user, purpose=SignInLink.Purpose.INVITATION, hours=INVITATION_HOURS, by=by)
    return add_member(by=by, portfolio_id=portfolio_id, user=user, role=Role(role)), token


@transaction.atomic
def change_role(*, by: Actor, membership_id: UUID, role: Role, version: int | None = None) -> Membership:
    """Give a member another role; the last leader keeps theirs."""
    member = _locked(by, membership_id, version)
    if role != Role.LEADER:
        _keep_a_leader(member.portfolio, member)
    was, member.role, member.version = member.role, role, member.version + 1
    member.save(update_fields=["role", "version"])
    ledger.append(
        member.portfolio_id, "member.role_changed", by=by, subject=("membership", member.id),
        payload={"user": member.user_id, "was": was, "role": role},
    )  # fmt: skip
    return member


@transaction.atomic
def remove_member(*, by: Actor, membership_id: UUID, version: int | None = None, to_id: UUID | None = None) -> None:
    """Take a person out of the portfolio; takes effect with their next request.

    `to_id`: who takes their seats in the same act (refused as in `seats.hand_over`). Without it the seats stay theirs
    in name, and what is known of those use cases is worked out anew.
    """
    member = _locked(by, membership_id, version)
    _keep_a_leader(member.portfolio, member)
    if to_id is not None:
        seats.hand_over(by=by, membership_id=membership_id, to_id=to_id)
    changes.touched(seats.use_cases_of(member.portfolio_id, member.user_id))
    subject, payload = ("membership", member.id), {"user": member.user_id, "role": member.role}
    member.delete()
    ledger.append(member.portfolio_id, "member.removed", by=by, subject=subject, payload=payload)


def seen(*, by: Actor, portfolio_id: UUID) -> None:
    """The member has read what happened since their last visit; the next telling begins now."""
    access.require(by, "portfolio.read", portfolio_id)
    Membership.objects.filter(portfolio_id=portfolio_id, user_id=by.user_id).update(last_visit_at=timezone.now())


def _locked(by: Actor, membership_id: UUID, version: int | None) -> Membership:
    """The membership, its portfolio locked first so that two leaders cannot remove each other at once."""
    portfolio_id = Membership.objects.filter(id=membership_id).values_list("portfolio_id", flat=True).first()
    if portfolio_id is None:
        raise NotVisible
    _visible(by, portfolio_id)
    portfolio = Portfolio.objects.lock_for_slots(portfolio_id)
    member = portfolio.memberships.select_for_update().filter(id=membership_id).first()
    if member is None:
        raise NotVisible
    if version is not None and member.version != version:
        raise Conflict(member)
    _not_own(by, member.user_id)
    member.portfolio = portfolio
    return member
