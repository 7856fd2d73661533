"""What was asked for, what was decided, and may the pipeline deploy?"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from governance.actions import dates as request_actions
from governance.actions import verbs as actions
from governance.api import shapes
from governance.models import Condition, Decision, Request
from governance.queries.decisions import changed_since, changes
from governance.queries.gate import gate
from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, row_of, speaks
from portfolio.api.shapes import CursorQuery, Strict, Text
from portfolio.models import UseCase
from portfolio.rules import Verb


class Decisions(UseCaseDoor):
    query = frozenset({"cursor"})

    @speaks("Decisions, newest first", answer=shapes.DecisionShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Decision.objects.visible_to(self.actor).filter(use_case=self.seen).values(*shapes.DECISION_FIELDS)
        found = pages.page(request, rows, shapes.decision, place="decided_at", descending=True)
        outdated = changes(Decision.objects.filter(id__in=[one["id"] for one in found["results"]]))
        for one in found["results"]:
            one["changed"] = outdated.get(one["id"], [])
        return Response(found)


class DecisionDoor(UseCaseDoor):
    def see(self, ref: str, decision_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.decision = row_of(Decision.objects.visible_to(self.actor).filter(use_case=found), decision_id)
        return found


class OneDecision(DecisionDoor):
    @speaks("A decision with the facts it stood on", answer=shapes.DecisionWithSnapshot, writes=False)
    def get(self, request: HttpRequest, ref: str, decision_id: UUID) -> Response:
        return Response(
            shapes.decision(self.decision, changed_since(self.decision)) | {"snapshot": self.decision.snapshot}
        )


class Undo(DecisionDoor):
    @speaks("Take back your own newest pause, resume, decline or reopen", answer=shapes.DecisionShape)
    def post(self, request: HttpRequest, ref: str, decision_id: UUID) -> Response:
        self.said(Strict)
        return Response(shapes.decision(actions.undo(decision_id=self.decision.id, by=self.actor)))


_CONDITION_FIELDS = ("id", "text", "owner_id", "due_on", "met_at", "met_by_id", "note")


def _condition(row: Condition) -> dict[str, Any]:
    return {name.removesuffix("_id"): getattr(row, name) for name in _CONDITION_FIELDS}


class ConditionsShape(serializers.Serializer):
    conditions = shapes.MetShape(many=True)


class Conditions(DecisionDoor):
    @speaks("The conditions of a decision, the earliest due first", answer=ConditionsShape, writes=False)
    def get(self, request: HttpRequest, ref: str, decision_id: UUID) -> Response:
        return Response({"conditions": [_condition(row) for row in self.decision.conditions.order_by("due_on", "id")]})


class Met(Strict):
    note = Text(help_text="What shows that it is met.")


class ConditionMet(UseCaseDoor):
    def see(self, ref: str, decision_id: UUID, condition_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        decision = row_of(Decision.objects.visible_to(self.actor).filter(use_case=found), decision_id)
        row_of(decision.conditions, condition_id)
        return found

    @speaks("Say that a condition is met, and what shows it: its owner or a leader", body=Met, answer=shapes.MetShape)
    def post(self, request: HttpRequest, ref: str, decision_id: UUID, condition_id: UUID) -> Response:
        note = self.said(Met)["note"]
        return Response(_condition(request_actions.meet_condition(condition_id=condition_id, by=self.actor, note=note)))


class NewRequest(Strict):
    kind = serializers.ChoiceField(shapes.VERBS)
    reason = Text()


_REQUEST_FIELDS = ("id", "kind", "reason", "author_id", "opened_at", "reminded_at", "closed_at", "closed_as")


def _request(row: Any) -> dict[str, Any]:
    get = row.get if isinstance(row, dict) else lambda name: getattr(row, name)
    return {name.removesuffix("_id"): get(name) for name in _REQUEST_FIELDS}


class Requests(UseCaseDoor):
    query = frozenset({"cursor"})

    @speaks(
        "Requests for a decision, newest first", answer=shapes.RequestShape, many=True, query=CursorQuery, writes=False
    )
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Request.objects.visible_to(self.actor).filter(use_case=self.seen).values(*_REQUEST_FIELDS)
        return Response(pages.page(request, rows, _request, place="opened_at", descending=True))

    @speaks("Ask for a decision; another person decides it", body=NewRequest, answer=shapes.RequestShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(NewRequest)
        made = request_actions.ask(
            use_case_id=self.seen.id, by=self.actor, kind=Verb(said["kind"]), reason=said["reason"]
        )
        return Response(_request(made), status=201)


class RequestDoor(UseCaseDoor):
    def see(self, ref: str, request_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.asked = row_of(Request.objects.visible_to(self.actor).filter(use_case=found), request_id)
        return found


class Remind(RequestDoor):
    @speaks("Ask whoever may decide once more; at most once a day", answer=shapes.RequestShape)
    def post(self, request: HttpRequest, ref: str, request_id: UUID) -> Response:
        self.said(Strict)
        return Response(_request(request_actions.remind(request_id=self.asked.id, by=self.actor)))


class Withdraw(RequestDoor):
    @speaks("Take a request back", answer=shapes.RequestShape)
    def post(self, request: HttpRequest, ref: str, request_id: UUID) -> Response:
        self.said(Strict)
        return Response(_request(request_actions.withdraw(request_id=self.asked.id, by=self.actor)))


class Gate(UseCaseDoor):
    @speaks("May the pipeline deploy? 200 either way", answer=shapes.GateShape, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        found = gate(self.seen.id)
        return Response(
            {
                "allowed": found.allowed,
                "status": found.status,
                "reasons": [reason.as_dict() for reason in found.reasons],
                "decision": shapes.decision(found.decision) if found.decision else None,
                "computed_at": found.computed_at,
            }
        )
