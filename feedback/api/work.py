"""What do the counts say, and which exceptions are open since when?"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from feedback import page
from feedback.actions import exceptions as actions
from feedback.api.plan import WATCHES, listed
from feedback.models.work import CHANGES
from portfolio.api.door import UseCaseDoor, speaks
from portfolio.api.shapes import CursorQuery, Day, Id, Moment, Strict, Text, checked

CHANGE = [code for code, _ in CHANGES]
BAND_STATES = ["none", "not_known", "too_few", "below", "inside", "above"]


class BandShape(serializers.Serializer):
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    watches = serializers.ChoiceField(WATCHES)
    state = serializers.ChoiceField(BAND_STATES)


class RelianceShape(serializers.Serializer):
    accepted_right = serializers.IntegerField()
    accepted_wrong = serializers.IntegerField()
    overridden_model_right = serializers.IntegerField()
    overridden_model_wrong = serializers.IntegerField()
    override_precision = serializers.FloatField(allow_null=True)
    human_value = serializers.FloatField(allow_null=True)


class ExceptionCountsShape(serializers.Serializer):
    opened = serializers.IntegerField()
    open = serializers.IntegerField()
    resolved = serializers.IntegerField()
    median_seconds = serializers.FloatField(allow_null=True)
    p90_seconds = serializers.FloatField(allow_null=True)


class DayShape(serializers.Serializer):
    on = serializers.DateField()
    suggestions = serializers.IntegerField()
    decided = serializers.IntegerField()
    modified = serializers.IntegerField()
    overridden = serializers.IntegerField()
    exceptions_opened = serializers.IntegerField()


class SummaryShape(serializers.Serializer):
    as_of = serializers.DateTimeField()
    pending = serializers.IntegerField(help_text="Stored events that these counts do not hold yet.")
    suggestions = serializers.IntegerField()
    decided = serializers.IntegerField()
    accepted = serializers.IntegerField()
    modified = serializers.IntegerField()
    overridden = serializers.IntegerField()
    escalated = serializers.IntegerField()
    inferred_accepted = serializers.IntegerField()
    override_rate = serializers.FloatField(allow_null=True)
    modified_rate = serializers.FloatField(allow_null=True)
    overridden_rate = serializers.FloatField(allow_null=True)
    band = BandShape()
    reliance = RelianceShape()
    exceptions = ExceptionCountsShape()
    value = serializers.CharField()
    daily = DayShape(many=True)


class SummaryQuery(Strict):
    """UTC days, both included."""

    from_ = Day(required=False)
    to = Day(required=False)

    def get_fields(self):
        fields = super().get_fields()
        fields["from"] = fields.pop("from_")
        return fields


class ExceptionShape(serializers.Serializer):
    exception = serializers.CharField(help_text="Its external id.")
    title = serializers.CharField()
    kind = serializers.CharField()
    case = serializers.CharField()
    signal = serializers.CharField()
    action = serializers.CharField(help_text="What was agreed for the signal.")
    owner = serializers.UUIDField(allow_null=True)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    seconds = serializers.IntegerField(help_text="The running clock.")
    overdue = serializers.BooleanField()


class Named(Strict):
    exception = Text(max_length=255, trim_whitespace=False, help_text="Its external id.")


class CloseException(Named):
    change = serializers.ChoiceField(CHANGE, help_text="What changes because of it.")
    note = Text(required=False, help_text="What is taught, or why nothing changes.")
    learning_action = Id(required=False, allow_null=True, help_text="An action that exists already.")


class AssignException(Named):
    owner = Id(allow_null=True)
    due_at = Moment(allow_null=True)


class ClosedShape(serializers.Serializer):
    exception = serializers.CharField()
    closed_at = serializers.DateTimeField()
    change = serializers.ChoiceField(CHANGE)
    note = serializers.CharField()
    learning_action = serializers.UUIDField(allow_null=True)


class Summary(UseCaseDoor):
    query: ClassVar[frozenset[str]] = frozenset({"from", "to"})

    @speaks("Counts and rates, fresh to the newest event", answer=SummaryShape, query=SummaryQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        asked = checked(SummaryQuery, request.GET.dict())
        return Response(page.summary(self.seen.id, asked.get("from"), asked.get("to")))


class Exceptions(UseCaseDoor):
    query: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @speaks("Open exceptions with their clock, the first due first", answer=ExceptionShape, many=True,
            query=CursorQuery, writes=False)  # fmt: skip
    def get(self, request: HttpRequest, ref: str) -> Response:
        now = datetime.now(UTC)
        return Response(listed(exception_shape(row, now) for row in page.open_exceptions([self.seen.id])))


def exception_shape(row: page.OpenException, now: datetime) -> dict[str, Any]:
    names = ("title", "kind", "case", "signal", "action", "opened_at", "due_at", "overdue")
    told = {name: getattr(row, name) for name in names}
    return told | {"exception": row.id, "owner": row.owner_id, "seconds": row.seconds(now)}


class Close(UseCaseDoor):
    @speaks("Close an exception and say what changes", body=CloseException, answer=ClosedShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(CloseException)
        row = actions.close(
            by=self.actor, use_case_id=self.seen.id, exception_id=said["exception"], change=said["change"],
            note=said.get("note", ""), learning_id=said.get("learning_action"),
        )  # fmt: skip
        return Response(
            {"exception": row.exception_id, "closed_at": row.closed_at, "change": row.change, "note": row.note,
             "learning_action": row.learning_id}
        )  # fmt: skip


class Assign(UseCaseDoor):
    @speaks("Name who sees to an exception, and until when", body=AssignException, status=204)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(AssignException)
        actions.assign(
            by=self.actor, use_case_id=self.seen.id, exception_id=said["exception"], owner_id=said["owner"],
            due_at=said["due_at"],
        )  # fmt: skip
        return Response(status=204)
