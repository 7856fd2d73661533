"""What was asked, what was answered, on which evidence?"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, QueryDict
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.settings import api_settings

from portfolio.access.table import can
from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Day, Strict, Text, YesNo, checked
from portfolio.models import UseCase
from portfolio.rules import NotVisible
from readiness.actions import answers as actions
from readiness.actions import evidence as evidence_actions
from readiness.downloads import attachment
from readiness.models import Answer, Evidence
from readiness.queries import facts, sets
from readiness.rules.answers import State, is_answered, shown, waits_for
from readiness.rules.facts import ReadinessFacts
from readiness.rules.sets import Part


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


class AnswerShape(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True, help_text="Null until something was written.")
    part = serializers.CharField()
    question = serializers.CharField()
    state = serializers.CharField(help_text="As the page shows it: " + ", ".join(State))
    clear = serializers.BooleanField(help_text="Nothing is missing for the gate.")
    waits_for = serializers.UUIDField(allow_null=True, help_text="Who is asked now; null: nobody, or any leader.")
    text = serializers.CharField(help_text="What was sent.")
    applies = serializers.BooleanField()
    draft = serializers.CharField(help_text="Empty for those who may not write one.")
    note = serializers.CharField()
    author = serializers.UUIDField(allow_null=True)
    decided_by = serializers.UUIDField(allow_null=True)
    effective_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    required = serializers.BooleanField()
    evidence_needed = serializers.BooleanField()
    evidence = EvidenceShape(many=True, help_text="In force or not, until it is taken off.")
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


_EVIDENCE = ("id", "answer__part", "name", "url", "content_type", "size", "sha256", "effective_on", "expires_on",
             "added_by_id", "added_at", "version")  # fmt: skip


def evidence_shape(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in _EVIDENCE if name not in ("answer__part", "added_by_id")}
    return found | {"part": row["answer__part"], "added_by": row["added_by_id"], "is_file": not row["url"]}


class AnswerDoor(UseCaseDoor):
    """Every answer is shown as the page shows it."""

    def told(self) -> ReadinessFacts:
        """What the rules know of the use case. Whoever knows the monitoring plan says whether anything is watched."""
        return facts.of_use_case(self.seen)

    def shaped(self, rows: Iterable[Answer | None], parts: Iterable[Part]) -> list[dict[str, Any]]:
        """These answers (None: not begun) to these parts, each with its evidence: four queries."""
        asked, on, told = sets.of_lane(self.seen.lane), self.seen.portfolio.today(), self.told()
        evidence: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in Evidence.objects.filter(use_case=self.seen, removed_at=None).order_by("added_at").values(*_EVIDENCE):
            evidence[one["answer__part"]].append(evidence_shape(one))
        writes = can(self.actor, "answer.draft", self.seen.portfolio_id, facts.seats_of(self.seen)).allowed
        plain = ("id", "part", "text", "applies", "draft", "note", "effective_on", "expires_on", "version")
        found = []
        for stored, part in zip(rows, parts, strict=True):
            row, known = stored or Answer(part=part.code, id=None, version=0), told.answers.get(part.code)
            state = shown(part, told, asked, on)
            waits = (
                waits_for(part, known, told, self.seen.portfolio.policy, on)
                if known and state is State.WAITING
                else None
            )
            found.append({name: getattr(row, name) for name in plain} | {
                "question": part.text, "state": state, "clear": is_answered(part, told, asked, on),
                "waits_for": waits and waits.person, "author": row.author_id, "decided_by": row.decided_by_id,
                "required": part.required, "evidence_needed": part.evidence, "evidence": evidence[part.code],
            } | ({} if writes else {"draft": ""}))  # fmt: skip
        return found

    def represent(self, row: Answer) -> dict[str, Any]:
        part = sets.of_lane(self.seen.lane).part(row.part) if self.seen.lane else None
        if part is None:
            raise NotVisible
        return self.shaped([row], [part])[0]

    def changed(self, row: Answer, status: int = 200) -> Response:
        return Response(self.represent(row), status=status, headers=etag(row.id, row.version))


class Answers(AnswerDoor):
    query = frozenset({"cursor"})

    @speaks(
        "Every part that the lane asks, answered or not", answer=AnswerShape, many=True, query=CursorQuery, writes=False
    )
    def get(self, request: HttpRequest, ref: str) -> Response:
        stored = {row.part: row for row in Answer.objects.visible_to(self.actor).filter(use_case=self.seen)}
        parts = sets.of_lane(self.seen.lane).parts if self.seen.lane else ()
        found = self.shaped([stored.get(part.code) for part in parts], parts) if parts else []
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


class NewEvidence(Strict):
    """A link as JSON; a file as multipart/form-data with the field `file`."""

    part = Text(max_length=10)
    url = Text(max_length=2000, required=False)
    name = Text(max_length=200, required=False)
    effective_on = Day(required=False)
    expires_on = Day(required=False)


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
