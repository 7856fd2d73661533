"""Which shapes do hypotheses, lines and readings take in JSON? Money is a decimal string, a reading a number."""

import math
from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers

from portfolio.api.shapes import Day, Strict, Text, Whole, YesNo
from roi.models import Hypothesis
from roi.rules.content import MONTHLY, MOST_CHARS, MOST_STOP_RULES, ONCE, Amount, Assumption, Benefit, Cost
from roi.rules.measure import Kind
from roi.valuation import CostCategory

KINDS = list(Kind)


@extend_schema_field(OpenApiTypes.DOUBLE)
class Figure(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)) or not math.isfinite(data) or abs(data) > 1e15:
            raise exceptions.ValidationError("This is a number.", "invalid")
        return float(data)


class Money(serializers.DecimalField):
    """An amount in the portfolio's currency, as a decimal string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=16, decimal_places=2, **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not data.isascii():
            raise exceptions.ValidationError('An amount is a decimal string such as "1200.50".', "invalid")
        return super().to_internal_value(data)


class AssumptionShape(Strict):
    text = Text(max_length=MOST_CHARS["assumptions"])
    low = Figure()
    likely = Figure()
    high = Figure()
    unit = Text(max_length=40, required=False)
    seen = Figure(required=False, allow_null=True)
    acts_on = serializers.ChoiceField(["benefit", "cost"], required=False)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            "source": Text(max_length=MOST_CHARS["source"], required=False)
        }  # a word serializers keep


class HypothesisSaid(Strict):
    """What the page says; only what is sent changes."""

    if_text = Text(max_length=MOST_CHARS["if_text"], required=False)
    then_text = Text(max_length=MOST_CHARS["then_text"], required=False)
    because = Text(max_length=MOST_CHARS["because"], required=False)
    population = Text(max_length=MOST_CHARS["population"], required=False)
    measure = Text(max_length=120, required=False)
    kind = serializers.ChoiceField(KINDS, required=False, allow_blank=True)
    unit = Text(max_length=40, required=False)
    noticed_by = Text(max_length=300, required=False)
    higher_is_better = YesNo(required=False)
    baseline = Figure(required=False, allow_null=True)
    baseline_source = Text(max_length=300, required=False)
    baseline_locked_on = Day(required=False, allow_null=True)
    target = Figure(required=False, allow_null=True)
    threshold = Figure(required=False, allow_null=True)
    stop_rules = serializers.ListField(
        child=Text(max_length=MOST_CHARS["stop_rules"]), max_length=MOST_STOP_RULES, required=False
    )
    decision_rule = Text(max_length=MOST_CHARS["decision_rule"], required=False)
    day0_on = Day(required=False, allow_null=True)
    window_days = Whole(min_value=30, max_value=90, required=False)
    burn_in_weeks = Whole(min_value=0, max_value=8, required=False)
    horizon_months = Whole(min_value=1, max_value=120, required=False)
    not_counted = Text(max_length=MOST_CHARS["not_counted"], required=False)
    early_success = Text(max_length=MOST_CHARS["early_success"], required=False)
    assumptions = AssumptionShape(many=True, required=False, max_length=50)

    def validate_assumptions(self, value: list[dict[str, Any]]) -> list[Assumption]:
        return [Assumption(**one) for one in value]


class SignatureShape(serializers.Serializer):
    seat = serializers.CharField()
    person = serializers.UUIDField()
    number = serializers.IntegerField()
    signed_at = serializers.DateTimeField()
    valid = serializers.BooleanField()


class SeenShape(serializers.Serializer):
    """What the readings of the pilot weeks show."""

    mean = serializers.FloatField(allow_null=True, required=False)
    weeks = serializers.IntegerField(required=False)
    low = serializers.FloatField(allow_null=True, required=False)
    high = serializers.FloatField(allow_null=True, required=False)
    weeks_more = serializers.IntegerField(allow_null=True, required=False)


class HypothesisShape(HypothesisSaid):
    """The hypothesis as it reads now."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    fingerprint = serializers.CharField()
    verdict = serializers.CharField(allow_blank=True)
    verdict_decided_on = serializers.DateField(allow_null=True)
    seen = SeenShape()
    signatures = SignatureShape(many=True)
    unsigned = serializers.ListField(child=serializers.CharField())
    open_categories = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


class CostShape(serializers.Serializer):
    id = serializers.UUIDField()
    category = serializers.ChoiceField(list(CostCategory))
    state = serializers.CharField()
    timing = serializers.CharField()
    low = Money(allow_null=True)
    likely = Money(allow_null=True)
    high = Money(allow_null=True)
    first_month = serializers.IntegerField()
    last_month = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()


class PutCost(Strict):
    """One answer: a figure, low-likely-high, or none. It replaces the same category and timing."""

    category = serializers.ChoiceField(list(CostCategory))
    state = serializers.ChoiceField(["estimated", "none"], required=False)
    timing = serializers.ChoiceField([ONCE, MONTHLY], required=False)
    low = Money(required=False, allow_null=True)
    likely = Money(required=False, allow_null=True)
    high = Money(required=False, allow_null=True)
    first_month = Whole(min_value=0, max_value=120, required=False)
    last_month = Whole(min_value=0, max_value=120, required=False, allow_null=True)
    note = Text(max_length=MOST_CHARS["costs"], required=False)


class BenefitShape(Strict):
    name = Text(max_length=MOST_CHARS["benefits"])
    low = Money(required=False, allow_null=True)
    likely = Money()
    high = Money(required=False, allow_null=True)
    first_month = Whole(min_value=0, max_value=120, required=False)
    full_month = Whole(min_value=0, max_value=120, required=False)
    last_month = Whole(min_value=0, max_value=120, required=False, allow_null=True)


class PutBenefits(Strict):
    """The whole list of benefits; what is not in it is gone."""

    benefits = BenefitShape(many=True, max_length=50)


class BenefitsShape(serializers.Serializer):
    benefits = BenefitShape(many=True)


def amount_of(said: dict[str, Any]) -> Amount | None:
    """The figures of a line taken out of what was said."""
    low, likely, high = (said.pop(name, None) for name in ("low", "likely", "high"))
    if likely is None:
        return None
    return Amount(float(likely), None if low is None else float(low), None if high is None else float(high))


def cost_of(said: dict[str, Any]) -> Cost:
    amount = amount_of(said)
    return Cost(**said, amount=amount if said.get("state") != "none" else None)


def benefit_of(said: dict[str, Any]) -> Benefit:
    amount = amount_of(said)
    assert amount is not None
    said.setdefault("full_month", said.get("first_month", 0))
    return Benefit(**said, amount=amount)


PAGE = tuple(name for name in HypothesisSaid().fields if name != "assumptions")


def assumptions_of(row: Hypothesis) -> list[dict[str, Any]]:
    return [asdict(Assumption(**one)) for one in row.assumptions]
