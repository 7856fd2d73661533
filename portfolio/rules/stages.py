"""Which stage may a use case move to, and by which verb?

The one table of moves: page, API, admin, bulk and jobs read it; docs/reference/stages.md is generated from it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    PROPOSED = "proposed"
    PILOT = "pilot"
    PRODUCTION = "production"
    PAUSED = "paused"
    DECLINED = "declined"
    STOPPED = "stopped"
    RETIRED = "retired"


class Verb(StrEnum):
    SELECT = "select"
    DECLINE = "decline"
    GO = "go"
    NO_GO = "no-go"
    PAUSE = "pause"
    RESUME = "resume"
    ROLL_BACK = "roll-back"
    STOP = "stop"
    RETIRE = "retire"
    REOPEN = "reopen"
    RETURN = "return"


@dataclass(frozen=True)
class Move:
    """One row of the table. `target` None means: the stage it left when it was paused."""

    verb: Verb
    sources: frozenset[Stage]
    target: Stage | None
    label: str  # on a button
    past: str  # in a sentence: "Ana paused it"
    event: str  # in the ledger
    asks_first: bool = False  # cannot be undone by one click, so the page asks before


def _move(
    verb: Verb, sources: tuple[Stage, ...], target: Stage | None, label: str, past: str, asks_first: bool = False
) -> Move:
    return Move(verb, frozenset(sources), target, label, past, f"use_case.{past.replace(' ', '_')}", asks_first)


_S = Stage
MOVES: dict[Verb, Move] = {
    move.verb: move
    for move in (
        _move(Verb.SELECT, (_S.PROPOSED,), _S.PILOT, "Select", "selected", asks_first=True),
        _move(Verb.DECLINE, (_S.PROPOSED,), _S.DECLINED, "Decline", "declined"),
        _move(Verb.GO, (_S.PILOT,), _S.PRODUCTION, "Go", "taken to production", asks_first=True),
        _move(Verb.NO_GO, (_S.PILOT,), _S.PILOT, "No-go", "held back", asks_first=True),
        _move(Verb.PAUSE, (_S.PILOT, _S.PRODUCTION), _S.PAUSED, "Pause", "paused"),
        _move(Verb.RESUME, (_S.PAUSED,), None, "Resume", "resumed"),
        _move(Verb.ROLL_BACK, (_S.PRODUCTION,), _S.PILOT, "Roll back", "rolled back", asks_first=True),
        _move(Verb.STOP, (_S.PILOT, _S.PAUSED), _S.STOPPED, "Stop", "stopped", asks_first=True),
        _move(Verb.RETIRE, (_S.PRODUCTION,), _S.RETIRED, "Retire", "retired", asks_first=True),
        _move(Verb.REOPEN, (_S.DECLINED, _S.STOPPED), _S.PROPOSED, "Reopen", "reopened"),
        _move(Verb.RETURN, (_S.PILOT,), _S.PROPOSED, "Return", "returned", asks_first=True),
    )
}

# Pairs that one click takes back, as a compensating line in the ledger (rules.md 2).
UNDO: dict[Verb, Verb] = {
    Verb.PAUSE: Verb.RESUME,
    Verb.RESUME: Verb.PAUSE,
    Verb.DECLINE: Verb.REOPEN,
    Verb.REOPEN: Verb.DECLINE,
}


def moves_from(stage: Stage) -> tuple[Move, ...]:
    """Every move that starts in `stage`, in the table's order."""
    return tuple(move for move in MOVES.values() if stage in move.sources)


def target_of(verb: Verb, stage: Stage, left: Stage | None) -> Stage | None:
    """The stage that `verb` leads to from `stage`, or None when the table has no such move.

    `left` is the stage a paused use case was in before.
    """
    move = MOVES[verb]
    if stage not in move.sources:
        return None
    return move.target if move.target is not None else left
