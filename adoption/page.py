"""What does the People tab show of one use case?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from adoption.models import Engagement, Oversight, Plan, Role, RoleCount, SupportAction, WorkDecision
from adoption.queries import facts_of
from adoption.rules import HEARD_WITHIN_DAYS, Adoption, gaps, measure, slowest
from portfolio.models import UseCase
from portfolio.rules import Gap, Stage

_SHOWN = 50  # conversations; the API pages through the rest


@dataclass(frozen=True)
class Picture:
    """The people's side. `measure` is [(day, share reached, share using)], oldest first."""

    facts: Adoption
    gaps: tuple[Gap, ...]
    plan: Plan | None
    roles: list[Role]
    slowest_id: UUID | None
    totals: tuple[int, int, int]  # people, reached, using
    measure: list[tuple[date, float, float]]
    heard: list[Engagement]
    first_after: int | None  # days from the select to the first conversation after it
    support: list[SupportAction]
    oversight: Oversight | None
    work: list[WorkDecision]


def picture(use_case: UseCase, since_on: date, today: date) -> Picture:
    """Nine queries, whatever the number of rows."""
    facts = facts_of([use_case.id])[use_case.id]
    lane = use_case.lane.code if use_case.lane else None
    missing = gaps(facts, lane=lane, stage=Stage(use_case.stage), since_on=since_on, on=today)
    roles = list(Role.objects.filter(use_case=use_case))
    behind = slowest(facts.roles)
    heard = list(Engagement.objects.filter(use_case=use_case).select_related("logged_by")[:_SHOWN])
    after = [(one.on - since_on).days for one in heard if one.on >= since_on]
    counts: dict[UUID, list[tuple[date, int, int, int]]] = defaultdict(list)
    said = RoleCount.objects.filter(role__use_case=use_case)
    for role_id, *numbers in said.values_list("role_id", "on", "headcount", "reached", "using"):
        counts[role_id].append(tuple(numbers))
    return Picture(
        facts, missing, Plan.objects.filter(use_case=use_case).select_related("owner").first(), roles,
        behind.id if behind else None,
        (sum(r.headcount for r in roles), sum(r.reached for r in roles), sum(r.using for r in roles)),
        measure(counts.values()), heard, min(after, default=None),
        list(SupportAction.objects.filter(use_case=use_case).select_related("owner", "role")),
        Oversight.objects.filter(use_case=use_case).select_related("cover").first(),
        list(WorkDecision.objects.filter(use_case=use_case)),
    )  # fmt: skip


def context(use_case: UseCase, since_on: date, today: date) -> dict[str, Any]:
    """`people` for the template, with the sentence of how early the frontline was heard."""
    found = picture(use_case, since_on, today)
    late = found.first_after is not None and found.first_after > HEARD_WITHIN_DAYS
    return {"people": found, "first_late": late, "heard_within": HEARD_WITHIN_DAYS}
