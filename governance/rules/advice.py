"""Which pilots to run, which to pause, which to stop first? (rules.md 4, until the selection engine exists)

Pause first: stop criterion met, then `stop_advised`, `no_date`, `at_risk`; then, from first sort and labelled
rough: no sponsor, no business outcome, no real users, lower order of magnitude (of the hypothesis where there is one,
and there the lower value); then the longest in pilot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.rules.facts import Facts
from governance.rules.status import Standing, Status

RUN, PAUSE, STOP = "run", "pause", "stop"
_STATUS_PART = {Status.STOP_ADVISED: 3, Status.NO_DATE: 2, Status.AT_RISK: 1}


def pause_order(facts: Facts, standing: Standing) -> list[int]:
    """A list of integers; the greater one is paused earlier."""
    began = min(facts.stage_since_on, facts.running_since or facts.stage_since_on)
    return [
        int(facts.stop_met_on is not None),
        _STATUS_PART.get(standing.status, 0) if standing.status else 0,
        int(not facts.named_sponsor),
        int(not facts.business_outcome),
        int(not facts.real_users),
        -_magnitude(facts),
        -int(facts.worth.value[1]) if facts.worth.value else 0,
        -began.toordinal(),
    ]


def _magnitude(facts: Facts) -> int:
    """0 under 10 thousand … 3 over a million: of the stated hypothesis, else as first sort guessed; -1 unknown."""
    if facts.worth.value is None:
        return -1 if facts.magnitude is None else facts.magnitude
    return sum(facts.worth.value[1] >= step for step in (10_000, 100_000, 1_000_000))


@dataclass(frozen=True)
class Ranked:
    """A pilot as the ranking sees it. `number` breaks ties: the older key is kept."""

    id: object
    number: int
    pause_order: Sequence[int]
    status_text: str = ""
    why_no_date: str = ""
    waiting_too_long: bool = False


@dataclass(frozen=True)
class Advice:
    """`rank` 1 is kept first. `rough`: it rests on first-sort facts, not on a value anybody worked out."""

    id: object
    rank: int
    recommendation: str
    reason: str
    rough: bool


def advise(pilots: Sequence[Ranked], cap: int) -> list[Advice]:
    """Rank the pilots and say for each what to do and, in one sentence, why."""
    ordered = sorted(pilots, key=lambda pilot: (list(pilot.pause_order), pilot.number))
    kept = 0
    advice = []
    for rank, pilot in enumerate(ordered, start=1):
        if pilot.pause_order[0] or pilot.pause_order[1] == _STATUS_PART[Status.STOP_ADVISED]:
            advice.append(Advice(pilot.id, rank, STOP, f"{pilot.status_text}: say what was learnt and stop it.", False))
        elif pilot.waiting_too_long:
            advice.append(Advice(pilot.id, rank, PAUSE, "It has waited longer than a pilot may keep its slot.", False))
        elif kept < cap:
            kept += 1
            advice.append(_keep(pilot, rank, under_cap=len(ordered) <= cap))
        else:
            advice.append(_pause(pilot, rank))
    return advice


def _keep(pilot: Ranked, rank: int, under_cap: bool) -> Advice:
    if under_cap:
        return Advice(pilot.id, rank, RUN, _state(pilot, "It fits under the cap."), True)
    weak = _weaknesses(pilot)
    if not weak:
        return Advice(pilot.id, rank, RUN, _state(pilot, "It has a sponsor, an outcome and real users."), True)
    return Advice(pilot.id, rank, RUN, _state(pilot, f"Among the best known so far, though it has {_and(weak)}."), True)


def _pause(pilot: Ranked, rank: int) -> Advice:
    status = pilot.pause_order[1]
    weak = _weaknesses(pilot)
    if status == _STATUS_PART[Status.AT_RISK]:
        return Advice(pilot.id, rank, PAUSE, "At risk: 85 % sure only after its agreed date.", False)
    if weak:
        return Advice(pilot.id, rank, PAUSE, _state(pilot, f"Below the cap line: it has {_and(weak)}."), True)
    return Advice(pilot.id, rank, PAUSE, _state(pilot, "Below the cap line: worth less, or longer in pilot."), True)


def _state(pilot: Ranked, sentence: str) -> str:
    return f"{sentence} No date: {pilot.why_no_date}." if pilot.why_no_date else sentence


def _weaknesses(pilot: Ranked) -> list[str]:
    _, _, no_sponsor, no_outcome, no_users, *_ = pilot.pause_order
    found = [(no_sponsor, "no sponsor"), (no_outcome, "no business outcome"), (no_users, "no real users")]
    return [text for missing, text in found if missing]


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
