"""Who decides what, and who lent their right to whom?"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.actions import rights as actions
from governance.api import shapes
from governance.models import Delegation
from governance.models.rights import LANES
from governance.rules.rights import SEATS, Right
from people.models import User
from portfolio.api import pages
from portfolio.api.door import PortfolioDoor, row_of, speaks
from portfolio.api.shapes import CursorQuery, Day, Id, Strict, Text, YesNo, missing
from portfolio.models import Portfolio
from portfolio.rules import Role, Verb

LANE_OR_NONE = [code for code, _ in LANES]


class RightShape(serializers.Serializer):
    lane = serializers.ChoiceField(LANE_OR_NONE)
    kind = serializers.ChoiceField(shapes.VERBS)
    roles = serializers.ListField(child=serializers.CharField(), help_text="Any one of these roles decides.")
    seats = serializers.ListField(child=serializers.CharField(), help_text="Whoever holds one of these decides too.")
    second_person = serializers.BooleanField(help_text="Another person must have asked for it.")


class RightSaid(Strict):
    lane = serializers.ChoiceField(LANE_OR_NONE)
    kind = serializers.ChoiceField(shapes.VERBS)
    roles = serializers.ListField(child=serializers.ChoiceField([Role.LEADER.value]), max_length=1)
    seats = serializers.ListField(child=serializers.ChoiceField(SEATS), max_length=len(SEATS))
    second_person = YesNo()


class DelegationShape(serializers.Serializer):
    id = serializers.UUIDField()
    giver = serializers.UUIDField()
    taker = serializers.UUIDField()
    lane = serializers.CharField(help_text="Empty: every lane.")
    kind = serializers.CharField(help_text="Empty: every kind.")
    until_on = serializers.DateField(help_text="In force through this day.")
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class DelegationSaid(Strict):
    taker = Id(help_text="The user id of another leader.")
    lane = serializers.ChoiceField(LANE_OR_NONE, required=False)
    kind = serializers.ChoiceField(shapes.VERBS, required=False)
    until_on = Day()
    reason = Text(allow_blank=False)


_FIELDS = ("id", "giver_id", "taker_id", "lane", "kind", "until_on", "reason", "made_at", "ended_at")


def _right(lane: str, kind: str, right: Right) -> dict[str, Any]:
    return {
        "lane": lane,
        "kind": kind,
        "roles": sorted(right.roles),
        "seats": sorted(right.seats),
        "second_person": right.second_person,
    }


def _delegation(row: Any) -> dict[str, Any]:
    get = row.get if isinstance(row, dict) else lambda name: getattr(row, name)
    return {name.removesuffix("_id"): get(name) for name in _FIELDS}


class DecisionRights(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("Who decides what, by lane", answer=RightShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        known = actions.load(self.seen.id, None)
        rights = [_right(lane, verb, known.of(lane, verb)) for lane in LANE_OR_NONE for verb in Verb]
        return Response({"next": None, "previous": None, "results": rights})

    @speaks("Say who decides one kind in one lane", body=RightSaid, answer=RightShape)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = self.said(RightSaid)
        said["kind"] = Verb(said["kind"])
        row = actions.change_right(portfolio_id=self.seen.id, by=self.actor, **said)
        return Response(_right(row.lane, row.kind, actions.as_right(row)))


class Delegations(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("Delegations, newest first", answer=DelegationShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = Delegation.objects.visible_to(self.actor).filter(portfolio=self.seen).values(*_FIELDS)
        return Response(pages.page(request, rows, _delegation, place="made_at", descending=True))

    @speaks("Let another leader decide in your stead", body=DelegationSaid, answer=DelegationShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = self.said(DelegationSaid)
        taker = User.objects.filter(id=said.pop("taker"), memberships__portfolio=self.seen).first()
        if taker is None:
            raise missing("taker")
        made = actions.delegate(portfolio_id=self.seen.id, by=self.actor, taker=taker, **said)
        return Response(_delegation(made), status=201)


class OneDelegation(PortfolioDoor):
    def see(self, slug: str, delegation_id: UUID) -> Portfolio:
        found = super().see(slug=slug)
        self.lent = row_of(Delegation.objects.visible_to(self.actor).filter(portfolio=found), delegation_id)
        return found

    @speaks("End a delegation at once", status=204)
    def delete(self, request: HttpRequest, slug: str, delegation_id: UUID) -> Response:
        actions.end_delegation(delegation_id=self.lent.id, by=self.actor)
        return Response(status=204)
