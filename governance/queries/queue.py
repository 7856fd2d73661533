"""What waits for a person in a portfolio, for how long and on whom; and how long has each step taken, by whom?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from governance.facts import gather
from governance.models import Condition, Decision, Request
from governance.queries.rights import Deciding
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.rules import MOVES, Role, Stage, Verb
from readiness.models import Answer, AnswerEvent, BlockingItem, Waiver
from readiness.rules.answers import State, waits_for
from roi.queries import unsigned
from roi.rules.signing import SEAT_LABELS

DECIDE, ACCEPT, WAIVE, SIGN = "Decide", "Accept an answer", "Approve a waiver", "Sign a hypothesis"
_FROM = "?from=queue#main"  # the act leads back here; the fragment lets the keyboard begin behind the rail
_SIGNED_IN = (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION)  # what is paused or over waits for no signature


@dataclass(frozen=True)
class Wait:
    """One thing that waits. `on` are the people who can end it; nobody in there: it would wait for ever."""

    step: str
    title: str
    url: str
    use_case: UseCase
    since: date
    days: int
    asked_by: str
    on: frozenset[UUID]
    who: str
    request: Request | None = None  # a decision that was asked for, which can be reminded of

    @property
    def subject(self) -> str:
        return self.use_case.title


def waits(portfolio: Portfolio) -> list[Wait]:
    """Everything that waits for a person, longest first; a fixed number of queries."""
    today, deciding = portfolio.today(), Deciding(portfolio)
    found = [*_requests(portfolio, deciding, today), *_answers(portfolio, deciding, today)]
    found += _waivers(portfolio, deciding, today)
    found += _signatures(portfolio, deciding, today)
    return sorted(found, key=lambda one: (one.since, one.subject, one.title))


def _requests(portfolio: Portfolio, deciding: Deciding, today: date) -> Iterable[Wait]:
    rows = Request.objects.open().filter(use_case__portfolio=portfolio).select_related("use_case__lane", "author")
    for row in rows:
        verb, asked_on = Verb(row.kind), _day(row.opened_at, portfolio)
        may = deciding.may(row.use_case, verb, {row.author_id})
        url = reverse(f"verb_{verb.replace('-', '_')}", args=[row.use_case.key]) + _FROM
        yield _wait(DECIDE, MOVES[verb].label, url, row.use_case, asked_on, today, str(row.author), may, deciding, row)


def _answers(portfolio: Portfolio, deciding: Deciding, today: date) -> Iterable[Wait]:
    rows = list(
        Answer.objects.filter(use_case__portfolio=portfolio, state=State.WAITING).select_related("use_case", "author")
    )
    if not rows:
        return
    picture = gather({row.use_case_id for row in rows})
    leaders = {user for user, member in deciding.members.items() if member.role == Role.LEADER}
    for row in rows:
        asked, told = picture.asked.get(row.use_case_id), picture.readiness[row.use_case_id]
        part, answer = asked.part(row.part) if asked else None, told.answers.get(row.part)
        if part is None or answer is None:
            continue
        waiting = waits_for(part, answer, told, picture.policy_of(row.use_case_id), today)
        on = {waiting.person} if waiting.person else leaders - set(row.writers)
        url = reverse("readiness_part", args=[row.use_case.key, row.part]) + _FROM
        yield _wait(
            ACCEPT, f"Answer {row.part}", url, row.use_case, row.submitted_on or today, today,
            str(row.author or ""), frozenset(on), deciding,
        )  # fmt: skip


def _waivers(portfolio: Portfolio, deciding: Deciding, today: date) -> Iterable[Wait]:
    leaders = {user for user, member in deciding.members.items() if member.role == Role.LEADER}
    rows = Waiver.objects.open().filter(item__use_case__portfolio=portfolio)
    for row in rows.select_related("item__use_case", "requested_by"):
        url = reverse("readiness", args=[row.item.use_case.key]) + "?from=queue#items"
        on = frozenset(leaders - {row.requested_by_id})
        since = _day(row.requested_at, portfolio)
        yield _wait(WAIVE, row.item.text, url, row.item.use_case, since, today, str(row.requested_by), on, deciding)


def _signatures(portfolio: Portfolio, deciding: Deciding, today: date) -> Iterable[Wait]:
    """A finished page waits for each seat that has not signed what it says now; drafts wait for their author only."""
    cases = UseCase.objects.filter(portfolio=portfolio, stage__in=_SIGNED_IN).select_related("lane")
    for page in unsigned(cases):
        url = reverse("roi", args=[page.use_case.key]) + _FROM
        for seat, holders in page.seats.items():
            on = frozenset(holder for holder in holders if holder in deciding.members)
            since = _day(page.since, portfolio)
            yield _wait(
                SIGN, f"Sign as {SEAT_LABELS[seat].lower()}", url, page.use_case, since, today, "", on, deciding
            )


def _wait(
    step: str, title: str, url: str, use_case: UseCase, since: date, today: date, asked_by: str, on: frozenset[UUID],
    deciding: Deciding, request: Request | None = None,
) -> Wait:  # fmt: skip
    who = ", ".join(deciding.names(on)) or "nobody"
    return Wait(step, title, url, use_case, since, max((today - since).days, 0), asked_by, on, who, request)


def _day(at: datetime, portfolio: Portfolio) -> date:
    return at.astimezone(ZoneInfo(portfolio.time_zone)).date()


def times(portfolio: Portfolio) -> list[dict[str, Any]]:
    """How long each step waited for each person: how many, median and longest, in days; the slowest first.

    Signatures are left out: nobody asks for one, so nothing says when a person could have given it.
    """
    days: dict[tuple[str, str], list[float]] = defaultdict(list)
    decided = Decision.objects.filter(portfolio=portfolio).exclude(request=None).select_related("request", "decided_by")
    for one in decided:
        days[DECIDE, str(one.decided_by)].append(_days(one.request.opened_at, one.decided_at))
    accepted = AnswerEvent.objects.filter(answer__use_case__portfolio=portfolio, waited_days__isnull=False)
    for event in accepted.exclude(by=None).select_related("by"):
        days[ACCEPT, str(event.by)].append(float(event.waited_days or 0))
    approved = Waiver.objects.filter(item__use_case__portfolio=portfolio).exclude(approved_at=None)
    for waiver in approved.select_related("approved_by"):
        days[WAIVE, str(waiver.approved_by)].append(_days(waiver.requested_at, waiver.approved_at))
    rows = [
        {"step": step, "person": person, "count": len(given), "median": median(given), "longest": max(given)}
        for (step, person), given in days.items()
    ]
    return sorted(rows, key=lambda row: (-row["median"], row["step"], row["person"]))


def _days(opened: datetime, closed: datetime | None) -> float:
    return (closed - opened).total_seconds() / 86_400 if closed else 0.0


def owed_by(portfolio: Portfolio, user: User) -> dict[str, Any]:
    """Open items and conditions that are a person's to close, the earliest due first."""
    items = BlockingItem.objects.open().filter(use_case__portfolio=portfolio, owner=user).select_related("use_case")
    conditions = Condition.objects.filter(decision__portfolio=portfolio, owner=user, met_at=None)
    return {
        "items": items.order_by("due_on", "id")[:50],
        "conditions": conditions.select_related("decision__use_case").order_by("due_on", "id"),
    }


def decided_by(portfolio: Portfolio, user: User, most: int = 50) -> list[Decision]:
    """What a person decided, newest first, each with how it came out: superseded, taken back, how it stands today."""
    rows = (
        Decision.objects.filter(portfolio=portfolio, decided_by=user)
        .select_related("use_case__assessment", "undone_by")
        .prefetch_related("superseded_by", "conditions")
    )
    return list(rows[:most])
