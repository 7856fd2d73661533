"""Weekly readings by program or CSV, and the check-ins."""

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, speaks
from portfolio.api.shapes import CursorQuery, Day, Strict, Text, Whole
from portfolio.rules import Refused
from roi.actions import readings as actions
from roi.api.shapes import Figure
from roi.models import CheckIn, Hypothesis, Reading
from roi.models.readings import CSV, REST
from roi.rules import track
from roi.rules.pasted import parse


class ReadingShape(serializers.Serializer):
    """`value` null: it was taken back, the week is a gap."""

    id = serializers.UUIDField()
    measure = serializers.CharField()
    week_on = serializers.DateField()
    value = serializers.FloatField(allow_null=True)
    recorded_at = serializers.DateTimeField()
    note = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"source": serializers.CharField()}  # a word that serializers keep


class NewReading(Strict):
    week_on = Day(help_text="The Monday that names the week.")
    value = Figure(allow_null=True, help_text="null takes a value back.")


class NewReadings(Strict):
    """Either `readings`, or `csv`: a week and a value a line. All are stored or none."""

    readings = NewReading(many=True, required=False, max_length=520)
    csv = Text(max_length=100_000, required=False)
    note = Text(max_length=300, required=False)


class RecordedShape(serializers.Serializer):
    created = serializers.IntegerField()
    corrected = serializers.IntegerField()
    unchanged = serializers.IntegerField()


_READING = ("id", "measure", "week_on", "value", "recorded_at", "note", "source")


class Readings(UseCaseDoor):
    query = frozenset({"cursor"})

    @speaks("Readings, oldest week first", answer=ReadingShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Reading.objects.visible_to(self.actor).filter(hypothesis__use_case=self.seen).values(*_READING)
        return Response(pages.page(request, rows, lambda row: {n: row[n] for n in _READING}, place="week_on"))

    @speaks("Record readings; a second value corrects the first", body=NewReadings, answer=RecordedShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(NewReadings)
        values, source = _values(said)
        done = actions.record(
            by=self.actor, use_case_id=self.seen.id, values=values, source=source, note=said.get("note", "")
        )
        return Response({"created": done.created, "corrected": done.corrected, "unchanged": done.unchanged})


def _values(said: dict[str, Any]) -> tuple[dict, str]:
    """{Monday: value} and the source; 400 for both, neither, or a week named twice."""
    if ("csv" in said) == ("readings" in said):
        raise exceptions.ValidationError({"readings": ["Send either readings or csv."]})
    if "csv" in said:
        pasted = parse(said["csv"])
        if pasted.faults:
            raise Refused(pasted.faults)
        return pasted.values, CSV
    values = {one["week_on"]: one["value"] for one in said["readings"]}
    if len(values) < len(said["readings"]):
        raise exceptions.ValidationError({"readings": ["A week stands here twice: give one value a week."]})
    return values, REST


class CheckInShape(serializers.Serializer):
    """A check-in that is ahead, due or recorded."""

    day = serializers.IntegerField()
    due_on = serializers.DateField()
    state = serializers.ChoiceField(["ahead", "due", "recorded"])
    verdict = serializers.CharField(allow_blank=True)
    advised = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    recorded_on = serializers.DateField(allow_null=True)


class NewCheckIn(Strict):
    """Against the rule agreed first, `reason` must say why."""

    day = Whole(min_value=1, max_value=90)
    outcome = serializers.ChoiceField([track.CONTINUE, track.SCALE, track.STOP])
    reason = Text(required=False)


class CheckIns(UseCaseDoor):
    query = frozenset({"cursor"})

    def _all(self) -> list[dict[str, Any]]:
        row = Hypothesis.objects.visible_to(self.actor).filter(use_case=self.seen).first()
        if row is None:
            return []
        done = {one.day: one for one in CheckIn.objects.filter(hypothesis=row)}
        today = self.seen.portfolio.today()
        return [
            {
                "day": one.day, "due_on": one.due_on,
                "state": "recorded" if one.done else "due" if one.is_due(today) else "ahead",
                "recorded_on": getattr(done.get(one.day), "recorded_on", None),
            } | {name: getattr(done.get(one.day), name, "") for name in ("verdict", "advised", "outcome", "reason")}
            for one in track.schedule(row.content(), done)
        ]  # fmt: skip

    @speaks("Check-ins of the window", answer=CheckInShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        return Response({"next": None, "previous": None, "results": self._all()})

    @speaks("Record a check-in", body=NewCheckIn, answer=CheckInShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(NewCheckIn)
        actions.check_in(by=self.actor, use_case_id=self.seen.id, **said)
        return Response(next(one for one in self._all() if one["day"] == said["day"]), status=201)
