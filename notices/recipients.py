"""Who is told what? By seats, rights and roles as they are at this moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from adoption.models import Oversight
from governance.models import Condition, Request
from governance.queries.rights import deciders
from ledger.models import Entry
from notices.rules import SOON_DAYS, WAITS_DAYS, Kind, kind_of
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.rules import MOVES, Role, Stage, Verb
from readiness.models import BlockingItem
from roi.queries import check_ins_due

_BY_EVENT = {move.event: move for move in MOVES.values()}


@dataclass(frozen=True)
class Told:
    """One thing for these people. `key` is the same whenever it is found again."""

    key: str
    kind: Kind
    text: str
    url: str
    users: frozenset[UUID]
    use_case_id: UUID


def of_line(line: Entry, portfolio: Portfolio) -> Told | None:
    """Whom a line of the ledger concerns; never whoever wrote it."""
    kind = kind_of(line.event_type, line.payload)
    if kind is None or line.subject_type != "use_case":
        return None
    row = UseCase.objects.select_related("lane", "portfolio").filter(id=line.subject_id).first()
    if row is None:
        return None
    url, users = reverse("use_case", args=[row.key]), _near(row)
    if kind is Kind.DECISION:
        verb = Verb(line.payload["kind"])
        if not Request.objects.open().filter(use_case=row, kind=verb).exists():
            return None  # answered before anybody could be told
        text = f"{row.title}: {MOVES[verb].label.lower()} waits for a decision."
        url, users = _ask_url(row, verb), deciders(row, verb)
    elif kind is Kind.SLIP:
        text = f"{row.title}: the go/no-go date moved to {line.payload['agreed_on']}."
    elif kind is Kind.ALARM:
        text, url = f"{row.title}: an alarm rang.", reverse("use_case_feedback", args=[row.key])
    else:
        text = f"{row.title} was {_BY_EVENT[line.event_type].past}."
    here = users - {line.actor_id, None}
    return Told(f"{line.chain_id}:{line.seq}", kind, text[:300], url, frozenset(here), row.id)  # type: ignore[arg-type]


def of_day(portfolio: Portfolio, on: date) -> Iterator[Told]:
    """What is due in a portfolio on its local day: each with a key that holds the day it is due."""
    soon = on + timedelta(days=SOON_DAYS)
    yield from _items(portfolio, on, soon)
    yield from _conditions(portfolio, on, soon)
    yield from _reviews(portfolio, on)
    pilots = UseCase.objects.filter(portfolio=portfolio, stage__in=(Stage.PILOT, Stage.PRODUCTION))
    for row, check in check_ins_due(pilots, on):
        url = reverse("roi_check_in", args=[row.key, check.day])
        text = f"{row.title}: the check-in at day {check.day} is due."
        yield _told(f"check-in:{row.id}:{check.day}", Kind.CHECK_IN, text, url, row.id, row.lead_id)
    waiting = Request.objects.open().filter(use_case__portfolio=portfolio).select_related("use_case__lane")
    for asked in waiting:
        if (on - asked.opened_at.date()).days >= WAITS_DAYS:
            verb, row = Verb(asked.kind), asked.use_case
            text = f"{row.title}: {MOVES[verb].label.lower()} still waits for a decision."
            yield _told(f"waits:{asked.id}", Kind.DECISION, text, _ask_url(row, verb), row.id, *deciders(row, verb))


def _items(portfolio: Portfolio, on: date, soon: date) -> Iterator[Told]:
    rows = BlockingItem.objects.open().filter(use_case__portfolio=portfolio, due_on__lte=soon).exclude(owner=None)
    for row in rows.select_related("use_case").order_by("due_on", "id"):
        late = row.due_on < on
        text = f"{row.use_case.title}: “{row.text}” {'was' if late else 'is'} due on {row.due_on}."
        key = f"item:{row.id}:{row.due_on}:{'late' if late else 'soon'}"
        yield _told(key, Kind.ITEM, text, reverse("my_items", args=[portfolio.slug]), row.use_case_id, row.owner_id)


def _conditions(portfolio: Portfolio, on: date, soon: date) -> Iterator[Told]:
    rows = Condition.objects.filter(decision__portfolio=portfolio, met_at=None, due_on__lte=soon)
    for row in rows.select_related("decision__use_case").order_by("due_on", "id"):
        late = row.due_on < on
        since = f"late:{(on - row.due_on).days // 7}" if late else "soon"  # chased every week until it is met
        text = f"{row.decision.use_case.title}: a condition of its go {'was' if late else 'is'} due on {row.due_on}."
        key = f"condition:{row.id}:{row.due_on}:{since}"
        url = reverse("decision", args=[row.decision_id])
        yield _told(key, Kind.ITEM, text, url, row.decision.use_case_id, row.owner_id)


def _reviews(portfolio: Portfolio, on: date) -> Iterator[Told]:
    paused = UseCase.objects.filter(portfolio=portfolio, stage=Stage.PAUSED, review_on__lte=on)
    leaders = set(Membership.objects.filter(portfolio=portfolio, role=Role.LEADER).values_list("user_id", flat=True))
    for row in paused:
        text = f"{row.title} is paused; its review was due on {row.review_on}."
        url = reverse("use_case", args=[row.key])
        yield _told(f"review:{row.id}:{row.review_on}", Kind.REVIEW, text, url, row.id, row.lead_id, *leaders)
    watched = Oversight.objects.filter(
        use_case__portfolio=portfolio, use_case__stage__in=(Stage.PILOT, Stage.PRODUCTION)
    ).exclude(Q(review_days=None) | Q(reviewed_on=None))
    for kept in watched.select_related("use_case"):
        due_on = kept.reviewed_on + timedelta(days=kept.review_days)
        if due_on <= on:
            row = kept.use_case
            url = reverse("use_case_people", args=[row.key])
            text = f"{row.title}: a look at how the AI is watched was due on {due_on}."
            yield _told(f"oversight:{row.id}:{due_on}", Kind.REVIEW, text, url, row.id, row.overseer_id)


def _told(key: str, kind: Kind, text: str, url: str, use_case_id: UUID, *users: UUID | None) -> Told:
    return Told(key, kind, text[:300], url, frozenset(user for user in users if user), use_case_id)


def _near(row: UseCase) -> frozenset[UUID | None]:
    return frozenset({row.lead_id, row.sponsor_id, row.overseer_id})


def _ask_url(row: UseCase, verb: Verb) -> str:
    return reverse(f"verb_{verb.replace('-', '_')}", args=[row.key])
