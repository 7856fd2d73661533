"""How is a decision made? The one path that every stage verb takes, whichever door it came through."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from governance.actions import rights as right_actions
from governance.actions.ended import ended_by_leaving
from governance.facts import gather
from governance.models import Assessment, Decision, Request
from governance.rules import moves, rights
from governance.rules.facts import Facts
from governance.rules.snapshot import digest, material, snapshot
from governance.rules.status import standing
from ledger import actions as ledger
from portfolio import access, changes
from portfolio.access.fetch import seats_of
from portfolio.models import CapException, Portfolio, UseCase
from portfolio.rules import MOVES, UNDO, Actor, NotVisible, Policy, Reason, Refused, Stage, Verb, Verdict, target_of

# What each verb is, in the words of the advice: deciding otherwise is deciding against it.
_AS_ADVICE = {Verb.PAUSE: "pause", Verb.STOP: "stop", Verb.SELECT: "run", Verb.RESUME: "run", Verb.GO: "run"}


@dataclass
class Case:
    """A use case locked for a decision, with its facts gathered afresh inside the transaction."""

    portfolio: Portfolio
    use_case: UseCase
    facts: Facts
    policy: Policy
    events: list[ledger.Event] = field(default_factory=list)
    ruling: rights.Ruling = field(default_factory=lambda: rights.Ruling(Verdict()))  # may they decide, for whom
    decisions: list[Decision] = field(default_factory=list)


def portfolio_of(use_case_id: UUID, by: Actor) -> UUID:
    """The portfolio to lock first; 404 when the use case is not visible to the actor."""
    found = (
        UseCase.objects.visible_to(by)
        .filter(id=use_case_id, portfolio__archived_at=None)
        .values_list("portfolio_id", flat=True)
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def open_case(verb: str, use_case_id: UUID, by: Actor, version: int | None, *, slots: bool) -> Case:
    """Lock in the house's order (portfolio row where slots move, then the use case), then gather."""
    portfolio_id = portfolio_of(use_case_id, by)
    portfolio = Portfolio.objects.lock_for_slots(portfolio_id) if slots else Portfolio.objects.get(id=portfolio_id)
    use_case = UseCase.objects.lock(use_case_id, version)
    use_case.portfolio = portfolio
    access.require(by, f"use_case.{verb}", portfolio_id, seats_of(use_case))
    picture = gather([use_case_id])
    case = Case(portfolio, use_case, picture.facts[use_case_id], picture.policy_of(use_case_id))
    if verb in set(Verb):
        rule_on([case], Verb(verb), by)
    return case


def rule_on(cases: Iterable[Case], kind: Verb, by: Actor) -> None:
    """May the actor decide `kind` in each case of one portfolio? Two queries; the guard adds the ruling's reasons."""
    cases = list(cases)
    if by.is_system or not cases:
        return
    portfolio_id = cases[0].portfolio.id
    known = right_actions.load(portfolio_id, by.user_id)
    for case in cases:
        case.ruling = rights.may_decide(
            kind, case.facts, known, seats_of(case.use_case), by.user_id, by.role_in(portfolio_id)
        )


def open_cases(portfolio: Portfolio, use_case_ids: list[UUID], kind: Verb, by: Actor) -> dict[UUID, Case]:
    """Several use cases of one portfolio, whose row the caller holds; locked by id, gathered in one set."""
    rows = {
        row.id: row
        for row in UseCase.objects.select_for_update(of=("self",), no_key=True)
        .filter(portfolio=portfolio, id__in=use_case_ids)
        .order_by("id")
    }
    picture = gather(rows)
    cases = {}
    for use_case_id, row in rows.items():
        row.portfolio = portfolio
        cases[use_case_id] = Case(portfolio, row, picture.facts[use_case_id], picture.policy_of(use_case_id))
    rule_on(cases.values(), kind, by)
    return cases


def take(
    case: Case,
    verb: Verb,
    *,
    by: Actor,
    reason: str,
    terms: dict[str, Any] | None = None,
    facts_written: dict[str, Any] | None = None,
    round_id: UUID | None = None,
    undoes: Decision | None = None,
) -> Decision:
    """Move the use case and record the decision. The guard was asked before; `finish` writes the ledger.

    `terms` are kept with the decision, `facts_written` change with the stage on the use case itself. What one click
    can take back keeps beside its terms what it ended.
    """
    if not reason.strip():
        raise Refused([Reason("no_reason", "Say why.", "reason")])
    case.ruling.verdict.require()  # the guard said it with its other reasons; no path goes round it
    use_case, facts, policy = case.use_case, case.facts, case.policy
    terms = dict(terms or {})
    if verb in UNDO and undoes is None:
        terms["ended"] = ended_by_leaving(use_case)
    acting_for = case.ruling.on_behalf_of or by.on_behalf_of
    target = target_of(verb, facts.stage, facts.stage_left)
    if target is None:
        moves.may_move(verb, facts).require()
        raise AssertionError("may_move refuses what the table does not hold")
    advised = _advised(use_case.id)
    now = timezone.now()
    kept = snapshot(facts, standing(facts, policy), policy, advised)
    request = _close_request(use_case, verb, now)
    previous = Decision.objects.filter(use_case=use_case, kind=verb, superseded_by=None).first()
    decision = Decision.objects.create(
        portfolio=case.portfolio, use_case=use_case, kind=verb, from_stage=facts.stage, to_stage=target,
        reason=reason.strip(), terms=terms, decided_by_id=by.user_id, on_behalf_of_id=acting_for,
        decided_at=now, decided_on=facts.on, request=request, round_id=round_id, undoes=undoes,
        supersedes=previous, policy_version=policy.version, advice=advised.get("recommendation", ""),
        against_advice=_against(verb, advised.get("recommendation", "")), snapshot=kept, snapshot_hash=digest(kept),
    )  # fmt: skip
    case.decisions.append(decision)
    _move(use_case, target, now, facts_written or {})
    case.events.append(
        ledger.Event(
            event_type=MOVES[verb].event, subject=("use_case", use_case.id), refers_to=decision.id,
            supersedes=undoes.id if undoes else None,
            payload={
                "decision": decision.id, "from": facts.stage, "to": target, "policy_version": policy.version,
                "snapshot": decision.snapshot_hash, "advice": decision.advice, "against_advice": decision.against_advice,
                "request": request.id if request else None, "undoes": undoes.id if undoes else None,
                "lead": facts.lead_id, "on_behalf_of": acting_for,
                "terms": digest(decision.terms),
            },
            private={"reason": decision.reason},
        )
    )  # fmt: skip
    _lapse(case, target, now)
    return decision


def _lapse(case: Case, target: Stage, now: Any) -> None:
    """Close the requests that make no sense in the stage reached: a go is not asked for what was stopped."""
    for request in Request.objects.select_for_update().open().filter(use_case=case.use_case):
        if target in MOVES[Verb(request.kind)].sources:
            continue
        request.closed_at, request.closed_as = now, Request.LAPSED
        request.save(update_fields=["closed_at", "closed_as"])
        case.events.append(
            ledger.Event(
                event_type="request.lapsed", subject=("use_case", case.use_case.id), refers_to=request.id,
                payload={"request": request.id, "kind": request.kind},
            )
        )  # fmt: skip


def finish(cases: list[Case], by: Actor) -> None:
    """Mark what was touched, then write every ledger line: always the last statements of the transaction.

    What the decisions stand on is read after the moves, so that a decision is not outdated by itself.
    """
    decided = [decision for case in cases for decision in case.decisions]
    if decided:
        after = gather([case.use_case.id for case in cases]).facts
        for decision in decided:
            decision.material = material(after[decision.use_case_id])
            decision.material_hash = digest(decision.material)
        Decision.objects.bulk_update(decided, ["material", "material_hash"])
    changes.touched(case.use_case.id for case in cases)
    by_chain: dict[UUID, list[ledger.Event]] = {}
    for case in cases:
        by_chain.setdefault(case.portfolio.id, []).extend(case.events)
    for chain_id, events in by_chain.items():
        ledger.append_many(chain_id, events, by=by)


def grant_exception(case: Case, ask: moves.CapAsk | None, by: Actor) -> None:
    """Store the dated exception that the guard accepted."""
    if ask is None:
        return
    granted = CapException.objects.create(
        use_case=case.use_case, until_on=ask.until_on, reason=ask.reason.strip(), decided_by_id=by.user_id
    )
    case.events.append(
        ledger.Event(
            event_type="cap_exception.granted", subject=("use_case", case.use_case.id),
            payload={"exception": granted.id, "until_on": ask.until_on}, private={"reason": granted.reason},
        )
    )  # fmt: skip


def _move(use_case: UseCase, target: Stage, now: Any, written: dict[str, Any]) -> None:
    if use_case.stage == target:
        use_case.write(**written)
        return
    if use_case.stage == Stage.PILOT:
        CapException.objects.filter(use_case=use_case, ended_at=None).update(ended_at=now)
        written = {"waiting_reason": "", "waiting_until_on": None} | written
    if use_case.stage == Stage.PAUSED:
        written = {"review_on": None, "restart_condition": "", "reviews_missed": 0, "review_missed_on": None} | written
    began = written.get("stage_since", now)
    use_case.change_stage(target, at=began, **{name: value for name, value in written.items() if name != "stage_since"})


def _close_request(use_case: UseCase, verb: Verb, now: Any) -> Request | None:
    request = Request.objects.select_for_update().open().filter(use_case=use_case, kind=verb).first()
    if request is None and verb is Verb.NO_GO:  # a no-go answers the request for a go
        request = Request.objects.select_for_update().open().filter(use_case=use_case, kind=Verb.GO).first()
    if request is not None:
        request.closed_at, request.closed_as = now, Request.DECIDED
        request.save(update_fields=["closed_at", "closed_as"])
    return request


def _advised(use_case_id: UUID) -> dict[str, Any]:
    """What the board advised when it was decided; never an input of a guard."""
    row = Assessment.objects.filter(use_case_id=use_case_id).values("recommendation", "reason", "rough").first()
    return row if row and row["recommendation"] else {}


def _against(verb: Verb, recommendation: str) -> bool:
    return bool(recommendation) and verb in _AS_ADVICE and _AS_ADVICE[verb] != recommendation
