"""When can it be decided, with which odds, and what if an item slips?"""

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.facts import gather
from governance.queries.forecast import WEEK, outlook
from governance.rules.status import why_no_date
from portfolio.api.door import UseCaseDoor, speaks
from portfolio.api.shapes import Id, Strict, checked


class ProposalShape(serializers.Serializer):
    agreed_on = serializers.DateField()
    by = serializers.ChoiceField(["forecast", "limit"])


class DriverShape(serializers.Serializer):
    item = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()


class OutlookShape(serializers.Serializer):
    p50 = serializers.DateField(allow_null=True)
    p85 = serializers.DateField(allow_null=True)
    p95 = serializers.DateField(allow_null=True)
    driver = DriverShape(allow_null=True)
    if_it_slips = serializers.DateField(allow_null=True, help_text="The 85 % date if the item slips by `days`.")
    odds_of_agreed = serializers.FloatField(allow_null=True)
    no_date_reason = serializers.CharField()
    open_items = serializers.IntegerField()
    learnt_from = serializers.IntegerField(help_text="Resolved items of yours; 0: starting assumptions only.")
    default_agreed = ProposalShape()


class OutlookQuery(Strict):
    slip = Id(required=False, help_text="The item that slips; the driver unless given.")
    days = serializers.IntegerField(required=False, min_value=0, max_value=365)


class Forecast(UseCaseDoor):
    query = frozenset({"slip", "days"})

    @speaks("The go/no-go forecast", answer=OutlookShape, query=OutlookQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        said = checked(OutlookQuery, {name: request.GET[name] for name in self.query if name in request.GET})
        picture = gather([self.seen.id])
        facts = picture.facts[self.seen.id]
        slip = str(said["slip"]) if "slip" in said else None
        found = outlook(picture, facts, slip=slip, days=said.get("days", WEEK))
        return Response(
            {
                "p50": found.p50_on,
                "p85": found.p85_on,
                "p95": found.p95_on,
                "driver": {"item": found.driver.id, "text": found.driver.text} if found.driver else None,
                "if_it_slips": found.slip_on,
                "odds_of_agreed": found.odds,
                "no_date_reason": why_no_date(facts) if facts.open_hard() else "",
                "open_items": found.open_items,
                "learnt_from": found.learnt_from,
                "default_agreed": {"agreed_on": found.proposal.agreed_on, "by": found.proposal.by},
            }
        )
