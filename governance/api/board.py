"""What deserves a slot, what warns, and pausing the rest in one act?"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from governance.actions import rounds
from governance.actions.sweep import settle_portfolio
from governance.api import shapes
from governance.models import PortfolioState
from governance.queries.gate import on_board
from portfolio.access import fetch
from portfolio.api import pages
from portfolio.api.door import PortfolioDoor, speaks
from portfolio.api.shapes import CursorQuery, Day, Strict, Text, missing
from portfolio.models import UseCase


class SubjectShape(serializers.Serializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()


class WarningShape(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    subjects = SubjectShape(many=True)
    mend = serializers.CharField()


class WarningsShape(serializers.Serializer):
    computed_at = serializers.DateTimeField()
    warnings = WarningShape(many=True)


class ValueShape(serializers.Serializer):
    p10 = serializers.CharField()
    p50 = serializers.CharField()
    p90 = serializers.CharField()


class BlockingShape(serializers.Serializer):
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()


class ForecastShape(serializers.Serializer):
    p50 = serializers.DateField(allow_null=True)
    p85 = serializers.DateField()
    p95 = serializers.DateField(allow_null=True)
    driver = serializers.CharField()


class BoardRow(serializers.Serializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    stage = serializers.ChoiceField(shapes.STAGES)
    lane = serializers.ChoiceField(shapes.LANES, allow_null=True)
    status = serializers.ChoiceField(shapes.STATUSES, allow_null=True)
    status_text = serializers.CharField()
    value = ValueShape(allow_null=True)
    readiness = serializers.FloatField(allow_null=True)
    blocking = BlockingShape()
    forecast = ForecastShape(allow_null=True)
    no_date_reason = serializers.CharField()
    agreed_on = serializers.DateField(allow_null=True)
    recommendation = serializers.CharField()
    reason = serializers.CharField()


class BoardShape(WarningsShape):
    cap = serializers.IntegerField()
    slots_taken = serializers.IntegerField()
    rows = BoardRow(many=True)
    next = serializers.CharField(allow_null=True)


_ASSESSED = ("status", "status_text", "no_date_reason", "blocking_open", "blocking_overdue", "readiness",
             "forecast_p50_on", "forecast_p85_on", "forecast_p95_on", "forecast_driver", "value_p10", "value_p50",
             "value_p90", "recommendation", "reason")  # fmt: skip
_FIELDS = ("id", "key", "title", "stage", "agreed_on", "lane__code", *(f"assessment__{name}" for name in _ASSESSED))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: row[f"assessment__{name}"] for name in _ASSESSED}
    value = {part: found[f"value_{part}"] for part in ("p10", "p50", "p90")}
    forecast = {part: found[f"forecast_{part}_on"] for part in ("p50", "p85", "p95")}
    return {
        "id": row["id"],
        "key": row["key"],
        "title": row["title"],
        "stage": row["stage"],
        "lane": row["lane__code"],
        "status": found["status"],
        "status_text": found["status_text"] or "",
        "value": {part: str(amount) for part, amount in value.items()} if value["p50"] is not None else None,
        "readiness": found["readiness"],
        "blocking": {"open": found["blocking_open"] or 0, "overdue": found["blocking_overdue"] or 0},
        "forecast": forecast | {"driver": found["forecast_driver"]} if forecast["p85"] is not None else None,
        "no_date_reason": found["no_date_reason"] or "",
        "agreed_on": row["agreed_on"],
        "recommendation": found["recommendation"] or "",
        "reason": found["reason"] or "",
    }


class _BoardDoor(PortfolioDoor):
    def state(self) -> dict[str, Any]:
        """Warnings as last computed, after what changed since is settled."""
        settle_portfolio(self.seen.id)
        kept = PortfolioState.objects.visible_to(self.actor).filter(portfolio=self.seen).first()
        return {"computed_at": kept.computed_at if kept else timezone.now(), "warnings": kept.warnings if kept else []}


class Triage(_BoardDoor):
    query = frozenset({"cursor"})

    @speaks("The triage board: pilots by rank, then production, proposed, paused", answer=BoardShape, query=CursorQuery,
            writes=False)  # fmt: skip
    def get(self, request: HttpRequest, slug: str) -> Response:
        answer = self.state()
        answer["cap"] = self.seen.policy.pilot_cap
        answer["slots_taken"] = UseCase.objects.in_pilot().filter(portfolio=self.seen).count()
        rows = on_board(self.actor, self.seen.id).values(*_FIELDS)
        found = pages.page(request, rows, _row, place="board_place")
        return Response(answer | {"rows": found["results"], "next": found["next"]})


class Warnings(_BoardDoor):
    @speaks("What the portfolio warns of, and what mends it", answer=WarningsShape, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        return Response(self.state())


class PerRow(Strict):
    reason = Text(required=False)
    restart_condition = Text(required=False)
    review_on = Day(required=False)


class PauseTheRestSaid(Strict):
    keep = serializers.ListField(
        child=Text(max_length=60), max_length=1000, help_text="Ids or keys of the pilots to keep."
    )
    reason = Text()
    restart_condition = Text()
    review_on = Day(help_text="The first review; the others follow a week apart.")
    per_row = serializers.DictField(child=PerRow(), required=False, help_text="By id or key: what differs for it.")


class RoundShape(serializers.Serializer):
    decisions = shapes.DecisionShape(many=True)


class PauseTheRest(PortfolioDoor):
    @speaks("Keep two or three, pause all other pilots in one act", body=PauseTheRestSaid, answer=RoundShape)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = self.said(PauseTheRestSaid)
        per_row = said.pop("per_row", {})
        ids = self._ids([*said["keep"], *per_row])
        keep = [ids[ref] for ref in said.pop("keep")]
        rows = {ids[ref]: rounds.Row(**row) for ref, row in per_row.items()}
        made = rounds.pause_the_rest(portfolio_id=self.seen.id, by=self.actor, keep=keep, per_row=rows, **said)
        return Response({"decisions": [shapes.decision(decision) for decision in made]})

    def _ids(self, refs: list[str]) -> dict[str, Any]:
        """Id or key → id, within this portfolio: one query."""
        keys = {ref: ref.upper() for ref in refs if fetch.as_uuid(ref) is None}
        ids = {ref: found for ref in refs if (found := fetch.as_uuid(ref)) is not None}
        rows = UseCase.objects.visible_to(self.actor).filter(portfolio=self.seen)
        rows = rows.filter(id__in=ids.values()) | rows.filter(key__in=keys.values())
        by_id, by_key = {}, {}
        for row_id, key in rows.values_list("id", "key"):
            by_id[row_id] = by_key[key] = row_id
        known = {ref: by_id.get(row_id) for ref, row_id in ids.items()}
        known |= {ref: by_key.get(key) for ref, key in keys.items()}
        unknown = [ref for ref in refs if known[ref] is None]
        if unknown:
            raise missing("keep" if unknown[0] in self.request.data.get("keep", ()) else "per_row")
        return known
