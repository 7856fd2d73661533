"""How does a spreadsheet become a portfolio by REST? Upload, preview until it reads right, run, undo."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from portfolio.access import fetch
from portfolio.actions import uploads
from portfolio.actions.undo_import import undo
from portfolio.api import pages, shapes
from portfolio.api.door import Door, PortfolioDoor, row_of, speaks
from portfolio.api.jobs import JobShape
from portfolio.importing import export
from portfolio.importing.faults import ImportFault
from portfolio.models import ImportRun
from portfolio.tasks import nudge

_FIELDS = ("id", "file_name", "state", "sheet", "mapping", "made_by_id", "made_at", "done_at", "undone_at")
STATES = ["uploaded", "previewed", "running", "done", "failed", "undone"]


class ImportShape(serializers.Serializer):
    id = serializers.UUIDField()
    file_name = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    sheet = serializers.CharField()
    mapping = serializers.DictField()
    made_by = serializers.UUIDField(allow_null=True)
    made_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class OneImportShape(ImportShape):
    report = serializers.DictField(help_text="As `import_use_cases --json` prints it; {} before the first preview.")


class PreviewShape(serializers.Serializer):
    """The dry run, what was proposed for each field, and the first rows as they would be registered."""

    report = serializers.DictField()
    mapping = serializers.DictField()
    headers = serializers.ListField(child=serializers.CharField())
    known_fields = serializers.ListField(child=serializers.CharField())
    proposals = serializers.DictField()
    rows = serializers.ListField(child=serializers.DictField())
    unmapped_stages = serializers.DictField(child=serializers.IntegerField())


class Mapping(shapes.Strict):
    columns = serializers.DictField(
        child=serializers.CharField(max_length=300, allow_null=True), required=False,
        help_text="field → header of the file, or null to leave the field out",
    )  # fmt: skip
    stages = serializers.DictField(
        child=serializers.CharField(max_length=20, allow_null=True), required=False,
        help_text="raw word → stage, or null to decide later",
    )  # fmt: skip
    header_row = serializers.IntegerField(min_value=1, required=False, help_text="the row that names the columns")
    date_order = serializers.ChoiceField(["dmy", "mdy"], required=False, help_text="what 03/04/2026 means")


class HowToRead(shapes.Strict):
    mapping = Mapping(required=False)
    sheet = shapes.Text(max_length=200, required=False)


class NewImport(serializers.Serializer):
    file = serializers.FileField()


class UndoneShape(serializers.Serializer):
    deleted = serializers.IntegerField()
    restored = serializers.IntegerField()
    left = serializers.ListField(child=serializers.DictField())


def built(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_by_id") + ("_by" if name.endswith("_by_id") else ""): row[name] for name in _FIELDS}


def _row(run: ImportRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in _FIELDS}


def _unusable(field: str, fault: ImportFault) -> exceptions.ValidationError:
    return exceptions.ValidationError({field: [exceptions.ErrorDetail(str(fault), fault.code)]})


class Imports(PortfolioDoor):
    query = frozenset({"cursor"})

    def get_parsers(self) -> list[Any]:
        """Multipart for the file; no other body is read here."""
        return [MultiPartParser()]

    @speaks("The imports, newest first", answer=ImportShape, many=True, query=shapes.CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = ImportRun.objects.filter(portfolio=self.seen).values(*_FIELDS)
        return Response(pages.page(request, rows, built, place="made_at", descending=True))

    @speaks("Upload a file (multipart, field `file`, at most 25 MB)", body=NewImport, answer=ImportShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        given = self.request.data
        file = given.get("file")
        if list(given) != ["file"] or not hasattr(file, "chunks") or len(given.getlist("file")) != 1:
            raise exceptions.ValidationError({"file": ["Send one file as multipart/form-data, in the field `file`."]})
        try:
            run = uploads.upload(by=self.actor, portfolio=self.seen, file=file, name=file.name or "")
        except ImportFault as fault:
            raise _unusable("file", fault) from None
        return Response(built(_row(run)), status=201, headers={"Location": f"{request.path}{run.id}/"})


class ImportDoor(Door):
    """One import of a portfolio of the actor."""

    seen: ImportRun

    def see(self, slug: str, run_id: UUID) -> ImportRun:  # type: ignore[override]
        portfolio = fetch.portfolio(self.request, slug)
        found = row_of(ImportRun.objects.filter(portfolio=portfolio), run_id)
        found.portfolio = portfolio
        return found


class OneImport(ImportDoor):
    @speaks("Its state and report", answer=OneImportShape, writes=False)
    def get(self, request: HttpRequest, slug: str, run_id: UUID) -> Response:
        return Response(built(_row(self.seen)) | {"report": self.seen.report})


class Preview(ImportDoor):
    @speaks("Read it under a mapping; nothing is written but the mapping", body=HowToRead, answer=PreviewShape)
    def post(self, request: HttpRequest, slug: str, run_id: UUID) -> Response:
        said = self.said(HowToRead)
        try:
            found = uploads.preview(by=self.actor, run=self.seen, **said)
        except ImportFault as fault:
            raise _unusable("sheet" if fault.code == "unknown_sheet" else "mapping", fault) from None
        return Response(found)


class Run(ImportDoor):
    @speaks("Bring it in as last previewed: a job to follow", answer=JobShape, status=202)
    def post(self, request: HttpRequest, slug: str, run_id: UUID) -> Response:
        self.said(shapes.Strict)
        job = uploads.start(by=self.actor, run_id=self.seen.id)
        transaction.on_commit(lambda: nudge(job.id), robust=True)
        return Response(JobShape(job).data, status=202, headers={"Location": f"/api/v1/jobs/{job.id}/"})


class Undo(ImportDoor):
    @speaks("Take it back: {deleted, restored, left}", answer=UndoneShape)
    def post(self, request: HttpRequest, slug: str, run_id: UUID) -> Response:
        self.said(shapes.Strict)
        return Response(undo(by=self.actor, run_id=self.seen.id))


class Skipped(ImportDoor):
    @extend_schema(
        summary="The rows that were skipped or need a look, as CSV",
        responses={
            (200, "text/csv"): str,
            ("default", "application/problem+json"): shapes.Problem,
        },
    )
    def get(self, request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
        notes = [*self.seen.report.get("skipped", []), *self.seen.report.get("reported", [])]
        cells = ([note["row"], note["code"], note["text"]] for note in notes)
        return HttpResponse(
            "".join(export.csv_lines(["row", "code", "text"], cells)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="skipped.csv"'},
        )
