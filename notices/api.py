"""What was I told? A person's own notices; a token has none."""

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from notices import actions
from notices.models import Notice
from notices.rules import Kind
from portfolio.api import pages
from portfolio.api.door import AnywhereDoor, speaks
from portfolio.api.shapes import CursorQuery, Strict, Whole

_FIELDS = ("id", "kind", "text", "url", "portfolio_id", "use_case_id", "made_at", "seen_at")


class NoticeShape(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField([kind.value for kind in Kind])
    text = serializers.CharField()
    url = serializers.CharField(help_text="A path of this instance.")
    portfolio = serializers.UUIDField()
    use_case = serializers.UUIDField(allow_null=True)
    made_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True)


def _notice(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id"): row[name] for name in _FIELDS}


class Notices(AnywhereDoor):
    query = frozenset({"cursor"})

    @speaks(
        "Your own notices of portfolios you still see, newest first", answer=NoticeShape, many=True,
        query=CursorQuery, writes=False,
    )  # fmt: skip
    def get(self, request: HttpRequest) -> Response:
        rows = Notice.objects.still_seen().filter(user_id=self.actor.user_id).values(*_FIELDS)
        return Response(pages.page(request, rows, _notice, place="made_at", descending=True))


class Read(Strict):
    upto = Whole(min_value=0, max_value=2**63 - 1, help_text="The largest id that was read.")


class ReadShape(serializers.Serializer):
    marked = serializers.IntegerField(help_text="How many were not marked before.")


class Seen(AnywhereDoor):
    @speaks("Mark your notices as read, up to one of them", body=Read, answer=ReadShape)
    def post(self, request: HttpRequest) -> Response:
        upto = self.said(Read)["upto"]
        assert self.actor.user_id is not None  # access.yaml: a person only
        return Response({"marked": actions.seen(user_id=self.actor.user_id, by=self.actor, upto=upto)})
