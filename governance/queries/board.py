"""What does the board show: the pilots ranked under the cap, what else there is, what to mind?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, IntegerField, JSONField, Value, When
from django.db.models.expressions import RawSQL
from django.urls import reverse

from feedback import board as feedback_board
from governance.models import PortfolioState
from governance.queries.filters import Filters, Page
from governance.rules.advice import PAUSE, RUN, STOP
from governance.rules.warnings import MOST_SUBJECTS
from people.models import User
from portfolio.formats import money
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import UseCaseSet
from portfolio.rules import Stage
from readiness.queries import sets
from roi.models import PortfolioValue

LISTED = 8  # of each other stage on the board; "show all" leads to the rest
DRAWN_SLOTS = 12  # more slots than this are told in words only
_HEAVY = ("details", "searchable", "problem", "success_statement", "why_ai", "stop_criterion")


def state_of(portfolio: Portfolio) -> PortfolioState:
    """The portfolio's read model; an empty one before the first recompute."""
    known = PortfolioState.objects.filter(portfolio=portfolio).select_related("portfolio__value")
    return known.first() or PortfolioState(portfolio=portfolio)


def people_of(portfolio: Portfolio) -> list[tuple[UUID, str]]:
    """Members to choose from, by name."""
    rows = User.objects.filter(memberships__portfolio=portfolio).order_by("name", "email")
    return [(key, name or email) for key, name, email in rows.values_list("id", "name", "email")]


def with_picture(use_cases: UseCaseSet) -> UseCaseSet:
    """Joined with their assessment, lane and seats, without the long texts."""
    return use_cases.select_related("assessment", "lane", "lead", "sponsor").defer(*_HEAVY)


def days_in_stage(row: UseCase, today: date, zone: ZoneInfo) -> int:
    """Days since the stage began; an import may say that a pilot ran before (rules.facts.Facts)."""
    began = row.stage_since.astimezone(zone).date()
    if row.stage == Stage.PILOT and row.running_since:
        began = min(began, row.running_since)
    return (today - began).days


def worth(state: PortfolioState, rows: Iterable[UseCase]) -> dict[str, Any]:
    """One scale for the ranges of these rows, and the pilots' range together, from joint draws as last stored."""
    stored = [getattr(row, "assessment", None) for row in rows]
    priced = [one for one in stored if one is not None and one.value_p50 is not None]
    portfolio = state.portfolio
    together: PortfolioValue | None = getattr(portfolio, "value", None)
    together = together if together is not None and together.p50 is not None else None
    return {
        "low": min((float(one.value_p10) for one in priced), default=0.0),
        "high": max((float(one.value_p90) for one in priced), default=0.0),
        "together": together,
        "likely": money(together.p50, portfolio.currency) if together else "",
        "range": f"{money(together.p10, portfolio.currency)} to {money(together.p90, portfolio.currency)}"
        if together
        else "",
    }


@dataclass(frozen=True)
class Group:
    """The pilots of one advice. `cap_after`: the line of the cap follows them."""

    choice: str
    rows: list[UseCase]
    total: int
    cap_after: bool


def pilots(portfolio: Portfolio, filters: Filters, today: date) -> Page:
    """One page of pilots, by advice and rank. Each row carries `days`, `over` (past the limit), and its readiness as `clear` of `asked`."""
    order = Case(
        When(assessment__recommendation=RUN, then=0),
        When(assessment__recommendation=PAUSE, then=1),
        default=2,
        output_field=IntegerField(),
    )
    rows = with_picture(filters.narrow(UseCase.objects.in_pilot().filter(portfolio=portfolio), stage=False))
    page = filters.paged(list(rows.order_by(order, F("assessment__rank").asc(nulls_last=True), "id")[filters.window]))
    zone = ZoneInfo(portfolio.time_zone)
    for row in page.rows:
        row.days = days_in_stage(row, today, zone)
        row.over = row.days > portfolio.policy.pilot_limit_days
        row.choice = getattr(getattr(row, "assessment", None), "recommendation", "") or RUN
    _with_readiness(page.rows)
    return page


def _with_readiness(rows: Iterable[Any]) -> None:
    """Give each row `asked`, the required parts of its lane, and `clear`, how many are; 0 without a lane."""
    asked = sets.of_lanes(row.lane for row in rows if row.lane)
    for row in rows:
        row.asked = len(asked[row.lane_id].required()) if row.lane else 0
        share = getattr(getattr(row, "assessment", None), "readiness", None)
        row.clear = round((share or 0.0) * row.asked)


def grouped(rows: Iterable[UseCase], totals: dict[str, int]) -> list[Group]:
    """Run, pause, stop; the cap is the line below what runs."""
    by_choice: dict[str, list[UseCase]] = {RUN: [], PAUSE: [], STOP: []}
    for row in rows:
        by_choice[row.choice].append(row)  # type: ignore[attr-defined]
    groups = [
        Group(choice, found, totals.get(choice, len(found)), False) for choice, found in by_choice.items() if found
    ]
    last_run = max((index for index, group in enumerate(groups) if group.choice == RUN), default=None)
    if last_run is not None:
        group = groups[last_run]
        groups[last_run] = Group(group.choice, group.rows, group.total, True)
    return groups


def advised(portfolio: Portfolio) -> dict[str, int]:
    """How many pilots each advice has: one query."""
    rows = UseCase.objects.in_pilot().filter(portfolio=portfolio)
    return dict(rows.values_list("assessment__recommendation").annotate(n=Count("id")).order_by())


_LISTED = (
    "key", "title", "organisation", "stage", "review_on", "stage_left", "lead__name", "lead__email",
    "assessment__status", "assessment__status_text", "assessment__flags", "reviews_missed",
)  # fmt: skip

# How a live use case is used: part of the same query, worked out for the rows that are shown (feedback.board).
_LIVE = RawSQL(feedback_board.EXPRESSION.format(id='"portfolio_usecase"."id"'), [], output_field=JSONField())  # noqa: S611


@dataclass(frozen=True)
class Listed:
    """The first few use cases of a stage, and where all of them are."""

    stage: str
    rows: list[dict[str, Any]]
    more: bool
    url: str


def others(portfolio: Portfolio, filters: Filters) -> list[Listed]:
    """What is proposed, live and paused, the first few of each: one query."""
    urgency = Case(
        When(assessment__status="act", then=0),
        When(assessment__status="watch", then=1),
        default=2,
        output_field=IntegerField(),
    )
    orders: dict[str, tuple[Any, ...]] = {
        Stage.PROPOSED: ("-updated_at", "id"),
        Stage.PRODUCTION: (urgency, "title", "id"),
        Stage.PAUSED: (F("review_on").asc(nulls_first=True), "id"),
    }
    wanted = [stage for stage in orders if filters.stage in ("", stage)]
    found: dict[str, list[dict[str, Any]]] = {str(stage): [] for stage in wanted}
    if wanted:
        mine = filters.narrow(UseCase.objects.filter(portfolio=portfolio), stage=False)
        parts = [
            mine.filter(stage=stage)
            .annotate(told=_LIVE if stage == Stage.PRODUCTION else Value(None, JSONField()))
            .order_by(*orders[stage])
            .values(*_LISTED, "told")[: LISTED + 1]
            for stage in wanted
        ]
        for row in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
            line = feedback_board.line(row["told"]) if row["told"] else None
            found[row["stage"]].append(row | {"lead": row["lead__name"] or row["lead__email"] or "", "live": line})
    address = reverse("use_cases", args=[portfolio.slug])
    return [
        Listed(stage, rows[:LISTED], len(rows) > LISTED, address + filters.address(stage=stage))
        for stage, rows in found.items()
    ]


def warnings_of(state: PortfolioState, slug: str) -> list[dict[str, Any]]:
    """The portfolio's warnings, each with the address that mends it and links to its first subjects."""
    return [_linked(warning) | {"url": _mend_url(warning, slug)} for warning in state.warnings]


def _linked(warning: dict[str, Any]) -> dict[str, Any]:
    """A sentence that names its only subject carries the link itself; otherwise the first three follow it."""
    subjects = warning["subjects"]
    if len(subjects) == 1 and subjects[0]["title"] in warning["text"]:
        before, _, after = warning["text"].partition(subjects[0]["title"])
        return warning | {"link": subjects[0], "before": before, "after": after}
    rest = len(subjects) - 3
    # A list as long as may be kept was perhaps cut: the sentence has the full number, this must not claim another.
    more = "others" if len(subjects) >= MOST_SUBJECTS else f"{rest} more" if rest > 0 else ""
    return warning | {"shown": subjects[:3], "more": more}


_MEND_PAGE = {"never_gated": "use_case_date", "exception_ended": "verb_pause", "waiting_too_long": "verb_pause"}


def _mend_url(warning: dict[str, Any], slug: str) -> str:
    code, subjects = warning["code"], warning["subjects"]
    if code == "over_cap":
        return reverse("pause_the_rest", args=[slug])
    if code in ("at_cap", "too_many_pilots"):
        return reverse("use_cases", args=[slug]) + "?stage=pilot"
    if len(subjects) == 1:
        return reverse(_MEND_PAGE.get(code, "use_case"), args=[subjects[0]["key"]])
    return reverse("use_cases", args=[slug]) + f"?flag={code}"


def ranked(portfolio: Portfolio, most: int) -> tuple[list[UseCase], int]:
    """The best pilots by rank, at most `most`, each with `choice`; and how many pilots there are."""
    rows = with_picture(UseCase.objects.in_pilot().filter(portfolio=portfolio))
    found = list(rows.order_by(F("assessment__rank").asc(nulls_last=True), "id")[:most])
    for row in found:
        row.choice = getattr(getattr(row, "assessment", None), "recommendation", "") or RUN
    return found, len(found) if len(found) < most else UseCase.objects.in_pilot().filter(portfolio=portfolio).count()
