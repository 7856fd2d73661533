"""What was learnt from overrides and exceptions, and did the rate move?"""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from feedback import lessons
from feedback.actions import learning as learning_actions
from feedback.models import LearningAction
from portfolio.api import pages
from portfolio.api.door import PortfolioDoor, UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Day, Id, Strict, Text
from portfolio.models import UseCase

EFFECTS = ["moved", "no_change", "too_early"]


class LearningShape(serializers.Serializer):
    id = serializers.UUIDField()
    reason = serializers.CharField()
    text = serializers.CharField()
    because = serializers.CharField()
    owner = serializers.UUIDField(allow_null=True)
    opened_at = serializers.DateTimeField()
    opened_by = serializers.UUIDField(allow_null=True, help_text="Nobody: it opened by itself.")
    taught_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class MeasuredShape(LearningShape):
    use_case = serializers.UUIDField()
    rate_before = serializers.FloatField(
        allow_null=True, help_text="Decisions overridden for this reason, 0 to 1, over the 28 days before."
    )
    rate_after = serializers.FloatField(allow_null=True, help_text="The same over up to 28 days since it was taught.")
    effect = serializers.ChoiceField(EFFECTS, allow_null=True, help_text="Null: no reason named, or not taught yet.")


class NewLearning(Strict):
    text = Text()
    reason = Text(max_length=64, required=False)
    taught_on = Day(required=False, allow_null=True)
    owner = Id(required=False, allow_null=True)


class Teach(Strict):
    text = Text()
    taught_on = Day()
    owner = Id(required=False, allow_null=True)


_FIELDS = ("id", "reason", "text", "because", "owner_id", "opened_at", "opened_by_id", "taught_on", "version")


def learning_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id") if name != "id" else name: row[name] for name in _FIELDS}


class OfPortfolio(PortfolioDoor):
    query: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @speaks("What the portfolio learns, newest first, and whether each rate moved", answer=MeasuredShape, many=True,
            query=CursorQuery, writes=False)  # fmt: skip
    def get(self, request: HttpRequest, slug: str) -> Response:
        seen = UseCase.objects.visible_to(self.actor).filter(portfolio=self.seen)
        rows = LearningAction.objects.filter(use_case__in=seen).values(*_FIELDS, "use_case_id")
        page = pages.page(request, rows, dict, place="opened_at", descending=True)
        found = [LearningAction(**{name: row[name] for name in (*_FIELDS, "use_case_id")}) for row in page["results"]]
        page["results"] = [_measured(one) for one in lessons.measured(found, datetime.now(UTC).date())]
        return Response(page)


def _measured(one: lessons.Lesson) -> dict[str, Any]:
    before, after = one.rates
    return _of(one.row) | {"use_case": one.row.use_case_id, "rate_before": before, "rate_after": after,
                           "effect": one.effect or None}  # fmt: skip


class LearningActions(UseCaseDoor):
    query: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @speaks("What was learnt, newest first", answer=LearningShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = LearningAction.objects.visible_to(self.actor).filter(use_case=self.seen).values(*_FIELDS)
        return Response(pages.page(request, rows, learning_shape, place="opened_at", descending=True))  # type: ignore[arg-type]

    @speaks("Say what changes", body=NewLearning, answer=LearningShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(NewLearning)
        owner_id = said.pop("owner", None)
        row = learning_actions.open_action(by=self.actor, use_case_id=self.seen.id, owner_id=owner_id, **said)
        return Response(_of(row), status=201, headers=etag(row.id, row.version))


class OneLearningAction(UseCaseDoor):
    def see(self, ref: str, action_id: UUID) -> LearningAction:  # type: ignore[override]
        use_case = super().see(ref=ref)
        return row_of(LearningAction.objects.visible_to(self.actor).filter(use_case=use_case), action_id)

    def represent(self, row: LearningAction) -> dict[str, Any]:
        return _of(row)

    @speaks("One learning action", answer=LearningShape, writes=False)
    def get(self, request: HttpRequest, ref: str, action_id: UUID) -> Response:
        return Response(_of(self.seen), headers=etag(self.seen.id, self.seen.version))

    @speaks("Record what was taught, and when", body=Teach, answer=LearningShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str, action_id: UUID) -> Response:
        version = self.version(self.seen.id)
        said = self.said(Teach)
        owner_id = said.pop("owner", None)
        row = learning_actions.teach(by=self.actor, action_id=self.seen.id, owner_id=owner_id, version=version, **said)
        return Response(_of(row), headers=etag(row.id, row.version))


def _of(row: LearningAction) -> dict[str, Any]:
    return learning_shape({name: getattr(row, name) for name in _FIELDS})
