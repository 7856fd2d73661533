"""Give me the use case or its hypothesis, visible, permitted and locked."""

from uuid import UUID

from portfolio import access
from portfolio.access.fetch import seats_of
from portfolio.models import UseCase
from portfolio.rules import Actor, NotVisible
from roi.models import Hypothesis


def use_case_of(by: Actor, use_case_id: UUID, verb: str) -> UseCase:
    """The use case, when `by` sees it and may do `verb` on it."""
    found = (
        UseCase.objects.visible_to(by)
        .filter(id=use_case_id, portfolio__archived_at=None)
        .select_related("portfolio", "lane")
        .first()
    )
    if found is None:
        raise NotVisible
    access.require(by, verb, found.portfolio_id, seats_of(found))
    return found


def locked(use_case: UseCase, version: int | None = None) -> Hypothesis:
    """The hypothesis of this use case, locked; NotVisible when there is none, Conflict when `version` is stale."""
    row = Hypothesis.objects.filter(use_case=use_case).only("id").first()
    if row is None:
        raise NotVisible
    return Hypothesis.objects.lock(row.id, version)


def lane_of(use_case: UseCase) -> str | None:
    return use_case.lane.code if use_case.lane else None
