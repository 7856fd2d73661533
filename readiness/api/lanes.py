"""Which questions does a lane ask? As JSON, and as YAML that can be edited and sent back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework import exceptions, serializers
from rest_framework.parsers import BaseParser
from rest_framework.response import Response
from rest_framework.settings import api_settings

from portfolio.api.door import PortfolioDoor, etag, speaks
from portfolio.api.shapes import CursorQuery, Strict
from portfolio.models import Lane, Portfolio
from portfolio.rules import NotVisible
from readiness.actions import lanes as actions
from readiness.actions.scope import newest_lane
from readiness.queries import sets
from readiness.rules.sets import plain
from readiness.yaml_text import YamlFault, dump, load


class YamlParser(BaseParser):
    """application/yaml, read safely: no tags, no aliases, not deep, not large."""

    media_type = "application/yaml"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        try:
            return load(stream.read().decode("utf-8"))
        except (YamlFault, UnicodeDecodeError) as fault:
            raise exceptions.ParseError(str(fault)) from None


class SetShape(serializers.Serializer):
    lane = serializers.ChoiceField([code for code, _ in Lane.CODES])
    version = serializers.IntegerField()
    questions = serializers.DictField()
    parts = serializers.ListField(child=serializers.DictField())


class NewSet(Strict):
    """As GET answers it; lane, version and questions are ignored, the parts become the next version."""

    lane = serializers.CharField(required=False)
    version = serializers.IntegerField(required=False)
    questions = serializers.DictField(required=False)
    parts = serializers.ListField(child=serializers.DictField(), max_length=100)


def shaped(lane: Lane) -> dict[str, Any]:
    return plain(sets.of_lane(lane))


class QuestionSets(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("What each lane asks, newest versions", answer=SetShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = Lane.objects.filter(portfolio=self.seen).order_by("code", "-version").distinct("code")
        return Response({"next": None, "previous": None, "results": [shaped(lane) for lane in rows]})


class LaneDoor(PortfolioDoor):
    lane: Lane

    def see(self, slug: str, lane: str = "", **more: Any) -> Portfolio:
        found = super().see(slug=slug)
        newest = newest_lane(found, lane)
        if newest is None:
            raise NotVisible
        self.lane = newest
        return found


class OneQuestionSet(LaneDoor):
    parser_classes = (*api_settings.DEFAULT_PARSER_CLASSES, YamlParser)

    def represent(self, row: Lane) -> dict[str, Any]:
        return shaped(row)

    @speaks("What one lane asks", answer=SetShape, writes=False)
    def get(self, request: HttpRequest, slug: str, lane: str) -> Response:
        return Response(shaped(self.lane), headers=etag(self.lane.id, self.lane.version))

    @speaks(
        "The next version of what it asks; use cases stay on theirs",
        body=NewSet,
        answer=SetShape,
        status=201,
        if_match=True,
    )
    def post(self, request: HttpRequest, slug: str, lane: str) -> Response:
        version = self.version(self.lane.id, required=False)
        said = self.said(NewSet)
        made = actions.change_lane(
            by=self.actor, portfolio_id=self.seen.id, lane=lane, questions={"parts": said["parts"]}, version=version
        )
        return Response(shaped(made), status=201, headers=etag(made.id, made.version))


class QuestionSetYaml(LaneDoor):
    @speaks("The same as YAML", answer=SetShape, writes=False, media_type="application/yaml")
    def get(self, request: HttpRequest, slug: str, lane: str) -> HttpResponse:
        return HttpResponse(dump(shaped(self.lane)), content_type="application/yaml; charset=utf-8")
