"""What does the record of a portfolio say, and does it verify?"""

from typing import Any

from django.http import FileResponse, HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from ledger import export, queries
from ledger.models import Entry
from portfolio.api import pages, shapes
from portfolio.api.door import PortfolioDoor, speaks
from portfolio.api.shapes import CursorQuery


class LineSubject(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.UUIDField()


class LineActor(serializers.Serializer):
    kind = serializers.ChoiceField(["person", "token", "system"])
    id = serializers.UUIDField(allow_null=True)


class LineShape(serializers.Serializer):
    seq = serializers.IntegerField()
    id = serializers.UUIDField()
    event = serializers.CharField()
    subject = LineSubject()
    actor = LineActor()
    on_behalf_of = serializers.UUIDField(allow_null=True)
    recorded_at = serializers.DateTimeField()
    effective_at = serializers.DateTimeField()
    payload = serializers.DictField()
    texts = serializers.DictField(child=serializers.CharField(), help_text="Names and reasons, as far as not erased.")
    refers_to = serializers.UUIDField(allow_null=True)
    supersedes = serializers.UUIDField(allow_null=True)
    hash = serializers.CharField()
    previous_hash = serializers.CharField()


class VerificationShape(serializers.Serializer):
    ok = serializers.BooleanField()
    count = serializers.IntegerField()
    code = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    first_bad_seq = serializers.IntegerField(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())


_FIELDS = ("seq", "entry_id", "event_type", "subject_type", "subject_id", "actor_kind", "actor_id", "on_behalf_of",
           "recorded_at", "effective_at", "payload", "refers_to", "supersedes", "entry_hash", "prev_hash")  # fmt: skip


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": row["seq"],
        "id": row["entry_id"],
        "event": row["event_type"],
        "subject": {"type": row["subject_type"], "id": row["subject_id"]},
        "actor": {"kind": row["actor_kind"], "id": row["actor_id"]},
        "on_behalf_of": row["on_behalf_of"],
        "recorded_at": row["recorded_at"],
        "effective_at": row["effective_at"],
        "payload": row["payload"],
        "texts": {},
        "refers_to": row["refers_to"],
        "supersedes": row["supersedes"],
        "hash": bytes(row["entry_hash"]).hex(),
        "previous_hash": bytes(row["prev_hash"]).hex(),
    }


class Lines(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("The ledger, newest line first", answer=LineShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = Entry.objects.of_chain(self.seen.id).values(*_FIELDS)
        found = pages.page(request, rows, _line, place="seq", tie="seq", descending=True)
        texts = queries.personal_texts(line["id"] for line in found["results"])
        for line in found["results"]:
            line["texts"] = texts.get(line["id"], {})
        return Response(found)


class Verify(PortfolioDoor):
    @speaks("Is the chain whole and unaltered? 200 either way", answer=VerificationShape, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        report = queries.verified(self.seen.id)
        return Response(
            {
                "ok": report.ok,
                "count": report.count,
                "code": report.code,
                "text": report.text,
                "first_bad_seq": report.first_bad_seq,
                "warnings": list(report.warnings),
            }
        )


class Export(PortfolioDoor):
    @extend_schema(
        summary="The whole ledger as JSON lines, for tools/verify_ledger.py",
        responses={
            (200, "application/jsonl"): str,
            ("default", "application/problem+json"): shapes.Problem,
        },
    )
    def get(self, request: HttpRequest, slug: str) -> FileResponse:
        return FileResponse(
            export.spooled(self.seen.id),
            as_attachment=True,
            filename=f"ledger-{self.seen.slug}.jsonl",
            content_type="application/jsonl; charset=utf-8",
        )
