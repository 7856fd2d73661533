"""Which programs may act for whom? A token's text is shown once; a lead lends only for their own use case."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio import access
from portfolio.access import fetch
from portfolio.actions import tokens as actions
from portfolio.api import pages, shapes
from portfolio.api.door import PortfolioDoor, row_of, speaks
from portfolio.models import Portfolio, Token, UseCase


class TokenShape(serializers.Serializer):
    id = serializers.UUIDField()
    public_id = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    use_case = serializers.UUIDField(allow_null=True)
    made_by = serializers.UUIDField()
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenShape(TokenShape):
    token = serializers.CharField(help_text="The token itself, shown this once.")


class NewToken(shapes.Strict):
    name = shapes.Text(max_length=120, allow_blank=False)
    scopes = serializers.ListField(child=shapes.Text(max_length=40), max_length=30)
    days = shapes.Whole(required=False, help_text="1 to 365; 90 when not given.")
    use_case = shapes.Text(max_length=60, required=False, allow_null=True, help_text="Its id or key.")


_FIELDS = ("id", "public_id", "name", "scopes", "use_case_id", "made_by_id", "made_at", "expires_at",
           "last_used_at", "revoked_at")  # fmt: skip


def built(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the API shows it: relations without `_id`."""
    return {name.removesuffix("_id") if name != "public_id" else name: row[name] for name in _FIELDS}


class TokenDoor(PortfolioDoor):
    """A leader, for the whole portfolio; a lead, for what is limited to their own use cases."""

    def see_portfolio(self, slug: str) -> Portfolio:
        found = fetch.seen_portfolio(self.request, slug)
        verb = fetch.route_verb(self.request)
        self.as_leader = access.can(self.actor, verb, found.id).allowed
        if not self.as_leader and not (self.actor.is_person and self._leads().filter(portfolio=found).exists()):
            access.require(self.actor, verb, found.id)
        return found

    def _leads(self):
        return UseCase.objects.visible_to(self.actor).filter(lead_id=self.actor.user_id)

    def tokens(self, portfolio: Portfolio):
        lent = Token.objects.visible_to(self.actor).filter(portfolio=portfolio)
        return lent if self.as_leader else lent.filter(Q(use_case__in=self._leads()))


class Tokens(TokenDoor):
    query = frozenset({"cursor"})

    def see(self, slug: str) -> Portfolio:
        return self.see_portfolio(slug)

    @speaks(
        "Tokens, newest first; never their text", answer=TokenShape, many=True, query=shapes.CursorQuery, writes=False
    )
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = self.tokens(self.seen).values(*_FIELDS)
        return Response(pages.page(request, rows, built, place="made_at", descending=True))

    @speaks("Mint a token; its text is in this answer only", body=NewToken, answer=NewTokenShape, status=201)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = self.said(NewToken)
        ref = said.pop("use_case", None)
        use_case = fetch.among(UseCase.objects.visible_to(self.actor).filter(portfolio=self.seen), ref) if ref else None
        if ref and use_case is None:
            raise shapes.missing("use_case")
        token, text = actions.create_token(
            by=self.actor, portfolio_id=self.seen.id, use_case_id=use_case.id if use_case else None, **said
        )
        row = {name: getattr(token, name) for name in _FIELDS}
        return Response(built(row) | {"token": text}, status=201)


class OneToken(TokenDoor):
    seen: Token

    def see(self, slug: str, token_id: UUID) -> Token:
        return row_of(self.tokens(self.see_portfolio(slug)), token_id)

    @speaks("Revoke a token at once", status=204)
    def delete(self, request: HttpRequest, slug: str, token_id: UUID) -> Response:
        actions.revoke_token(by=self.actor, token_id=self.seen.id)
        return Response(status=204)
