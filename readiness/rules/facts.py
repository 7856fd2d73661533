"""What does a readiness rule know of one use case? Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

# Four ratings of a source, each 0 to 3; the minimum counts. Completeness is part of accurate.
RATINGS = ("accessible", "accurate", "consistent", "governed")
RATING_WORDS = ("not rated", "poor", "fit with care", "fit")
FIT = 2  # what a need asks of its source unless it says otherwise
GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """One stored answer. `state` as stored; whether it expired is a question of the day."""

    part: str
    state: str
    writers: tuple[UUID, ...] = ()  # who wrote any of it since it was last accepted: none of them accepts it
    submitted_on: date | None = None
    expires_on: date | None = None
    evidence_until: date | None = None  # the last day with evidence in force; None without any
    has_draft: bool = False


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """A use case needs this data. `lowest`: the least rating of its source; 0 not rated, None no source named."""

    id: UUID
    purpose: str
    required: bool = True
    access: str = ""
    granted_until: date | None = None
    minimum: int = FIT
    source_id: UUID | None = None
    source_name: str = ""
    lowest: int | None = None
    weakest: str = ""  # which of the four it is
    caretaker_id: UUID | None = None  # steward, else owner of the source
    defects: tuple[Mapping[str, Any], ...] = ()  # open shared defects: id, text, kind, owner


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """What the room knows of one use case."""

    answers: Mapping[str, AnswerFacts] = field(default_factory=dict)
    needs: tuple[NeedFacts, ...] = ()
    seats: Mapping[str, UUID | None] = field(default_factory=dict)
    unwatched: bool = False  # the monitoring plan, kept elsewhere, has no complete signal
