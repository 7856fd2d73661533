"""Which portfolios do I see, under which cap, in which role? And opening one, and putting it away."""

from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from people.models import User, normal_email
from portfolio import queries
from portfolio.actions import portfolios as actions
from portfolio.api import pages, shapes
from portfolio.api.door import AnywhereDoor, PortfolioDoor, etag, speaks
from portfolio.api.members import ROLES
from portfolio.models import Lane, PolicyVersion
from portfolio.rules import Actor, Policy, Role


class PortfolioShape(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    cap = serializers.IntegerField()
    slots_taken = serializers.IntegerField()
    use_case_count = serializers.IntegerField()
    policy_version = serializers.IntegerField()
    my_role = serializers.ChoiceField(ROLES, allow_null=True)


class NewPortfolio(shapes.Strict):
    name = shapes.Text(max_length=200, allow_blank=False)
    slug = serializers.SlugField(max_length=60, required=False)
    leader = serializers.EmailField(help_text="The mail address of its first leader, who has an account.")
    cap = shapes.Whole(min_value=0, max_value=1000, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False)
    time_zone = shapes.Text(max_length=64, required=False, allow_blank=False)


class LaneShape(serializers.Serializer):
    code = serializers.ChoiceField([code for code, _ in Lane.CODES])
    version = serializers.IntegerField()
    permits = serializers.DictField()
    adds = serializers.DictField()


def rows(actor: Actor):
    """The actor's portfolios as dicts, cap and slots included."""
    newest = PolicyVersion.objects.filter(portfolio=OuterRef("pk")).order_by("-number")
    return (
        queries.with_slots(actor)
        .annotate(policy_version=Subquery(newest.values("number")[:1]), limits=Subquery(newest.values("limits")[:1]))
        .values("id", "slug", "name", "currency", "time_zone", "slots_taken", "use_case_count", "policy_version",
                "limits", "version")
    )  # fmt: skip


def built(row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    limits = row.pop("limits") or {}
    row.pop("version")
    row.pop("place", None)
    row["policy_version"] = row["policy_version"] or Policy.version
    return row | {"cap": limits.get("pilot_cap", Policy.pilot_cap), "my_role": actor.role_in(row["id"])}


class Portfolios(AnywhereDoor):
    query = frozenset({"cursor"})

    @speaks("The portfolios you belong to", answer=PortfolioShape, many=True, query=shapes.CursorQuery, writes=False)
    def get(self, request: HttpRequest) -> Response:
        return Response(pages.page(request, rows(self.actor), lambda row: built(row, self.actor), place="name"))

    @speaks("Open a portfolio (an instance administrator)", body=NewPortfolio, answer=PortfolioShape, status=201)
    def post(self, request: HttpRequest) -> Response:
        said = self.said(NewPortfolio)
        leader = User.objects.filter(email=normal_email(said.pop("leader")), is_active=True).first()
        if leader is None:
            raise shapes.missing("leader")
        policy = Policy(pilot_cap=said.pop("cap")) if "cap" in said else None
        made = actions.create_portfolio(by=self.actor, leaders=[leader], policy=policy, **said)
        answer = {
            "id": made.id, "slug": made.slug, "name": made.name, "currency": made.currency,
            "time_zone": made.time_zone, "cap": made.policy.pilot_cap, "slots_taken": 0, "use_case_count": 0,
            "policy_version": made.policy.version, "my_role": Role.LEADER if leader.id == self.actor.user_id else None,
        }  # fmt: skip
        return Response(answer, status=201, headers=etag(made.id, made.version))


class OnePortfolio(PortfolioDoor):
    @speaks("Cap, slots taken, policy version, my role", answer=PortfolioShape, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        row = rows(self.actor).get(id=self.seen.id)
        headers = etag(row["id"], row["version"])
        return Response(built(row, self.actor), headers=headers)


class Archive(PortfolioDoor):
    @speaks("Put a portfolio away: read-only and hidden (an instance administrator)", status=204)
    def post(self, request: HttpRequest, slug: str) -> Response:
        self.said(shapes.Strict)
        actions.archive_portfolio(by=self.actor, portfolio_id=self.seen.id)
        return Response(status=204)


class Lanes(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("The lanes, newest versions", answer=LaneShape, many=True, query=shapes.CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        newest = Lane.objects.filter(portfolio=self.seen, code=OuterRef("code")).order_by("-version")
        lanes = Lane.objects.filter(portfolio=self.seen, version=Subquery(newest.values("version")[:1]))
        fields = ("code", "version", "permits", "adds")
        found = pages.page(
            request, lanes.values("id", *fields), lambda row: {name: row[name] for name in fields}, place=F("code")
        )
        return Response(found)
