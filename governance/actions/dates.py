"""Agree a go/no-go date, choose a lane, ask for a decision."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from governance.actions.decide import Case, finish, open_case, portfolio_of
from governance.facts import gather
from governance.models import AgreedDate, Condition, Decision, Request
from governance.rules import moves
from ledger import actions as ledger
from portfolio import access, changes
from portfolio.models import Lane, UseCase
from portfolio.rules import Actor, NotVisible, Reason, Refused, Role, Verb, Verdict
from readiness.actions import lanes


def store_agreed_date(case: Case, agreed_on: date, cause: str, by: Actor) -> AgreedDate:
    """Keep the date in the row of slips; the use case itself is written by the caller."""
    was = case.facts.agreed_on
    row = AgreedDate.objects.create(
        use_case=case.use_case, agreed_on=agreed_on, was_on=was, cause=cause.strip(), made_by_id=by.user_id
    )
    case.events.append(
        ledger.Event(
            event_type="date.agreed", subject=("use_case", case.use_case.id), payload={"agreed_on": agreed_on, "was_on": was},
            private={"cause": cause.strip()},
        )
    )  # fmt: skip
    return row


@transaction.atomic
def agree_date(
    *, use_case_id: UUID, by: Actor, agreed_on: date, cause: str = "", version: int | None = None
) -> UseCase:
    """Set the agreed go/no-go date. Moving one needs its cause."""
    case = open_case("agree_date", use_case_id, by, version, slots=False)
    verdict = moves.may_agree_date(case.facts, agreed_on)
    reasons = list(verdict.reasons)
    if case.facts.agreed_on is not None and case.facts.agreed_on != agreed_on and not cause.strip():
        reasons.append(Reason("no_cause", "Say what moved the date.", "cause"))
    if reasons:
        raise Refused(reasons)
    if case.facts.agreed_on != agreed_on:
        case.use_case.write(agreed_on=agreed_on)
        store_agreed_date(case, agreed_on, cause, by)
        finish([case], by)
    return case.use_case


@transaction.atomic
def choose_lane(
    *, use_case_id: UUID, by: Actor, lane: str, reason: str = "", answers: dict[str, bool] | None = None,
    version: int | None = None,
) -> UseCase:  # fmt: skip
    """Put the use case into a lane's newest version. Another than the proposed one needs a reason."""
    case = open_case("choose_lane", use_case_id, by, version, slots=False)
    newest = Lane.objects.filter(portfolio=case.portfolio, code=lane).order_by("-version").first()
    if newest is None:
        raise Refused([Reason("no_such_lane", f"There is no lane {lane!r} here.", "lane")])
    proposed = propose_lane(answers) if answers else None
    if proposed is not None and proposed != lane and not reason.strip():
        text = f"The answers propose the {proposed} lane. Say why another."
        raise Refused([Reason("other_lane_without_reason", text, "reason")])
    was, before = case.facts.lane, case.use_case.lane
    case.use_case.write(lane=newest)
    again = lanes.moved(case.use_case, before, newest, by)
    case.events.append(
        ledger.Event(
            event_type="lane.chosen", subject=("use_case", case.use_case.id),
            payload={"lane": lane, "version": newest.version, "was": was, "answers": answers or {}, "proposed": proposed,
                     "accept_again": again},
            private={"reason": reason.strip()},
        )
    )  # fmt: skip
    finish([case], by)
    return case.use_case


# The four yes/no questions that propose a lane, in the order they are asked.
LANE_QUESTIONS = {
    "affects_people": "Does it affect people's rights, safety, money or access to a service?",
    "acts_alone": "Does it act without a person deciding each time?",
    "personal_data": "Does it use personal or confidential data?",
    "many_users": "Will more than one team use it?",
}


def propose_lane(answers: dict[str, bool]) -> str:
    """High-impact when it affects people or acts alone; standard when data or reach ask for it; else fast."""
    if answers.get("affects_people") or answers.get("acts_alone"):
        return Lane.HIGH_IMPACT
    if answers.get("personal_data") or answers.get("many_users"):
        return Lane.STANDARD
    return Lane.FAST


@transaction.atomic
def ask(*, use_case_id: UUID, by: Actor, kind: Verb, reason: str) -> Request:
    """Ask for a decision. One open request of a kind; its author does not decide it."""
    portfolio_id = portfolio_of(use_case_id, by)
    use_case = UseCase.objects.lock(use_case_id)
    access.require(by, "request.open", portfolio_id)
    facts = gather([use_case_id]).facts[use_case_id]
    (moves.may_ask(kind, facts) + _why(reason)).require()
    request = Request.objects.create(use_case=use_case, kind=kind, reason=reason.strip(), author_id=by.user_id)
    changes.touched([use_case_id])
    _record(portfolio_id, "request.opened", request, by, {"reason": request.reason})
    return request


def _why(reason: str) -> Verdict:
    blank = Reason("no_reason", "Say why it should be decided now.", "reason")
    return Verdict(() if reason.strip() else (blank,))


@transaction.atomic
def withdraw(*, request_id: UUID, by: Actor) -> Request:
    """Take one's own request back (a leader may take back any)."""
    present = Request.objects.visible_to(by).filter(use_case__portfolio__archived_at=None)
    request = present.select_for_update(of=("self",)).filter(id=request_id).first()
    if request is None:
        raise NotVisible
    portfolio_id = request.use_case.portfolio_id
    access.require(by, "request.open", portfolio_id)
    if request.author_id != by.user_id:
        access.require(by, "use_case.go", portfolio_id)
    if request.closed_at is not None:
        raise Refused([Reason("request_closed", "This request is no longer open.", str(request.id))])
    request.closed_at, request.closed_as = timezone.now(), Request.WITHDRAWN
    request.save(update_fields=["closed_at", "closed_as"])
    changes.touched([request.use_case_id])
    _record(portfolio_id, "request.withdrawn", request, by, {})
    return request


REMIND_AGAIN = timedelta(days=1)


@transaction.atomic
def remind(*, request_id: UUID, by: Actor) -> Request:
    """Ask whoever may decide once more; at most once a day. The line in the ledger is what notices go out by."""
    present = Request.objects.visible_to(by).filter(use_case__portfolio__archived_at=None)
    request = present.select_for_update(of=("self",)).filter(id=request_id).first()
    if request is None:
        raise NotVisible
    portfolio_id, now = request.use_case.portfolio_id, timezone.now()
    access.require(by, "request.open", portfolio_id)
    reasons = []
    if request.closed_at is not None:
        reasons.append(Reason("request_closed", "This request is no longer open.", str(request.id)))
    elif request.reminded_at is not None and now - request.reminded_at < REMIND_AGAIN:
        reasons.append(Reason("reminded_today", "They were reminded within the last day.", str(request.id)))
    if reasons:
        raise Refused(reasons)
    request.reminded_at = now
    request.save(update_fields=["reminded_at"])
    ledger.append(
        portfolio_id, "request.reminded", by=by, subject=("use_case", request.use_case_id), refers_to=request.id,
        payload={"asked": request.id, "kind": request.kind},
    )  # fmt: skip
    return request


@transaction.atomic
def meet_condition(*, condition_id: UUID, by: Actor, note: str) -> Condition:
    """A condition of a go is met: by its owner or a leader, with what shows it. Until then it is chased."""
    rows = Condition.objects.select_for_update(of=("self",)).select_related("decision__portfolio")
    row = rows.filter(id=condition_id, decision__in=Decision.objects.visible_to(by)).first()
    if row is None or row.decision.portfolio.archived_at is not None:
        raise NotVisible
    portfolio_id = row.decision.portfolio_id
    access.require(by, "request.open", portfolio_id)
    reasons = []
    if row.owner_id != by.user_id and by.role_in(portfolio_id) != Role.LEADER:
        reasons.append(Reason("not_owner", "Its owner or a leader says that it is met.", str(row.id)))
    if row.met_at is not None:
        reasons.append(Reason("already_met", "It was met already.", str(row.id)))
    if not note.strip():
        reasons.append(Reason("no_note", "Say what shows that it is met.", "note"))
    if reasons:
        raise Refused(reasons)
    row.met_at, row.met_by_id, row.note = timezone.now(), by.user_id, note.strip()
    row.save(update_fields=["met_at", "met_by", "note"])
    ledger.append(
        portfolio_id, "condition.met", by=by, subject=("use_case", row.decision.use_case_id),
        refers_to=row.decision_id, payload={"condition": row.id, "due_on": row.due_on}, private={"note": row.note},
    )  # fmt: skip
    return row


def _record(portfolio_id: UUID, event: str, request: Request, by: Actor, private: dict[str, Any]) -> None:
    ledger.append(
        portfolio_id, event, by=by, subject=("use_case", request.use_case_id), refers_to=request.id,
        payload={"request": request.id, "kind": request.kind}, private=private,
    )  # fmt: skip
