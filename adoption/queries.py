"""What does this room know of these use cases? One query, whatever their number: the seam has fifteen in all."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, OuterRef, Subquery
from django.db.models.functions import JSONObject

from adoption.models import Engagement, Role
from adoption.rules import NOTHING_SAID, Adoption, AffectedRole, Mode, Oversight
from portfolio.models import Membership, UseCase

_OVERSIGHT = ("mode", "stop_authority", "competence", "review_days", "reviewed_on")


def _here(person: str) -> Exists:
    """Is this person still an active member of the use case's portfolio?"""
    return Exists(
        Membership.objects.filter(portfolio_id=OuterRef("portfolio_id"), user_id=OuterRef(person), user__is_active=True)
    )


def facts_of(ids: Iterable[UUID]) -> dict[UUID, Adoption]:
    """{use case: what is known}; every id asked for is there. People who left count as nobody."""
    wanted = list(ids)
    newest = Engagement.objects.filter(use_case=OuterRef("pk")).order_by().values("use_case").annotate(last=Max("on"))
    roles = (
        Role.objects.filter(use_case=OuterRef("pk"))
        .annotate(count=Count("actions"))
        .order_by("name")
        .values(
            told=JSONObject(
                **{name: F(name) for name in ("id", "name", "headcount", "reached", "using", "reason", "count")}
            )
        )
    )
    rows = UseCase.objects.filter(id__in=wanted).order_by().annotate(
        heard=Subquery(newest.values("last")), roles=ArraySubquery(roles),
        owner_here=_here("adoption_plan__owner_id"), overseer_here=_here("overseer_id"),
        cover_here=_here("oversight__cover_id"),
    )  # fmt: skip
    found = {
        row["id"]: _adoption(row)
        for row in rows.values(
            "id", "heard", "roles", "overseer_id", "owner_here", "overseer_here", "cover_here",
            "adoption_plan__owner_id", "adoption_plan__first_on", "oversight__cover_id",
            *(f"oversight__{name}" for name in _OVERSIGHT),
        )
    }  # fmt: skip
    return {one: found.get(one, NOTHING_SAID) for one in wanted}


def _adoption(row: dict) -> Adoption:
    said = {name: row[f"oversight__{name}"] for name in _OVERSIGHT}
    return Adoption(
        plan_owner_id=row["adoption_plan__owner_id"] if row["owner_here"] else None,
        first_on=row["adoption_plan__first_on"],
        heard_on=row["heard"],
        roles=tuple(
            AffectedRole(
                UUID(one["id"]), one["name"], one["headcount"], one["reached"], one["using"], one["reason"],
                one["count"],
            )
            for one in row["roles"]
        ),
        oversight=Oversight(
            mode=Mode(said["mode"]) if said["mode"] else None,
            overseer_id=row["overseer_id"] if row["overseer_here"] else None,
            cover_id=row["oversight__cover_id"] if row["cover_here"] else None,
            stop_authority=bool(said["stop_authority"]),
            competence=bool(said["competence"]),
            review_days=said["review_days"],
            reviewed_on=said["reviewed_on"],
        ),
    )  # fmt: skip
