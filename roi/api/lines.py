"""The cost stack and the benefits, line by line."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework.response import Response

from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, row_of, speaks
from portfolio.api.shapes import CursorQuery
from portfolio.models import UseCase
from roi.actions import hypotheses as actions
from roi.api.shapes import BenefitsShape, CostShape, PutBenefits, PutCost, benefit_of, cost_of
from roi.models import BenefitLine, CostLine

_COST = ("id", "category", "state", "timing", "low", "likely", "high", "first_month", "last_month", "note")
_BENEFIT = ("name", "low", "likely", "high", "first_month", "full_month", "last_month")


def cost_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(row[name]) if name in ("low", "likely", "high") and row[name] is not None else row[name]
            for name in _COST}  # fmt: skip


class CostLines(UseCaseDoor):
    query = frozenset({"cursor"})

    @speaks("The cost stack as answered so far", answer=CostShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = CostLine.objects.visible_to(self.actor).filter(hypothesis__use_case=self.seen).values(*_COST)
        return Response(pages.page(request, rows, cost_shape, place="category"))

    @speaks("Answer a category", body=PutCost, answer=CostShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        cost = cost_of(self.said(PutCost))
        row = actions.change_lines(by=self.actor, use_case_id=self.seen.id, put=cost)
        line = CostLine.objects.values(*_COST).get(hypothesis=row, category=cost.category, timing=cost.timing)
        return Response(cost_shape(line), status=201)


class OneCostLine(UseCaseDoor):
    def see(self, ref: str, line_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        row_of(CostLine.objects.visible_to(self.actor).filter(hypothesis__use_case=found), line_id)
        return found

    @speaks("Take an answer out: the category is open again", status=204)
    def delete(self, request: HttpRequest, ref: str, line_id: UUID) -> Response:
        actions.change_lines(by=self.actor, use_case_id=self.seen.id, drop=line_id)
        return Response(status=204)


class Benefits(UseCaseDoor):
    query = frozenset({"cursor"})

    def _all(self) -> dict[str, Any]:
        rows = BenefitLine.objects.visible_to(self.actor).filter(hypothesis__use_case=self.seen).values(*_BENEFIT)
        return {
            "benefits": [
                row | {name: None if row[name] is None else str(row[name]) for name in ("low", "likely", "high")}
                for row in rows
            ]
        }

    @speaks("Benefits a month at full use", answer=BenefitsShape, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        return Response(self._all())

    @speaks("Replace the benefits", body=PutBenefits, answer=BenefitsShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        gains = [benefit_of(dict(one)) for one in self.said(PutBenefits)["benefits"]]
        actions.change_lines(by=self.actor, use_case_id=self.seen.id, benefits=gains)
        return Response(self._all())
