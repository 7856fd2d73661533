"""What do the readiness rules need to know of these use cases? One query each, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject

from portfolio.models import UseCase
from portfolio.models.use_cases import SEATS
from readiness.forecast import Curve, from_data, starting_curves
from readiness.models import Answer, BlockingItem, CurveVersion, DataNeed, Waiver
from readiness.rules.facts import RATINGS, AnswerFacts, NeedFacts, ReadinessFacts

_ALWAYS = date.max  # evidence without an expiry
_CURVES: dict[tuple[UUID, int], dict[str, Curve]] = {}  # versions are never edited
_MOST_CURVES = 200


def answers_of(ids: Iterable[UUID]) -> dict[UUID, dict[str, AnswerFacts]]:
    """use case → part → answer."""
    rows = (
        Answer.objects.filter(use_case_id__in=ids)
        .annotate(until=Max(Coalesce("evidence__expires_on", _ALWAYS), filter=Q(evidence__removed_at=None, evidence__isnull=False)))
        .values_list("use_case_id", "part", "state", "writers", "submitted_on", "expires_on", "until", "draft")
    )  # fmt: skip
    found: dict[UUID, dict[str, AnswerFacts]] = defaultdict(dict)
    for use_case_id, part, state, writers, submitted_on, expires_on, until, draft in rows:
        found[use_case_id][part] = AnswerFacts(
            part, state, tuple(writers), submitted_on, expires_on, until, bool(draft.strip())
        )
    return found


def needs_of(ids: Iterable[UUID]) -> dict[UUID, list[NeedFacts]]:
    """use case → its data needs, with what their sources are rated and which shared defects are open there."""
    rows = DataNeed.objects.filter(use_case_id__in=ids).order_by("made_at", "id")
    rows = rows.annotate(
        defects=JSONBAgg(
            JSONObject(
                id=F("source__defects__id"),
                text=F("source__defects__text"),
                kind=F("source__defects__kind"),
                owner=F("source__defects__owner_id"),
            ),
            filter=Q(source__defects__isnull=False, source__defects__closed_at=None),
            default=[],
            order_by="source__defects__opened_at",
        )
    )
    columns = ("use_case_id", "id", "purpose", "required", "access", "granted_until", "minimum", "source_id",
               "source__name", "source__owner_id", "source__steward_id", *(f"source__{name}" for name in RATINGS),
               "defects")  # fmt: skip
    found: dict[UUID, list[NeedFacts]] = defaultdict(list)
    for row in rows.values(*columns):
        found[row["use_case_id"]].append(_need(row))
    return found


def _need(row: Mapping[str, Any]) -> NeedFacts:
    ratings = {name: row[f"source__{name}"] for name in RATINGS}
    weakest = min(ratings, key=lambda name: ratings[name]) if row["source_id"] else ""
    return NeedFacts(
        id=row["id"],
        purpose=row["purpose"],
        required=row["required"],
        access=row["access"],
        granted_until=row["granted_until"],
        minimum=row["minimum"],
        source_id=row["source_id"],
        source_name=row["source__name"] or "",
        lowest=ratings[weakest] if weakest else None,
        weakest=weakest,
        caretaker_id=row["source__steward_id"] or row["source__owner_id"],
        defects=tuple(row["defects"]),
    )


def seats_of(use_case: UseCase) -> dict[str, UUID | None]:
    """Who holds which seat, without a query."""
    return {seat: getattr(use_case, f"{seat}_id") for seat in SEATS}


def of_use_case(use_case: UseCase) -> ReadinessFacts:
    """The room's facts of one use case."""
    return ReadinessFacts(
        answers_of([use_case.id]).get(use_case.id, {}),
        tuple(needs_of([use_case.id]).get(use_case.id, ())),
        seats_of(use_case),
    )


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A stored item as status and forecast read it."""

    id: UUID
    key: tuple[str, str, str]
    severity: str
    kind: str
    text: str
    owner_id: UUID | None
    due_on: date | None
    waits_on: tuple[UUID, ...]
    earlier_days: int
    spell_since_on: date
    is_open: bool
    waived_until: date | None


def items_of(ids: Iterable[UUID]) -> dict[UUID, list[ItemRow]]:
    """use case → every stored item, closed ones too (a gap that is back finds its owner again)."""
    waived = (
        Waiver.objects.filter(item=OuterRef("pk"), approved_at__isnull=False, ended_at=None)
        .order_by("-until_on")
        .values("until_on")[:1]
    )
    rows = (
        BlockingItem.objects.filter(use_case_id__in=ids)
        .order_by("opened_on", "id")
        .annotate(waived_until=Subquery(waived))
        .values_list("use_case_id", "id", "origin", "code", "subject", "severity", "kind", "text", "owner_id", "due_on",
                     "waits_on", "earlier_days", "spell_since_on", "closed_on", "waived_until")
    )  # fmt: skip
    found: dict[UUID, list[ItemRow]] = defaultdict(list)
    for (
        use_case_id,
        row_id,
        origin,
        code,
        subject,
        severity,
        kind,
        text,
        owner,
        due,
        waits,
        days,
        since,
        closed,
        until,
    ) in rows:
        found[use_case_id].append(
            ItemRow(row_id, (origin, code, subject), severity, kind, text, owner, due, tuple(waits), days, since,
                    closed is None, until)
        )  # fmt: skip
    return found


def curves_of(versions: Mapping[UUID, int]) -> dict[UUID, dict[str, Curve]]:
    """portfolio → its curves by kind at this version (0: the starting assumptions). At most one query."""
    cold = {pid: number for pid, number in versions.items() if number and (pid, number) not in _CURVES}
    if cold:
        if len(_CURVES) + len(cold) > _MOST_CURVES:
            _CURVES.clear()
            cold = {pid: number for pid, number in versions.items() if number}
        wanted = Q()
        for portfolio_id, number in cold.items():
            wanted |= Q(portfolio_id=portfolio_id, number=number)
        for row in CurveVersion.objects.filter(wanted):
            _CURVES[row.portfolio_id, row.number] = {kind: from_data(data) for kind, data in row.content.items()}
    starting = starting_curves()
    return {pid: _CURVES.get((pid, number), starting) for pid, number in versions.items()}
