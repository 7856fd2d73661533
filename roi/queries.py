"""What do rules and lists ask of hypotheses, for many use cases at once? One query for any number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery

from portfolio.models import UseCase
from portfolio.models.use_cases import UseCaseSet
from roi.actions.values import newest_factors
from roi.models import CheckIn, CostLine, FactorVersion, Hypothesis, HypothesisVersion, SignOff, Valuation
from roi.rules import signing, track, value
from roi.rules.content import Content, Cost
from roi.rules.gaps import NO_FACTS, RoiFacts
from roi.valuation import Appraisal, appraise

_SAID = ("then_text", "measure", "kind", "baseline", "target", "threshold", "higher_is_better", "day0_on",
         "window_days")  # fmt: skip
_SHORT = ("id", "use_case_id", "number", "verdict", "seen", *_SAID)


def facts_of(use_cases: Iterable[UseCase], on: Mapping[UUID, date]) -> dict[UUID, RoiFacts]:
    """The facts of these use cases by id, each for its portfolio's day in `on` (by portfolio). One query."""
    by_id = {use_case.id: use_case for use_case in use_cases}
    mine = {"hypothesis": OuterRef("pk")}
    newest = Valuation.objects.newest().filter(**mine)
    signed = SignOff.objects.filter(**mine, fingerprint=OuterRef("fingerprint"))
    rows = (
        Hypothesis.objects.filter(use_case_id__in=by_id)
        .annotate(
            p10=Subquery(newest.values("p10")[:1]),
            p50=Subquery(newest.values("p50")[:1]),
            p90=Subquery(newest.values("p90")[:1]),
            checked=ArraySubquery(CheckIn.objects.filter(**mine).values("day")),
            seats=ArraySubquery(signed.values("seat")),
            answered=ArraySubquery(CostLine.objects.filter(**mine).values("category")),
        )
        .values(*_SHORT, "p10", "p50", "p90", "checked", "seats", "answered")
    )
    found = dict.fromkeys(by_id, NO_FACTS)
    for row in rows:
        use_case = by_id[row["use_case_id"]]
        found[use_case.id] = _facts(row, use_case, on[use_case.portfolio_id])
    return found


def _facts(row: dict[str, Any], use_case: UseCase, on: date) -> RoiFacts:
    content = Content(
        **{name: row[name] for name in _SAID}, costs=tuple(Cost(category) for category in set(row["answered"]))
    )
    mean, weeks = row["seen"].get("mean"), row["seen"].get("weeks") or 0
    lane = use_case.lane.code if use_case.lane else None
    open_categories = tuple(str(one) for one in value.open_categories(content, lane))
    priced = row["p10"] is not None and not open_categories
    unsigned = tuple(seat for seat in signing.SIGNERS if seat not in row["seats"])
    return RoiFacts(
        hypothesis_id=row["id"],
        number=row["number"],
        drafted=signing.is_drafted(content),
        signed_number=None if unsigned else row["number"],
        unsigned=unsigned,
        open_categories=open_categories,
        verdict=row["verdict"] or None,
        stop_met=track.stop_met(content, mean, on),
        behind=track.is_behind(content, mean, weeks),
        value=(row["p10"], row["p50"], row["p90"]) if priced else None,
        due_check_ins=tuple(one.day for one in track.schedule(content, row["checked"]) if one.is_due(on)),
    )


@dataclass(frozen=True)
class Unsigned:
    """A finished page that waits: for which seats, and who may sign for each. `since`: its figures read like this."""

    use_case: UseCase
    seats: Mapping[str, frozenset[UUID]]
    since: datetime


def unsigned(use_cases: UseCaseSet) -> list[Unsigned]:
    """Pages that could be signed today and are not, by each seat; three queries, one where there is no page."""
    signed = SignOff.objects.filter(hypothesis=OuterRef("pk"), fingerprint=OuterRef("fingerprint"))
    made = HypothesisVersion.objects.filter(hypothesis=OuterRef("pk"), number=OuterRef("number"))
    rows = (
        Hypothesis.objects.filter(use_case__in=use_cases)
        .annotate(signed=ArraySubquery(signed.values("seat")), made=Subquery(made.values("made_at")[:1]))
        .exclude(signed__contains=list(signing.SIGNERS))
        .select_related("use_case__lane")
        .with_lines()
    )
    found = []
    for row in rows:
        use_case = row.use_case
        if signing.unfinished(row.content(), use_case.lane.code if use_case.lane else None):
            continue
        seats = {
            seat: frozenset(who for name in names if (who := getattr(use_case, f"{name}_id")))
            for seat, names in signing.SIGNERS.items()
            if seat not in row.signed
        }
        found.append(Unsigned(use_case, seats, row.made or row.changed_at))
    return found


def again(found: Valuation) -> value.Value | None:
    """The valuation worked out anew from what its row names: version, seed, draws, rate, factors. Four queries.

    None when the draft it valued was overwritten since (a signed version never is), or another code valued it.
    """
    row = found.hypothesis
    version = HypothesisVersion.objects.filter(hypothesis=row, number=found.number, fingerprint=found.fingerprint)
    kept = version.first()
    if kept is None or found.code_version != value.CODE_VERSION:
        return None
    mine = FactorVersion.objects.filter(portfolio_id=row.use_case.portfolio_id, number=found.factor_version)
    factors = mine.first() or FactorVersion(number=0)
    return value.value(
        kept.as_content(), seed=int(found.seed), annual_rate=found.annual_rate, draws=found.draws,
        benefits=factors.factor("benefits"), costs=factors.factor("costs"),
    )  # fmt: skip


def appraised(row: Hypothesis, use_case: UseCase) -> Appraisal | None:
    """The likely figures with the factors learnt so far; None while nothing has a figure. One query beside its lines."""
    given = value.hypothesis(row.content(), settings.ROI_ANNUAL_RATE)
    if given is None:
        return None
    factors = newest_factors([use_case.portfolio_id])[use_case.portfolio_id]
    return appraise(given, factors.factor("benefits"), factors.factor("costs"))


def check_ins_due(use_cases: Iterable[UseCase], on: date) -> list[tuple[UseCase, track.Check]]:
    """Check-ins that are due and not recorded, the longest due first: two queries."""
    return [(use_case, check) for use_case, check in check_ins_ahead(use_cases) if check.is_due(on)]


def check_ins_ahead(use_cases: Iterable[UseCase]) -> list[tuple[UseCase, track.Check]]:
    """Every check-in that is not recorded, due or still to come, the earliest first: two queries."""
    by_id = {use_case.id: use_case for use_case in use_cases}
    rows = Hypothesis.objects.filter(use_case_id__in=by_id, day0_on__isnull=False).values_list(
        "id", "use_case_id", "day0_on", "window_days"
    )
    rows = list(rows)
    done = defaultdict(set)
    for hypothesis_id, day in CheckIn.objects.filter(hypothesis_id__in=[row[0] for row in rows]).values_list(
        "hypothesis_id", "day"
    ):
        done[hypothesis_id].add(day)
    found = [
        (by_id[use_case_id], check)
        for hypothesis_id, use_case_id, day0_on, window in rows
        for check in track.schedule(Content(day0_on=day0_on, window_days=window), done[hypothesis_id])
        if not check.done
    ]
    return sorted(found, key=lambda pair: (pair[1].due_on, pair[0].key))
