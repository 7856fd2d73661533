"""Which band and clocks were agreed, which signals are watched, which alarms rang?"""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from feedback import page
from feedback.actions import alarms as alarm_actions
from feedback.actions import plan as actions
from feedback.models import Plan, Ring, Signal
from feedback.models.plan import WATCHED
from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Id, Strict, Text, Whole, YesNo
from portfolio.models import UseCase

WATCHES = [code for code, _ in WATCHED]
SIGNAL_STATES = ["inside", "near", "outside", "silent", "unknown"]
DIRECTIONS = [Ring.UP, Ring.DOWN]


class Share(serializers.FloatField):
    """A share, more than 0 and less than 1, given as a number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("This is a number.", "invalid")
        return super().to_internal_value(data)


class Limit(serializers.DecimalField):
    """A decimal string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=27, decimal_places=12, normalize_output=True, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str):
            raise serializers.ValidationError("This is a decimal string.", "invalid")
        return super().to_internal_value(data)


class FeedbackPlanShape(serializers.Serializer):
    watches = serializers.ChoiceField(WATCHES)
    band_low = serializers.FloatField(allow_null=True)
    band_high = serializers.FloatField(allow_null=True)
    infer_after_hours = serializers.IntegerField(allow_null=True)
    minimum_sample = serializers.IntegerField()
    resolve_within_hours = serializers.IntegerField()
    named_persons = serializers.BooleanField()
    version = serializers.IntegerField()


class EditPlan(Strict):
    watches = serializers.ChoiceField(WATCHES, required=False)
    band_low = Share(required=False, allow_null=True)
    band_high = Share(required=False, allow_null=True)
    infer_after_hours = Whole(required=False, allow_null=True)
    minimum_sample = Whole(required=False)
    resolve_within_hours = Whole(required=False)
    named_persons = YesNo(required=False)


class SignalShape(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    source = serializers.CharField()
    lower = Limit(allow_null=True)
    upper = Limit(allow_null=True)
    owner = serializers.UUIDField(allow_null=True)
    action = serializers.CharField()
    silent_after_hours = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)
    last_value = Limit(allow_null=True)
    state = serializers.ChoiceField(SIGNAL_STATES)
    lacks = serializers.ListField(child=serializers.CharField(), help_text="What the plan lacks to be complete.")
    version = serializers.IntegerField()


class EditSignal(Strict):
    code = Text(max_length=64, required=False)
    name = Text(max_length=120, required=False)
    unit = Text(max_length=30, required=False)
    source = Text(max_length=300, required=False)
    lower = Limit(required=False, allow_null=True)
    upper = Limit(required=False, allow_null=True)
    owner = Id(required=False, allow_null=True)
    action = Text(required=False)
    silent_after_hours = Whole(required=False)


class NewSignal(EditSignal):
    code = Text(max_length=64)
    name = Text(max_length=120)


class AlarmShape(serializers.Serializer):
    id = serializers.UUIDField()
    direction = serializers.ChoiceField(DIRECTIONS)
    rang_on = serializers.DateField()
    rate = serializers.FloatField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.UUIDField(allow_null=True)
    note = serializers.CharField()


class Acknowledge(Strict):
    note = Text()


def plan_shape(row: Plan) -> dict[str, Any]:
    return FeedbackPlanShape(row).data


def signal_shape(line: page.SignalLine) -> dict[str, Any]:
    row = line.row
    told = {name: getattr(row, name) for name in SignalShape().fields if name not in ("owner", "state", "lacks")}
    return SignalShape(told | {"owner": row.owner_id, "state": line.state, "lacks": list(line.lacks)}).data


def _line(use_case: UseCase, signal_id: UUID) -> page.SignalLine:
    return next(line for line in page.signals_of(use_case.id) if line.row.id == signal_id)


def _owned(said: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_id" if name == "owner" else name: value for name, value in said.items()}


class FeedbackPlan(UseCaseDoor):
    def represent(self, row: Plan) -> dict[str, Any]:
        return plan_shape(row)

    @speaks("The agreed band and the clocks", answer=FeedbackPlanShape, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        row = page.plan_of(self.seen.id)
        return Response(plan_shape(row), headers=etag(self.seen.id, row.version))

    @speaks("Agree the band (shares 0 to 1) and the clocks", body=EditPlan, answer=FeedbackPlanShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str) -> Response:
        version = self.version(self.seen.id)
        row = actions.agree(by=self.actor, use_case_id=self.seen.id, version=version, **self.said(EditPlan))
        return Response(plan_shape(row), headers=etag(self.seen.id, row.version))


class Signals(UseCaseDoor):
    query: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @speaks("The monitoring plan with newest values", answer=SignalShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        return Response(listed(signal_shape(line) for line in page.signals_of(self.seen.id)))

    @speaks("Add a signal to the monitoring plan", body=NewSignal, answer=SignalShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        row = actions.define_signal(by=self.actor, use_case_id=self.seen.id, **_owned(self.said(NewSignal)))
        return Response(signal_shape(_line(self.seen, row.id)), status=201, headers=etag(row.id, row.version))


class OneSignal(UseCaseDoor):
    def see(self, ref: str, signal_id: UUID) -> Signal:  # type: ignore[override]
        use_case = super().see(ref=ref)
        return row_of(Signal.objects.visible_to(self.actor).filter(use_case=use_case, retired_at=None), signal_id)

    def represent(self, row: Signal) -> dict[str, Any]:
        return signal_shape(_line(row.use_case, row.id))

    @speaks("One signal", answer=SignalShape, writes=False)
    def get(self, request: HttpRequest, ref: str, signal_id: UUID) -> Response:
        return Response(self.represent(self.seen), headers=etag(self.seen.id, self.seen.version))

    @speaks("Change a signal", body=EditSignal, answer=SignalShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str, signal_id: UUID) -> Response:
        version = self.version(self.seen.id)
        row = actions.change_signal(
            by=self.actor, signal_id=self.seen.id, version=version, **_owned(self.said(EditSignal))
        )
        return Response(self.represent(row), headers=etag(row.id, row.version))

    @speaks("Take a signal out of the plan", status=204, if_match=True)
    def delete(self, request: HttpRequest, ref: str, signal_id: UUID) -> Response:
        actions.retire_signal(by=self.actor, signal_id=self.seen.id, version=self.version(self.seen.id))
        return Response(status=204)


_ALARM = ("id", "direction", "rang_on", "rate", "acknowledged_at", "acknowledged_by_id", "note")


def alarm_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id") if name != "id" else name: row[name] for name in _ALARM}


class Alarms(UseCaseDoor):
    query: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @speaks("Alarms that rang, newest first", answer=AlarmShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Ring.objects.visible_to(self.actor).filter(use_case=self.seen).values(*_ALARM)
        return Response(pages.page(request, rows, alarm_shape, place="made_at", descending=True))  # type: ignore[arg-type]


class AcknowledgeAlarm(UseCaseDoor):
    def see(self, ref: str, ring_id: UUID) -> Ring:  # type: ignore[override]
        use_case = super().see(ref=ref)
        return row_of(Ring.objects.visible_to(self.actor).filter(use_case=use_case), ring_id)

    @speaks("Say that the alarm was seen, and what you make of it", body=Acknowledge, answer=AlarmShape)
    def post(self, request: HttpRequest, ref: str, ring_id: UUID) -> Response:
        row = alarm_actions.acknowledge(by=self.actor, ring_id=self.seen.id, **self.said(Acknowledge))
        return Response(alarm_shape({name: getattr(row, name) for name in _ALARM}))


def listed(rows: Any) -> dict[str, Any]:
    """A list that is never long enough to be cut."""
    return {"next": None, "previous": None, "results": list(rows)}
