"""What do ledger lines alone tell about each use case? A fold over them, oldest first; no other row is read.

Only what lines tell is known: a field without a line is absent from `known`. Ids, days and codes, as the payloads
spell them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from portfolio.rules import MOVES, Stage

GRACE = timedelta(minutes=5)  # a row and its line, or a line and what the jobs show of it, may fall on two days
DECIDED = frozenset(move.event for move in MOVES.values())
EVENTS = DECIDED | {
    "use_case.registered", "use_case.deleted", "use_case.responsibilities_changed", "date.agreed", "lane.chosen",
    "request.opened", "request.withdrawn", "request.lapsed", "waiver.approved", "waiver.ended",
    "waiver.expired", "adoption.planned", "oversight.set",
}  # fmt: skip


class Line(NamedTuple):
    """The columns of a ledger line that the fold reads; `subject_id` is a use case."""

    event_type: str
    subject_id: UUID
    payload: Mapping[str, Any]
    recorded_at: datetime


@dataclass
class Told:
    """One use case by its lines. `known`: stage, lane, agreed_on, seat:<name>, plan.<field>, oversight.<field>."""

    known: dict[str, Any] = field(default_factory=dict)
    requests: set[str] = field(default_factory=set)  # open
    waivers: dict[str, str] = field(default_factory=dict)  # in force: waiver → item
    decisions: list[str] = field(default_factory=list)
    registered: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Made:
    """What a decision's line says, and what the lines before it had told of its use case."""

    from_stage: str
    to_stage: str
    before: dict[str, Any]


@dataclass
class Story:
    """A whole chain, read until a moment."""

    cases: dict[UUID, Told] = field(default_factory=lambda: defaultdict(Told))
    made: dict[str, Made] = field(default_factory=dict)  # decision → what its line says
    late: set[tuple[UUID, str]] = field(default_factory=set)  # (use case, event) too close to the moment to compare


def fold(lines: Iterable[Line], until: datetime, seen: datetime) -> Story:
    """The story at `until`, from lines in the order of the chain.

    `seen` is that moment, or now when it is still ahead; lines within GRACE of it are named in `late`. Lines after
    `until` tell two things only: that a use case was deleted, and where the first decision of one found it, since what
    was declared has no line of its own.
    """
    story = Story()
    for line in lines:
        if abs(line.recorded_at - seen) < GRACE:
            story.late.add((line.subject_id, line.event_type))
        told = story.cases[line.subject_id]
        if line.event_type == "use_case.deleted":
            told.deleted = True
        elif line.recorded_at < until:
            _take(story, told, line)
        elif line.event_type in DECIDED:
            told.known.setdefault("stage", line.payload.get("from"))
    return story


def _take(story: Story, told: Told, line: Line) -> None:
    event, payload = line.event_type, line.payload
    if event in DECIDED:
        story.made[payload["decision"]] = Made(payload["from"], payload["to"], dict(told.known))
        told.decisions.append(payload["decision"])
        told.known["stage"] = payload["to"]
    told.known |= {f"seat:{seat}": holder for seat, holder in (payload.get("seats") or {}).items()}
    match event:
        case "use_case.registered":
            told.registered, told.known["stage"] = True, Stage.PROPOSED.value
        case "date.agreed":
            told.known["agreed_on"] = payload["agreed_on"]
        case "lane.chosen":
            told.known["lane"] = f"{payload['lane']} {payload['version']}"
        case "adoption.planned":
            told.known |= {f"plan.{name}": payload[name] for name in ("owner", "first_on")}
        case "oversight.set":
            told.known |= {f"oversight.{name}": value for name, value in payload.items()}
        case "request.opened":
            told.requests.add(payload["request"])
        case "waiver.approved":
            told.waivers[payload["waiver"]] = payload["items"][0]
        case "waiver.expired":
            told.waivers.pop(payload["waiver"], None)
        case "waiver.ended":
            told.waivers = {one: item for one, item in told.waivers.items() if item not in payload["items"]}
    if event != "request.opened" and payload.get("request"):
        told.requests.discard(payload["request"])
