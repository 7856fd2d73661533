"""What may a producer say, and what does one event come down to?

Five shapes, told apart by `type`. Unknown fields are refused; an omitted field and its default are the same content,
so are `1` and `1.0`, `"12.50"` and `"12.5"`, and two spellings of one instant. The canonical text of an event is the
JSON of its shape in the order written here, without defaults, `at` in UTC: its SHA-256 is the fingerprint.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

# What an event says, as stored (smallint). Tens tell the kind: 1 suggestion, 2 decision, 3 outcome, 4 exception.
SUGGESTION = 10
ACCEPTED, MODIFIED, OVERRIDDEN, ESCALATED = 20, 21, 22, 23
OUTCOME_UNKNOWN, MODEL_RIGHT, MODEL_WRONG = 30, 31, 32
OPENED, RESOLVED = 40, 41
SIGNAL = 50

ACTIONS = {"accepted": ACCEPTED, "modified": MODIFIED, "overridden": OVERRIDDEN, "escalated": ESCALATED}
OUTCOMES = {None: OUTCOME_UNKNOWN, True: MODEL_RIGHT, False: MODEL_WRONG}
STATES = {"opened": OPENED, "resolved": RESOLVED}

# Ids are opaque: any 1 to 255 characters, compared byte by byte (NFC and NFD differ on purpose).
Id = Annotated[str, Meta(min_length=1, max_length=255)]
Label = Annotated[str, Meta(max_length=100)]
Code = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=4000)]
Amount = Annotated[str, Meta(pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?\Z")]
Instant = Annotated[datetime, Meta(tz=True)]

# (what, case or exception, model, segment, code, value): the columns the fold reads
Parts = tuple[int, str | None, str | None, str | None, str | None, str | None]


class _Event(Struct, tag_field="type", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    id: Id
    at: Instant
    test: bool = False


class Suggestion(_Event, tag="suggestion"):
    """What the model proposed in a case. `confidence` is a share, 0 to 1."""

    case: Id
    summary: Text | None = None
    model: Label | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    segment: Label | None = None
    subject: Id | None = None

    def parts(self) -> Parts:
        if self.confidence == 0:
            self.confidence = 0.0  # -0.0 is the same number and must be the same content
        return SUGGESTION, self.case, self.model, self.segment, None, None


class Decision(_Event, tag="decision"):
    """What a person did with it. `actor` is the producer's pseudonym, never a name."""

    case: Id
    action: Literal["accepted", "modified", "overridden", "escalated"]
    reason: Code | None = None
    note: Text | None = None
    actor: Id | None = None

    def parts(self) -> Parts:
        return ACTIONS[self.action], self.case, None, None, self.reason, None


class Outcome(_Event, tag="outcome"):
    """What came of it. `correct`: was the model's suggestion right? `value` in the portfolio's currency."""

    case: Id
    correct: bool | None = None
    value: Amount | None = None
    code: Code | None = None

    def parts(self) -> Parts:
        if self.value is not None:
            self.value = plain(self.value)
        return OUTCOMES[self.correct], self.case, None, None, self.code, self.value


class Incident(_Event, tag="exception"):
    """A change of state of an exception, named by its own external id; a case is optional."""

    exception: Id
    state: Literal["opened", "resolved"]
    case: Id | None = None
    kind: Code | None = None
    resolution: Text | None = None

    def parts(self) -> Parts:
        return STATES[self.state], self.exception, None, None, self.kind, None


class Signal(_Event, tag="signal"):
    """A value of the monitoring plan: drift, latency, cost, volume."""

    signal: Annotated[str, Meta(min_length=1, max_length=64)]
    value: Amount

    def parts(self) -> Parts:
        self.value = plain(self.value)
        return SIGNAL, None, None, None, self.signal, self.value


Event = Suggestion | Decision | Outcome | Incident | Signal


class Envelope(Struct, forbid_unknown_fields=True):
    """The plain JSON body: `{"events": [...]}` and nothing else."""

    events: list[Event]


def plain(amount: str) -> str:
    """One spelling for one number: no trailing zeros, no negative zero."""
    if "." in amount:
        amount = amount.rstrip("0").rstrip(".")
    return "0" if amount == "-0" else amount
