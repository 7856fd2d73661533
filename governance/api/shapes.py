"""Which shapes do use cases and decisions take in JSON?"""

from typing import Any

from rest_framework import serializers

from governance.models import Assessment, Request
from governance.rules.status import Status
from portfolio.api.shapes import Day, Id, ReasonShape, Strict, Text, Whole, YesNo
from portfolio.models import Lane, UseCase
from portfolio.models.use_cases import MAGNITUDES, SEATS
from portfolio.rules import Stage, Verb

STAGES = [stage.value for stage in Stage]
STATUSES = [status.value for status in Status]
LANES = [code for code, _ in Lane.CODES]
VERBS = [verb.value for verb in Verb]


class UseCaseRow(serializers.Serializer):
    """A use case as lists show it."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    portfolio = serializers.CharField(help_text="The portfolio's slug.")
    title = serializers.CharField()
    organisation = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    external_id = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    stage_since = serializers.DateTimeField()
    lane = serializers.ChoiceField(LANES, allow_null=True)
    status = serializers.ChoiceField(STATUSES, allow_null=True)
    status_text = serializers.CharField()
    sponsor = serializers.UUIDField(allow_null=True)
    lead = serializers.UUIDField(allow_null=True)
    agreed_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class WaitingShape(serializers.Serializer):
    reason = serializers.CharField()
    until_on = serializers.DateField()


class UseCaseShape(UseCaseRow):
    """A use case with everything the register knows."""

    problem = serializers.CharField()
    success_statement = serializers.CharField()
    why_ai = serializers.CharField()
    stop_criterion = serializers.CharField()
    stop_met = serializers.BooleanField()
    stop_met_on = serializers.DateField(allow_null=True)
    benefit_owner = serializers.UUIDField(allow_null=True)
    finance_partner = serializers.UUIDField(allow_null=True)
    overseer = serializers.UUIDField(allow_null=True)
    business_outcome = serializers.CharField()
    magnitude = serializers.CharField()
    running_since = serializers.DateField(allow_null=True)
    real_users = serializers.IntegerField(allow_null=True)
    sponsor_name = serializers.CharField()
    restart_condition = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    waiting = WaitingShape(allow_null=True)
    registered_as = serializers.ChoiceField(STAGES)
    raw_stage = serializers.CharField(allow_null=True)
    details = serializers.DictField()
    no_date_reason = serializers.CharField()
    computed_at = serializers.DateTimeField(allow_null=True)


class Facts(Strict):
    """What people and programs may write about a use case."""

    organisation = Text(max_length=300, required=False)
    tags = serializers.ListField(child=Text(max_length=60), max_length=30, required=False)
    external_id = Text(max_length=200, required=False)
    success_statement = Text(required=False)
    why_ai = Text(required=False)
    stop_criterion = Text(required=False)
    business_outcome = Text(max_length=300, required=False)
    magnitude = serializers.ChoiceField([code for code, _ in MAGNITUDES], required=False, allow_blank=True)
    running_since = Day(required=False, allow_null=True)
    real_users = Whole(required=False, allow_null=True, min_value=0, max_value=2_000_000_000)
    sponsor_name = Text(max_length=200, required=False)
    sponsor = Id(required=False, allow_null=True, help_text="A member's user id; so for each seat.")
    lead = Id(required=False, allow_null=True)
    benefit_owner = Id(required=False, allow_null=True)
    finance_partner = Id(required=False, allow_null=True)
    overseer = Id(required=False, allow_null=True)


class NewUseCase(Facts):
    portfolio = Text(max_length=60, allow_blank=False, help_text="Its slug.")
    title = Text(max_length=500, allow_blank=False)
    problem = Text(allow_blank=False)


class Waiting(Strict):
    reason = Text(max_length=500, allow_blank=False)
    until_on = Day()


class EditUseCase(Facts):
    title = Text(max_length=500, required=False, allow_blank=False)
    problem = Text(required=False)
    waiting = Waiting(required=False, allow_null=True)
    stop_met = YesNo(required=False)
    review_on = Day(required=False)


ROW_FIELDS = (
    "id", "key", "title", "organisation", "tags", "external_id", "stage", "stage_since", "sponsor_id", "lead_id",
    "agreed_on", "created_at", "updated_at", "version", "portfolio__slug", "lane__code", "assessment__status",
    "assessment__status_text",
)  # fmt: skip


def use_case_row(row: dict[str, Any]) -> dict[str, Any]:
    """From one row of `.values(*ROW_FIELDS)`; plain dicts, since a list of 100 is built in no time that way."""
    return {
        "id": row["id"],
        "key": row["key"],
        "portfolio": row["portfolio__slug"],
        "title": row["title"],
        "organisation": row["organisation"],
        "tags": row["tags"],
        "external_id": row["external_id"],
        "stage": row["stage"],
        "stage_since": row["stage_since"],
        "lane": row["lane__code"],
        "status": row["assessment__status"],
        "status_text": row["assessment__status_text"] or "",
        "sponsor": row["sponsor_id"],
        "lead": row["lead_id"],
        "agreed_on": row["agreed_on"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "version": row["version"],
    }


_COPIED = (
    "id", "key", "title", "organisation", "tags", "external_id", "stage", "stage_since", "agreed_on", "created_at",
    "updated_at", "version", "problem", "success_statement", "why_ai", "stop_criterion", "stop_met_on",
    "business_outcome", "magnitude", "running_since", "real_users", "sponsor_name", "restart_condition", "review_on",
    "registered_as", "raw_stage", "details",
)  # fmt: skip


def use_case(row: UseCase) -> dict[str, Any]:
    """Everything about one use case, with what the jobs last worked out."""
    computed = Assessment.objects.filter(use_case_id=row.id).first()
    waiting = row.waiting_until_on and {"reason": row.waiting_reason, "until_on": row.waiting_until_on}
    return (
        {name: getattr(row, name) for name in _COPIED}
        | {seat: getattr(row, f"{seat}_id") for seat in SEATS}
        | {
            "portfolio": row.portfolio.slug,
            "lane": row.lane.code if row.lane else None,
            "stop_met": row.stop_met_on is not None,
            "waiting": waiting or None,
            "status": computed.status if computed else None,
            "status_text": computed.status_text if computed else "",
            "no_date_reason": computed.no_date_reason if computed else "",
            "computed_at": computed.computed_at if computed else None,
        }
    )


class RequestShape(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(VERBS)
    reason = serializers.CharField()
    author = serializers.UUIDField()
    opened_at = serializers.DateTimeField()
    reminded_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_as = serializers.ChoiceField([Request.DECIDED, Request.WITHDRAWN, Request.LAPSED], allow_blank=True)


class ConditionShape(serializers.Serializer):
    text = serializers.CharField()
    owner = serializers.UUIDField()
    due_on = serializers.DateField()


class MetShape(ConditionShape):
    """A condition as it stands: kept with its id, met or not yet."""

    id = serializers.UUIDField()
    met_at = serializers.DateTimeField(allow_null=True)
    met_by = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(help_text="What shows that it is met.")


class ChangeShape(serializers.Serializer):
    fact = serializers.CharField()
    then = serializers.CharField()
    now = serializers.CharField()


class DecisionShape(serializers.Serializer):
    id = serializers.UUIDField()
    use_case = serializers.UUIDField()
    kind = serializers.ChoiceField(VERBS)
    from_stage = serializers.ChoiceField(STAGES)
    to_stage = serializers.ChoiceField(STAGES)
    reason = serializers.CharField()
    terms = serializers.DictField()
    decided_by = serializers.UUIDField()
    on_behalf_of = serializers.UUIDField(allow_null=True)
    decided_at = serializers.DateTimeField()
    decided_on = serializers.DateField()
    request = serializers.UUIDField(allow_null=True)
    round_id = serializers.UUIDField(allow_null=True)
    undoes = serializers.UUIDField(allow_null=True)
    supersedes = serializers.UUIDField(allow_null=True)
    policy_version = serializers.IntegerField()
    advice = serializers.CharField()
    against_advice = serializers.BooleanField()
    snapshot_hash = serializers.CharField()
    changed = ChangeShape(many=True, help_text="What it stood on and is no longer so; not empty: it is outdated.")


class DecisionWithSnapshot(DecisionShape):
    snapshot = serializers.DictField(help_text="The facts it stood on.")


DECISION_FIELDS = (
    "id", "use_case_id", "kind", "from_stage", "to_stage", "reason", "terms", "decided_by_id", "on_behalf_of_id",
    "decided_at", "decided_on", "request_id", "round_id", "undoes_id", "supersedes_id", "policy_version", "advice",
    "against_advice", "snapshot_hash",
)  # fmt: skip
_OWN_IDS = {"round_id"}  # an id of ours that is no relation keeps its name


def decision(row: Any, changed: Any = ()) -> dict[str, Any]:
    """A decision from a row of `.values(*DECISION_FIELDS)` or from the model."""
    get = row.get if isinstance(row, dict) else lambda name: getattr(row, name)
    built = {name if name in _OWN_IDS else name.removesuffix("_id"): get(name) for name in DECISION_FIELDS}
    return built | {"changed": list(changed)}


class GateShape(serializers.Serializer):
    allowed = serializers.BooleanField()
    status = serializers.ChoiceField(STATUSES, allow_null=True)
    reasons = ReasonShape(many=True)
    decision = DecisionShape(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
