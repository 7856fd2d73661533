"""What does a rule know of one use case? The one value that every rule takes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from adoption.rules import NOTHING_SAID, Adoption
from feedback.rules.facts import NOTHING_KNOWN, FeedbackFacts
from portfolio.rules import Gap, Severity, Stage
from readiness.rules.items import Mode
from roi.rules.gaps import NO_FACTS, RoiFacts


@dataclass(frozen=True)
class Item:
    """An open blocking item, or a gap that is not yet one (then without owner and due date)."""

    key: tuple[str, str, str]  # origin, code, subject
    severity: Severity
    kind: str
    text: str
    owner_id: UUID | None = None
    due_on: date | None = None
    waived_until: date | None = None
    id: UUID | None = None  # of the stored item, once there is one
    age: int = 0  # days open, all spells together
    waits_on: tuple[UUID, ...] = ()

    def blocks(self, on: date) -> bool:
        """Hard, and no waiver holds on that day."""
        return self.severity == Severity.HARD and (self.waived_until is None or self.waived_until < on)


@dataclass(frozen=True)
class OpenRequest:
    id: UUID
    kind: str
    author_id: UUID
    opened_on: date


@dataclass(frozen=True)
class Facts:
    """Everything a rule may ask about one use case on one day. Days are the portfolio's local days."""

    on: date
    use_case_id: UUID
    portfolio_id: UUID
    key: str
    title: str
    stage: Stage
    stage_since_on: date
    stage_left: Stage | None = None
    registered_as: Stage = Stage.PROPOSED
    rooms: frozenset[str] = frozenset()  # which views of a use case exist: readiness, roi, feedback, adoption

    lane: str | None = None
    lane_version: int | None = None
    success_statement: bool = False
    why_ai: bool = False
    stop_criterion: bool = False
    stop_met_on: date | None = None
    sponsor_id: UUID | None = None
    lead_id: UUID | None = None
    overseer_id: UUID | None = None

    business_outcome: bool = False
    magnitude: int | None = None  # 0 under 10 thousand … 3 over a million a year; None unknown
    named_sponsor: bool = False  # a seat, or a name from an import
    running_since: date | None = None
    real_users: int | None = None

    agreed_on: date | None = None
    review_on: date | None = None
    reviews_missed: int = 0
    waiting_until_on: date | None = None
    last_recorded_on: date | None = None

    slots_taken: int = 0
    cap_exception_until: date | None = None  # the newest, also when it has ended
    requests: tuple[OpenRequest, ...] = ()
    gone_on: date | None = None  # the newest recorded go
    governance_days: int = 0  # days in which a request waited, in this stage

    mode: Mode = Mode.LISTED  # do gaps live as items: selected or kept, and not resting
    gaps: tuple[Gap, ...] = ()
    items: tuple[Item, ...] = ()
    readiness: tuple[int, int] | None = None  # clear and required parts of the lane
    forecast_p50_on: date | None = None
    forecast_p85_on: date | None = None
    forecast_p95_on: date | None = None
    forecast_driver: str = ""  # the item whose own date is last, in its words
    feedback: FeedbackFacts = NOTHING_KNOWN
    curve_version: int = 0  # 0: the starting assumptions
    worth: RoiFacts = NO_FACTS  # the hypothesis, its verdict and its value
    adoption: Adoption = NOTHING_SAID  # the plan, whose work changes, who was heard, who watches the AI

    def open_hard(self) -> tuple[Item, ...]:
        """Items that stop a go: open, hard, not waived today."""
        return tuple(item for item in self.items if item.blocks(self.on))

    @property
    def in_stage_days(self) -> int:
        """Days since the pilot (or stage) began; an import may say that it ran before."""
        began = self.stage_since_on
        if self.stage == Stage.PILOT and self.running_since is not None:
            began = min(began, self.running_since)
        return (self.on - began).days
