"""What happened here since somebody's last visit, and what waits on them?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from governance.models import AgreedDate, AssessmentHistory, Decision, Request
from governance.queries import visit_live
from portfolio import formats
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.models.use_cases import UNSORTED
from portfolio.rules import MOVES, Actor, Role, Stage, Verb
from portfolio.tones import tone_of

MOST = 7  # sentences (product.md, fourth week)
_LOOKED_AT = 200  # rows of each kind; a longer absence is told by the decision log
_SOON = timedelta(days=7)
# The costliest first: what may have to be stopped, what went live or ended, what slipped, what merely moved.
_STATUS_COST = {"stop_advised": 100, "act": 95, "at_risk": 80, "no_date": 60, "watch": 55}
_VERB_COST = {Verb.GO: 90, Verb.ROLL_BACK: 88, Verb.STOP: 86, Verb.RETIRE: 84, Verb.NO_GO: 70, Verb.SELECT: 66}
_ALARM = 92
_SLIP, _OTHER_VERB, _BETTER, _NEW = 75, 50, 30, 20


@dataclass(frozen=True)
class Sentence:
    """One thing that happened. `subject` is linked; `text` goes on after it."""

    cost: int
    text: str
    subject: str = ""
    url: str = ""


@dataclass(frozen=True)
class Wait:
    """One thing only the reader can do, and where."""

    text: str
    act: str
    url: str
    subject: str = ""


def last_visit(portfolio: Portfolio, actor: Actor) -> datetime | None:
    """When the reader last said "seen"; before the first time, when they joined. None for whoever is no member."""
    row = Membership.objects.filter(portfolio=portfolio, user_id=actor.user_id).values("last_visit_at", "made_at")
    found = row.first()
    return (found["last_visit_at"] or found["made_at"]) if found else None


def since(portfolio: Portfolio, actor: Actor, moment: datetime) -> list[Sentence]:
    """At most seven sentences, costliest first; what the reader did themselves is left out."""
    found = [
        *_decided(portfolio, actor, moment),
        *_slipped(portfolio, actor, moment),
        *(Sentence(_ALARM, *told) for told in visit_live.rang(portfolio, moment)),
        *_changed(portfolio, moment),
        *_registered(portfolio, moment),
    ]
    return sorted(found, key=lambda one: -one.cost)[:MOST]


def _decided(portfolio: Portfolio, actor: Actor, moment: datetime) -> Iterable[Sentence]:
    rows = Decision.objects.filter(portfolio=portfolio, decided_at__gt=moment).exclude(decided_by=actor.user_id)
    rounds: dict[UUID, list[Decision]] = defaultdict(list)
    for row in rows.select_related("use_case", "decided_by").order_by("-decided_at")[:_LOOKED_AT]:
        rounds[row.round_id or row.id].append(row)
    log = reverse("decisions", args=[portfolio.slug])
    for together in rounds.values():
        row = together[0]
        verb = Verb(row.kind)
        cost = _VERB_COST.get(verb, _OTHER_VERB)
        if len(together) > 1:
            yield Sentence(
                cost + 20, f"were {MOVES[verb].past} in one act by {row.decided_by}.", f"{len(together)} use cases", log
            )
        elif row.undoes_id is not None:
            yield Sentence(
                _BETTER, f"was {MOVES[verb].past}: {row.decided_by} took a decision back.", *_link(row.use_case)
            )
        else:
            yield Sentence(cost, f"was {MOVES[verb].past} by {row.decided_by}.", *_link(row.use_case))


def _slipped(portfolio: Portfolio, actor: Actor, moment: datetime) -> Iterable[Sentence]:
    rows = AgreedDate.objects.filter(use_case__portfolio=portfolio, made_at__gt=moment).exclude(was_on=None)
    told = set()
    for row in rows.exclude(made_by=actor.user_id).select_related("use_case").order_by("-made_at")[:_LOOKED_AT]:
        if row.use_case_id in told or row.was_on is None:
            continue
        told.add(row.use_case_id)
        days = (row.agreed_on - row.was_on).days
        direction = f"{formats.days(abs(days))} {'later' if days > 0 else 'earlier'}"
        cause = f": {row.cause.strip().rstrip('.')}" if row.cause else ""
        yield Sentence(_SLIP if days > 0 else _BETTER, f"is to be decided {direction}{cause}.", *_link(row.use_case))


def _changed(portfolio: Portfolio, moment: datetime) -> Iterable[Sentence]:
    """A use case whose status is another one than then; one that is new since has its own sentence."""
    here = AssessmentHistory.objects.filter(use_case__portfolio=portfolio)
    newest: dict[UUID, AssessmentHistory] = {}
    for row in here.filter(at__gt=moment).select_related("use_case").order_by("at")[: _LOOKED_AT * 5]:
        newest[row.use_case_id] = row
    if not newest:
        return
    before = here.filter(at__lte=moment, use_case_id__in=newest).order_by("use_case_id", "-at").distinct("use_case_id")
    then = dict(before.values_list("use_case_id", "status"))
    for use_case_id, row in newest.items():
        was = then.get(use_case_id)
        if use_case_id not in then or row.status is None or was is None or row.status == was:
            continue
        text = f"is now “{tone_of(row.status).words}”, it was “{tone_of(was).words}”."
        yield Sentence(_STATUS_COST.get(row.status, _BETTER), text, *_link(row.use_case))


def _registered(portfolio: Portfolio, moment: datetime) -> Iterable[Sentence]:
    count = UseCase.objects.filter(portfolio=portfolio, created_at__gt=moment).count()
    if count:
        words = "use case was registered." if count == 1 else "use cases were registered."
        yield Sentence(_NEW, words, f"{count:,}", reverse("use_cases", args=[portfolio.slug]))


def _link(row: UseCase) -> tuple[str, str]:
    return row.title, reverse("use_case", args=[row.key])


def waiting(portfolio: Portfolio, actor: Actor, today: date) -> list[Wait]:
    """Requests the reader may decide, reviews that are due, pilots of theirs past the date, what lacks a holder."""
    leads = actor.roles.get(portfolio.id) == Role.LEADER
    found: list[Wait] = []
    if leads:
        found += _requests(portfolio, actor)
        found += _reviews(portfolio, today)
        pilots = UseCase.objects.in_pilot().filter(portfolio=portfolio)
        gone = Q(lead=None) | Q(lead__is_active=False)
        counts = pilots.aggregate(unsorted=Count("id", filter=UNSORTED), seatless=Count("id", filter=gone))
        found += _unsorted(portfolio, counts["unsorted"])
        found += _seatless(portfolio, counts["seatless"])
    found += [Wait(*told) for told in visit_live.mine(portfolio, actor.user_id)]
    mine = UseCase.objects.in_pilot().filter(portfolio=portfolio, lead=actor.user_id, agreed_on__lt=today)
    for row in mine.only("key", "title", "agreed_on").order_by("agreed_on")[:MOST]:
        found.append(
            Wait(
                f"you lead it, and its go/no-go date has passed ({formats.day(row.agreed_on, today)}).",
                "Look at it",
                _link(row)[1],
                row.title,
            )
        )
    return found


def _requests(portfolio: Portfolio, actor: Actor) -> Iterable[Wait]:
    rows = Request.objects.open().filter(use_case__portfolio=portfolio).exclude(author=actor.user_id)
    for row in rows.select_related("use_case", "author").order_by("opened_at")[:MOST]:
        label = MOVES[Verb(row.kind)].label
        url = reverse(f"verb_{row.kind.replace('-', '_')}", args=[row.use_case.key])
        yield Wait(f"{row.author} asks: {label.lower()}.", f"{label}?", url, row.use_case.title)


def _reviews(portfolio: Portfolio, today: date) -> Iterable[Wait]:
    rows = UseCase.objects.filter(portfolio=portfolio, stage=Stage.PAUSED, review_on__lte=today + _SOON)
    for row in rows.only("key", "title", "review_on").order_by("review_on")[:MOST]:
        text = f"paused; its review is {'overdue since' if row.review_on < today else 'due'} {formats.day(row.review_on, today)}."
        yield Wait(text, "Review", _link(row)[1], row.title)


def _unsorted(portfolio: Portfolio, count: int) -> Iterable[Wait]:
    if count:
        noun = "pilot lacks" if count == 1 else "pilots lack"
        yield Wait(
            f"{count:,} {noun} some of the five facts that advice rests on.",
            "First sort",
            reverse("first_sort", args=[portfolio.slug]),
        )


def _seatless(portfolio: Portfolio, count: int) -> Iterable[Wait]:
    if count:
        noun = "pilot has" if count == 1 else "pilots have"
        url = reverse("use_cases", args=[portfolio.slug]) + "?stage=pilot&lead=nobody"
        yield Wait(f"{count:,} {noun} no lead.", "Name one", url)


def context(portfolio: Portfolio, actor: Actor, today: date) -> dict[str, Any]:
    """`since`, `since_at` and `waits` for the board; the first two are empty for whoever is no member."""
    moment = last_visit(portfolio, actor)
    told = since(portfolio, actor, moment) if moment else []
    return {"since": told, "since_at": moment, "waits": waiting(portfolio, actor, today)}
