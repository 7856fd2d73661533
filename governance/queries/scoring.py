"""How good were our own forecasts of value? Ranges that held, what was promised and came, what the next ones learn."""

import math
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from governance import calibration
from portfolio.models import Portfolio
from roi import words
from roi.actions.values import LEAST_RATIO
from roi.evidence import share_interval
from roi.laws import normal_ppf
from roi.models import FactorVersion, Realised
from roi.valuation import Factor

LEVEL = 0.8  # the ranges are P10 to P90


@dataclass(frozen=True)
class Errors:
    """Mean CRPS of ln(actual / forecast), said as a share of the forecast: of our ranges, of the plan at its word, and of
    naming what the other cases did. `middle`: the median of ours, which a few long misses do not carry."""

    cases: int
    ours: float
    at_its_word: float
    as_others: float
    middle: float


@dataclass(frozen=True)
class Scores:
    """Of a portfolio. Below ten resolved forecasts only counts are shown."""

    resolved: int
    rows: list[dict[str, Any]]
    level: calibration.LevelScore | None
    level_words: str
    share: tuple[float, float] | None  # the share of ranges that hold, 9 in 10 sure whenever one looks
    brier: float | None
    skill: float | None
    errors: Errors | None
    factors: list[tuple[str, Factor, str]]
    version: FactorVersion | None


def scores(portfolio: Portfolio) -> Scores:
    """Two queries. Every hypothesis with an outcome counts, adopted or not; the first forecast is the one scored."""
    rows = list(
        Realised.objects.filter(hypothesis__use_case__portfolio=portfolio)
        .select_related("hypothesis__use_case")
        .order_by("-recorded_on", "hypothesis__use_case__key", "kind")
    )
    version = FactorVersion.objects.filter(portfolio=portfolio).first()
    known = version or FactorVersion(portfolio=portfolio, number=0)
    ranged = [row for row in rows if row.p10 is not None and row.p90 is not None]
    hits = sum(row.p10 <= row.actual <= row.p90 for row in ranged)
    level = calibration.score_level(hits, len(ranged), LEVEL) if ranged else None
    chances, came = _gains(rows)
    split = calibration.corp(chances, came) if len(chances) >= calibration.FEWEST_TO_SCORE else None
    return Scores(
        resolved=len(rows), rows=[_row(row) for row in rows[:100]], level=level, level_words=_said(level),
        share=share_interval(hits, len(ranged), 0.1) if level and level.evidence is not None else None,
        brier=split.brier if split else None, skill=split.skill if split else None,
        errors=_errors(ranged),
        factors=[
            ("Benefits", known.factor("benefits"), words.track_record(known.factor("benefits"))),
            ("Costs", known.factor("costs"), words.track_record(known.factor("costs"), "planned cost")),
        ],
        version=version,
    )  # fmt: skip


def _gains(rows: list[Realised]) -> tuple[list[float], list[int]]:
    """The stated chance of at least breaking even, and whether it did, where both sides are known."""
    pairs: dict[Any, dict[str, Realised]] = {}
    for row in rows:
        pairs.setdefault(row.hypothesis_id, {})[row.kind] = row
    known = [pair for pair in pairs.values() if {"benefits", "costs"} <= set(pair)]
    known = [pair for pair in known if pair["benefits"].chance_of_gain is not None]
    chances = [float(pair["benefits"].chance_of_gain or 0.0) for pair in known]
    return chances, [int(pair["benefits"].actual >= pair["costs"].actual) for pair in known]


def _errors(rows: list[Realised]) -> Errors | None:
    """None below ten cases, or where a case has no other of its kind to be compared with."""
    told: dict[str, list[tuple[float, float, float]]] = {}
    for row in rows:
        low, high = (math.log(end / row.forecast) for end in (row.p10 or row.forecast, row.p90 or row.forecast))
        centre, spread = (low + high) / 2, (high - low) / (2 * float(normal_ppf(0.9)))
        told.setdefault(row.kind, []).append((centre, spread, math.log(max(row.actual / row.forecast, LEAST_RATIO))))
    if len(rows) < calibration.FEWEST_TO_SCORE or any(len(cases) < 2 for cases in told.values()):
        return None
    cases = [case for kind in told.values() for case in kind]
    ours = [calibration.crps_normal(*case) for case in cases]
    others = [
        calibration.crps_ensemble([other[2] for place, other in enumerate(kind) if place != mine], case[2])
        for kind in told.values()
        for mine, case in enumerate(kind)
    ]
    word = math.fsum(abs(case[2]) for case in cases) / len(cases)
    return Errors(
        len(cases), math.expm1(fmean(ours)), math.expm1(word), math.expm1(fmean(others)), math.expm1(median(ours))
    )


def _row(row: Realised) -> dict[str, Any]:
    return {"use_case": row.hypothesis.use_case, "kind": row.kind, "forecast": row.forecast, "actual": row.actual,
            "ratio": row.actual / row.forecast, "on": row.recorded_on,
            "held": None if row.p10 is None or row.p90 is None else row.p10 <= row.actual <= row.p90}  # fmt: skip


def _said(level: calibration.LevelScore | None) -> str:
    if level is None:
        return "Nothing is resolved yet."
    text = f"Of {level.forecasts} ranges we called 8 in 10 sure, {level.hits} held"
    if level.evidence is None:
        return f"{text}: too few to judge by."
    return f"{text}: {'that is more than luck' if level.is_broken else 'no more than luck explains'}."
