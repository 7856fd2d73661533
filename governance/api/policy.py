"""Which limits does a portfolio keep?"""

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.actions import rounds
from portfolio.api.door import PortfolioDoor, etag, speaks
from portfolio.api.shapes import Day, Strict, Whole, YesNo
from portfolio.rules import Policy
from portfolio.rules.policy import BOUNDS


class PolicySaid(Strict):
    """The limits to change; those left out stay as they are."""

    due_date_floors = YesNo(required=False)
    holidays = serializers.ListField(child=Day(), max_length=1000, required=False)

    def get_fields(self) -> dict[str, Any]:
        limits = {
            name: Whole(min_value=least, max_value=most, required=False) for name, (least, most) in BOUNDS.items()
        }
        return limits | super().get_fields()


class PolicyShape(serializers.Serializer):
    version = serializers.IntegerField()
    due_date_floors = serializers.BooleanField()
    holidays = serializers.ListField(child=serializers.DateField())

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.IntegerField() for name in BOUNDS} | super().get_fields()


def built(policy: Policy) -> dict[str, Any]:
    return {"version": policy.version, **policy.to_json()}


class PolicyDoor(PortfolioDoor):
    def represent(self, row: Policy) -> dict[str, Any]:
        return built(row)

    @speaks("The limits in force", answer=PolicyShape, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        policy = self.seen.policy
        return Response(built(policy), headers=etag(self.seen.id, policy.version))

    @speaks("Change limits: a new version, the old ones stay", body=PolicySaid, answer=PolicyShape, if_match=True)
    def patch(self, request: HttpRequest, slug: str) -> Response:
        version = self.version(self.seen.id)
        said = self.said(PolicySaid)
        if "holidays" in said:
            said["holidays"] = [day.isoformat() for day in said["holidays"]]
        made = rounds.change_policy(portfolio_id=self.seen.id, by=self.actor, version=version, **said).as_policy()
        return Response(built(made), headers=etag(self.seen.id, made.version))
