"""Which use cases are there, and what does the register know of one?"""

from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, Value
from django.db.models.functions import Cast, Coalesce, Substr
from django.http import HttpRequest
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from governance.api import shapes
from people.models import User
from portfolio.actions import use_cases as actions
from portfolio.api import pages
from portfolio.api.door import AnywhereDoor, UseCaseDoor, etag, speaks
from portfolio.api.shapes import CursorQuery, Moment, checked, missing
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import SEATS
from portfolio.rules import NotPermitted

# An allow-list: name → (expression that is never null, what comes first by default).
ORDERS: dict[str, Any] = {
    "updated": F("updated_at"),
    "created": F("created_at"),
    "title": F("title"),
    "key": Cast(Substr("key", 4), IntegerField()),
    "stage": F("stage"),
    "status": Coalesce(F("assessment__status"), Value("")),
}
ORDERINGS = [sign + name for name in ORDERS for sign in ("", "-")]


class _Several(serializers.CharField):
    """One of the choices, or several with commas between."""

    def __init__(self, choices: list[str]) -> None:
        self.choices = choices
        super().__init__(required=False, max_length=400, help_text=f"One or more, with commas: {', '.join(choices)}.")

    def to_internal_value(self, data: Any) -> list[str]:
        named = super().to_internal_value(data).split(",")
        unknown = [name for name in named if name not in self.choices]
        if unknown:
            raise exceptions.ValidationError(f"There is no {unknown[0]!r} here.", "unknown_choice")
        return named

    def to_representation(self, value: list[str]) -> str:
        return ",".join(value)


class Filters(CursorQuery):
    portfolio = serializers.CharField(required=False, max_length=60, help_text="A slug.")
    stage = _Several(shapes.STAGES)
    status = _Several(shapes.STATUSES)
    lane = _Several(shapes.LANES)
    lead = serializers.UUIDField(required=False)
    sponsor = serializers.UUIDField(required=False)
    tag = serializers.CharField(required=False, max_length=60)
    q = serializers.CharField(required=False, max_length=400, help_text="Words; every one must occur.")
    updated_since = Moment(required=False)
    ordering = serializers.ChoiceField(ORDERINGS, required=False)


# filter → the look-up it means; never a name from outside
_LOOKUPS = {"portfolio": "portfolio__slug", "stage": "stage__in", "status": "assessment__status__in",
            "lane": "lane__code__in", "lead": "lead_id", "sponsor": "sponsor_id",
            "updated_since": "updated_at__gte"}  # fmt: skip


class UseCases(AnywhereDoor):
    query = frozenset(Filters().fields)

    @speaks("Use cases, newest change first", answer=shapes.UseCaseRow, many=True, query=Filters, writes=False)
    def get(self, request: HttpRequest) -> Response:
        asked = checked(Filters, request.query_params.dict())
        rows = UseCase.objects.visible_to(self.actor).filter(portfolio__archived_at=None)
        for name, lookup in _LOOKUPS.items():
            if name in asked:
                rows = rows.filter(**{lookup: asked[name]})
        if "tag" in asked:
            rows = rows.filter(tags__contains=[asked["tag"]])
        if "q" in asked:
            rows = rows.matching(asked["q"])
        order = asked.get("ordering", "-updated")
        found = pages.page(
            request, rows.values(*shapes.ROW_FIELDS), shapes.use_case_row,
            place=ORDERS[order.removeprefix("-")], descending=order.startswith("-"), name=order,
        )  # fmt: skip
        return Response(found)

    @speaks("Register a use case", body=shapes.NewUseCase, answer=shapes.UseCaseShape, status=201)
    def post(self, request: HttpRequest) -> Response:
        said = self.said(shapes.NewUseCase)
        slug = said.pop("portfolio")
        portfolio = Portfolio.objects.visible_to(self.actor).listed().filter(slug=slug).first()
        if portfolio is None:
            raise missing("portfolio")
        if self.actor.use_case_id is not None:
            raise NotPermitted("not_permitted", "This token is limited to one use case.")
        seat_holders(portfolio.id, said)
        made = actions.register(by=self.actor, portfolio_id=portfolio.id, **said)
        answer = shapes.use_case(made)
        headers = etag(made.id, made.version) | {"Location": f"{request.path}{made.key}/"}
        return Response(answer, status=201, headers=headers)


def seat_holders(portfolio_id: UUID, said: dict[str, Any]) -> None:
    """Put people in the place of ids. Whoever is no member here is answered like whoever does not exist."""
    wanted = {name: said[name] for name in SEATS if said.get(name) is not None}
    if not wanted:
        return
    members = members_by_id(portfolio_id, wanted.values())
    strangers = {name: user_id for name, user_id in wanted.items() if user_id not in members}
    if strangers:
        raise exceptions.ValidationError({name: missing(name).detail[name] for name in strangers})
    said.update({name: members[user_id] for name, user_id in wanted.items()})


def members_by_id(portfolio_id: UUID, user_ids: Any) -> dict[UUID, User]:
    """The active members among these people."""
    found = User.objects.filter(memberships__portfolio_id=portfolio_id, is_active=True, id__in=list(user_ids))
    return {user.id: user for user in found}


class OneUseCase(UseCaseDoor):
    def represent(self, row: UseCase) -> dict[str, Any]:
        return shapes.use_case(row)

    @speaks("Everything the register knows of it", answer=shapes.UseCaseShape, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        return Response(shapes.use_case(self.seen), headers=etag(self.seen.id, self.seen.version))

    @speaks("Change register facts", body=shapes.EditUseCase, answer=shapes.UseCaseShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str) -> Response:
        version = self.version(self.seen.id)
        said = self.said(shapes.EditUseCase)
        seat_holders(self.seen.portfolio_id, said)
        changed = actions.edit(by=self.actor, use_case_id=self.seen.id, version=version, **said)
        return Response(shapes.use_case(changed), headers=etag(changed.id, changed.version))

    @speaks("Delete a proposed one with nothing built on it", status=204, if_match=True)
    def delete(self, request: HttpRequest, ref: str) -> Response:
        actions.delete(by=self.actor, use_case_id=self.seen.id, version=self.version(self.seen.id))
        return Response(status=204)
