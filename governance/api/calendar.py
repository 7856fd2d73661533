"""The calendar as other programs read it: by a key of its own, read-only, revocable."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.response import Response

from governance.queries.calendar import as_ics, entries
from portfolio.api.door import PortfolioDoor, speaks
from portfolio.api.shapes import Strict
from readiness.actions import feeds


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Unknown, revoked and foreign keys are answered alike."""
    found = feeds.reader_of(request.GET.get("token", ""), slug)
    if found is None:
        raise Http404
    feed, actor = found
    base = request.build_absolute_uri("/").rstrip("/")
    text = as_ics(feed.portfolio.name, entries(actor, feed.portfolio_id), base)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


class FeedShape(serializers.Serializer):
    path = serializers.CharField(help_text="With the key, shown this once.")


class Feed(PortfolioDoor):
    @speaks("Make your key to the calendar; your older one ends", answer=FeedShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        self.said(Strict)
        token = feeds.make_feed(by=self.actor, portfolio_id=self.seen.id)
        found: dict[str, Any] = {"path": f"/api/v1/portfolios/{self.seen.slug}/calendar.ics?token={token}"}
        return Response(found, status=201)

    @speaks("End your key", status=204)
    def delete(self, request: HttpRequest, slug: str) -> Response:
        feeds.revoke_feed(by=self.actor, portfolio_id=self.seen.id)
        return Response(status=204)
