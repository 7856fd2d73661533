"""What does this room know of these use cases? In as many queries for one as for many: six."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Max

from adoption.models import Engagement, Oversight, Plan, Role
from adoption.rules import Adoption, AffectedRole, Mode
from adoption.rules import Oversight as Kept
from portfolio.models import Membership, UseCase


def facts_of(ids: Iterable[UUID]) -> dict[UUID, Adoption]:
    """{use case: what is known}; every id asked for is there."""
    wanted = list(ids)
    plans = {row.use_case_id: row for row in Plan.objects.filter(use_case_id__in=wanted)}
    heard = dict(
        Engagement.objects.filter(use_case_id__in=wanted).order_by().values_list("use_case_id").annotate(on=Max("on"))
    )
    roles: dict[UUID, list[AffectedRole]] = defaultdict(list)
    for row in Role.objects.filter(use_case_id__in=wanted).annotate(count=Count("actions")):
        roles[row.use_case_id].append(
            AffectedRole(row.id, row.name, row.headcount, row.reached, row.using, row.reason, row.count)
        )
    kept = {row.use_case_id: row for row in Oversight.objects.filter(use_case_id__in=wanted)}
    seats = {
        row["id"]: row for row in UseCase.objects.filter(id__in=wanted).values("id", "portfolio_id", "overseer_id")
    }
    members = set(
        Membership.objects.filter(
            portfolio_id__in={row["portfolio_id"] for row in seats.values()}, user__is_active=True
        ).values_list("portfolio_id", "user_id")
    )

    def present(use_case_id: UUID, person: UUID | None) -> UUID | None:
        seat = seats.get(use_case_id)
        return person if seat and (seat["portfolio_id"], person) in members else None

    return {
        one: Adoption(
            plan_owner_id=present(one, plans[one].owner_id) if one in plans else None,
            first_on=plans[one].first_on if one in plans else None,
            heard_on=heard.get(one),
            roles=tuple(roles[one]),
            oversight=Kept(
                mode=Mode(kept[one].mode),
                overseer_id=present(one, seats[one]["overseer_id"]) if one in seats else None,
                cover_id=present(one, kept[one].cover_id),
                stop_authority=kept[one].stop_authority,
                competence=bool(kept[one].competence),
                review_days=kept[one].review_days,
                reviewed_on=kept[one].reviewed_on,
            )
            if one in kept
            else Kept(),
        )
        for one in wanted
    }
