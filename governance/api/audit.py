"""What waits and on whom, what did a past day show, and which decisions does a seed draw?"""

from datetime import date
from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.api.shapes import VERBS
from governance.models import Decision
from governance.queries import pack, queue, replay
from portfolio.api.door import PortfolioDoor, speaks
from portfolio.api.shapes import Day, Strict, checked

_STEPS = {queue.DECIDE: "decide", queue.ACCEPT: "accept", queue.WAIVE: "waive", queue.SIGN: "sign"}
MOST_DRAWN = 200


class WaitShape(serializers.Serializer):
    step = serializers.ChoiceField(list(_STEPS.values()))
    title = serializers.CharField()
    use_case = serializers.UUIDField()
    since = serializers.DateField()
    days = serializers.IntegerField()
    on = serializers.ListField(child=serializers.UUIDField(), help_text="Who can end it; empty: nobody can today.")
    request = serializers.UUIDField(allow_null=True, help_text="What can be reminded of.")


class QueueShape(serializers.Serializer):
    waits = WaitShape(many=True)


class Queue(PortfolioDoor):
    @speaks("Everything that waits for a person, longest first", answer=QueueShape, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        return Response({"waits": [_wait(one) for one in queue.waits(self.seen)]})


def _wait(one: queue.Wait) -> dict[str, Any]:
    return {
        "step": _STEPS[one.step], "title": one.title, "use_case": one.use_case.id, "since": one.since,
        "days": one.days, "on": sorted(one.on, key=str), "request": one.request.id if one.request else None,
    }  # fmt: skip


class DayQuery(Strict):
    on = Day(required=False, help_text="A local day of the portfolio; today unless given.")


class PastShape(serializers.Serializer):
    use_case = serializers.UUIDField()
    key = serializers.CharField()
    shown = serializers.DictField(help_text="The displayed values as they were stored.")
    stage_decided = serializers.CharField(help_text="Where the decisions alone lead; equal to the stage shown.")


class DifferenceShape(serializers.Serializer):
    use_case = serializers.UUIDField()
    about = serializers.CharField(help_text="stage, agreed date, open request, waiver in force, seat:lead, lane …")
    told = serializers.CharField(help_text="What the ledger's lines lead to: an id, a code or a day; none.")
    stored = serializers.CharField(help_text="What is stored of that day.")


class ReplayShape(serializers.Serializer):
    on = serializers.DateField()
    lines = serializers.IntegerField(help_text="Ledger lines until that day ended.")
    rows = PastShape(many=True)
    decided = serializers.ListField(child=serializers.UUIDField(), help_text="Decisions of that very day.")
    unproved = serializers.ListField(
        child=serializers.UUIDField(), help_text="Decisions without a ledger line that names the same facts."
    )
    differences = DifferenceShape(many=True, help_text="Where what is stored is not what the lines tell.")


class Replay(PortfolioDoor):
    query = frozenset({"on"})

    @speaks("The portfolio as it was shown when a day ended", answer=ReplayShape, query=DayQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        on: date = checked(DayQuery, request.GET.dict()).get("on") or self.seen.today()
        day = replay.of_day(self.seen, on)
        return Response(
            {
                "on": day.on,
                "lines": day.lines,
                "rows": [_past(one) for one in day.rows],
                "decided": [one.id for one in day.decided],
                "unproved": [one.id for one in day.unproved],
                "differences": [
                    {"use_case": one.use_case_id, "about": one.about, "told": one.told, "stored": one.stored}
                    for one in day.differences
                ],
            }
        )


def _past(one: replay.Past) -> dict[str, Any]:
    return {
        "use_case": one.use_case.id, "key": one.use_case.key, "shown": one.shown, "stage_decided": one.stage_decided,
    }  # fmt: skip


class DrawQuery(Strict):
    seed = serializers.CharField(max_length=100, help_text="Any text; the same one draws the same decisions again.")
    size = serializers.IntegerField(min_value=1, max_value=MOST_DRAWN, required=False)


class DrawnDecision(serializers.Serializer):
    place = serializers.CharField(help_text="SHA-256(seed ‖ decision id), hex: the order of the draw.")
    decision = serializers.UUIDField()
    use_case = serializers.UUIDField()
    kind = serializers.ChoiceField(VERBS)
    decided_on = serializers.DateField()
    snapshot_hash = serializers.CharField()


class DrawnShape(serializers.Serializer):
    out_of = serializers.IntegerField()
    decisions = DrawnDecision(many=True)


class Sample(PortfolioDoor):
    query = frozenset({"seed", "size"})

    @speaks(
        "A fair sample: the decisions with the smallest SHA-256(seed ‖ id)", answer=DrawnShape, query=DrawQuery,
        writes=False,
    )  # fmt: skip
    def get(self, request: HttpRequest, slug: str) -> Response:
        asked = checked(DrawQuery, request.GET.dict())
        rows, count = pack.sample(self.seen, asked["seed"], asked.get("size", 5))
        return Response({"out_of": count, "decisions": [_drawn(asked["seed"], one) for one in rows]})


def _drawn(seed: str, row: Decision) -> dict[str, Any]:
    return {"place": pack.place(seed, row.id), "decision": row.id, "use_case": row.use_case_id, "kind": row.kind,
            "decided_on": row.decided_on, "snapshot_hash": row.snapshot_hash}  # fmt: skip
