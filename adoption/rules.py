"""What is missing on the people's side of a use case? Pure: values in, every gap out.

Source: product.md (Blocking items, People). Severity by lane: the fast lane asks for the same as a condition.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from portfolio.rules import Gap, Severity, Stage

ORIGIN = "adoption"
HEARD_WITHIN_DAYS = 14  # of the select: the frontline is asked early, not after the fact
FAST, HIGH_IMPACT = "fast", "high-impact"
type Key = tuple[str, str, str]
_ASKED = (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION)


class Mode(StrEnum):
    """How a person stands to what the AI does."""

    APPROVES = "approves"  # decides on each suggestion
    SAMPLES = "samples"  # checks a sample afterwards
    STEPS_IN = "steps-in"  # is called when a limit is crossed


class MadeBy(StrEnum):
    """Who makes a decision in the work itself."""

    AI = "ai"
    AFTER_AI = "after-ai"  # a person, who sees what the AI suggests first
    PERSON = "person"


@dataclass(frozen=True)
class AffectedRole:
    """Whose work changes: how many people, how many were reached by support, how many use it."""

    id: UUID
    name: str
    headcount: int
    reached: int = 0
    using: int = 0
    reason: str = ""  # why not everybody is reached
    actions: int = 0  # support actions, open or done

    @property
    def settled(self) -> bool:
        """Everybody reached, or it is said why not."""
        return self.reached >= self.headcount or bool(self.reason)


@dataclass(frozen=True)
class Oversight:
    """Who watches the AI. `overseer_id` and `cover_id` are None when that person is no longer an active member."""

    mode: Mode | None = None
    overseer_id: UUID | None = None
    cover_id: UUID | None = None
    stop_authority: bool = False
    competence: bool = False
    review_days: int | None = None
    reviewed_on: date | None = None

    @property
    def lost(self) -> bool:
        """It was agreed how the AI is watched, and neither overseer nor cover is here any more."""
        return self.mode is not None and self.overseer_id is None and self.cover_id is None


@dataclass(frozen=True)
class Adoption:
    """What this room knows of one use case."""

    plan_owner_id: UUID | None = None
    first_on: date | None = None
    heard_on: date | None = None  # the newest engagement
    roles: tuple[AffectedRole, ...] = ()
    oversight: Oversight = Oversight()

    @property
    def planned(self) -> bool:
        """Started as select asks for it: an owner, a first date, at least one role."""
        return self.plan_owner_id is not None and self.first_on is not None and bool(self.roles)


NOTHING_SAID = Adoption()


def gaps(facts: Adoption, *, lane: str | None, stage: Stage, since_on: date, on: date) -> tuple[Gap, ...]:
    """Everything missing on day `on`; nothing before a lane is chosen (rules.md 2) and nothing for what has ended."""
    if lane is None or stage not in _ASKED:
        return ()
    must = Severity.CONDITION if lane == FAST else Severity.HARD
    found = []
    if not facts.planned:
        found.append(
            _gap("no_adoption_plan", "", Severity.HARD, "write", "No adoption plan: roles, owner, first date.")
        )
    found += _heard(facts, must, stage, since_on, on)
    for role in facts.roles:
        if not role.actions:
            text = f"No transition support for {role.name}."
            found.append(_gap("no_transition_support", str(role.id), must, "write", text))
        elif not role.settled:
            text = f"{role.name}: {role.reached} of {role.headcount} reached, and no reason why not all."
            found.append(_gap("role_not_reached", str(role.id), Severity.CONDITION, "write", text))
    return (*found, *_oversight(facts.oversight, lane, must, on))


def _heard(facts: Adoption, must: Severity, stage: Stage, since_on: date, on: date) -> list[Gap]:
    if facts.heard_on is None:
        return [_gap("no_frontline_conversation", "", must, "decide", "Nobody on the frontline was heard yet.")]
    late = stage == Stage.PILOT and facts.heard_on < since_on and (on - since_on).days > HEARD_WITHIN_DAYS
    text = f"Nobody on the frontline was heard in the {HEARD_WITHIN_DAYS} days after the select."
    return [_gap("frontline_late", "", Severity.ADVISORY, "decide", text)] if late else []


def _oversight(kept: Oversight, lane: str, must: Severity, on: date) -> list[Gap]:
    found = []
    if kept.mode is None or kept.overseer_id is None:
        text = "Nobody watches the AI."
        if kept.lost:
            text = "Oversight is lost: neither the overseer nor the cover is here any more."
        elif kept.mode is not None:
            text = "There is no overseer; only the cover watches the AI."
        return [_gap("no_overseer", "", must, "decide", text)]
    missing = [
        words
        for present, words in (
            (kept.cover_id, "a cover"), (kept.stop_authority, "the authority to stop it"),
            (kept.competence, "a note on competence"), (kept.review_days, "a review rhythm"),
        )
        if not present
    ]  # fmt: skip
    if missing:
        severity = Severity.HARD if lane == HIGH_IMPACT else Severity.CONDITION
        found.append(_gap("oversight_incomplete", "", severity, "write", f"Oversight lacks {', '.join(missing)}."))
    if kept.review_days and kept.reviewed_on and (on - kept.reviewed_on).days > kept.review_days:
        days = (on - kept.reviewed_on).days
        text = f"The last review of oversight was {days} days ago, not within {kept.review_days}."
        found.append(_gap("oversight_review_overdue", "", Severity.CONDITION, "decide", text))
    return found


def _gap(code: str, subject: str, severity: Severity, kind: str, text: str) -> Gap:
    return Gap(ORIGIN, code, subject, severity, kind, text)


def closers(found: Iterable[Gap], facts: Adoption, holders: Mapping[str, UUID | None]) -> dict[Key, UUID]:
    """Who can close each of this room's gaps: the plan's owner, for oversight the lead; the other where one is empty."""
    owners = {}
    for gap in found:
        if gap.origin == ORIGIN:
            wanted = [facts.plan_owner_id, holders.get("lead")]
            if gap.code in ("no_overseer", "oversight_incomplete"):
                wanted.reverse()
            owner = next((one for one in wanted if one is not None), None)
            if owner is not None:
                owners[gap.key] = owner
    return owners


def slowest(roles: Sequence[AffectedRole]) -> AffectedRole | None:
    """The role that is furthest behind, by share reached; None when all are settled."""
    behind = [role for role in roles if not role.settled and role.headcount]
    return min(behind, key=lambda role: (role.reached / role.headcount, role.name), default=None)


def measure(counts: Iterable[Sequence[tuple[date, int, int, int]]]) -> list[tuple[date, float, float]]:
    """The adoption measure over time: (day, share reached, share using) of all roles, oldest first.

    `counts`: for each role its (day, headcount, reached, using), oldest first. A role stands at its newest numbers of
    the day and is left out before its first.
    """
    said = [list(one) for one in counts]  # read more than once
    found = []
    for on in sorted({row[0] for one in said for row in one}):
        known = [max(until) for one in said if (until := [row for row in one if row[0] <= on])]
        heads, reached, using = (sum(numbers) for numbers in zip(*(row[1:] for row in known), strict=True))
        if heads:
            found.append((on, reached / heads, using / heads))
    return found
