"""Work out what hypotheses are worth, store it, add pilots up, and learn from what came of them."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, FloatField
from django.db.models.functions import Cast

from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor, Reason, Refused, Stage
from roi import valuation
from roi.actions.scope import locked, use_case_of
from roi.models import BenefitLine, CostLine, FactorVersion, Hypothesis, PortfolioValue, Realised, Valuation
from roi.models.hypotheses import amount_of
from roi.models.values import KINDS
from roi.rules import value as rules
from roi.rules.content import Amount, Benefit, Content, Cost, in_stack_order
from roi.valuation import DRAWS, Factor, ValuationError

CHUNK = 1000  # hypotheses a transaction
BULK_DRAWS = 2048
"""In the nightly pass over all; standard error of a chance at most 0.011, and chances are said to the nearest 5 %."""
LEAST_RATIO = 0.05
"""A benefit that never came counts as a twentieth of what was promised: the logarithm of nothing has no value."""


def newest_factors(portfolio_ids: Iterable[UUID]) -> dict[UUID, FactorVersion]:
    """The newest factors of each portfolio; the starting assumptions (number 0, not stored) where nothing is learnt."""
    rows = FactorVersion.objects.filter(portfolio_id__in=portfolio_ids).order_by("portfolio_id", "-number")
    found = {row.portfolio_id: row for row in rows.distinct("portfolio_id")}
    return {pid: found.get(pid) or FactorVersion(portfolio_id=pid, number=0) for pid in portfolio_ids}


class _Row(NamedTuple):
    """What the valuation asks of a hypothesis's own row; ten thousand model instances would cost a second."""

    id: UUID
    use_case_id: UUID
    number: int
    fingerprint: str
    horizon_months: int


def _valued(
    row: Hypothesis | _Row, content: Content, factors: tuple[int, Factor, Factor], rate: float, draws: int = DRAWS
) -> Valuation | None:
    """A new valuation, not stored; None when there is nothing to value."""
    seed = valuation.seed_of(row.id, row.number)
    number, benefits, costs = factors
    try:
        found = rules.value(content, seed=seed, annual_rate=rate, benefits=benefits, costs=costs, draws=draws)
    except ValuationError:
        return None  # the page says which figure; a valuation would be of something else
    if found is None:
        return None
    return Valuation(
        hypothesis_id=row.id, number=row.number, fingerprint=row.fingerprint, seed=str(seed), draws=draws,
        annual_rate=rate, factor_version=number, code_version=rules.CODE_VERSION,
        horizon_months=content.horizon_months, p10=found.p10, p50=found.p50, p90=found.p90, mean=found.mean,
        sd=found.sd, chance_of_loss=found.chance_of_loss, figures=found.figures(),
    )  # fmt: skip


def _kinds(version: FactorVersion) -> tuple[int, Factor, Factor]:
    return version.number, version.factor("benefits"), version.factor("costs")


def _put(fresh: Sequence[Valuation], looked: Sequence[UUID]) -> None:
    """Store the new ones in place of the newest of all that were looked at."""
    Valuation.objects.filter(hypothesis_id__in=looked, is_newest=True).update(is_newest=False)
    Valuation.objects.bulk_create(fresh, batch_size=500)


def revalue_one(row: Hypothesis, use_case: UseCase, content: Content) -> Valuation | None:
    """The value after an edit, in the edit's own transaction: a page never draws."""
    newest = newest_factors([use_case.portfolio_id])[use_case.portfolio_id]
    made = _valued(row, content, _kinds(newest), settings.ROI_ANNUAL_RATE)
    _put([made] if made else [], [row.id])
    return made


def revalue(portfolio_id: UUID, *, everything: bool = False) -> int:
    """Value all hypotheses of a portfolio whose inputs changed (figures, factors, rate, code); answers how many.

    Safe to run twice; in chunks, so that no lock is held for long.
    """
    factors, rate, done = _kinds(newest_factors([portfolio_id])[portfolio_id]), settings.ROI_ANNUAL_RATE, 0
    stale = _stale(portfolio_id, (factors[0], rate, rules.CODE_VERSION), everything)
    for start in range(0, len(stale), CHUNK):
        done += _revalue_chunk(stale[start : start + CHUNK], factors, rate)
    return done


def _stale(portfolio_id: UUID, inputs: tuple[int, float, int], everything: bool) -> list[UUID]:
    """The hypotheses whose stored value rests on other inputs: two light queries."""
    mine = Hypothesis.objects.filter(use_case__portfolio_id=portfolio_id).order_by("id")
    present = {
        found[0]: found[1:]
        for found in Valuation.objects.newest()
        .filter(hypothesis__use_case__portfolio_id=portfolio_id)
        .values_list("hypothesis_id", "fingerprint", "factor_version", "annual_rate", "code_version")
    }
    return [
        row_id
        for row_id, fingerprint in mine.values_list("id", "fingerprint")
        if everything or present.get(row_id) != (fingerprint, *inputs)
    ]


@transaction.atomic
def _revalue_chunk(ids: list[UUID], factors: tuple[int, Factor, Factor], rate: float) -> int:
    held = Hypothesis.objects.filter(id__in=ids).select_for_update(no_key=True).order_by("id")
    rows = [_Row(*found) for found in held.values_list(*_Row._fields)]
    contents = contents_of({row.id: row.horizon_months for row in rows})
    fresh = [made for row in rows if (made := _valued(row, contents[row.id], factors, rate, BULK_DRAWS)) is not None]
    if not fresh:
        return 0
    _put(fresh, [row.id for row in rows])
    changes.touched([row.use_case_id for row in rows])
    return len(fresh)


_AMOUNT = [Cast(F(name), FloatField()) for name in ("low", "likely", "high")]  # a Decimal each would cost more


def contents_of(horizons: Mapping[UUID, int]) -> dict[UUID, Content]:
    """What the valuation needs of many hypotheses, {id: months of its horizon}: their lines. Two queries."""
    costs, benefits = defaultdict(list), defaultdict(list)
    lines = CostLine.objects.filter(hypothesis_id__in=horizons).values_list(
        "hypothesis_id", "category", "state", "timing", *_AMOUNT, "first_month", "last_month"
    )
    for row_id, category, state, timing, low, likely, high, first, last in lines:
        costs[row_id].append(Cost(category, state, timing, amount_of(low, likely, high), first, last))
    gains = BenefitLine.objects.filter(hypothesis_id__in=horizons).order_by("place", "id")
    for row_id, name, low, likely, high, first, full, last in gains.values_list(
        "hypothesis_id", "name", *_AMOUNT, "first_month", "full_month", "last_month"
    ):
        benefits[row_id].append(Benefit(name, amount_of(low, likely, high) or Amount(0.0), first, full, last))
    return {
        row_id: Content(horizon_months=months, costs=in_stack_order(costs[row_id]), benefits=tuple(benefits[row_id]))
        for row_id, months in horizons.items()
    }


def add_up(portfolio_id: UUID, most: int | None = None) -> PortfolioValue | None:
    """The pilots' value together, from joint draws of the stored seeds; nothing is drawn when nothing changed.

    As on each row of the board, a hypothesis with an open required category has no figure: missing is never zero.
    `most`: with more pilots than that, leave it to the nightly pass and answer None.
    """
    newest = list(
        Valuation.objects.newest()
        .filter(hypothesis__use_case__portfolio_id=portfolio_id, hypothesis__use_case__stage=Stage.PILOT)
        .order_by("hypothesis_id")
        .values_list("id", "hypothesis_id", "seed", "annual_rate", "hypothesis__use_case__lane__code")
    )
    digest = hashlib.sha256("".join(f"{row[0]}{row[4]}" for row in newest).encode()).hexdigest()
    known = PortfolioValue.objects.filter(portfolio_id=portfolio_id).first()
    if known is not None and known.ids_hash == digest:
        return known
    if most is not None and len(newest) > most:
        return None
    if not newest and known is None:
        return None
    _, benefits, costs = _kinds(newest_factors([portfolio_id])[portfolio_id])
    mine = Hypothesis.objects.filter(id__in=[row[1] for row in newest])
    contents = contents_of(dict(mine.values_list("id", "horizon_months")))
    drawn = []
    for _, hypothesis_id, seed, rate, lane in newest:
        content = contents[hypothesis_id]
        given = rules.hypothesis(content, rate)
        if given is not None and not rules.open_categories(content, lane):
            drawn.append(valuation.simulate(given, int(seed), benefits=benefits, costs=costs).draws)
    together = valuation.total(drawn) if drawn else None
    figures: dict[str, Any] = {name: getattr(together, name, None) for name in ("p10", "p50", "p90", "chance_of_loss")}
    found, _ = PortfolioValue.objects.update_or_create(
        portfolio_id=portfolio_id, defaults={"count": len(drawn), "ids_hash": digest, **figures}
    )
    return found


@transaction.atomic
def record_realised(*, by: Actor, use_case_id: UUID, kind: str, actual: float, note: str = "") -> Realised:
    """What came of it, over the horizon as stated: benefit or cost in all. Recorded again it replaces the figure.

    The forecast beside it is the stated likely figure of the version that stands, and its range as then learnt.
    """
    use_case = use_case_of(by, use_case_id, "realised.record")
    row = locked(use_case)
    newest = Valuation.objects.newest().filter(hypothesis=row).first()
    reasons = []
    if kind not in KINDS[:2]:
        reasons.append(Reason("unknown_kind", "Benefits or costs.", "kind"))
    if not math.isfinite(actual) or actual < 0 or actual > rules.MOST_AMOUNT:
        reasons.append(Reason("not_a_number", "Give what came in all, 0 or more.", "actual"))
    stated = newest.figures["total_benefit" if kind == "benefits" else "total_cost"] if newest else 0.0
    if stated <= 0:
        reasons.append(Reason("nothing_stated", "Nothing was forecast to compare with.", "kind"))
    if reasons:
        raise Refused(reasons)
    assert newest is not None
    factors = newest_factors([use_case.portfolio_id])[use_case.portfolio_id]
    known = Realised.objects.filter(hypothesis=row, kind=kind).first()
    frozen = {} if known else {  # the forecast stays as it was on the first day
        "forecast": stated, "number": row.number, "valuation": newest, "chance_of_gain": 1.0 - newest.chance_of_loss,
        "p10": stated * factors.factor(kind).ppf(0.1), "p90": stated * factors.factor(kind).ppf(0.9),
    }  # fmt: skip
    made, _ = Realised.objects.update_or_create(
        hypothesis=row, kind=kind,
        defaults=frozen | {"actual": actual, "note": note[:300], "recorded_on": use_case.portfolio.today(),
                           "recorded_by_id": by.user_id},
    )  # fmt: skip
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, "value.realised", by=by, subject=("use_case", use_case.id),
        payload={"kind": kind, "forecast": str(made.forecast), "actual": str(actual), "version": made.number},
    )  # fmt: skip
    return made


@transaction.atomic
def rebuild_factors(portfolio_id: UUID, on: date) -> FactorVersion | None:
    """Learn from everything resolved so far; a new version only when it says something new."""
    rows = Realised.objects.filter(hypothesis__use_case__portfolio_id=portfolio_id).order_by("recorded_on", "id")
    sums: dict[str, dict[str, Any]] = {}
    for kind, forecast, actual in rows.values_list("kind", "forecast", "actual"):
        x = math.log(max(actual / forecast, LEAST_RATIO))
        one = sums.setdefault(kind, {"n": 0, "mean": 0.0, "squares": 0.0})
        one["n"] += 1
        step = x - one["mean"]
        one["mean"] += step / one["n"]
        one["squares"] += step * (x - one["mean"])
    newest = FactorVersion.objects.filter(portfolio_id=portfolio_id).first()
    if not sums or (newest is not None and newest.sums == sums):
        return newest
    number = newest.number + 1 if newest else 1
    return FactorVersion.objects.create(portfolio_id=portfolio_id, number=number, sums=sums, made_on=on)


def nightly(portfolio_id: UUID, on: date) -> None:
    """Learn, value again what that changes, add up, all at once: for a house that is being set up."""
    rebuild_factors(portfolio_id, on)
    revalue(portfolio_id)
    add_up(portfolio_id)
