"""Where does governance take time in this portfolio? Read from what was sent, asked, signed and decided."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F

from governance.models import Decision, Request
from governance.rules import timing as rules
from governance.rules.timing import STEPS, Against, Queue, Wait
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Stage
from readiness.models import Answer, AnswerEvent, Waiver
from readiness.queries import sets
from readiness.queries.facts import answers_of, seats_of
from readiness.rules.answers import State, waits_for
from readiness.rules.facts import ReadinessFacts
from roi.models import HypothesisVersion, SignOff
from roi.rules.signing import SIGNERS

WINDOW_DAYS = 180


@dataclass(frozen=True)
class Timing:
    since: date
    today: date
    steps: list[tuple[str, Queue]]
    people: list[tuple[str, Queue]]
    against: Against
    open: list[tuple[Wait, UseCase, str, str]]  # the longest waiting first: what, where, step in words, for whom


def timing(portfolio: Portfolio) -> Timing:
    """Nine queries, whatever the number of use cases."""
    today, zone = portfolio.today(), ZoneInfo(portfolio.time_zone)
    since = today - timedelta(days=WINDOW_DAYS)
    cases = {
        row.id: row
        for row in UseCase.objects.filter(portfolio=portfolio).select_related("lane").defer("details", "searchable", "problem")
    }  # fmt: skip
    waits = [
        wait
        for wait in (*_accepts(portfolio, cases, zone), *_requests(portfolio, zone), *_waivers(portfolio, zone), *_signs(cases, zone))
        if wait.until_on is None or wait.until_on >= since
    ]  # fmt: skip
    running = {
        row.id: max(row.stage_since.astimezone(zone).date(), since)
        for row in cases.values()
        if row.stage == Stage.PILOT
    }
    people = {user.id: str(user) for user in User.objects.filter(id__in={wait.person for wait in waits} - {None})}
    still = sorted(
        (wait for wait in waits if wait.until_on is None), key=lambda wait: (wait.since_on, str(wait.use_case_id))
    )
    return Timing(
        since, today,
        [(STEPS[step], found) for step, found in rules.by_step(waits, today).items()],
        [(_name(person, people), found) for person, found in rules.by_person(waits, today).items()],
        rules.against_work(waits, running, today),
        [(wait, cases[wait.use_case_id], STEPS[wait.step], _name(wait.person, people)) for wait in still],
    )  # fmt: skip


def _name(person: UUID | None, people: dict[UUID, str]) -> str:
    return people.get(person, "") if person else "Any leader"


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _accepts(portfolio: Portfolio, cases: dict[UUID, UseCase], zone: ZoneInfo) -> list[Wait]:
    """Answers that were accepted or sent back, and those that wait for somebody now."""
    found = []
    events = AnswerEvent.objects.filter(answer__use_case__portfolio=portfolio, waited_days__isnull=False)
    for use_case_id, person, at, waited in events.values_list("answer__use_case_id", "by_id", "at", "waited_days"):
        until = _day(at, zone)
        found.append(Wait("accept", use_case_id, until - timedelta(days=waited), until, person))
    waiting = Answer.objects.filter(use_case__portfolio=portfolio, state=State.WAITING).exclude(submitted_on=None)
    rows = list(waiting.values_list("use_case_id", "part", "submitted_on"))
    told = answers_of({row[0] for row in rows})
    asked = sets.of_lanes(row.lane for row in cases.values() if row.lane)
    today, policy = portfolio.today(), portfolio.policy
    for use_case_id, code, submitted_on in rows:
        row = cases[use_case_id]
        part = asked[row.lane_id].part(code) if row.lane_id else None
        if part is not None:
            facts = ReadinessFacts(told[use_case_id], (), seats_of(row))
            waits = waits_for(part, told[use_case_id][code], facts, policy, today)
            found.append(Wait("accept", use_case_id, submitted_on, None, waits.person))
    return found


def _requests(portfolio: Portfolio, zone: ZoneInfo) -> list[Wait]:
    """Requests that were decided, by whom, and those that are open. What was withdrawn waited for nobody."""
    decided = dict(
        Decision.objects.filter(portfolio=portfolio, request__isnull=False).values_list("request_id", "decided_by_id")
    )
    rows = Request.objects.filter(use_case__portfolio=portfolio).exclude(
        closed_as__in=(Request.WITHDRAWN, Request.LAPSED)
    )
    return [
        Wait("decide", row.use_case_id, _day(row.opened_at, zone), _day(row.closed_at, zone) if row.closed_at else None, decided.get(row.id))
        for row in rows
    ]  # fmt: skip


def _waivers(portfolio: Portfolio, zone: ZoneInfo) -> list[Wait]:
    rows = Waiver.objects.filter(item__use_case__portfolio=portfolio).exclude(approved_at=None, ended_at__isnull=False)
    return [
        Wait("waive", use_case_id, _day(asked, zone), _day(approved, zone) if approved else None, person)
        for use_case_id, asked, approved, person in rows.values_list(
            "item__use_case_id", "requested_at", "approved_at", "approved_by_id"
        )
    ]


def _signs(cases: dict[UUID, UseCase], zone: ZoneInfo) -> list[Wait]:
    """From the version as written to each signature; seats still missing once somebody has signed."""
    versions = {
        (row.hypothesis_id, row.number): row
        for row in HypothesisVersion.objects.filter(hypothesis__use_case_id__in=cases)
        .annotate(use_case_id=F("hypothesis__use_case_id"), newest=F("hypothesis__number"))
        .defer("content")
    }
    found, signed = [], defaultdict(dict)
    rows = SignOff.objects.filter(hypothesis__use_case_id__in=cases)
    for row in rows:
        version = versions.get((row.hypothesis_id, row.number))
        if version is None or version.fingerprint != row.fingerprint:
            continue
        until = _day(row.signed_at, zone)
        made_on = min(_day(version.made_at, zone), until)
        found.append(Wait("sign", version.use_case_id, made_on, until, row.person_id))
        if row.number == version.newest:
            signed[version.use_case_id][row.seat] = until
    for use_case_id, seats in signed.items():
        row = cases[use_case_id]
        for seat in SIGNERS:
            if seat not in seats and row.stage in (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION):
                found.append(Wait("sign", use_case_id, min(seats.values()), None, getattr(row, f"{seat}_id")))
    return found
