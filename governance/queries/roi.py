"""What does the one-pager show? Stored figures only: nothing is drawn here."""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from people.models import User
from portfolio import formats
from portfolio.access.fetch import seats_of
from portfolio.models import UseCase
from roi import words
from roi.actions.readings import OUTCOME_VALUE
from roi.evidence import State, Verdict
from roi.models import CheckIn, Correction, Hypothesis, HypothesisVersion, Reading, Realised, Valuation
from roi.rules import content as content_rules
from roi.rules import figures, signing, track
from roi.rules import value as value_rules
from roi.rules.content import ESTIMATED, MONTHLY, Content
from roi.valuation import CostCategory, Spread

MOST_MOVES = 3  # named where a signature is void; more are behind "Compare versions"
MOST_ASSUMPTIONS = 6  # on the sheet, by effect
ROOMY = 900  # characters that fit on a page of A4 beside the figures, in print of full size


@dataclass(frozen=True)
class CostRow:
    """A category in the stack; `share` of the dearest, 0 to 1. state: estimated, none, open, optional."""

    label: str
    state: str
    figure: str
    total: float
    share: float


@dataclass(frozen=True)
class SeatRow:
    label: str
    state: str  # signed, void, missing, nobody
    name: str
    text: str


@dataclass(frozen=True)
class OnePager:
    """Everything on the sheet, ready to be said."""

    row: Hypothesis
    content: Content
    today: date
    currency: str
    valuation: Valuation | None  # None as well while a required category is open
    spread: Spread | None
    costs: list[CostRow]
    open_categories: list[str]
    seats: list[SeatRow]
    state: str
    sentence: str
    weeks: track.Weeks
    checks: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    stops: list[str]
    version: HypothesisVersion | None
    unfinished: list[Any]
    realised: list[Realised]
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Is so much said that it needs smaller print to stay one page?"""
        said = self.content
        texts = [said.if_text, said.then_text, said.because, said.population, said.decision_rule, said.not_counted,
                 said.early_success, *self.stops, *(one["text"] + one["source"] for one in self.assumptions)]  # fmt: skip
        return sum(map(len, texts)) + 80 * (len(self.realised) + 2 * bool(self.more["outcomes"])) > ROOMY

    @property
    def signed(self) -> int:
        return sum(one.state == "signed" for one in self.seats)


def of_use_case(use_case: UseCase) -> Hypothesis | None:
    return Hypothesis.objects.filter(use_case=use_case).with_lines().first()


def one_pager(use_case: UseCase, row: Hypothesis) -> OnePager:
    """The sheet of this hypothesis: seven queries, however much it says."""
    said, today, currency = row.content(), use_case.portfolio.today(), use_case.portfolio.currency
    lane = use_case.lane.code if use_case.lane else None
    newest = Valuation.objects.newest().filter(hypothesis=row).first()
    open_ones = value_rules.open_categories(said, lane)
    shown = None if open_ones or newest is None else newest
    versions = {one.number: one for one in HypothesisVersion.objects.filter(hypothesis=row)}
    told = _readings(row, said)
    weeks = track.weeks(told[said.measure], said, row.evidence_from)
    done = {one.day: one for one in CheckIn.objects.filter(hypothesis=row).select_related("recorded_by")}
    return OnePager(
        row=row, content=said, today=today, currency=currency, valuation=shown, spread=_spread(shown),
        costs=_costs(said, lane, newest, currency), open_categories=[one.label for one in open_ones],
        seats=_seats(use_case, row, said, versions, today), state=row.verdict, sentence=_sentence(row, said), weeks=weeks,
        checks=_checks(said, done, today), assumptions=_assumptions(said, newest), stops=_stops(row, said),
        version=versions.get(row.number), unfinished=signing.unfinished(said, lane),
        realised=list(Realised.objects.filter(hypothesis=row)),
        more={"baseline": [one for one in weeks.baseline if one is not None][-13:],
              "weeks": math.ceil(said.window_days / 7), "outcomes": _outcomes(told[OUTCOME_VALUE])},
    )  # fmt: skip


def _readings(row: Hypothesis, said: Content) -> dict[str, dict[date, float]]:
    """The weeks of the primary measure and of what outcomes were worth, {measure: {Monday: value}}: one query."""
    names = (said.measure, OUTCOME_VALUE)
    found: dict[str, dict[date, float | None]] = {name: {} for name in names}
    rows = Reading.objects.filter(hypothesis=row, measure__in=names).order_by("recorded_at")
    for measure, week, value in rows.values_list("measure", "week_on", "value"):
        found[measure][week] = value
    return {
        name: {week: value for week, value in sorted(weeks.items()) if value is not None}
        for name, weeks in found.items()
    }


def _outcomes(weeks: dict[date, float]) -> dict[str, Any] | None:
    """What outcomes were worth so far, and in how many weeks."""
    return {"total": math.fsum(weeks.values()), "weeks": len(weeks)} if weeks else None


def _spread(found: Valuation | None) -> Spread | None:
    return found and Spread(found.p10, found.p50, found.p90, found.mean, found.chance_of_loss)


def _costs(said: Content, lane: str | None, newest: Valuation | None, currency: str) -> list[CostRow]:
    totals = newest.figures["by_category"] if newest else {}
    most = max(totals.values(), default=0.0) or 1.0
    asked = set(value_rules.required_categories(lane))
    rows = []
    for category in CostCategory:
        lines = [one for one in said.costs if one.category == category]
        state = lines[0].state if lines else "open" if category in asked else "optional"
        figure = ", ".join(_figure(one, currency) for one in lines if one.state == ESTIMATED)
        note = next((one.note for one in lines if one.note), "")
        rows.append(
            CostRow(
                category.label,
                state,
                figure or note,
                totals.get(category.value, 0.0),
                totals.get(category.value, 0.0) / most,
            )
        )
    return sorted(rows, key=lambda one: (("estimated", "none", "open", "optional").index(one.state), -one.total))


def _figure(cost: Any, currency: str) -> str:
    return f"{formats.money(cost.amount.likely, currency)} {'a month' if cost.timing == MONTHLY else 'once'}"


def _seats(
    use_case: UseCase, row: Hypothesis, said: Content, versions: dict[int, HypothesisVersion], today: date
) -> list[SeatRow]:  # fmt: skip
    holders = seats_of(use_case)
    found = signing.standings((one.as_signature() for one in row.sign_offs.all()), row.fingerprint, holders)
    ids = {one.signature.person_id for one in found if one.signature} | {
        one.holder_id for one in found if one.holder_id
    }
    names = {user.id: str(user) for user in User.objects.filter(id__in=ids)}
    return [_seat(one, names, said, versions, today) for one in found]


def _seat(
    one: signing.Standing, names: dict, said: Content, versions: dict[int, HypothesisVersion], today: date
) -> SeatRow:  # fmt: skip
    if one.signature is not None:
        name, on = names.get(one.signature.person_id, "Somebody"), formats.day(one.signature.at.date(), today)
        if one.valid:
            return SeatRow(one.label, "signed", name, f"{one.label}, signed {on}")
        then = versions.get(one.signature.number)
        moved = list(content_rules.said(content_rules.changes(then.as_content(), said))) if then else []
        why = " and ".join(moved if len(moved) <= MOST_MOVES else [*moved[:2], f"{len(moved) - 2} more"])
        text = f"{one.label}: signed version {one.signature.number} on {on}, void since {why or 'figures changed'}"
        return SeatRow(one.label, "void", name, text)
    if one.holder_id is None:
        return SeatRow(one.label, "nobody", "Nobody", f"{one.label}: nobody holds this seat yet")
    return SeatRow(one.label, "missing", names.get(one.holder_id, "Somebody"), f"{one.label}, has not signed yet")


def verdict_of(row: Hypothesis) -> Verdict | None:
    """The stored verdict in the words of the evidence."""
    if not row.verdict:
        return None
    seen = row.seen
    low, high = (math.nan if seen.get(name) is None else seen[name] for name in ("low", "high"))
    return Verdict(State(row.verdict), low, high, seen.get("weeks_more"), moved=bool(seen.get("moved")))


def _sentence(row: Hypothesis, said: Content) -> str:
    found, needed = verdict_of(row), track.improvement_needed(said)
    if found is None or needed is None:
        return "No week of the pilot is measured yet."
    if found.state is not State.NOT_YET_KNOWN and (math.isnan(found.low) or math.isnan(found.high)):
        return f"{'On' if found.state is State.ON_TRACK else 'Off'} track, as decided before."
    return words.evidence(found, needed, said.measure[:1].lower() + said.measure[1:], said.unit, said.higher_is_better)


def _checks(said: Content, done: dict[int, CheckIn], today: date) -> list[dict[str, Any]]:
    found = []
    for one in track.schedule(said, done):
        kept, ahead = done.get(one.day), one.days_ahead(today)
        if kept:
            text = f"recorded: {kept.outcome}" + (", against the rule" if kept.outcome != kept.advised else "")
        elif ahead > 0:
            text = f"due in {formats.days(ahead)}"
        else:
            text = "due today" if ahead == 0 else f"due since {formats.days(-ahead)}"
        found.append(
            {"day": one.day, "on": one.due_on, "done": one.done, "due": one.is_due(today), "text": text, "row": kept}
        )
    return found


def _assumptions(said: Content, newest: Valuation | None) -> list[dict[str, Any]]:
    pvb, pvc = (newest.figures["pvb"], newest.figures["pvc"]) if newest else (1.0, 1.0)
    return [
        {
            "text": one.text, "source": one.source, "unit": one.unit,
            "range": "–".join(figures.show(figure) for figure in (one.low, one.likely, one.high)),
            "seen": "not yet" if one.seen is None else f"{figures.show(one.seen)} {one.unit}".strip(),
        }
        for _, index in value_rules.by_effect(said, pvb, pvc)[:MOST_ASSUMPTIONS] for one in (said.assumptions[index],)
    ]  # fmt: skip


def _stops(row: Hypothesis, said: Content) -> list[str]:
    found = []
    if said.threshold is not None:
        side = "below" if said.higher_is_better else "above"
        now = row.seen.get("mean")
        seen = f" Now {now:.3g}." if now is not None else ""
        found.append(
            f"Day {said.window_days} is still {side} {said.threshold:g} {said.unit}.".replace(" .", ".") + seen
        )
    return [*found, *said.stop_rules]


def weeks_to_type(said: Content, today: date, before: int = 8) -> list[date]:
    """The Mondays of the grid: eight before day 0 (or before today) up to this week."""
    this = track.monday(today)
    start = track.monday(said.day0_on) if said.day0_on and said.day0_on <= today else this
    first = max(start - timedelta(weeks=before), this - timedelta(weeks=40))
    return [first + timedelta(weeks=n) for n in range((this - first).days // 7 + 1)]


def corrections(row: Hypothesis, most: int = 20) -> list[Correction]:
    return list(
        Correction.objects.filter(reading__hypothesis=row).select_related("reading", "by", "was_recorded_by")[:most]
    )
