"""Which candidates make the best set, and why? The same question as on the page; nothing is stored."""

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from governance.actions.sweep import settle_portfolio
from governance.api import shapes
from governance.queries import best_set as queries
from portfolio.api.door import PortfolioDoor, speaks
from portfolio.api.shapes import Strict, checked
from portfolio.rules import Refused
from roi.rules.value import MOST_AMOUNT

_NAMES = "Keys or ids of use cases, separated by commas."


class BestSetQuery(Strict):
    cap = serializers.IntegerField(min_value=0, max_value=1000, required=False, help_text="The policy's unless given.")
    budget = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, max_value=int(MOST_AMOUNT), required=False,
        help_text="What the pilots may cost together until they are decided; no limit unless given.",
    )  # fmt: skip
    keep = serializers.CharField(max_length=4000, required=False, help_text=f"Must run. {_NAMES}")
    without = serializers.CharField(max_length=4000, required=False, help_text=f"May not run. {_NAMES}")


class CandidateShape(serializers.Serializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    stage = serializers.ChoiceField(shapes.STAGES)
    status = serializers.ChoiceField(shapes.STATUSES, allow_null=True)
    chosen = serializers.BooleanField()
    value = serializers.CharField(help_text="Expected value of piloting it, its cost taken off.")
    cost = serializers.CharField(help_text="Of its pilot from today until it is decided.")
    share = serializers.FloatField(allow_null=True, help_text="Of the worlds tried in which it is in the best set.")
    marginal = serializers.CharField(allow_null=True, help_text="Of a chosen one: what the set loses without it.")
    regret = serializers.CharField(allow_null=True, help_text="Of another: what the set loses if it must run.")
    why = serializers.CharField()


class NotCompared(serializers.Serializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    code = serializers.ChoiceField(["no_valued_hypothesis"])


class BestSetShape(serializers.Serializer):
    cap = serializers.IntegerField()
    budget = serializers.CharField(allow_null=True)
    chosen = serializers.ListField(child=serializers.CharField(), help_text="Keys.")
    value = serializers.CharField()
    cost = serializers.CharField()
    proven = serializers.BooleanField(help_text="false: the best found in the time there was.")
    one_more_slot = serializers.CharField(allow_null=True, help_text="What it would add.")
    more_budget = serializers.CharField(allow_null=True, help_text="What `budget_step` more would add.")
    budget_step = serializers.CharField(allow_null=True)
    worlds = serializers.IntegerField(help_text="Tried for `share`; 0 where no world can tell the candidates apart.")
    sentences = serializers.ListField(child=serializers.CharField())
    today = serializers.CharField(help_text="The difference to what runs today.")
    candidates = CandidateShape(many=True)
    not_compared = NotCompared(many=True, help_text="At most 20 of `not_compared_count`.")
    not_compared_count = serializers.IntegerField()


class BestSet(PortfolioDoor):
    query = frozenset({"cap", "budget", "keep", "without"})

    @speaks("The best set under the cap and a budget, and why", answer=BestSetShape, query=BestSetQuery, writes=False)
    def get(self, request: HttpRequest, slug: str) -> Response:
        said = checked(BestSetQuery, request.GET.dict())
        settle_portfolio(self.seen.id)
        refs = {name: tuple(part.strip() for part in said.get(name, "").split(",") if part.strip()) for name in ("keep", "without")}  # fmt: skip
        budget = float(said["budget"]) if "budget" in said else None
        try:
            found = queries.ask(queries.read(self.seen), queries.Asked(said.get("cap"), budget, **refs))
        except Refused as refused:
            raise exceptions.ValidationError(
                {one.subject: [exceptions.ErrorDetail(one.text, one.code)] for one in refused.reasons}
            ) from None
        return Response(_shown(found))


def _money(amount: float | None) -> str | None:
    """A decimal string; None for what cannot be said: no such set, or not worked out in time."""
    return f"{amount:.2f}" if amount is not None and abs(amount) < float("inf") else None


def _shown(found: queries.Found) -> dict[str, Any]:
    answer = found.answer
    return {
        "cap": found.cap,
        "budget": _money(found.budget),
        "chosen": [row.use_case["key"] for row in found.chosen],
        "value": _money(answer.value),
        "cost": _money(answer.cost),
        "proven": answer.proven,
        "one_more_slot": _money(-answer.slot.loss),
        "more_budget": _money(-answer.money.loss) if answer.money else None,
        "budget_step": _money(answer.step) if answer.money else None,
        "worlds": answer.worlds if answer.shares else 0,
        "sentences": found.sentences,
        "today": found.today,
        "candidates": [_candidate(row) for row in (*found.chosen, *found.others)],
        "not_compared": [
            {name: one[name] for name in ("id", "key", "title")} | {"code": "no_valued_hypothesis"}
            for one in found.base.unvalued
        ],
        "not_compared_count": found.base.unvalued_count,
    }


def _candidate(row: queries.Row) -> dict[str, Any]:
    case = row.use_case
    return {
        **{name: case[name] for name in ("id", "key", "title", "stage", "status")},
        "chosen": row.chosen,
        "value": _money(row.worth.value),
        "cost": _money(row.worth.cost),
        "share": row.share,
        "marginal": _money(row.loss) if row.chosen else None,
        "regret": None if row.chosen else _money(row.loss),
        "why": row.why,
    }
