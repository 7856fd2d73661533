"""What is the next thing to do for this use case, and what still stands in its way?

The guards' own reasons, so that the page never asks for anything the verb would not.
"""

from dataclasses import dataclass

from governance.rules import moves
from governance.rules.facts import Facts
from portfolio.rules import Policy, Reason, Stage, Verb


@dataclass(frozen=True)
class NextStep:
    """`act` names what to do: a verb, or lane, date, ask, fill, gate, review, none. `missing` is what must come first."""

    act: str
    missing: tuple[Reason, ...] = ()


def next_step(facts: Facts, policy: Policy) -> NextStep:
    """The one step that brings it on, for its stage."""
    if facts.stage == Stage.PROPOSED:
        missing = moves.may_select(facts, policy).reasons
        own = tuple(reason for reason in missing if reason.code != "pilot_cap")
        return NextStep("fill", own) if own else NextStep(Verb.SELECT, missing)
    if facts.stage == Stage.PILOT:
        return _in_pilot(facts)
    if facts.stage == Stage.PRODUCTION:
        never_gated = facts.gone_on is None and facts.agreed_on is None
        return NextStep("gate") if never_gated else NextStep("none")
    if facts.stage == Stage.PAUSED:
        due = facts.review_on is not None and facts.review_on <= facts.on
        return NextStep("review" if due else "none")
    return NextStep("none")


def _in_pilot(facts: Facts) -> NextStep:
    if facts.stop_met_on is not None:
        return NextStep(Verb.STOP)
    if facts.lane is None:
        return NextStep("lane", moves.clear_to_go(facts).reasons)
    if facts.agreed_on is None:
        return NextStep("date")
    missing = moves.clear_to_go(facts).reasons
    if missing:
        return NextStep("items", missing)
    return NextStep(Verb.GO) if moves.open_request(facts, Verb.GO) else NextStep("ask")
