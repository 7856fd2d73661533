"""What was asked, what was answered, on which evidence?"""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, QueryDict
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.settings import api_settings

from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Day, Strict, Text, YesNo, checked
from portfolio.models import UseCase
from portfolio.rules import NotVisible
from readiness.actions import answers as actions
from readiness.actions import evidence as evidence_actions
from readiness.downloads import attachment
from readiness.models import Answer, Evidence
from readiness.queries import sets
from readiness.rules.answers import State


class AnswerShape(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True, help_text="Null until something was written.")
    part = serializers.CharField()
    question = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(State))
    text = serializers.CharField()
    applies = serializers.BooleanField()
    draft = serializers.CharField()
    note = serializers.CharField()
    author = serializers.UUIDField(allow_null=True)
    decided_by = serializers.UUIDField(allow_null=True)
    effective_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    required = serializers.BooleanField()
    evidence_needed = serializers.BooleanField()
    version = serializers.IntegerField()


class NewAnswer(Strict):
    """A draft, or with `submit` the answer that its accepter is asked for."""

    part = Text(max_length=10)
    text = Text()
    submit = YesNo(required=False)
    applies = YesNo(required=False)
    effective_on = Day(required=False)
    expires_on = Day(required=False)


class Accept(Strict):
    expires_on = Day(required=False)


class SendBack(Strict):
    note = Text()


class Withdraw(Strict):
    reason = Text(required=False)


def shaped(row: Answer | None, part: Any, on: date) -> dict[str, Any]:
    row = row or Answer(part=part.code, id=None, version=0)
    state = State.NOT_STARTED if row.state == State.DRAFT and not row.draft.strip() else State(row.state)
    if state in (State.CLEAR, State.DOES_NOT_APPLY) and row.expires_on and row.expires_on < on:
        state = State.NOT_CLEAR
    plain = ("id", "part", "text", "applies", "draft", "note", "effective_on", "expires_on", "version")
    return {name: getattr(row, name) for name in plain} | {
        "question": part.text,
        "state": state,
        "author": row.author_id,
        "decided_by": row.decided_by_id,
        "required": part.required,
        "evidence_needed": part.evidence,
    }


class AnswerDoor(UseCaseDoor):
    def shaped(self, row: Answer) -> dict[str, Any]:
        part = sets.of_lane(self.seen.lane).part(row.part) if self.seen.lane else None
        if part is None:
            raise NotVisible
        return shaped(row, part, self.seen.portfolio.today())

    def represent(self, row: Answer) -> dict[str, Any]:
        return self.shaped(row)

    def changed(self, row: Answer, status: int = 200) -> Response:
        return Response(self.shaped(row), status=status, headers=etag(row.id, row.version))


class Answers(AnswerDoor):
    query = frozenset({"cursor"})

    @speaks(
        "Every part that the lane asks, answered or not", answer=AnswerShape, many=True, query=CursorQuery, writes=False
    )
    def get(self, request: HttpRequest, ref: str) -> Response:
        stored = {row.part: row for row in Answer.objects.visible_to(self.actor).filter(use_case=self.seen)}
        parts = sets.of_lane(self.seen.lane).parts if self.seen.lane else ()
        on = self.seen.portfolio.today()
        found = [shaped(stored.get(part.code), part, on) for part in parts]
        return Response({"next": None, "previous": None, "results": found})

    @speaks("Draft an answer, or submit it", body=NewAnswer, answer=AnswerShape, status=201, if_match=True)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(NewAnswer)
        part, submit = said["part"], said.pop("submit", False)
        row = Answer.objects.filter(use_case=self.seen, part=part).first()
        version = self.version(row.id, required=False) if row else None
        key = {"by": self.actor, "use_case_id": self.seen.id, "version": version}
        if submit:
            return self.changed(actions.submit(**key, **said), 201)
        return self.changed(actions.save_draft(**key, part=part, text=said["text"]), 201)


class OneAnswer(AnswerDoor):
    def see(self, ref: str, answer_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.answer = row_of(Answer.objects.visible_to(self.actor).filter(use_case=found), answer_id)
        return found

    def key(self) -> dict[str, Any]:
        return {"by": self.actor, "use_case_id": self.seen.id, "part": self.answer.part,
                "version": self.version(self.answer.id, required=False)}  # fmt: skip


class AcceptAnswer(OneAnswer):
    @speaks("I could act on this without asking: clear", body=Accept, answer=AnswerShape, if_match=True)
    def post(self, request: HttpRequest, ref: str, answer_id: UUID) -> Response:
        return self.changed(actions.accept(**self.key(), **self.said(Accept)))


class SendAnswerBack(OneAnswer):
    @speaks("Not clear yet: say what is missing", body=SendBack, answer=AnswerShape, if_match=True)
    def post(self, request: HttpRequest, ref: str, answer_id: UUID) -> Response:
        return self.changed(actions.send_back(**self.key(), **self.said(SendBack)))


class WithdrawAnswer(OneAnswer):
    @speaks("Take an answer or its acceptance back", body=Withdraw, answer=AnswerShape, if_match=True)
    def post(self, request: HttpRequest, ref: str, answer_id: UUID) -> Response:
        return self.changed(actions.withdraw(**self.key(), reason=self.said(Withdraw).get("reason", "")))


class EvidenceShape(serializers.Serializer):
    id = serializers.UUIDField()
    part = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    is_file = serializers.BooleanField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    effective_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    added_by = serializers.UUIDField()
    added_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class NewEvidence(Strict):
    """A link as JSON; a file as multipart/form-data with the field `file`."""

    part = Text(max_length=10)
    url = Text(max_length=2000, required=False)
    name = Text(max_length=200, required=False)
    effective_on = Day(required=False)
    expires_on = Day(required=False)


_EVIDENCE = ("id", "answer__part", "name", "url", "content_type", "size", "sha256", "effective_on", "expires_on",
             "added_by_id", "added_at", "version")  # fmt: skip


def evidence_shape(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in _EVIDENCE if name not in ("answer__part", "added_by_id")}
    return found | {"part": row["answer__part"], "added_by": row["added_by_id"], "is_file": not row["url"]}


class EvidenceList(UseCaseDoor):
    parser_classes = (*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser)
    query = frozenset({"cursor"})

    @speaks("Evidence in force", answer=EvidenceShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Evidence.objects.visible_to(self.actor).filter(use_case=self.seen, removed_at=None).values(*_EVIDENCE)
        return Response(pages.page(request, rows, evidence_shape, place="added_at"))

    @speaks("Attach a link or a file", body=NewEvidence, answer=EvidenceShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        given = self.request.data
        upload = None
        if isinstance(given, QueryDict):
            upload = self.request.FILES.get("file")
            given = {name: value for name, value in given.items() if name != "file"}
        said = checked(NewEvidence, given)
        key = {"by": self.actor, "use_case_id": self.seen.id, "part": said.pop("part")}
        if upload is not None:
            said.pop("url", None)
            said.pop("name", None)
            made = evidence_actions.attach_file(**key, upload=upload, **said)
        else:
            made = evidence_actions.attach_link(**key, url=said.pop("url", ""), **said)
        row = Evidence.objects.values(*_EVIDENCE).get(id=made.id)
        return Response(evidence_shape(row), status=201, headers=etag(made.id, made.version))


class EvidenceDoor(UseCaseDoor):
    def see(self, ref: str, evidence_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.evidence = row_of(Evidence.objects.visible_to(self.actor).filter(use_case=found), evidence_id)
        return found


class OneEvidence(EvidenceDoor):
    @speaks("Take evidence off; what was decided on it keeps it", status=204, if_match=True)
    def delete(self, request: HttpRequest, ref: str, evidence_id: UUID) -> Response:
        version = self.version(self.evidence.id)
        evidence_actions.remove(by=self.actor, evidence_id=self.evidence.id, version=version)
        return Response(status=204)


class EvidenceFile(EvidenceDoor):
    @speaks("The file, always as a download", answer=OpenApiTypes.BINARY, writes=False, media_type="*/*")
    def get(self, request: HttpRequest, ref: str, evidence_id: UUID) -> FileResponse:
        return attachment(self.evidence)
