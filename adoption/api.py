"""What is planned for the people of a use case, who was heard, who watches the AI?"""

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from adoption import actions
from adoption.models import Engagement, Oversight, Plan, Role, SupportAction
from adoption.rules import Mode
from people.models import User
from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, speaks
from portfolio.api.shapes import CursorQuery, Day, Id, Strict, Text, Whole, YesNo, missing

MOST = 2_000_000_000  # people


class EngagementShape(serializers.Serializer):
    id = serializers.UUIDField()
    on = serializers.DateField()
    who = serializers.CharField()
    heard = serializers.CharField()
    changed = serializers.CharField()
    logged_by = serializers.UUIDField()


class EngagementSaid(Strict):
    on = Day()
    who = Text(max_length=200, help_text="A team or a group; no person's name.")
    heard = Text()
    changed = Text(required=False, help_text="What we changed because of it.")


class RoleShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    headcount = serializers.IntegerField()
    reached = serializers.IntegerField()
    using = serializers.IntegerField()
    reason = serializers.CharField()


class RoleSaid(Strict):
    name = Text(max_length=200)
    headcount = Whole(min_value=0, max_value=MOST)
    reached = Whole(min_value=0, max_value=MOST, required=False)
    using = Whole(min_value=0, max_value=MOST, required=False)
    reason = Text(max_length=500, required=False, help_text="Why not everybody is reached.")


class SupportShape(serializers.Serializer):
    id = serializers.UUIDField()
    role = serializers.UUIDField()
    text = serializers.CharField()
    owner = serializers.UUIDField()
    due_on = serializers.DateField()


class SupportSaid(Strict):
    role = Id(help_text="An affected role of this use case.")
    text = Text(max_length=500)
    owner = Id(help_text="A member's user id.")
    due_on = Day()


class PlanShape(serializers.Serializer):
    owner = serializers.UUIDField(allow_null=True)
    first_on = serializers.DateField(allow_null=True)


class PlanSaid(Strict):
    owner = Id(help_text="A member's user id.")
    first_on = Day(help_text="The first day the people concerned see it.")


class OversightShape(serializers.Serializer):
    overseer = serializers.UUIDField(allow_null=True, help_text="The seat on the use case.")
    mode = serializers.CharField(help_text="Empty: nothing is said yet.")
    cover = serializers.UUIDField(allow_null=True)
    stop_authority = serializers.BooleanField()
    competence = serializers.CharField()
    review_days = serializers.IntegerField(allow_null=True)
    reviewed_on = serializers.DateField(allow_null=True)


class OversightSaid(Strict):
    mode = serializers.ChoiceField([mode.value for mode in Mode])
    cover = Id(required=False, allow_null=True)
    stop_authority = YesNo(required=False)
    competence = Text(required=False)
    review_days = Whole(min_value=1, max_value=1000, required=False, allow_null=True)
    reviewed_on = Day(required=False, allow_null=True)


def _built(*names: str):
    def build(row: Any) -> dict[str, Any]:
        get = row.get if isinstance(row, dict) else lambda name: getattr(row, name)
        return {name.removesuffix("_id"): get(name) for name in names}

    return build


_ENGAGEMENT = ("id", "on", "who", "heard", "changed", "logged_by_id")
_ROLE = ("id", "name", "headcount", "reached", "using", "reason")
_SUPPORT = ("id", "role_id", "text", "owner_id", "due_on")
engagement, role, support = _built(*_ENGAGEMENT), _built(*_ROLE), _built(*_SUPPORT)


class PeopleDoor(UseCaseDoor):
    query = frozenset({"cursor"})

    def member(self, said: dict[str, Any], name: str) -> dict[str, Any]:
        """The id in `said` as a member of this portfolio; an unknown and a foreign one are answered alike."""
        if said.get(name) is not None:
            found = User.objects.filter(id=said[name], memberships__portfolio_id=self.seen.portfolio_id).first()
            if found is None:
                raise missing(name)
            said[name] = found
        return {"use_case_id": self.seen.id, "by": self.actor, **said}


class Engagements(PeopleDoor):
    @speaks("Who was heard, newest first", answer=EngagementShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Engagement.objects.filter(use_case=self.seen).values(*_ENGAGEMENT, "made_at")
        return Response(pages.page(request, rows, engagement, place="made_at", descending=True))

    @speaks("Log a conversation with the frontline", body=EngagementSaid, answer=EngagementShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(EngagementSaid)
        return Response(engagement(actions.log_engagement(use_case_id=self.seen.id, by=self.actor, **said)), status=201)


class AffectedRoles(PeopleDoor):
    @speaks("Whose work changes", answer=RoleShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Role.objects.filter(use_case=self.seen).values(*_ROLE, "made_at")
        return Response(pages.page(request, rows, role, place="made_at", descending=True))

    @speaks("Name a role, or change its numbers by naming it again", body=RoleSaid, answer=RoleShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(RoleSaid)
        return Response(role(actions.set_role(use_case_id=self.seen.id, by=self.actor, **said)))


class SupportActions(PeopleDoor):
    @speaks("What helps people over", answer=SupportShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = SupportAction.objects.filter(use_case=self.seen).values(*_SUPPORT, "made_at")
        return Response(pages.page(request, rows, support, place="made_at", descending=True))

    @speaks("Add a support action for an affected role", body=SupportSaid, answer=SupportShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.member(self.said(SupportSaid), "owner")
        said["role"] = Role.objects.filter(use_case=self.seen, id=said["role"]).first()
        if said["role"] is None:
            raise missing("role")
        return Response(support(actions.add_support(**said)), status=201)


class AdoptionPlan(UseCaseDoor):
    member = PeopleDoor.member

    @speaks("The adoption plan", answer=PlanShape, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        row = Plan.objects.filter(use_case=self.seen).first()
        return Response({"owner": row and row.owner_id, "first_on": row and row.first_on})

    @speaks("Start the adoption plan, or change it", body=PlanSaid, answer=PlanShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        row = actions.start_plan(**self.member(self.said(PlanSaid), "owner"))
        return Response({"owner": row.owner_id, "first_on": row.first_on})


class OversightDoor(UseCaseDoor):
    member = PeopleDoor.member

    def _built(self, row: Oversight | None) -> dict[str, Any]:
        kept = row or Oversight()
        return {
            "overseer": self.seen.overseer_id,
            "mode": kept.mode,
            "cover": kept.cover_id,
            "stop_authority": kept.stop_authority,
            "competence": kept.competence,
            "review_days": kept.review_days,
            "reviewed_on": kept.reviewed_on,
        }

    @speaks("How the AI is watched", answer=OversightShape, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        return Response(self._built(Oversight.objects.filter(use_case=self.seen).first()))

    @speaks("Say how the AI is watched; what is left out is empty", body=OversightSaid, answer=OversightShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(OversightSaid)
        said["mode"] = Mode(said["mode"])
        return Response(self._built(actions.set_oversight(**self.member(said, "cover"))))
