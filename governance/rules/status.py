"""How does it stand? The computed status (rules.md 4); it never reads as a decision."""

from dataclasses import dataclass
from enum import StrEnum

from feedback.rules.facts import reasons_to_act, reasons_to_watch
from governance.rules.facts import Facts
from portfolio.rules import Policy, Stage


class Status(StrEnum):
    READY = "ready"
    ON_COURSE = "on_course"
    AT_RISK = "at_risk"
    NO_DATE = "no_date"
    STOP_ADVISED = "stop_advised"
    STEADY = "steady"
    WATCH = "watch"
    ACT = "act"


@dataclass(frozen=True)
class Standing:
    """A status with the words it is shown as. `why_no_date` says what stands against a date."""

    status: Status | None
    text: str = ""
    why_no_date: str = ""


def standing(facts: Facts, policy: Policy) -> Standing:
    """The status of one use case on its day. None for paused and closed ones."""
    if facts.stage in (Stage.PROPOSED, Stage.PILOT):
        return _before_go(facts)
    if facts.stage == Stage.PRODUCTION:
        return _live(facts)
    return Standing(None)


def _before_go(facts: Facts) -> Standing:
    hard = facts.open_hard()
    if facts.stop_met_on is not None or facts.worth.stop_met:
        return Standing(Status.STOP_ADVISED, "Stop criterion met")
    if facts.worth.off_track:
        return Standing(Status.STOP_ADVISED, "Value off track")
    if facts.agreed_on is not None and facts.agreed_on < facts.on and hard:
        return Standing(Status.STOP_ADVISED, "Past its date")
    if facts.lane is not None and not hard:
        return Standing(Status.READY, "Ready to decide")
    why = why_no_date(facts)
    if why:
        return Standing(Status.NO_DATE, "No date possible", why)
    if facts.forecast_p85_on is not None and facts.agreed_on is not None and facts.forecast_p85_on > facts.agreed_on:
        return Standing(Status.AT_RISK, "At risk")
    return Standing(Status.ON_COURSE, "On course")


def why_no_date(facts: Facts) -> str:
    """Why no go/no-go date can be given; empty when one can."""
    if facts.lane is None:
        return "no lane chosen"
    loose = sum(1 for item in facts.open_hard() if item.owner_id is None or item.due_on is None)
    if loose:
        return f"{loose} item{'s' if loose > 1 else ''} without owner or due date"
    return "no date agreed" if facts.agreed_on is None else ""


def _live(facts: Facts) -> Standing:
    if facts.stop_met_on is not None or facts.worth.stop_met:
        return Standing(Status.ACT, "Act: stop criterion met")
    if facts.adoption.oversight.lost:
        return Standing(Status.ACT, "Act: oversight lost")
    if act := reasons_to_act(facts.feedback):
        return Standing(Status.ACT, _named("Act", act))
    if facts.worth.off_track:
        return Standing(Status.ACT, "Act: value off track")
    if watch := reasons_to_watch(facts.feedback):
        return Standing(Status.WATCH, _named("Watch", watch))
    if facts.worth.behind:
        return Standing(Status.WATCH, "Watch: value behind")
    if facts.open_hard():
        return Standing(Status.WATCH, "Watch")
    return Standing(Status.STEADY, "Steady")


def _named(word: str, reasons: tuple[str, ...]) -> str:
    """The status with its first reason, as the board has room for it."""
    return f"{word}: {reasons[0]}"[:60]


def overdue(facts: Facts) -> int:
    """How many open hard items are past their due date."""
    return sum(1 for item in facts.open_hard() if item.due_on is not None and item.due_on < facts.on)
