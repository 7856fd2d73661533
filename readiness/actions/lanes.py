"""Change what a lane asks and permits: always a new version; use cases stay on theirs until somebody moves them."""

from typing import Any
from uuid import UUID

from django.db import transaction

from ledger import actions as ledger
from portfolio.models import Lane, Portfolio, UseCase
from portfolio.rules import Actor, Conflict, NotVisible, Reason, Refused
from readiness.actions.scope import newest_lane, portfolio_of
from readiness.models import Answer, AnswerEvent, LaneQuestions
from readiness.queries import sets
from readiness.rules.answers import SETTLED, State
from readiness.rules.sets import SetFault, compare, content, parse

PERMITS = ("users", "live_data", "unattended_acts")
ADDS = ("deployment", "rollback", "support", "metrics")


@transaction.atomic
def change_lane(
    *, by: Actor, portfolio_id: UUID, lane: str, questions: Any = None, permits: dict[str, str] | None = None,
    adds: dict[str, str] | None = None, version: int | None = None,
) -> Lane:  # fmt: skip
    """Make the next version of a lane. `questions`: plain data as in the YAML; None keeps those of the newest version.

    `version` is the version that was read: `Conflict` when it is no longer the newest.
    """
    portfolio = portfolio_of(by, portfolio_id, "lane.change")
    Portfolio.objects.lock_for_slots(portfolio.id)
    newest = newest_lane(portfolio, lane)
    if newest is None:
        raise NotVisible
    if version is not None and newest.version != version:
        raise Conflict(newest)
    reasons = [
        Reason("unknown_field", "There is no such field.", name)
        for given, known in ((permits, PERMITS), (adds, ADDS))
        for name in given or ()
        if name not in known
    ]
    if reasons:
        raise Refused(reasons)
    try:
        asked = parse(questions, lane, newest.version + 1) if questions is not None else sets.of_lane(newest)
    except SetFault as fault:
        raise Refused([Reason("unusable_set", str(fault), fault.place)]) from None
    made = Lane.objects.create(
        portfolio=portfolio, code=lane, version=newest.version + 1,
        permits={**newest.permits, **(permits or {})}, adds={**newest.adds, **(adds or {})},
    )  # fmt: skip
    LaneQuestions.objects.create(lane=made, content=content(asked), made_by_id=by.user_id)
    ledger.append(
        portfolio.id, "lane.changed", by=by, subject=("lane", made.id),
        payload={"lane": lane, "version": made.version, "parts": [part.code for part in asked.parts]},
    )  # fmt: skip
    return made


def moved(use_case: UseCase, old: Lane | None, new: Lane, by: Actor) -> list[str]:
    """The use case moved to another version, in the caller's transaction: accepted answers to parts that ask something
    else now are to be accepted again; the others stay. Answers which parts."""
    if old is None or old.id == new.id:
        return []
    changed = compare(sets.of_lane(old), sets.of_lane(new)).reworded
    rows = list(
        Answer.objects.select_for_update().filter(use_case=use_case, part__in=changed, state__in=SETTLED).order_by("id")
    )
    for row in rows:
        row.write(state=State.NOT_CLEAR, note="The question changed.", draft=row.draft or row.text)
    AnswerEvent.objects.bulk_create(
        AnswerEvent(answer=row, act="withdrawn", by_id=by.user_id, text="The question changed.") for row in rows
    )
    return [row.part for row in rows]
