"""Which data does a use case need, from where, and may it?"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Day, Id, Strict, Text, Whole, YesNo, missing
from portfolio.models import UseCase
from readiness.actions import data as actions
from readiness.models import DataAsset, DataNeed, DataSource


class NeedShape(serializers.Serializer):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    source = serializers.UUIDField(allow_null=True)
    asset = serializers.UUIDField(allow_null=True)
    required = serializers.BooleanField()
    minimum = serializers.IntegerField()
    access = serializers.CharField()
    granted_until = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class NeedSaid(Strict):
    purpose = Text(max_length=300, required=False)
    source = Id(required=False, allow_null=True)
    asset = Id(required=False, allow_null=True)
    minimum = Whole(min_value=1, max_value=3, required=False)
    access = Text(max_length=10, required=False, help_text="asked, granted, refused or blank")
    granted_until = Day(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"required": YesNo(required=False)}  # a word that serializers keep for themselves


class NewNeed(NeedSaid):
    purpose = Text(max_length=300)


_NEED = ("id", "purpose", "source_id", "asset_id", "required", "minimum", "access", "granted_until", "version")


def need_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id"): row[name] for name in _NEED}


def _linked(portfolio_id: UUID, said: dict[str, Any]) -> dict[str, Any]:
    """Ids of source and asset replaced by the rows; foreign and unknown ones are answered alike."""
    for name, rows in (("source", DataSource.objects), ("asset", DataAsset.objects)):
        if said.get(name):
            found = rows.filter(portfolio_id=portfolio_id, id=said[name]).first()
            if found is None:
                raise missing(name)
            said[name] = found
    return said


class Needs(UseCaseDoor):
    query = frozenset({"cursor"})

    @speaks("The data it needs", answer=NeedShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = DataNeed.objects.visible_to(self.actor).filter(use_case=self.seen).values(*_NEED)
        return Response(pages.page(request, rows, need_shape, place="made_at"))

    @speaks("It needs data", body=NewNeed, answer=NeedShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = _linked(self.seen.portfolio_id, self.said(NewNeed))
        row = actions.add_need(by=self.actor, use_case_id=self.seen.id, **said)
        found = need_shape(DataNeed.objects.values(*_NEED).get(id=row.id))
        return Response(found, status=201, headers=etag(row.id, row.version))


class OneNeed(UseCaseDoor):
    def see(self, ref: str, need_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.need = row_of(DataNeed.objects.visible_to(self.actor).filter(use_case=found), need_id)
        return found

    def represent(self, row: DataNeed) -> dict[str, Any]:
        return need_shape(DataNeed.objects.values(*_NEED).get(id=row.id))

    @speaks("Change a need", body=NeedSaid, answer=NeedShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str, need_id: UUID) -> Response:
        version = self.version(self.need.id)
        said = _linked(self.seen.portfolio_id, self.said(NeedSaid))
        row = actions.edit_need(by=self.actor, need_id=self.need.id, version=version, **said)
        return Response(self.represent(row), headers=etag(row.id, row.version))

    @speaks("It does not need this", status=204, if_match=True)
    def delete(self, request: HttpRequest, ref: str, need_id: UUID) -> Response:
        actions.remove_need(by=self.actor, need_id=self.need.id, version=self.version(self.need.id))
        return Response(status=204)
