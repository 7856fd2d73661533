"""May this use case make this move? Every reason is named, not only the first.

Guards: product.md (Stages) and rules.md 2. A clause starts with the room that can satisfy it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from governance.rules.facts import Facts, OpenRequest
from portfolio.rules import MOVES, Policy, Reason, Stage, Verb, Verdict, target_of

# What a guard will ask as soon as the room exists: (verb, room, what it asks). A page says so until then.
LATER = (
    (Verb.SELECT, "roi", "a hypothesis drafted"),
    (Verb.SELECT, "adoption", "an adoption plan started"),
    (Verb.GO, "readiness", "the four readiness questions clear"),
)


@dataclass(frozen=True)
class CapAsk:
    """A dated exception asked for in the same act as the move that needs it."""

    until_on: date
    reason: str


def not_asked_yet(verb: Verb, rooms: frozenset[str]) -> tuple[str, ...]:
    """What this guard does not ask because the room that could satisfy it is absent."""
    return tuple(what for of, room, what in LATER if of is verb and room not in rooms)


def may_move(verb: Verb, facts: Facts) -> Verdict:
    """Does the table of stages hold this move at all?"""
    if target_of(verb, facts.stage, facts.stage_left) is None:
        text = f"A use case that is {_said(facts.stage)} cannot be {MOVES[verb].past}."
        return Verdict((Reason("wrong_stage", text, facts.key, {"stage": facts.stage, "verb": verb}),))
    return Verdict()


def _said(stage: Stage) -> str:
    return {"pilot": "in pilot", "production": "in production"}.get(stage, str(stage))


def slot(facts: Facts, policy: Policy, ask: CapAsk | None) -> Verdict:
    """Is a slot free, or does a dated exception let this one exceed the cap?"""
    reasons = []
    if ask is not None:
        if ask.until_on <= facts.on:
            reasons.append(Reason("exception_in_past", "The exception must end on a later day.", "exception.until_on"))
        if not ask.reason.strip():
            reasons.append(Reason("exception_without_reason", "Say why the cap may be exceeded.", "exception.reason"))
    elif facts.slots_taken >= policy.pilot_cap:
        params = {"taken": facts.slots_taken, "cap": policy.pilot_cap}
        text = f"{facts.slots_taken} of {policy.pilot_cap} slots are taken."
        reasons.append(Reason("pilot_cap", text, facts.key, params))
    return Verdict(tuple(reasons))


def may_select(facts: Facts, policy: Policy, ask: CapAsk | None = None) -> Verdict:
    """May this use case take a pilot slot?"""
    missing = (
        (facts.success_statement, "no_success_statement", "Success is not yet stated in business terms.", "success_statement"),
        (facts.why_ai, "no_why_ai", "It is not said why AI rather than a simpler change.", "why_ai"),
        (facts.sponsor_id, "no_sponsor", "It has no sponsor.", "sponsor"),
        (facts.lead_id, "no_lead", "It has no lead.", "lead"),
        (facts.stop_criterion, "no_stop_criterion", "It is not said what would make us stop.", "stop_criterion"),
    )  # fmt: skip
    reasons = [Reason(code, text, subject) for present, code, text, subject in missing if not present]
    if "roi" in facts.rooms and not facts.worth.drafted:
        text = "No hypothesis is drafted: what changes, measured how, from where to where."
        reasons.append(Reason("no_hypothesis", text, facts.key))
    if "adoption" in facts.rooms and not facts.adoption.planned:
        text = "No adoption plan is started: whose work changes, who brings it to them, from which day."
        reasons.append(Reason("no_adoption_plan", text, facts.key))
    return may_move(Verb.SELECT, facts) + slot(facts, policy, ask) + Verdict(tuple(reasons))


def may_resume(facts: Facts, policy: Policy, ask: CapAsk | None = None) -> Verdict:
    """Back to the stage it left: a slot is needed only where that is pilot."""
    if facts.stage == Stage.PAUSED and facts.stage_left == Stage.PILOT:
        return slot(facts, policy, ask)
    return may_move(Verb.RESUME, facts)


def may_take_back_pause(facts: Facts, policy: Policy, taken_then: int) -> Verdict:
    """A pause by mistake is undone: it needs no free slot as long as no more are taken than when it was paused.

    `taken_then`: slots taken before the pause, its own among them; a portfolio over its cap gets back what it had.
    """
    if facts.stage_left == Stage.PILOT and facts.slots_taken < taken_then:
        return may_move(Verb.RESUME, facts)
    return may_resume(facts, policy)


def may_roll_back(facts: Facts, policy: Policy, ask: CapAsk | None = None) -> Verdict:
    return may_move(Verb.ROLL_BACK, facts) + slot(facts, policy, ask)


def may_pause(facts: Facts, review_on: date) -> Verdict:
    """Anybody with the right may pause; only the review must lie ahead."""
    reasons = []
    if review_on <= facts.on:
        reasons.append(Reason("review_in_past", "The review must be on a later day.", "review_on"))
    return may_move(Verb.PAUSE, facts) + Verdict(tuple(reasons))


def may_set_review(facts: Facts, review_on: date, reason: str) -> Verdict:
    """Another day for the review of what is paused."""
    reasons = []
    if facts.stage != Stage.PAUSED:
        reasons.append(Reason("wrong_stage", "Only what is paused has a review.", facts.key, {"stage": facts.stage}))
    if review_on <= facts.on:
        reasons.append(Reason("review_in_past", "The review must be on a later day.", "review_on"))
    elif review_on == facts.review_on:
        reasons.append(Reason("same_day", "The review is on this day already.", "review_on"))
    if not reason.strip():
        reasons.append(Reason("no_reason", "Say why on another day.", "reason"))
    return Verdict(tuple(reasons))


def may_renew_exception(facts: Facts, policy: Policy, ask: CapAsk) -> Verdict:
    """May the exception of this pilot end on another day? It must have one; the new one is held to the same rules."""
    reasons = []
    if facts.stage != Stage.PILOT or facts.cap_exception_until is None:
        text = "It has no cap exception that could be renewed."
        reasons.append(Reason("no_exception", text, facts.key, {"stage": facts.stage}))
    elif ask.until_on == facts.cap_exception_until:
        reasons.append(Reason("same_day", "The exception ends on this day already.", "exception.until_on"))
    return Verdict(tuple(reasons)) + slot(facts, policy, ask)


def open_request(facts: Facts, kind: Verb) -> OpenRequest | None:
    return next((request for request in facts.requests if request.kind == kind), None)


def may_ask(kind: Verb, facts: Facts) -> Verdict:
    """May a decision be asked for? The move must be in the table, and nobody has asked yet."""
    reasons = []
    if open_request(facts, kind) is not None:
        reasons.append(Reason("already_asked", "Somebody has asked for this already.", facts.key))
    return may_move(kind, facts) + Verdict(tuple(reasons))


def clear_to_go(facts: Facts) -> Verdict:
    """The facts' side of a go: no open hard blocking item that is not waived. `gate/` shows these."""
    return Verdict(
        tuple(
            Reason(item.key[1], item.text, item.key[2] or facts.key, {"origin": item.key[0]})
            for item in facts.open_hard()
        )
    )


def may_decide_go(facts: Facts, decider_id: UUID | None, acting_for: UUID | None = None) -> Verdict:
    """The people's side of a go: asked for by somebody, decided by another who is not the lead either."""
    request = open_request(facts, Verb.GO)
    if request is None:
        return Verdict((Reason("no_request", "Nobody has asked for a go. Ask for it first.", facts.key),))
    reasons = []
    if request.author_id in (decider_id, acting_for):
        reasons.append(Reason("own_request", "Whoever asked for the go does not decide it.", facts.key))
    if facts.lead_id is not None and facts.lead_id in (decider_id, acting_for):
        reasons.append(Reason("lead_decides", "The lead does not decide the go of their own use case.", facts.key))
    return Verdict(tuple(reasons))


def may_go(
    facts: Facts, decider_id: UUID | None, acting_for: UUID | None = None, conditions_due: tuple[date, ...] = ()
) -> Verdict:
    """May it go to production, by this person, under conditions due on these days?"""
    reasons = [
        Reason("condition_in_past", "A condition must be due on a later day.", f"conditions/{index}/due_on")
        for index, due_on in enumerate(conditions_due)
        if due_on <= facts.on
    ]
    return (
        may_move(Verb.GO, facts)
        + clear_to_go(facts)
        + may_decide_go(facts, decider_id, acting_for)
        + Verdict(tuple(reasons))
    )


def may_hold_back(facts: Facts, agreed_on: date) -> Verdict:
    """A no-go names a new date that lies ahead."""
    reasons = []
    if agreed_on <= facts.on:
        reasons.append(Reason("date_in_past", "The new date must lie ahead.", "agreed_on"))
    return may_move(Verb.NO_GO, facts) + Verdict(tuple(reasons))


def may_agree_date(facts: Facts, agreed_on: date) -> Verdict:
    """A go/no-go date is agreed for what is proposed, in pilot, or live without a recorded go."""
    reasons = []
    never_gated = facts.stage == Stage.PRODUCTION and facts.gone_on is None
    if facts.stage not in (Stage.PROPOSED, Stage.PILOT) and not never_gated:
        reasons.append(Reason("wrong_stage", "A date is agreed only before the go.", facts.key))
    if agreed_on < facts.on:
        reasons.append(Reason("date_in_past", "The date must not lie in the past.", "agreed_on"))
    return Verdict(tuple(reasons))
