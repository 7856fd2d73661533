"""Pause the rest: keep two or three, rest all others, in one act. And change the policy that sets the cap."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from governance.actions.decide import finish, open_cases
from governance.actions.verbs import _pause, _said, new_round
from governance.models import Decision
from governance.rules import moves
from ledger import actions as ledger
from portfolio import access, changes
from portfolio.models import PolicyVersion, Portfolio, UseCase
from portfolio.rules import Actor, Conflict, NotVisible, Policy, Reason, Verb, Verdict

STAGGER = timedelta(days=7)  # between the review days of one act, so that they are not all due at once


@dataclass(frozen=True)
class Row:
    """What one pilot gets that differs from the rest."""

    reason: str = ""
    restart_condition: str = ""
    review_on: date | None = None


@transaction.atomic
def pause_the_rest(
    *,
    portfolio_id: UUID,
    by: Actor,
    keep: Iterable[UUID],
    reason: str,
    restart_condition: str,
    review_on: date,
    per_row: dict[UUID, Row] | None = None,
) -> list[Decision]:
    """Pause every pilot that is not kept; review days are a week apart, longest-kept first.

    Refused: `not_in_pilot` for a kept one that is no pilot here, `over_cap` when more are kept than the cap holds
    (those under an exception in force do not count), `nothing_to_pause`.
    """
    if not Portfolio.objects.visible_to(by).listed().filter(id=portfolio_id).exists():
        raise NotVisible
    access.require(by, "portfolio.pause_the_rest", portfolio_id)
    portfolio = Portfolio.objects.lock_for_slots(portfolio_id)
    per_row = per_row or {}
    ids = list(UseCase.objects.in_pilot().filter(portfolio=portfolio).values_list("id", flat=True))
    cases = open_cases(portfolio, ids, Verb.PAUSE, by)
    kept = set(keep)
    rest = sorted(
        (case for case in cases.values() if case.use_case.id not in kept),
        key=lambda case: (case.facts.stage_since_on, case.use_case.key),
    )
    rows = [_terms(per_row.get(case.use_case.id), reason, restart_condition, review_on + index * STAGGER)
            for index, case in enumerate(rest)]  # fmt: skip
    verdict = _keepable(kept, cases, portfolio.policy) + _said(restart_condition=restart_condition, reason=reason)
    if not rest:
        verdict += Verdict((Reason("nothing_to_pause", "There is nothing to pause: every pilot is kept."),))
    for case, row in zip(rest, rows, strict=True):
        verdict += case.ruling.verdict + moves.may_pause(case.facts, row.review_on)
    verdict.require()
    now, round_id = timezone.now(), new_round()
    decisions = [
        _pause(case, by, row.reason, row.restart_condition, row.review_on, round_id=round_id)
        for case, row in zip(rest, rows, strict=True)
    ]
    for use_case_id in sorted(kept):
        cases[use_case_id].use_case.write(kept_at=now)
    finish([*rest, *(cases[use_case_id] for use_case_id in sorted(kept))], by)
    return decisions


class _Terms(NamedTuple):
    reason: str
    restart_condition: str
    review_on: date


def _terms(own: Row | None, reason: str, restart_condition: str, review_on: date) -> _Terms:
    """What one pilot gets: its own where it says something, else what all get."""
    own = own or Row()
    return _Terms(
        own.reason.strip() or reason, own.restart_condition.strip() or restart_condition, own.review_on or review_on
    )


def _keepable(kept: set[UUID], cases: dict[UUID, Any], policy: Policy) -> Verdict:
    reasons = [
        Reason("not_in_pilot", "What is kept must be a pilot of this portfolio.", str(use_case_id))
        for use_case_id in sorted(kept - set(cases))
    ]
    excepted = sum(
        1
        for use_case_id in kept & set(cases)
        if (until := cases[use_case_id].facts.cap_exception_until) is not None and until >= cases[use_case_id].facts.on
    )
    if len(kept) - excepted > policy.pilot_cap:
        text = f"{len(kept)} are kept, the cap is {policy.pilot_cap}. Keep fewer, or grant exceptions."
        reasons.append(Reason("over_cap", text, "keep"))
    return Verdict(tuple(reasons))


@transaction.atomic
def change_policy(*, portfolio_id: UUID, by: Actor, version: int | None = None, **limits: Any) -> PolicyVersion:
    """Change some limits; a new version is made, the old ones stay. `version` is the one the writer saw."""
    if not Portfolio.objects.visible_to(by).listed().filter(id=portfolio_id).exists():
        raise NotVisible
    access.require(by, "policy.change", portfolio_id)
    portfolio = Portfolio.objects.lock_for_slots(portfolio_id)
    present = portfolio.policy
    if version is not None and version != present.version:
        raise Conflict(present)
    wanted = Policy.from_json(present.to_json() | limits, version=present.version + 1)
    if replace(wanted, version=present.version) == present:
        return PolicyVersion.objects.get(portfolio=portfolio, number=present.version)
    row = PolicyVersion.objects.create(
        portfolio=portfolio, number=wanted.version, limits=wanted.to_json(), made_by_id=by.user_id
    )
    changes.touched(UseCase.objects.filter(portfolio=portfolio).values_list("id", flat=True))
    ledger.append(
        portfolio_id, "policy.changed", by=by, subject=("portfolio", portfolio_id),
        payload={"version": wanted.version, "was": present.to_json(), "is": wanted.to_json()},
    )  # fmt: skip
    return row
