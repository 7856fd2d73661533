"""Into which lane, and decided by when?"""

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.actions import dates as actions
from governance.actions import terms
from governance.api import shapes
from portfolio.api.door import UseCaseDoor, etag, speaks
from portfolio.api.shapes import Day, Strict, Text, YesNo
from portfolio.models import UseCase


class LaneAnswers(Strict):
    """The four yes/no questions that propose a lane."""

    affects_people = YesNo(required=False)
    acts_alone = YesNo(required=False)
    personal_data = YesNo(required=False)
    many_users = YesNo(required=False)


class ChooseLane(Strict):
    answers = LaneAnswers(required=False)
    lane = serializers.ChoiceField(shapes.LANES)
    reason = Text(required=False)


class AgreeDate(Strict):
    agreed_on = Day()
    cause = Text(required=False)


class SetReview(Strict):
    review_on = Day()
    reason = Text()


class RenewException(Strict):
    until_on = Day()
    reason = Text()


class _Act(UseCaseDoor):
    def represent(self, row: UseCase) -> dict[str, Any]:
        return shapes.use_case(row)

    def changed(self, row: UseCase) -> Response:
        return Response(shapes.use_case(row), headers=etag(row.id, row.version))


class Lane(_Act):
    @speaks("Choose the lane; not the proposed one needs a reason", body=ChooseLane, answer=shapes.UseCaseShape,
            if_match=True)  # fmt: skip
    def post(self, request: HttpRequest, ref: str) -> Response:
        version = self.version(self.seen.id, required=False)
        said = self.said(ChooseLane)
        return self.changed(actions.choose_lane(use_case_id=self.seen.id, by=self.actor, version=version, **said))


class Agreed(_Act):
    @speaks("Agree the go/no-go date; moving one needs its cause", body=AgreeDate, answer=shapes.UseCaseShape,
            if_match=True)  # fmt: skip
    def post(self, request: HttpRequest, ref: str) -> Response:
        version = self.version(self.seen.id, required=False)
        said = self.said(AgreeDate)
        return self.changed(actions.agree_date(use_case_id=self.seen.id, by=self.actor, version=version, **said))


class Review(_Act):
    @speaks("Move the review of what is paused", body=SetReview, answer=shapes.UseCaseShape, if_match=True)
    def post(self, request: HttpRequest, ref: str) -> Response:
        version = self.version(self.seen.id, required=False)
        said = self.said(SetReview)
        return self.changed(terms.set_review(use_case_id=self.seen.id, by=self.actor, version=version, **said))


class Exceeding(_Act):
    @speaks("Let a pilot exceed the cap through another day", body=RenewException, answer=shapes.UseCaseShape,
            if_match=True)  # fmt: skip
    def post(self, request: HttpRequest, ref: str) -> Response:
        version = self.version(self.seen.id, required=False)
        said = self.said(RenewException)
        return self.changed(terms.renew_exception(use_case_id=self.seen.id, by=self.actor, version=version, **said))
