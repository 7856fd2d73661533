"""Who belongs to a portfolio, in which role? A leader invites by mail address."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio.actions import members as actions
from portfolio.api import pages, shapes
from portfolio.api.door import PortfolioDoor, etag, row_of, speaks
from portfolio.models import Membership
from portfolio.rules import Role

ROLES = [role.value for role in Role]


class PersonShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()


class MemberShape(serializers.Serializer):
    id = serializers.UUIDField()
    user = PersonShape()
    role = serializers.ChoiceField(ROLES)
    since = serializers.DateTimeField()
    version = serializers.IntegerField()


class NewMemberShape(MemberShape):
    link = serializers.CharField(
        allow_null=True, help_text="For a new person: the path of a one-time link, shown this once."
    )


class NewMember(shapes.Strict):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(ROLES)
    name = shapes.Text(max_length=200, required=False)


class NewRole(shapes.Strict):
    role = serializers.ChoiceField(ROLES)


_FIELDS = ("id", "role", "version", "made_at", "user_id", "user__name", "user__email")


def built(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "user": {"id": row["user_id"], "name": row["user__name"], "email": row["user__email"]},
        "role": row["role"],
        "since": row["made_at"],
        "version": row["version"],
    }


def answer(member_id: UUID) -> dict[str, Any]:
    return built(Membership.objects.values(*_FIELDS).get(id=member_id))


class Members(PortfolioDoor):
    query = frozenset({"cursor"})

    @speaks("The members", answer=MemberShape, many=True, query=shapes.CursorQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = self.seen.memberships.values(*_FIELDS)
        return Response(pages.page(request, rows, built, place=F("user__email")))

    @speaks("Give a person a role; a new one is created and invited", body=NewMember, answer=NewMemberShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = self.said(NewMember)
        member, token = actions.invite(by=self.actor, portfolio_id=self.seen.id, **said)
        link = f"/welcome/{token}/" if token else None
        return Response(answer(member.id) | {"link": link}, status=201, headers=etag(member.id, member.version))


class OneMember(PortfolioDoor):
    seen: Membership

    def see(self, slug: str, member_id: UUID) -> Membership:
        return row_of(super().see(slug=slug).memberships, member_id)

    def represent(self, row: Membership) -> dict[str, Any]:
        return answer(row.id)

    @speaks("One member", answer=MemberShape, writes=False)
    def get(self, request: HttpRequest, slug: str, member_id: UUID) -> Response:
        return Response(answer(self.seen.id), headers=etag(self.seen.id, self.seen.version))

    @speaks("Another role", body=NewRole, answer=MemberShape, if_match=True)
    def patch(self, request: HttpRequest, slug: str, member_id: UUID) -> Response:
        version = self.version(self.seen.id)
        role = Role(self.said(NewRole)["role"])
        member = actions.change_role(by=self.actor, membership_id=self.seen.id, role=role, version=version)
        return Response(answer(member.id), headers=etag(member.id, member.version))

    @speaks("Take a person out; takes effect with their next request", status=204, if_match=True)
    def delete(self, request: HttpRequest, slug: str, member_id: UUID) -> Response:
        actions.remove_member(by=self.actor, membership_id=self.seen.id, version=self.version(self.seen.id))
        return Response(status=204)
