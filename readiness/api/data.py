"""Which sources feed us, how fit are they, what do the words mean, what does a use case need?"""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio.api import pages
from portfolio.api.door import PortfolioDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Id, Strict, Text, Whole, YesNo
from portfolio.models import Portfolio
from readiness.actions import data as actions
from readiness.api.people import named
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import DataSource, Defect, Term
from readiness.models.data import ACCESS, CLASSES
from readiness.rules.facts import RATINGS

_ACCESS, _CLASSES = [code for code, _ in ACCESS], [code for code, _ in CLASSES]


class SourceShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    system = serializers.CharField()
    owner = serializers.UUIDField(allow_null=True)
    steward = serializers.UUIDField(allow_null=True)
    access_path = serializers.CharField()
    access_state = serializers.CharField()
    contract = serializers.CharField()
    classification = serializers.ChoiceField(_CLASSES)
    personal_data = serializers.BooleanField()
    accessible = serializers.IntegerField()
    accurate = serializers.IntegerField()
    consistent = serializers.IntegerField()
    governed = serializers.IntegerField()
    fitness = serializers.IntegerField(help_text="The least of the four; 0 not rated, 3 fit.")
    used_by = serializers.IntegerField(help_text="Use cases that need it.")
    open_defects = serializers.IntegerField()
    version = serializers.IntegerField()


class SourceSaid(Strict):
    name = Text(max_length=200, required=False)
    system = Text(max_length=200, required=False)
    owner = Id(required=False, allow_null=True)
    steward = Id(required=False, allow_null=True)
    access_path = Text(max_length=300, required=False)
    access_state = Text(max_length=10, required=False, help_text="asked, granted, refused or blank")
    contract = Text(max_length=300, required=False)
    classification = serializers.ChoiceField(_CLASSES, required=False)
    personal_data = YesNo(required=False)


class NewSource(SourceSaid):
    name = Text(max_length=200)


class Rating(Strict):
    accessible = Whole(min_value=0, max_value=3)
    accurate = Whole(min_value=0, max_value=3)
    consistent = Whole(min_value=0, max_value=3)
    governed = Whole(min_value=0, max_value=3)
    note = Text(required=False)


class NewDefect(Strict):
    text = Text(max_length=300)
    kind = Text(max_length=20, required=False, help_text=", ".join(STARTING_MEDIANS))
    owner = Id(required=False, allow_null=True)


class CloseDefect(Strict):
    asset_name = Text(max_length=200, required=False)
    asset_place = Text(max_length=500, required=False)


class DefectShape(serializers.Serializer):
    id = serializers.UUIDField()
    source = serializers.UUIDField()
    text = serializers.CharField()
    kind = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    asset = serializers.UUIDField(allow_null=True)


_SOURCE = ("id", "name", "system", "owner_id", "steward_id", "access_path", "access_state", "contract",
           "classification", "personal_data", *RATINGS, "used_by", "open_defects", "version")  # fmt: skip


def sources():
    return DataSource.objects.annotate(
        used_by=Count("needs__use_case", distinct=True),
        open_defects=Count("defects", filter=Q(defects__closed_at=None), distinct=True),
    ).values(*_SOURCE)


def source_shape(row: dict[str, Any]) -> dict[str, Any]:
    found = {name.removesuffix("_id"): row[name] for name in _SOURCE}
    return found | {"fitness": min(row[name] for name in RATINGS)}


class Sources(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("The data sources", answer=SourceShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        return Response(pages.page(request, sources().filter(portfolio=self.seen), source_shape, place="name"))

    @speaks("Put a source on the map", body=NewSource, answer=SourceShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = named(self.seen.id, self.said(NewSource), "owner", "steward")
        row = actions.add_source(by=self.actor, portfolio_id=self.seen.id, **said)
        return Response(source_shape(sources().get(id=row.id)), status=201, headers=etag(row.id, row.version))


class SourceDoor(PortfolioDoor):
    def see(self, slug: str, source_id: UUID, **more: Any) -> Portfolio:
        found = super().see(slug=slug)
        self.source = row_of(DataSource.objects.filter(portfolio=found), source_id)
        return found

    def represent(self, row: DataSource) -> dict[str, Any]:
        return source_shape(sources().get(id=row.id))

    def changed(self, row: DataSource) -> Response:
        return Response(source_shape(sources().get(id=row.id)), headers=etag(row.id, row.version))


class OneSource(SourceDoor):
    @speaks("One source", answer=SourceShape, writes=False)
    def get(self, request: HttpRequest, slug: str, source_id: UUID) -> Response:
        return self.changed(self.source)

    @speaks("Change what is known of a source", body=SourceSaid, answer=SourceShape, if_match=True)
    def patch(self, request: HttpRequest, slug: str, source_id: UUID) -> Response:
        version = self.version(self.source.id)
        said = named(self.seen.id, self.said(SourceSaid), "owner", "steward")
        return self.changed(actions.edit_source(by=self.actor, source_id=self.source.id, version=version, **said))


class RateSource(SourceDoor):
    @speaks("Rate a source in the four respects; the least counts", body=Rating, answer=SourceShape, if_match=True)
    def post(self, request: HttpRequest, slug: str, source_id: UUID) -> Response:
        version = self.version(self.source.id, required=False)
        said = self.said(Rating)
        return self.changed(actions.rate_source(by=self.actor, source_id=self.source.id, version=version, **said))


def defect_shape(row: Defect) -> dict[str, Any]:
    return {"id": row.id, "source": row.source_id, "text": row.text, "kind": row.kind, "closed_at": row.closed_at,
            "asset": row.asset_id}  # fmt: skip


class Defects(SourceDoor):
    @speaks("Something is wrong with it: an item wherever it is needed", body=NewDefect, answer=DefectShape, status=201)
    def post(self, request: HttpRequest, slug: str, source_id: UUID) -> Response:
        said = named(self.seen.id, self.said(NewDefect), "owner")
        row = actions.open_defect(by=self.actor, source_id=self.source.id, **said)
        return Response(defect_shape(row), status=201)


class CloseOneDefect(SourceDoor):
    def see(self, slug: str, source_id: UUID, **more: Any) -> Portfolio:
        found = super().see(slug=slug, source_id=source_id)
        self.defect = row_of(Defect.objects.filter(source=self.source), more["defect_id"])
        return found

    @speaks("Mended: its item closes everywhere", body=CloseDefect, answer=DefectShape)
    def post(self, request: HttpRequest, slug: str, source_id: UUID, defect_id: UUID) -> Response:
        said = self.said(CloseDefect)
        return Response(defect_shape(actions.close_defect(by=self.actor, defect_id=self.defect.id, **said)))


class TermShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    definition = serializers.CharField()
    owner = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()


class TermSaid(Strict):
    name = Text(max_length=120)
    definition = Text(required=False)
    owner = Id(required=False, allow_null=True)


_TERM = ("id", "name", "definition", "owner_id", "version")


def term_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id"): row[name] for name in _TERM}


class Terms(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("The terms of the trade", answer=TermShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = Term.objects.filter(portfolio=self.seen).values(*_TERM)
        return Response(pages.page(request, rows, term_shape, place="name"))

    @speaks("Define a term", body=TermSaid, answer=TermShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = named(self.seen.id, self.said(TermSaid), "owner")
        row = actions.save_term(by=self.actor, portfolio_id=self.seen.id, **said)
        found = term_shape(Term.objects.values(*_TERM).get(id=row.id))
        return Response(found, status=201, headers=etag(row.id, row.version))


class OneTerm(PortfolioDoor):
    def see(self, slug: str, term_id: UUID) -> Portfolio:
        found = super().see(slug=slug)
        self.term = row_of(Term.objects.filter(portfolio=found), term_id)
        return found

    def represent(self, row: Term) -> dict[str, Any]:
        return term_shape(Term.objects.values(*_TERM).get(id=row.id))

    @speaks("Change its one definition or owner", body=TermSaid, answer=TermShape, if_match=True)
    def patch(self, request: HttpRequest, slug: str, term_id: UUID) -> Response:
        version = self.version(self.term.id)
        said = named(self.seen.id, self.said(TermSaid), "owner")
        row = actions.save_term(by=self.actor, portfolio_id=self.seen.id, term_id=self.term.id, version=version, **said)
        return Response(self.represent(row), headers=etag(row.id, row.version))
