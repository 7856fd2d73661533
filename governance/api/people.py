"""Who has an account, and how does somebody who leaves hand over and go? For an instance administrator."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.actions import leaving
from people.actions import ERASED
from people.models import User
from portfolio.access import fetch
from portfolio.api import pages, shapes
from portfolio.api.door import AnywhereDoor, Door, row_of, speaks


class AccountShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    is_instance_admin = serializers.BooleanField()


class Heir(shapes.Strict):
    portfolio = shapes.Id()
    to = shapes.Id()


class Leaves(shapes.Strict):
    heirs = Heir(many=True, required=False, help_text="Who takes the seats, for each portfolio where there are any.")
    items = shapes.YesNo(
        required=False, help_text="Their open items too, unless false: with the seat, else to the lead of the use case."
    )


_FIELDS = ("id", "name", "email", "is_active", "is_instance_admin")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}


def _accounts():
    return User.objects.exclude(email__endswith=ERASED)


class People(AnywhereDoor):
    query = frozenset({"cursor"})

    @speaks("Everybody who has an account", answer=AccountShape, many=True, query=shapes.CursorQuery, writes=False)
    def get(self, request: HttpRequest) -> Response:
        return Response(pages.page(request, _accounts().values(*_FIELDS), _told, place=F("email")))


class _OneAccount(Door):
    seen: User

    def see(self, *args: Any, **kwargs: Any) -> User:
        fetch.anywhere(self.request)
        return row_of(_accounts(), kwargs["user_id"])

    def answered(self, user: User) -> Response:
        return Response(_told({name: getattr(user, name) for name in _FIELDS}))


class Deactivate(_OneAccount):
    @speaks("Hand over somebody's seats and shut them out", body=Leaves, answer=AccountShape)
    def post(self, request: HttpRequest, user_id: UUID) -> Response:
        said = self.said(Leaves)
        heirs = {one["portfolio"]: one["to"] for one in said.get("heirs", [])}
        return self.answered(
            leaving.deactivate(user_id=self.seen.id, by=self.actor, heirs=heirs, items=said.get("items", True))
        )


class Reactivate(_OneAccount):
    @speaks("Let somebody sign in again", answer=AccountShape)
    def post(self, request: HttpRequest, user_id: UUID) -> Response:
        self.said(shapes.Strict)
        return self.answered(leaving.reactivate(user_id=self.seen.id, by=self.actor))
