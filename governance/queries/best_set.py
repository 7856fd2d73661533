"""Which candidates make the best set under the cap, and why? Stored valuations only: nothing is simulated here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, Q, When

from governance.selection import (
    Answer,
    Candidate,
    Infeasible,
    Limits,
    Pool,
    Worth,
    explain,
    pooled,
    weigh,
)
from governance.selection import words as said
from portfolio import formats
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Reason, Refused, Stage
from roi import valuation
from roi.actions.values import contents_of, newest_factors
from roi.models import Reading, Valuation
from roi.rules import belief, track
from roi.rules import value as value_rules

MOST_COMPARED = 200  # candidates weighed while somebody waits: those with the highest P90
LISTED = 20  # of those that cannot be compared
STAGES = (Stage.PILOT, Stage.PROPOSED, Stage.PAUSED)
_SHOWN = ("id", "key", "title", "organisation", "stage", "restart_condition")
_ASSESSED = ("status", "status_text", "recommendation", "reason", "value_p10", "value_p50", "value_p90")
_SAID = ("measure", "higher_is_better", "baseline", "target", "day0_on", "window_days", "burn_in_weeks")


@dataclass(frozen=True)
class Asked:
    """A what-if: nothing of it is stored. cap None: the policy's. keep, without: keys or ids of use cases."""

    cap: int | None = None
    budget: float | None = None
    keep: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass
class Row:
    """One candidate as the page and REST show it. `place` among the candidates; sentences are plain text."""

    place: int
    use_case: dict[str, Any]
    worth: Worth
    waits: bool  # paused: it takes part only when asked to
    moved: bool  # readings moved its value away from what is stated
    chosen: bool = False
    kept: bool = False
    without: bool = False
    share: float | None = None
    why: str = ""
    loss: float | None = None  # marginal value of a chosen one, regret of another

    @property
    def right(self) -> str:
        if self.kept and self.chosen:
            return "must run"
        return "" if self.share is None else said.share(self.share)


@dataclass(frozen=True)
class Field:
    """Who can be compared, who cannot, and what the pool of estimates says; read once, asked as often as needed."""

    portfolio: Portfolio
    rows: list[Row]
    pool: Pool
    left_out: int  # with a value, beyond MOST_COMPARED
    unvalued: list[dict[str, Any]]
    unvalued_count: int
    running: int  # pilots, valued or not

    @property
    def valued_count(self) -> int:
        return len(self.rows) + self.left_out


@dataclass
class Found:
    """The answer to one question."""

    base: Field
    cap: int
    budget: float | None
    answer: Answer
    sentences: list[str]
    today: str
    worth: str
    keep: list[Row] = field(default_factory=list)  # chosen, and running today
    select: list[Row] = field(default_factory=list)  # chosen, and not running
    pause: list[Row] = field(default_factory=list)  # running today, not chosen

    @property
    def chosen(self) -> list[Row]:
        return sorted((row for row in self.base.rows if row.chosen), key=_dearest_first)

    @property
    def others(self) -> list[Row]:
        return sorted((row for row in self.base.rows if not row.chosen), key=_dearest_first)


def _dearest_first(row: Row) -> tuple[float, int]:
    return -row.worth.value, row.place


def read(portfolio: Portfolio) -> Field:
    """The field of candidates as last valued; eight queries, however many there are, and one for each list that is cut."""
    mine = UseCase.objects.filter(portfolio=portfolio, stage__in=STAGES)
    valued = mine.filter(assessment__value_p50__isnull=False)
    shown = valued.order_by("-assessment__value_p90", "id").values(
        *_SHOWN, *(f"assessment__{one}" for one in _ASSESSED)
    )
    cases = [_flat(one) for one in shown[: MOST_COMPARED + 1]]
    more = valued.count() - MOST_COMPARED if len(cases) > MOST_COMPARED else 0
    found = _candidates(portfolio, [one["id"] for one in cases[:MOST_COMPARED]])
    cases = sorted((one for one in cases if one["id"] in found), key=lambda one: _number(one["key"]))
    candidates = [found[one["id"]] for one in cases]
    pool = pooled(candidates)
    rows = [
        Row(
            place,
            case,
            weigh(one, pool),
            case["stage"] == Stage.PAUSED,
            one.learnt is not None and one.learnt.estimate is not None,
        )
        for place, (case, one) in enumerate(zip(cases, candidates, strict=True))
    ]
    urgency = Case(*(When(stage=stage, then=place) for place, stage in enumerate(STAGES)))
    rest = mine.filter(Q(assessment__value_p50=None) | Q(assessment=None)).order_by(urgency, "created_at", "id")
    unvalued = [_flat(one) for one in rest.values(*_SHOWN, "hypothesis__id")[: LISTED + 1]]
    count = rest.count() if len(unvalued) > LISTED else len(unvalued)
    running = UseCase.objects.in_pilot().filter(portfolio=portfolio).count()
    return Field(portfolio, rows, pool, max(more, 0), unvalued[:LISTED], count, running)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("assessment__"): value for name, value in row.items()}


def _number(key: str) -> int:
    return int(key.removeprefix("UC-"))


def _candidates(portfolio: Portfolio, ids: Iterable[UUID]) -> dict[UUID, Candidate]:
    """What each use case's newest valuation, lines and readings make of it: five queries."""
    names = ("id", "use_case_id", "evidence_from", "horizon_months", *_SAID)
    newest = (
        Valuation.objects.newest()
        .filter(hypothesis__use_case__in=list(ids))
        .select_related("hypothesis")
        .only("mean", "p10", "p90", "seed", "figures", *(f"hypothesis__{name}" for name in names))
    )
    rows = {one.hypothesis_id: one for one in newest}
    contents = contents_of({key: one.hypothesis.horizon_months for key, one in rows.items()})
    told, today = _readings(list(rows)), portfolio.today()
    factors = newest_factors([portfolio.id])[portfolio.id]
    kinds = factors.factor("benefits"), factors.factor("costs")
    found = {}
    for key, one in rows.items():
        content = replace(contents[key], **{name: getattr(one.hypothesis, name) for name in _SAID})
        given = value_rules.hypothesis(content, settings.ROI_ANNUAL_RATE)
        if given is None:
            continue
        swings = valuation.tornado(given, *kinds)
        weeks = track.weeks(told[key], content, one.hypothesis.evidence_from)
        months = max(1, belief.months_left(content, today))  # a pilot that is due holds its slot a month at least
        begun = _has_begun(content.day0_on, today)
        once, monthly = one.figures["once"], one.figures["monthly"]
        found[one.hypothesis.use_case_id] = Candidate(
            mean=one.mean, p10=one.p10, p90=one.p90,
            share=belief.learnable({line.name for line in given.lines if line.is_benefit}, swings),
            sunk=once if begun else 0.0, cost=monthly * months + (0.0 if begun else once), months=months,
            learnt=belief.learnt(content, weeks, one.figures["pvb"], one.figures["pvc"]), seed=int(one.seed),
        )  # fmt: skip
    return found


def _has_begun(day0_on: date | None, today: date) -> bool:
    return day0_on is not None and day0_on <= today


def _readings(ids: Sequence[UUID]) -> dict[UUID, dict[date, float]]:
    """The weeks of each hypothesis's own measure, {Monday: value}; of several sources the one recorded last counts."""
    rows = Reading.objects.filter(hypothesis_id__in=ids, measure=F("hypothesis__measure")).order_by("recorded_at")
    found: dict[UUID, dict[date, float | None]] = defaultdict(dict)
    for row_id, week, value in rows.values_list("hypothesis_id", "week_on", "value"):
        found[row_id][week] = value
    kept: dict[UUID, dict[date, float]] = defaultdict(dict)
    for row_id, weeks in found.items():
        kept[row_id] = {week: value for week, value in sorted(weeks.items()) if value is not None}
    return kept


def ask(read_field: Field, asked: Asked) -> Found:
    """The best set under these limits. Refused: `not_compared` for a use case that is not among the candidates,
    `kept_and_left_out`, `does_not_fit` when what must run is more than the slots or the money."""
    rows, portfolio = read_field.rows, read_field.portfolio
    cap = portfolio.policy.pilot_cap if asked.cap is None else asked.cap
    keep, without = _places(rows, asked)
    for row in rows:
        row.kept, row.without = row.place in keep, row.place in without
    waiting = tuple(row.place for row in rows if row.waits and row.place not in keep)
    limits = Limits(cap, asked.budget, tuple(sorted(keep)), tuple(sorted(without)), waiting)
    try:
        answer = explain([row.worth for row in rows], limits, told_apart=read_field.pool.told_apart)
    except Infeasible:
        raise Refused([_does_not_fit(rows, keep, limits, portfolio.currency)]) from None
    return _told(read_field, answer, limits)


def _places(rows: Sequence[Row], asked: Asked) -> tuple[set[int], set[int]]:
    known = {str(row.use_case["id"]): row.place for row in rows} | {row.use_case["key"]: row.place for row in rows}
    found: dict[str, set[int]] = {}
    reasons = []
    for name in ("keep", "without"):
        refs = getattr(asked, name)
        places = {ref: known.get(ref.lower(), known.get(ref.upper())) for ref in refs}
        for ref, place in places.items():
            if place is None:
                text = f"“{ref[:40]}” is not among the candidates: it has no valued hypothesis here, or is not waiting."
                reasons.append(Reason("not_compared", text, name))
        found[name] = {place for place in places.values() if place is not None}
    for place in sorted(found["keep"] & found["without"]):
        title = rows[place].use_case["title"]
        reasons.append(Reason("kept_and_left_out", f"{title} cannot both run and be left out.", "without"))
    if reasons:
        raise Refused(reasons)
    return found["keep"], found["without"]


def _does_not_fit(rows: Sequence[Row], keep: set[int], limits: Limits, currency: str) -> Reason:
    """Which limit what must run does not keep to, with its figures."""
    if len(keep) > limits.cap:
        return Reason("does_not_fit", f"{len(keep)} must run, the cap is {limits.cap}.", "cap")
    cost = sum(rows[place].worth.cost for place in keep)
    money = [formats.money(one, currency) for one in (cost, limits.budget)]
    return Reason("does_not_fit", f"What must run costs {money[0]}, the budget is {money[1]}.", "budget")


def _told(read_field: Field, answer: Answer, limits: Limits) -> Found:
    """The answer put on the rows and into words."""
    rows, currency = read_field.rows, read_field.portfolio.currency
    names = [row.use_case["title"] for row in rows]
    for row in rows:
        row.chosen = row.place in answer.chosen
        row.share = answer.shares[row.place] if answer.shares and row.place not in answer.barred else None
        swap = (answer.marginal if row.chosen else answer.regret).get(row.place)
        if swap is not None:
            row.loss = swap.loss
            row.why = (
                said.why_in(swap, names, currency) if row.chosen else said.why_out(swap, row.place, names, currency)
            )
    running = [row for row in rows if row.use_case["stage"] == Stage.PILOT]
    found = Found(
        read_field, limits.cap, limits.budget, answer,
        said.answer(answer, names, read_field.pool, limits, currency), "",
        said.together(answer, currency),
        keep=[row for row in running if row.chosen],
        select=[row for row in rows if row.chosen and row.use_case["stage"] != Stage.PILOT],
        pause=[row for row in running if not row.chosen],
    )  # fmt: skip
    found.today = said.today(
        answer, [row.worth.value for row in running], read_field.running,
        [row.use_case["title"] for row in found.pause], [row.use_case["title"] for row in found.select], currency,
    )  # fmt: skip
    return found
