"""The stage verbs, one action each. Bodies: rules.md 2."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from governance.actions.decide import Case, finish, grant_exception, open_case, open_cases, rule_on, take
from governance.actions.ended import put_back
from governance.models import Condition, Decision
from governance.rules import moves
from people.models import User
from portfolio.models import Membership
from portfolio.rules import UNDO, Actor, NotVisible, Reason, Refused, Stage, Verb, Verdict
from readiness.actions.items import NewItem, opened_by_hand


@dataclass(frozen=True)
class PauseOther:
    """Free the slot in the same act by pausing another pilot; both acts happen or none."""

    use_case_id: UUID
    reason: str
    restart_condition: str
    review_on: date


@dataclass(frozen=True)
class Due:
    """A condition of a go, or an item of a no-go."""

    text: str
    owner: User
    due_on: date


def _take_slot(
    verb: Verb, use_case_id: UUID, by: Actor, reason: str, ask: moves.CapAsk | None, other: PauseOther | None,
    version: int | None,
) -> Decision:  # fmt: skip
    """Select, resume and roll back share this: the guard sees the slot that pausing the other pilot frees."""
    case = open_case(verb, use_case_id, by, version, slots=True)
    cases = [case]
    verdict = Verdict()
    paused = _other_pilot(case, other, by) if other is not None else None
    if other is not None and paused is not None:
        verdict = _may_pause_other(paused, other)
        if paused.facts.stage == Stage.PILOT:
            case.facts = replace(case.facts, slots_taken=case.facts.slots_taken - 1)
    guard = {Verb.SELECT: moves.may_select, Verb.RESUME: moves.may_resume, Verb.ROLL_BACK: moves.may_roll_back}[verb]
    (case.ruling.verdict + verdict + guard(case.facts, case.policy, ask) + _said(reason=reason)).require()
    terms: dict[str, Any] = {}
    if other is not None and paused is not None:
        _pause(paused, by, other.reason, other.restart_condition, other.review_on)
        cases.insert(0, paused)
        terms["paused"] = str(other.use_case_id)
    if ask is not None:
        terms["exception"] = {"until_on": ask.until_on.isoformat()}
    decision = take(case, verb, by=by, reason=reason, terms=terms)
    if case.use_case.stage == Stage.PILOT:
        grant_exception(case, ask, by)
    finish(cases, by)
    return decision


def _other_pilot(case: Case, other: PauseOther, by: Actor) -> Case:
    paused = open_cases(case.portfolio, [other.use_case_id], Verb.PAUSE, by).get(other.use_case_id)
    if paused is None or other.use_case_id == case.use_case.id:
        raise Refused([Reason("no_such_pilot", "There is no such pilot in this portfolio to pause.", "pause.use_case")])
    return paused


def _may_pause_other(paused: Case, other: PauseOther) -> Verdict:
    texts = {"pause.restart_condition": other.restart_condition, "pause.reason": other.reason}
    verdict = paused.ruling.verdict + moves.may_pause(paused.facts, other.review_on) + _said(**texts)
    if paused.facts.stage != Stage.PILOT:
        verdict += Verdict((Reason("frees_no_slot", "Pausing it would free no slot.", "pause.use_case"),))
    return verdict


def _pause(case: Case, by: Actor, reason: str, restart_condition: str, review_on: date, **more: Any) -> Decision:
    terms = {"restart_condition": restart_condition.strip(), "review_on": review_on.isoformat()}
    written = {"restart_condition": restart_condition.strip(), "review_on": review_on,
               "reviews_missed": 0, "review_missed_on": None}  # fmt: skip
    return take(case, Verb.PAUSE, by=by, reason=reason, terms=terms, facts_written=written, **more)


def _said(**texts: str) -> Verdict:
    """A reason for each text that is blank; the names are those of the act's body."""
    asked = {"reason": "Say why.", "restart_condition": "Say what must hold before it restarts.",
             "learnt": "Say what was learnt.", "successor": "Name the successor, or how it is shut down."}  # fmt: skip
    return Verdict(
        tuple(
            Reason(f"no_{name.rpartition('.')[2]}", asked[name.rpartition(".")[2]], name)
            for name, text in texts.items()
            if not text.strip()
        )
    )


@transaction.atomic
def select(
    *, use_case_id: UUID, by: Actor, reason: str, exception: moves.CapAsk | None = None,
    pause: PauseOther | None = None, version: int | None = None,
) -> Decision:  # fmt: skip
    """Give the use case a slot and start its pilot."""
    return _take_slot(Verb.SELECT, use_case_id, by, reason, exception, pause, version)


@transaction.atomic
def resume(
    *, use_case_id: UUID, by: Actor, reason: str, exception: moves.CapAsk | None = None,
    pause: PauseOther | None = None, version: int | None = None,
) -> Decision:  # fmt: skip
    """Back to the stage it left; `reason` says how the restart condition was met."""
    return _take_slot(Verb.RESUME, use_case_id, by, reason, exception, pause, version)


@transaction.atomic
def roll_back(
    *, use_case_id: UUID, by: Actor, reason: str, exception: moves.CapAsk | None = None,
    pause: PauseOther | None = None, version: int | None = None,
) -> Decision:  # fmt: skip
    """From production back to pilot: takes a slot, or a dated exception."""
    return _take_slot(Verb.ROLL_BACK, use_case_id, by, reason, exception, pause, version)


def _simple(
    verb: Verb, use_case_id: UUID, by: Actor, reason: str, version: int | None, slots: bool = False, **texts: str
) -> Decision:  # fmt: skip
    """A move whose guard is the table and that everything is said; `texts` are kept as its terms."""
    case = open_case(verb, use_case_id, by, version, slots=slots)
    (case.ruling.verdict + moves.may_move(verb, case.facts) + _said(reason=reason, **texts)).require()
    terms = {name: text.strip() for name, text in texts.items()}
    decision = take(case, verb, by=by, reason=reason, terms=terms)
    finish([case], by)
    return decision


@transaction.atomic
def decline(*, use_case_id: UUID, by: Actor, reason: str, version: int | None = None) -> Decision:
    """Not now: the register keeps it with the reason."""
    return _simple(Verb.DECLINE, use_case_id, by, reason, version)


@transaction.atomic
def reopen(*, use_case_id: UUID, by: Actor, reason: str, version: int | None = None) -> Decision:
    """A declined or stopped one is proposed again."""
    return _simple(Verb.REOPEN, use_case_id, by, reason, version)


@transaction.atomic
def return_(*, use_case_id: UUID, by: Actor, reason: str, version: int | None = None) -> Decision:
    """Mend a mistaken select: proposed again, the slot is free."""
    return _simple(Verb.RETURN, use_case_id, by, reason, version, slots=True)


@transaction.atomic
def stop(*, use_case_id: UUID, by: Actor, reason: str, learnt: str, version: int | None = None) -> Decision:
    """End it, and keep what was learnt."""
    return _simple(Verb.STOP, use_case_id, by, reason, version, slots=True, learnt=learnt)


@transaction.atomic
def retire(*, use_case_id: UUID, by: Actor, reason: str, successor: str, version: int | None = None) -> Decision:
    """Take a live one out of use; `successor` names what follows or how it is shut down."""
    return _simple(Verb.RETIRE, use_case_id, by, reason, version, successor=successor)


@transaction.atomic
def pause(
    *, use_case_id: UUID, by: Actor, reason: str, restart_condition: str, review_on: date, version: int | None = None
) -> Decision:
    """Rest it, free the slot; needs no second person. The overseer may pause a live one."""
    case = open_case(Verb.PAUSE, use_case_id, by, version, slots=True)
    texts = _said(restart_condition=restart_condition, reason=reason)
    (case.ruling.verdict + moves.may_pause(case.facts, review_on) + texts).require()
    decision = _pause(case, by, reason, restart_condition, review_on)
    finish([case], by)
    return decision


@transaction.atomic
def go(
    *, use_case_id: UUID, by: Actor, reason: str, conditions: tuple[Due, ...] = (), version: int | None = None
) -> Decision:
    """To production: asked for by one person, decided by another, no open hard item, conditions dated."""
    case = open_case(Verb.GO, use_case_id, by, version, slots=True)
    due = tuple(condition.due_on for condition in conditions)
    verdict = case.ruling.verdict + moves.may_go(case.facts, by.user_id, case.ruling.on_behalf_of, due)
    (verdict + _members(case, conditions, "conditions") + _said(reason=reason)).require()
    decision = take(case, Verb.GO, by=by, reason=reason, terms={"conditions": _dues(conditions)})
    Condition.objects.bulk_create(
        Condition(decision=decision, text=one.text.strip(), owner=one.owner, due_on=one.due_on) for one in conditions
    )
    finish([case], by)
    return decision


@transaction.atomic
def no_go(
    *, use_case_id: UUID, by: Actor, reason: str, agreed_on: date, items: tuple[Due, ...] = (),
    version: int | None = None,
) -> Decision:  # fmt: skip
    """Not yet: it stays in pilot with a new date, and what is missing is named."""
    from governance.actions.dates import store_agreed_date

    case = open_case(Verb.NO_GO, use_case_id, by, version, slots=False)
    verdict = case.ruling.verdict + moves.may_hold_back(case.facts, agreed_on)
    (verdict + _members(case, items, "items") + _said(reason=reason)).require()
    terms = {"items": _dues(items), "agreed_on": agreed_on.isoformat()}
    decision = take(case, Verb.NO_GO, by=by, reason=reason, terms=terms, facts_written={"agreed_on": agreed_on})
    store_agreed_date(case, agreed_on, f"No-go: {reason.strip()}", by)
    opened_by_hand(case.use_case, [NewItem(due.text, due.owner, due.due_on) for due in items], by, code="no_go")
    finish([case], by)
    return decision


def _dues(dues: tuple[Due, ...]) -> list[dict[str, str]]:
    return [{"text": due.text.strip(), "owner": str(due.owner.id), "due_on": due.due_on.isoformat()} for due in dues]


def _members(case: Case, dues: tuple[Due, ...], subject: str) -> Verdict:
    """Owners are members of the portfolio: a foreign one is answered like an unknown one."""
    owners = {due.owner.id for due in dues}
    members = set(
        Membership.objects.filter(portfolio=case.portfolio, user_id__in=owners).values_list("user_id", flat=True)
    )
    if owners - members:
        return Verdict((Reason("not_a_member", "Every owner must be a member here.", subject),))
    return Verdict()


@transaction.atomic
def undo(*, decision_id: UUID, by: Actor) -> Decision:
    """Take back one's own newest pause, resume, decline or reopen, as a decision that compensates it.

    The use case is as it was before: in its stage since then, its review, waiting and cap exception in force again.
    A request that lapsed meanwhile stays lapsed: its line is in the ledger, and whoever asked may ask again.
    """
    found = Decision.objects.visible_to(by).filter(id=decision_id).first()
    if found is None:
        raise NotVisible
    inverse = UNDO.get(Verb(found.kind))
    case = open_case("undo", found.use_case_id, by, None, slots=True)
    newest = Decision.objects.filter(use_case_id=found.use_case_id).order_by("-decided_at", "-id").first()
    reasons = []
    if inverse is None or found.undoes_id is not None:
        reasons.append(Reason("no_undo", "This decision cannot be taken back by one click.", str(found.id)))
    if newest is None or newest.id != found.id:
        reasons.append(Reason("not_newest", "Something else was decided since.", str(found.id)))
    if found.decided_by_id != by.user_id:
        reasons.append(Reason("not_yours", "Only whoever decided it can take it back.", str(found.id)))
    if reasons or inverse is None:
        raise Refused(reasons)
    rule_on([case], inverse, by)
    case.ruling.verdict.require()
    if inverse is Verb.RESUME:
        moves.may_take_back_pause(case.facts, case.policy, found.snapshot["slots_taken"]).require()
    decision = take(case, inverse, by=by, reason=f"Undone: {found.reason}", facts_written=put_back(found), undoes=found)
    finish([case], by)
    return decision


def new_round() -> UUID:
    """One id for the decisions of one act."""
    return uuid4()
