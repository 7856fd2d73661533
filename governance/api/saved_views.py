"""Which filters does the caller keep under a name? Theirs alone."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from governance.queries import filters as addresses
from governance.queries.board import people_of
from portfolio.actions import saved_views as actions
from portfolio.api.door import PortfolioDoor, row_of, speaks
from portfolio.api.shapes import Strict, Text
from portfolio.models import Portfolio, SavedView

PLACES = [place for place, _ in SavedView.PLACES]


class FiltersShape(Strict):
    stage = Text(required=False, max_length=20)
    status = Text(required=False, max_length=20)
    lane = Text(required=False, max_length=20)
    lead = Text(required=False, max_length=36, help_text="A user id, or nobody.")
    flag = Text(required=False, max_length=40)
    q = Text(required=False, max_length=200)


class SavedViewShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    place = serializers.ChoiceField(PLACES)
    filters = FiltersShape()
    url = serializers.CharField(help_text="The page that shows it.")


class NewSavedView(Strict):
    name = Text(max_length=1000)
    place = serializers.ChoiceField(PLACES, required=False)
    filters = FiltersShape()


class NewName(Strict):
    name = Text(max_length=1000)


def _shown(row: SavedView, slug: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "place": row.place,
        "filters": QueryDict(row.query).dict(),
        "url": f"{reverse(row.place, args=[slug])}?{row.query}",
    }


class SavedViews(PortfolioDoor):
    @speaks("Your saved views, by name", answer=SavedViewShape, many=True, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = SavedView.objects.visible_to(self.actor).filter(membership__portfolio=self.seen).order_by("name")
        return Response({"next": None, "previous": None, "results": [_shown(row, slug) for row in rows]})

    @speaks("Keep filters under a name", body=NewSavedView, answer=SavedViewShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = self.said(NewSavedView)
        asked = QueryDict(mutable=True)
        asked.update(said["filters"])
        parsed = addresses.parse(asked, people_of(self.seen))
        if parsed.dropped:
            raise exceptions.ValidationError(
                {"filters": [exceptions.ErrorDetail(text, "unknown_filter") for text in parsed.dropped]}
            )
        made = actions.save_view(
            by=self.actor, portfolio_id=self.seen.id, name=said["name"], place=said.get("place", SavedView.BOARD),
            query=parsed.address()[1:],
        )  # fmt: skip
        return Response(_shown(made, slug), status=201)


class OneSavedView(PortfolioDoor):
    def see(self, slug: str, view_id: UUID) -> Portfolio:
        found = super().see(slug=slug)
        self.view = row_of(SavedView.objects.visible_to(self.actor).filter(membership__portfolio=found), view_id)
        return found

    @speaks("Call it something else", body=NewName, answer=SavedViewShape)
    def patch(self, request: HttpRequest, slug: str, view_id: UUID) -> Response:
        view = actions.rename_view(by=self.actor, view_id=self.view.id, name=self.said(NewName)["name"])
        return Response(_shown(view, slug))

    @speaks("Forget it", status=204)
    def delete(self, request: HttpRequest, slug: str, view_id: UUID) -> Response:
        actions.delete_view(by=self.actor, view_id=self.view.id)
        return Response(status=204)
