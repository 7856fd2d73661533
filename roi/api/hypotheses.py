"""Read, draft, sign and compare the one page."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio.access.fetch import seats_of
from portfolio.api import pages
from portfolio.api.door import UseCaseDoor, etag, row_of, speaks
from portfolio.api.shapes import CursorQuery, Strict, Whole
from portfolio.models import UseCase
from portfolio.rules import NotVisible, Reason, Refused
from roi import queries, words
from roi.actions import hypotheses as actions
from roi.actions.scope import lane_of
from roi.api.shapes import PAGE, HypothesisSaid, HypothesisShape, assumptions_of
from roi.models import Hypothesis, HypothesisVersion, Valuation
from roi.rules import content, signing, value


class Sign(Strict):
    """`number`: the version that was read; signing another is refused."""

    number = Whole(min_value=1, required=False)


class HypothesisVersionShape(serializers.Serializer):
    number = serializers.IntegerField()
    fingerprint = serializers.CharField()
    made_at = serializers.DateTimeField()
    worded_at = serializers.DateTimeField(allow_null=True)
    content = serializers.DictField()


class FieldChangeShape(serializers.Serializer):
    """`material`: it asks for new signatures; everything else is wording."""

    field = serializers.CharField()
    material = serializers.BooleanField()
    was = serializers.JSONField(allow_null=True)
    now = serializers.JSONField(allow_null=True)


class CompareShape(serializers.Serializer):
    was = serializers.IntegerField()
    now = serializers.IntegerField()
    changes = FieldChangeShape(many=True)


class CompareQuery(Strict):
    was = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)
    now = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)


class AppraisalShape(serializers.Serializer):
    """If every figure is right. Null where undefined: no cost, no benefit, never paid back."""

    npv = serializers.FloatField()
    bcr = serializers.FloatField(allow_null=True)
    roi = serializers.FloatField(allow_null=True)
    payback_months = serializers.FloatField(allow_null=True)
    discounted_payback_months = serializers.FloatField(allow_null=True)
    break_even_share = serializers.FloatField(allow_null=True, help_text="Of the stated benefit.")
    rates_year = serializers.ListField(
        child=serializers.FloatField(), help_text="Every rate of return; none when money flows one way only."
    )
    rates_text = serializers.CharField(help_text="Several rates decide nothing: go by the net value.")


class ValuationShape(serializers.Serializer):
    """Net present value over the horizon, from stored draws; reproducible from seed and versions."""

    p10 = serializers.FloatField()
    p50 = serializers.FloatField()
    p90 = serializers.FloatField()
    mean = serializers.FloatField()
    chance_of_loss = serializers.FloatField()
    horizon_months = serializers.IntegerField()
    annual_rate = serializers.FloatField()
    draws = serializers.IntegerField()
    seed = serializers.CharField()
    code_version = serializers.IntegerField()
    factor_version = serializers.IntegerField()
    number = serializers.IntegerField()
    open_categories = serializers.ListField(child=serializers.CharField())
    figures = serializers.DictField()
    appraisal = AppraisalShape(allow_null=True, help_text="Null while a required category is open.")


def shape(row: Hypothesis, use_case: UseCase) -> dict[str, Any]:
    signatures = [one.as_signature() for one in row.sign_offs.all()]
    standings = signing.standings(signatures, row.fingerprint, seats_of(use_case))
    return {name: getattr(row, name) for name in PAGE} | {
        "assumptions": assumptions_of(row),
        "id": row.id,
        "number": row.number,
        "fingerprint": row.fingerprint,
        "verdict": row.verdict,
        "verdict_decided_on": row.verdict_decided_on,
        "seen": {name: row.seen.get(name) for name in ("mean", "weeks", "low", "high", "weeks_more")}
        | {"weeks": row.seen.get("weeks") or 0},
        "signatures": [
            {"seat": one.seat, "person": one.signature.person_id, "number": one.signature.number,
             "signed_at": one.signature.at, "valid": one.valid}
            for one in standings if one.signature
        ],
        "unsigned": [one.seat for one in standings if not one.valid],
        "open_categories": list(value.open_categories(row.content(), lane_of(use_case))),
        "version": row.version,
    }  # fmt: skip


class HypothesisDoor(UseCaseDoor):
    """A door on one hypothesis of the use case in the address."""

    def see(self, ref: str, hypothesis_id: UUID) -> UseCase:
        found = super().see(ref=ref)
        self.row: Hypothesis = row_of(Hypothesis.objects.visible_to(self.actor).filter(use_case=found), hypothesis_id)
        return found

    def represent(self, row: Hypothesis) -> dict[str, Any]:
        return shape(row, self.seen)

    def changed(self, row: Hypothesis, status: int = 200) -> Response:
        return Response(shape(row, self.seen), status=status, headers=etag(row.id, row.version))


class Hypotheses(UseCaseDoor):
    query = frozenset({"cursor"})

    @speaks("The hypothesis, if there is one", answer=HypothesisShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str) -> Response:
        rows = Hypothesis.objects.visible_to(self.actor).filter(use_case=self.seen).with_lines()
        found = [shape(row, self.seen) for row in rows]
        return Response({"next": None, "previous": None, "results": found})

    @speaks("Draft a hypothesis", body=HypothesisSaid, answer=HypothesisShape, status=201)
    def post(self, request: HttpRequest, ref: str) -> Response:
        said = self.said(HypothesisSaid)
        if Hypothesis.objects.filter(use_case=self.seen).exists():
            raise Refused([Reason("hypothesis_exists", "There is one already: change it.", self.seen.key)])
        row = actions.edit(by=self.actor, use_case_id=self.seen.id, version=0, **said)
        return Response(shape(row, self.seen), status=201, headers=etag(row.id, row.version))


class OneHypothesis(HypothesisDoor):
    @speaks("The hypothesis as it reads now", answer=HypothesisShape, writes=False)
    def get(self, request: HttpRequest, ref: str, hypothesis_id: UUID) -> Response:
        return self.changed(self.row)

    @speaks("Change what it says", body=HypothesisSaid, answer=HypothesisShape, if_match=True)
    def patch(self, request: HttpRequest, ref: str, hypothesis_id: UUID) -> Response:
        version = self.version(self.row.id)
        return self.changed(
            actions.edit(by=self.actor, use_case_id=self.seen.id, version=version, **self.said(HypothesisSaid))
        )


class SignHypothesis(HypothesisDoor):
    @speaks("Sign for the seats you hold", body=Sign, answer=HypothesisShape, if_match=True)
    def post(self, request: HttpRequest, ref: str, hypothesis_id: UUID) -> Response:
        said = self.said(Sign)
        version = self.version(self.row.id, required=False)
        actions.sign(by=self.actor, use_case_id=self.seen.id, version=version, number=said.get("number"))
        return self.changed(Hypothesis.objects.get(id=self.row.id))


_VERSION = ("number", "fingerprint", "made_at", "worded_at", "content")


class Versions(HypothesisDoor):
    query = frozenset({"cursor"})

    @speaks("Every version, newest first", answer=HypothesisVersionShape, many=True, query=CursorQuery, writes=False)
    def get(self, request: HttpRequest, ref: str, hypothesis_id: UUID) -> Response:
        rows = HypothesisVersion.objects.filter(hypothesis=self.row).values("id", *_VERSION)
        build = lambda row: {name: row[name] for name in _VERSION}  # noqa: E731
        return Response(pages.page(request, rows, build, place="number", descending=True))


class Compare(HypothesisDoor):
    query = frozenset({"was", "now"})

    @speaks("What changed between two versions", answer=CompareShape, query=CompareQuery, writes=False)
    def get(self, request: HttpRequest, ref: str, hypothesis_id: UUID) -> Response:
        asked = CompareQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        now = asked.validated_data.get("now", self.row.number)
        was = asked.validated_data.get("was", max(1, now - 1))
        rows = {row.number: row for row in HypothesisVersion.objects.filter(hypothesis=self.row, number__in=[was, now])}
        if not {was, now} <= set(rows):
            raise NotVisible
        found = content.changes(rows[was].as_content(), rows[now].as_content())
        return Response({"was": was, "now": now, "changes": [_change(one) for one in found]})


def _change(one: content.Change) -> dict[str, Any]:
    return {"field": one.field, "material": one.material, "was": _plain(one.was), "now": _plain(one.now)}


def _plain(given: Any) -> Any:
    if isinstance(given, tuple):
        return [one if isinstance(one, str) else asdict(one) for one in given]
    return given.isoformat() if isinstance(given, date) else given


class OneValuation(HypothesisDoor):
    @speaks("What it is worth, as last worked out", answer=ValuationShape, writes=False)
    def get(self, request: HttpRequest, ref: str, hypothesis_id: UUID) -> Response:
        newest = Valuation.objects.newest().filter(hypothesis=self.row).first()
        if newest is None:
            raise NotVisible
        names = [name for name in ValuationShape().fields if name not in ("open_categories", "appraisal")]
        found = {name: getattr(newest, name) for name in names}
        found["open_categories"] = list(value.open_categories(self.row.content(), lane_of(self.seen)))
        found["appraisal"] = None if found["open_categories"] else _appraised(self.row, self.seen)
        return Response(found)


def _appraised(row: Hypothesis, use_case: UseCase) -> dict[str, Any] | None:
    likely = queries.appraised(row, use_case)
    if likely is None:
        return None
    return {
        "npv": likely.npv, "bcr": likely.bcr, "roi": likely.roi, "payback_months": likely.payback,
        "discounted_payback_months": likely.discounted_payback, "break_even_share": likely.break_even_share,
        "rates_year": words.yearly(likely), "rates_text": words.rates(likely),
    }  # fmt: skip
