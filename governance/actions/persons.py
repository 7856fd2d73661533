"""Erase a person, and redact what free texts say of them. What they decided stays, by an id that names nobody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from governance.queries import traces
from governance.queries.traces import Trace
from ledger import actions as ledger
from ledger.models import Entry, Personal
from people import actions as people
from people.models import User
from portfolio import changes
from portfolio.models import Membership, Portfolio, Token, UseCase
from portfolio.queries import INSTANCE_CHAIN
from portfolio.rules import Actor, NotPermitted, Reason, Refused, Role

INSTEAD = "[erased]"
_OWN = ("people_", "account_", "mfa_", "django_session")  # the person's own rows: `people.erase` empties them
_HASHED = frozenset({"ledger_entry", "ledger_head", "ledger_checkpoint"})


@dataclass
class Erased:
    """What was done, what still says their name, and what nobody may edit."""

    user_id: UUID
    texts: tuple[str, ...]
    blanked: int = 0  # fields that held nothing but the name or address
    redacted: int = 0
    left: list[Trace] = field(default_factory=list)  # free texts that still name them
    hashed: list[Trace] = field(default_factory=list)  # in hashed lines: must be empty


@transaction.atomic
def erase_person(*, user_id: UUID, by: Actor, redact: bool = False, also: Sequence[str] = ()) -> Erased:
    """Leave no name and no address of this person in any structured field; list the free texts that hold them.

    With `redact` these are rewritten too; reasons kept beside ledger lines are erased with their salt. `also`: other
    spellings. Refused (`last_leader`) while a portfolio has no other leader. The chains verify afterwards.
    """
    if not by.is_system:
        raise NotPermitted("not_permitted", "A person is erased by a command on the server.")
    user = User.objects.select_for_update().get(id=user_id)
    texts = tuple(dict.fromkeys(text.strip() for text in (user.email, user.name, *also) if text.strip()))
    _keep_leaders(user)
    done = Erased(user.id, texts)
    chains = _chains(user)
    touched = list(UseCase.objects.filter(concerns(user)).values_list("id", flat=True))
    lines = _leave(user, by)
    people.erase(user_id=user.id, by=by)
    _sort(done, redact)
    if redact:
        _erase_reasons(texts, by, done)
    changes.touched(touched)
    for chain_id in chains | set(lines):
        events = lines.get(chain_id, [])
        payload = {"user": user.id, "blanked": done.blanked, "redacted": done.redacted}
        events.append(ledger.Event(event_type="person.erased", subject=("user", user.id), payload=payload))
        ledger.append_many(chain_id, events, by=by)
    return done


@transaction.atomic
def redact(*, texts: Sequence[str], by: Actor) -> Erased:
    """Rewrite every free text that holds one of `texts`; for names that turn up after the erasure."""
    if not by.is_system:
        raise NotPermitted("not_permitted", "Texts are redacted by a command on the server.")
    done = Erased(UUID(int=0), tuple(texts))
    _sort(done, True)
    _erase_reasons(done.texts, by, done)
    if done.blanked or done.redacted:  # of the whole instance, so in its own chain; never what was looked for
        payload = {"blanked": done.blanked, "redacted": done.redacted}
        ledger.append(INSTANCE_CHAIN, "texts.redacted", by=by, subject=("instance", INSTANCE_CHAIN), payload=payload)
    return done


def _sort(done: Erased, redact: bool) -> None:
    """Blank what is nothing but the name, and redact or list the rest."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for trace in traces.find(done.texts):  # column by column: writing moves a row, so the next is looked up after
        if trace.table in _HASHED:
            done.hashed.append(trace)
        elif trace.table == "ledger_personal":
            if not redact:
                done.left.append(trace)
        elif trace.whole or redact or trace.table.startswith(_OWN):
            traces.replace(trace, done.texts, INSTEAD)
            done.blanked += trace.whole
            done.redacted += not trace.whole
        else:
            done.left.append(trace)


def _erase_reasons(texts: Sequence[str], by: Actor, done: Erased) -> None:
    """The texts beside ledger lines: altered they would no longer fit what was committed to, so they are erased."""
    said = Personal.objects.filter(text__iregex=traces.pattern(texts, "text")).values_list("entry_id", flat=True)
    for line in Entry.objects.filter(entry_id__in=set(said)).order_by("chain_id", "seq"):
        ledger.erase(line.chain_id, line.entry_id, by=by)
        done.redacted += 1


def concerns(user: User) -> Q:
    """Use cases in which the person holds a seat or has a part in adoption."""
    seats = Q()
    for seat in ("sponsor", "lead", "benefit_owner", "finance_partner", "overseer"):
        seats |= Q(**{seat: user})
    return seats | Q(oversight__cover=user) | Q(adoption_plan__owner=user)


def _chains(user: User) -> set[UUID]:
    """Where they belonged or acted."""
    acted = Entry.objects.filter(actor_id=user.id).order_by().values_list("chain_id", flat=True).distinct()
    return set(acted) | set(Membership.objects.filter(user=user).values_list("portfolio_id", flat=True))


def _keep_leaders(user: User) -> None:
    reasons = []
    for place in Portfolio.objects.filter(memberships__user=user, memberships__role=Role.LEADER, archived_at=None):
        others = place.memberships.filter(role=Role.LEADER, user__is_active=True).exclude(user=user)
        if not others.exists():
            reasons.append(Reason("last_leader", f"{place.name} has no other leader: name one first.", str(place.id)))
    if reasons:
        raise Refused(reasons)


def _leave(user: User, by: Actor) -> dict[UUID, list[ledger.Event]]:
    """End memberships and tokens; the lines that say so, by chain."""
    lines: dict[UUID, list[ledger.Event]] = {}
    for member in Membership.objects.filter(user=user).order_by("portfolio_id"):
        payload = {"user": user.id, "role": member.role}
        event = ledger.Event(event_type="member.removed", subject=("membership", member.id), payload=payload)
        lines.setdefault(member.portfolio_id, []).append(event)
        member.delete()
    now = timezone.now()
    for token in Token.objects.filter(made_by=user, revoked_at=None):
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        event = ledger.Event(event_type="token.revoked", subject=("token", token.id))
        lines.setdefault(token.portfolio_id, []).append(event)
    return lines


def tables(found: Sequence[Trace]) -> dict[str, int]:
    """{table.column: how many}, for the listing."""
    return dict(Counter(f"{one.table}.{one.column}" for one in found))
