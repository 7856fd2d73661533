"""Is a question clear, on whom does an answer wait, and who may say that it is clear? (product.md, Answers)"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from portfolio.rules import Policy, Reason, Verdict
from portfolio.rules.days import working_days_after
from readiness.rules.facts import AnswerFacts, ReadinessFacts
from readiness.rules.sets import Part, QuestionSet


class State(StrEnum):
    """One vocabulary everywhere; `waiting` is shown as waiting for NAME."""

    NOT_STARTED = "not_started"
    DRAFT = "draft"
    WAITING = "waiting"
    CLEAR = "clear"
    NOT_CLEAR = "not_clear"
    DOES_NOT_APPLY = "does_not_apply"


WORDS = {
    State.NOT_STARTED: "not started",
    State.DRAFT: "draft",
    State.WAITING: "waiting",
    State.CLEAR: "clear",
    State.NOT_CLEAR: "not clear",
    State.DOES_NOT_APPLY: "does not apply",
}
SETTLED = (State.CLEAR, State.DOES_NOT_APPLY)


def expired(answer: AnswerFacts, on: date) -> bool:
    """Was it accepted for a time that is over? The last day still counts."""
    return answer.state in SETTLED and answer.expires_on is not None and answer.expires_on < on


def state_of(answer: AnswerFacts | None, on: date) -> State:
    """The state on that day."""
    if answer is None:
        return State.NOT_STARTED
    if expired(answer, on):
        return State.NOT_CLEAR
    found = State(answer.state)
    if found is State.DRAFT and not answer.has_draft:
        return State.NOT_STARTED  # opened and left, or emptied again
    return found


def is_clear(answer: AnswerFacts | None, part: Part, on: date) -> bool:
    """Settled, not expired, and with evidence in force where the part asks for it."""
    found = state_of(answer, on)
    return found in SETTLED and not lacks_evidence(answer, part, on)


def lacks_evidence(answer: AnswerFacts | None, part: Part, on: date) -> bool:
    """Does the part ask for evidence that is not, or no longer, there? What does not apply needs none."""
    if not part.evidence or (answer is not None and answer.state == State.DOES_NOT_APPLY):
        return False
    return answer is None or answer.evidence_until is None or answer.evidence_until < on


def is_answered(part: Part, facts: ReadinessFacts, asked: QuestionSet, on: date) -> bool:
    """Is the answer clear, and for what we will monitor: is there at least one complete signal to do it with?

    Without one the gap is the monitoring plan's own; no second item is opened for the question.
    """
    return is_clear(facts.answers.get(part.code), part, on) and not (facts.unwatched and part == asked.watched())


def shown(part: Part, facts: ReadinessFacts, asked: QuestionSet, on: date) -> State:
    """The state as people read it: what was accepted but is not enough (evidence over, nothing watches) is not clear."""
    found = state_of(facts.answers.get(part.code), on)
    return State.NOT_CLEAR if found in SETTLED and not is_answered(part, facts, asked, on) else found


def share(facts: ReadinessFacts, asked: QuestionSet, on: date) -> tuple[int, int]:
    """(clear required parts, required parts)."""
    required = asked.required()
    return sum(is_answered(part, facts, asked, on) for part in required), len(required)


@dataclass(frozen=True, slots=True)
class Waits:
    """On whom an answer waits. `person` None: on any leader of the portfolio. `role` says as what."""

    person: UUID | None
    role: str


def waits_for(part: Part, answer: AnswerFacts, facts: ReadinessFacts, policy: Policy, on: date) -> Waits:
    """The named accepter; after the policy's working days their deputy; a leader where no seat can accept.

    Whoever wrote the answer cannot accept it, so their seat is passed over.
    """
    accepter, deputy = (_holder(seat, answer, facts) for seat in (part.accepter, part.deputy))
    since = answer.submitted_on
    late = since is not None and working_days_after(since, on, policy.holidays) > policy.answer_working_days
    if accepter is not None and not (late and (deputy is not None or part.deputy == "leader")):
        return Waits(accepter, part.accepter)
    if deputy is not None:
        return Waits(deputy, part.deputy)
    return Waits(None, "leader")


def _holder(seat: str, answer: AnswerFacts, facts: ReadinessFacts) -> UUID | None:
    holder = facts.seats.get(seat)
    return None if holder in answer.writers else holder


def may_submit(part: Part, answer: AnswerFacts | None, text: str, applies: bool, on: date) -> Verdict:
    """May this text be sent to its accepter?"""
    reasons = []
    if not text.strip():
        wanted = "Write the answer." if applies else "Say why it does not apply."
        reasons.append(Reason("empty_answer", wanted, part.code))
    if applies and lacks_evidence(answer, part, on):
        reasons.append(Reason("no_evidence", f"{part.code} needs evidence: a link or a file.", part.code))
    return Verdict(tuple(reasons))


def may_accept(
    part: Part, answer: AnswerFacts | None, facts: ReadinessFacts, policy: Policy, on: date, person: UUID | None,
    is_leader: bool,
) -> Verdict:  # fmt: skip
    """May this person say that it is clear, or send it back? Never its author, only whom it waits for.

    The named accepter may still answer after it moved to the deputy.
    """
    if answer is None or answer.state != State.WAITING:
        return Verdict((Reason("not_waiting", f"{part.code} does not wait for anybody.", part.code),))
    if person in answer.writers:
        text = "Whoever wrote an answer does not accept it."
        return Verdict((Reason("own_answer", text, part.code),))
    waits = waits_for(part, answer, facts, policy, on)
    named = {waits.person, _holder(part.accepter, answer, facts)} - {None}
    if person in named or (waits.person is None and is_leader):
        return Verdict()
    who = waits.role.replace("_", " ")
    return Verdict((Reason("not_accepter", f"{part.code} is accepted by the {who}.", part.code),))
