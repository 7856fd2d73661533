"""Which items block, whose are they, until when? One by one, or many at once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio.api import pages
from portfolio.api.door import PortfolioDoor, UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Day, Id, Strict, Text, YesNo
from portfolio.models import UseCase
from portfolio.rules import Reason, Refused, Severity
from readiness.actions import items as actions
from readiness.api.people import named
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import BlockingItem

KINDS = list(STARTING_MEDIANS)
SEVERITIES = [severity.value for severity in Severity]


class ItemShape(serializers.Serializer):
    id = serializers.UUIDField()
    use_case = serializers.UUIDField()
    key = serializers.CharField()
    origin = serializers.CharField()
    code = serializers.CharField()
    subject = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    kind = serializers.CharField()
    text = serializers.CharField()
    owner = serializers.UUIDField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    proposed_owner = serializers.UUIDField(allow_null=True)
    proposed_due_on = serializers.DateField(allow_null=True)
    waits_on = serializers.ListField(child=serializers.UUIDField())
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    closed_as = serializers.CharField()
    version = serializers.IntegerField()


class WaiverShape(serializers.Serializer):
    id = serializers.UUIDField()
    item = serializers.UUIDField()
    reason = serializers.CharField()
    until_on = serializers.DateField()
    requested_by = serializers.UUIDField()
    approved_by = serializers.UUIDField(allow_null=True)


class NewItem(Strict):
    text = Text(max_length=300)
    kind = Text(max_length=20, required=False, help_text=", ".join(KINDS))
    severity = serializers.ChoiceField(SEVERITIES, required=False)
    owner = Id(required=False, allow_null=True)
    due_on = Day(required=False, allow_null=True)


class EditItem(Strict):
    text = Text(max_length=300, required=False)
    kind = Text(max_length=20, required=False, help_text=", ".join(KINDS))
    severity = serializers.ChoiceField(SEVERITIES, required=False)
    owner = Id(required=False, allow_null=True)
    due_on = Day(required=False, allow_null=True)
    waits_on = serializers.ListField(child=Id(), max_length=50, required=False)


class EditMany(Strict):
    items = serializers.ListField(child=Id(), min_length=1, max_length=actions.MOST_AT_ONCE)
    owner = Id(required=False, allow_null=True)
    due_on = Day(required=False, allow_null=True)


class Waive(Strict):
    """Ask with `reason` and `until_on`; another person then sends `approve`."""

    reason = Text(required=False)
    until_on = Day(required=False)
    approve = YesNo(required=False)


class ChangedShape(serializers.Serializer):
    changed = serializers.IntegerField()


class ItemQuery(CursorQuery):
    owner = serializers.CharField(required=False, help_text="A person's id, or me.")
    closed = serializers.ChoiceField(["true", "false"], required=False)


_FIELDS = ("id", "use_case_id", "use_case__key", "origin", "code", "subject", "severity", "kind", "text", "owner_id",
           "due_on", "proposed_owner_id", "proposed_due_on", "waits_on", "opened_on", "closed_on", "closed_as",
           "version")  # fmt: skip


def shaped(row: dict[str, Any]) -> dict[str, Any]:
    found = {name.removesuffix("_id"): row[name] for name in _FIELDS if name != "use_case__key"}
    return found | {"key": row["use_case__key"]}


def answer(item_id: UUID) -> dict[str, Any]:
    return shaped(BlockingItem.objects.values(*_FIELDS).get(id=item_id))


class Items(UseCaseDoor):
    query = frozenset({"cursor", "closed"})

    @speaks(
        "Blocking items, open ones unless asked otherwise", answer=ItemShape, many=True, query=ItemQuery, writes=False
    )
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = BlockingItem.objects.visible_to(self.actor).filter(use_case=self.seen)
        if request.GET.get("closed") != "true":
            rows = rows.open()
        return Response(pages.page(request, rows.values(*_FIELDS), shaped, place="opened_on"))

    @speaks("Add an item by hand", body=NewItem, answer=ItemShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = named(self.seen.portfolio_id, self.said(NewItem), "owner")
        row = actions.add(by=self.actor, use_case_id=self.seen.id, item=actions.NewItem(**said))
        return Response(answer(row.id), status=201, headers=etag(row.id, row.version))


class AcceptProposals(UseCaseDoor):
    @speaks("Take every proposed owner and due date", answer=ChangedShape)
    def post(self, request: HttpRequest, ref: str) -> Response:
        self.said(Strict)
        return Response({"changed": actions.accept_proposals(by=self.actor, use_case_id=self.seen.id)})


class ItemDoor(UseCaseDoor):
    def see(self, ref: str, item_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.item = row_of(BlockingItem.objects.visible_to(self.actor).filter(use_case=found), item_id)
        return found

    def represent(self, row: BlockingItem) -> dict[str, Any]:
        return answer(row.id)

    def changed(self, row: BlockingItem) -> Response:
        return Response(answer(row.id), headers=etag(row.id, row.version))


class OneItem(ItemDoor):
    @speaks("One item", answer=ItemShape, writes=False)
    def get(self, request: HttpRequest, ref: str, item_id: UUID) -> Response:
        return self.changed(self.item)

    @speaks("Owner, due date, waits on; of a manual item its words too", body=EditItem, answer=ItemShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str, item_id: UUID) -> Response:
        version = self.version(self.item.id)
        said = named(self.seen.portfolio_id, self.said(EditItem), "owner")
        return self.changed(actions.edit(by=self.actor, item_id=self.item.id, version=version, **said))


class CloseItem(ItemDoor):
    @speaks("Close a manual item", answer=ItemShape)
    def post(self, request: HttpRequest, ref: str, item_id: UUID) -> Response:
        self.said(Strict)
        return self.changed(actions.close(by=self.actor, item_id=self.item.id))


class ReopenItem(ItemDoor):
    @speaks("Take a close back", answer=ItemShape)
    def post(self, request: HttpRequest, ref: str, item_id: UUID) -> Response:
        self.said(Strict)
        return self.changed(actions.reopen(by=self.actor, item_id=self.item.id))


class WaiveItem(ItemDoor):
    @speaks("Ask for a waiver, or approve another's", body=Waive, answer=WaiverShape)
    def post(self, request: HttpRequest, ref: str, item_id: UUID) -> Response:
        said = self.said(Waive)
        if said.get("approve"):
            made = actions.waive(by=self.actor, item_id=self.item.id)
        elif "until_on" not in said:
            raise Refused([Reason("no_end", "A waiver names its last day.", "until_on")])
        else:
            made = actions.ask_waiver(
                by=self.actor, item_id=self.item.id, reason=said.get("reason", ""), until_on=said["until_on"]
            )
        return Response(
            {"id": made.id, "item": made.item_id, "reason": made.reason, "until_on": made.until_on,
             "requested_by": made.requested_by_id, "approved_by": made.approved_by_id}
        )  # fmt: skip


class EndWaiver(ItemDoor):
    @speaks("Take back a waiver asked for, or end one approved: it blocks again", answer=ItemShape)
    def post(self, request: HttpRequest, ref: str, item_id: UUID) -> Response:
        self.said(Strict)
        actions.end_waiver(by=self.actor, item_id=self.item.id)
        return self.changed(self.item)


class PortfolioItems(PortfolioDoor):
    query = frozenset({"cursor", "owner"})

    @speaks(
        "Open items of the portfolio; `owner=me` for mine", answer=ItemShape, many=True, query=ItemQuery, writes=False
    )
    def get(self, request: HttpRequest, slug: str) -> Response:
        rows = BlockingItem.objects.visible_to(self.actor).open().filter(use_case__portfolio=self.seen)
        owner = request.GET.get("owner")
        if owner is not None:
            rows = rows.filter(owner_id=self.actor.user_id if owner == "me" else _id(owner))
        return Response(pages.page(request, rows.values(*_FIELDS), shaped, place="opened_on"))

    @speaks("Give many items an owner or a due date: all or none", body=EditMany, answer=ChangedShape)
    def post(self, request: HttpRequest, slug: str) -> Response:
        said = named(self.seen.id, self.said(EditMany), "owner")
        ids = said.pop("items")
        changed = actions.edit_many(by=self.actor, portfolio_id=self.seen.id, item_ids=ids, **said)
        return Response({"changed": changed})


def _id(text: str) -> UUID:
    return Id().run_validation(text)
