"""Where does what was stored differ from what the ledger lines tell, at the end of a day? Each difference by its name.

Of any day: stage, decisions and what they stood on, open requests, waivers in force, the agreed date. Seats, lane,
adoption plan and oversight keep no history of their own: the lines up to today must lead to what stands there now.
What no line tells is not compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from adoption.models import Oversight, Plan
from governance.models import AgreedDate, Decision, Request
from governance.rules.told import DECIDED, EVENTS, Line, Story, fold
from ledger.models import Entry
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import SEATS
from readiness.models import Waiver

NONE = "none"
_STOOD_ON = ("sponsor", "lead", "overseer")  # seats that a decision's snapshot holds
_CLOSING = frozenset({"request.opened", "request.withdrawn", "request.lapsed"}) | DECIDED
_WAIVING = frozenset({"waiver.approved", "waiver.ended", "waiver.expired"})


@dataclass(frozen=True, order=True)
class Difference:
    """`told` by the ledger against what is `stored`: ids, codes and days as texts. `about`: stage, seat:lead, …"""

    use_case_id: UUID
    about: str
    told: str
    stored: str


def story_of(portfolio: Portfolio, until: datetime, now: datetime) -> Story:
    """The portfolio's lines folded; one query, read row by row."""
    lines = (
        Entry.objects.of_chain(portfolio.id)
        .filter(event_type__in=EVENTS, subject_type="use_case")
        .values_list("event_type", "subject_id", "payload", "recorded_at")
    )
    return fold((Line(*line) for line in lines.iterator(chunk_size=2000)), until, min(until, now))


def differences(
    portfolio: Portfolio, until: datetime, stages: Mapping[UUID, str], decisions: Iterable[Decision]
) -> list[Difference]:
    """Sorted by use case. `stages`: as shown at `until`; `decisions`: made before it. Five queries, eight for today."""
    now = timezone.now()
    story = story_of(portfolio, until, now)
    present = {row.id: row for row in UseCase.objects.filter(portfolio=portfolio).select_related("lane")}
    found = [*_stages(story, present, stages), *_decisions(story, decisions)]
    if until < now:
        late = story.late
    else:  # rows and lines of now are committed together: only what the jobs show may be behind
        late = set()
        found += [*_seats_and_lanes(story, present), *_people(story, portfolio)]
    found += [*_requests(story, late, portfolio, until), *_waivers(story, late, portfolio, until)]
    found += _dates(story, late, portfolio, until)
    return sorted(found)


def _stages(
    story: Story, present: Mapping[UUID, UseCase], shown: Mapping[UUID, str]
) -> Iterator[Difference]:  # fmt: skip
    moved = {use_case_id for use_case_id, event in story.late if event in DECIDED}
    for use_case_id, stage in shown.items():
        told = story.cases[use_case_id].known.get("stage") if use_case_id in story.cases else None
        if told is None and use_case_id in present:
            told = present[use_case_id].registered_as
        if told is not None and told != stage and use_case_id not in moved:
            yield Difference(use_case_id, "stage", told, stage)
    for use_case_id, told in story.cases.items():
        if told.deleted and use_case_id in present:
            yield Difference(use_case_id, "row", "deleted", "there")
        if told.registered and not told.deleted and use_case_id not in present:
            yield Difference(use_case_id, "row", "there", "deleted")


def _decisions(story: Story, decisions: Iterable[Decision]) -> Iterator[Difference]:
    rows = {str(one.id): one for one in decisions}
    for key, row in rows.items():
        made = story.made.get(key)
        if made is None:
            continue  # its line is missing or a moment later: `replay.unproved` asks for it, whatever its day
        moves = (f"{made.from_stage} → {made.to_stage}", f"{row.from_stage} → {row.to_stage}")
        if moves[0] != moves[1]:
            yield Difference(row.use_case_id, "decision", *moves)
        if made.before.get("stage", made.from_stage) != made.from_stage:
            yield Difference(row.use_case_id, "stage before", made.before["stage"], made.from_stage)
        stood_on = row.snapshot.get("seats", {})
        for seat in _STOOD_ON:
            name = f"seat:{seat}"
            if name in made.before and seat in stood_on and made.before[name] != stood_on[seat]:
                yield Difference(
                    row.use_case_id, f"{name} when decided", _text(made.before[name]), _text(stood_on[seat])
                )
        material = row.snapshot.get("material", {})
        lane = f"{material.get('lane')} {material.get('lane_version')}"
        if "lane" in made.before and "lane" in material and made.before["lane"] != lane:
            yield Difference(row.use_case_id, "lane when decided", made.before["lane"], lane)
    late = {use_case_id for use_case_id, event in story.late if event in DECIDED}
    kept = {str(key) for key in Decision.objects.filter(id__in=list(story.made)).values_list("id", flat=True)}
    for use_case_id, told in story.cases.items():
        if use_case_id not in late:
            for key in told.decisions:
                if key not in kept:
                    yield Difference(use_case_id, "decision", key, NONE)


def _requests(
    story: Story, late: set[tuple[UUID, str]], portfolio: Portfolio, until: datetime
) -> Iterator[Difference]:  # fmt: skip
    stored = Request.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=until), use_case__portfolio=portfolio, opened_at__lt=until
    ).values_list("use_case_id", "id")
    told = {use_case_id: case.requests for use_case_id, case in story.cases.items()}
    yield from _sets("open request", told, stored, {one for one, event in late if event in _CLOSING})


def _waivers(
    story: Story, late: set[tuple[UUID, str]], portfolio: Portfolio, until: datetime
) -> Iterator[Difference]:  # fmt: skip
    stored = Waiver.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=until), item__use_case__portfolio=portfolio, approved_at__lt=until
    ).values_list("item__use_case_id", "id")
    told = {use_case_id: set(case.waivers) for use_case_id, case in story.cases.items()}
    yield from _sets("waiver in force", told, stored, {one for one, event in late if event in _WAIVING})


def _sets(
    about: str, told: Mapping[UUID, set[str]], rows: Iterable[tuple[UUID, UUID]], unsettled: set[UUID]
) -> Iterator[Difference]:
    stored: dict[UUID, set[str]] = defaultdict(set)
    for use_case_id, key in rows:
        stored[use_case_id].add(str(key))
    for use_case_id in (told.keys() | stored.keys()) - unsettled:
        lines, kept = told.get(use_case_id, set()), stored.get(use_case_id, set())
        yield from (Difference(use_case_id, about, key, NONE) for key in lines - kept)
        yield from (Difference(use_case_id, about, NONE, key) for key in kept - lines)


def _dates(
    story: Story, late: set[tuple[UUID, str]], portfolio: Portfolio, until: datetime
) -> Iterator[Difference]:  # fmt: skip
    rows = (
        AgreedDate.objects.filter(use_case__portfolio=portfolio, made_at__lt=until)
        .order_by("use_case_id", "-made_at", "-id")
        .distinct("use_case_id")
    )
    stored = {use_case_id: day.isoformat() for use_case_id, day in rows.values_list("use_case_id", "agreed_on")}
    told = {key: case.known["agreed_on"] for key, case in story.cases.items() if "agreed_on" in case.known}
    for use_case_id in told.keys() | stored.keys():
        lines, kept = told.get(use_case_id, NONE), stored.get(use_case_id, NONE)
        if lines != kept and (use_case_id, "date.agreed") not in late:
            yield Difference(use_case_id, "agreed date", lines, kept)


def _seats_and_lanes(story: Story, present: Mapping[UUID, UseCase]) -> Iterator[Difference]:
    for use_case_id, row in present.items():
        stands = {f"seat:{seat}": _text(getattr(row, f"{seat}_id"), None) for seat in SEATS}
        stands["lane"] = f"{row.lane.code} {row.lane.version}" if row.lane else None
        yield from _fields(story, use_case_id, stands)


def _people(story: Story, portfolio: Portfolio) -> Iterator[Difference]:
    for plan in Plan.objects.filter(use_case__portfolio=portfolio):
        stands: dict[str, Any] = {"plan.owner": str(plan.owner_id), "plan.first_on": plan.first_on.isoformat()}
        yield from _fields(story, plan.use_case_id, stands)
    for row in Oversight.objects.filter(use_case__portfolio=portfolio):
        stands = {
            "oversight.mode": row.mode, "oversight.cover": _text(row.cover_id, None),
            "oversight.stop_authority": row.stop_authority, "oversight.review_days": row.review_days,
            "oversight.reviewed_on": _text(row.reviewed_on, None),
        }  # fmt: skip
        yield from _fields(story, row.use_case_id, stands)


def _fields(story: Story, use_case_id: UUID, stands: Mapping[str, Any]) -> Iterator[Difference]:
    known = story.cases[use_case_id].known if use_case_id in story.cases else {}
    for name, value in stands.items():
        if name in known and known[name] != value:
            yield Difference(use_case_id, name, _text(known[name]), _text(value))


def _text(value: Any, empty: Any = NONE) -> Any:
    return empty if value is None else str(value)
