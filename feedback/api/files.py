"""How do decisions of the past come in by REST? Upload, preview until it reads right, run."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from feedback.actions import files as actions
from feedback.importing.mapping import MappingFault
from feedback.models import DecisionFile
from portfolio.api import pages, shapes
from portfolio.api.door import UseCaseDoor, row_of, speaks
from portfolio.api.jobs import JobShape
from portfolio.importing import export
from portfolio.importing.faults import ImportFault
from portfolio.tasks import nudge

_FIELDS = ("id", "file_name", "state", "sheet", "mapping", "made_by_id", "made_at", "done_at")
STATES = ["uploaded", "previewed", "running", "done", "failed"]


class FileShape(serializers.Serializer):
    id = serializers.UUIDField()
    file_name = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    sheet = serializers.CharField()
    mapping = serializers.DictField(help_text="{} while what is proposed stands.")
    made_by = serializers.UUIDField(allow_null=True)
    made_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class OneFileShape(FileShape):
    report = serializers.DictField(help_text="As `import_feedback --json` prints it; {} before the first preview.")


class QuestionShape(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    must = serializers.BooleanField()


class FilePreviewShape(serializers.Serializer):
    """The dry run under `mapping`, and what is there to map."""

    report = serializers.DictField()
    mapping = serializers.DictField()
    headers = serializers.ListField(child=serializers.CharField())
    examples = serializers.DictField()
    sheets = serializers.ListField(child=serializers.CharField())
    questions = QuestionShape(many=True)


class HowToReadFile(shapes.Strict):
    mapping = serializers.DictField(
        required=False, help_text="field → column or object, as docs/how-to/send-feedback.md says; left out: as proposed"
    )  # fmt: skip
    sheet = shapes.Text(max_length=200, required=False)


class NewFile(serializers.Serializer):
    file = serializers.FileField()


def built(row: dict[str, Any]) -> dict[str, Any]:
    return {("made_by" if name == "made_by_id" else name): row[name] for name in _FIELDS}


def _row(row: DecisionFile) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}


def _unusable(field: str, text: str, code: str) -> exceptions.ValidationError:
    return exceptions.ValidationError({field: [exceptions.ErrorDetail(text, code)]})


class Files(UseCaseDoor):
    query = frozenset({"cursor"})

    def get_parsers(self) -> list[Any]:
        """Multipart for the file; no other body is read here."""
        return [MultiPartParser()]

    @speaks(
        "Files of past decisions, newest first", answer=FileShape, many=True, query=shapes.CursorQuery, writes=False
    )
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = DecisionFile.objects.filter(use_case=self.seen).values(*_FIELDS)
        return Response(pages.page(request, rows, built, place="made_at", descending=True))

    @speaks("Upload a file (multipart, field `file`, at most 25 MB)", body=NewFile, answer=FileShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        given = self.request.data
        file = given.get("file")
        if list(given) != ["file"] or not hasattr(file, "chunks") or len(given.getlist("file")) != 1:
            raise exceptions.ValidationError({"file": ["Send one file as multipart/form-data, in the field `file`."]})
        try:
            row = actions.upload(by=self.actor, use_case=self.seen, file=file, name=file.name or "")
        except ImportFault as fault:
            raise _unusable("file", str(fault), fault.code) from None
        return Response(built(_row(row)), status=201, headers={"Location": f"{request.path}{row.id}/"})


class FileDoor(UseCaseDoor):
    """One file of a use case of the actor."""

    def see(self, ref: str, past_id: UUID) -> DecisionFile:  # type: ignore[override]
        use_case = super().see(ref=ref)
        row: DecisionFile = row_of(DecisionFile.objects.filter(use_case=use_case), past_id)
        row.use_case = use_case
        return row


class OneFile(FileDoor):
    @speaks("Its state and report", answer=OneFileShape, writes=False)
    def get(self, request: HttpRequest, ref: str, past_id: UUID) -> Response:
        return Response(built(_row(self.seen)) | {"report": self.seen.report})


class Preview(FileDoor):
    @speaks("Read it under a mapping: a dry run, nothing is stored", body=HowToReadFile, answer=FilePreviewShape)
    def post(self, request: HttpRequest, ref: str, past_id: UUID) -> Response:
        said = self.said(HowToReadFile)
        try:
            report = actions.preview(by=self.actor, row=self.seen, given=said.get("mapping"), sheet=said.get("sheet"))
            found = actions.look(self.seen)
        except MappingFault as fault:
            field = {fault.name: [exceptions.ErrorDetail(str(fault), "mapping")]} if fault.name else [str(fault)]
            raise exceptions.ValidationError({"mapping": field}) from None
        except ImportFault as fault:
            raise _unusable("sheet" if fault.code == "unknown_sheet" else "mapping", str(fault), fault.code) from None
        return Response({
            "report": report, "mapping": found.mapping, "headers": found.headers, "examples": found.examples,
            "sheets": found.sheets, "questions": [vars(one) for one in found.questions],
        })  # fmt: skip


class Run(FileDoor):
    @speaks("Store its events as last previewed: a job to follow", answer=JobShape, status=202)
    def post(self, request: HttpRequest, ref: str, past_id: UUID) -> Response:
        self.said(shapes.Strict)
        job = actions.start(by=self.actor, file_id=self.seen.id)
        transaction.on_commit(lambda: nudge(job.id), robust=True)
        return Response(JobShape(job).data, status=202, headers={"Location": f"/api/v1/jobs/{job.id}/"})


class Skipped(FileDoor):
    @extend_schema(
        summary="The rows that were skipped, as CSV",
        responses={(200, "text/csv"): str, ("default", "application/problem+json"): shapes.Problem},
    )
    def get(self, request: HttpRequest, ref: str, past_id: UUID) -> HttpResponse:
        cells = ([note["row"], note["code"], note["text"]] for note in self.seen.report.get("skipped", []))
        return HttpResponse(
            "".join(export.csv_lines(["row", "code", "text"], cells)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="skipped.csv"'},
        )
