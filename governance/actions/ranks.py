"""What does a portfolio advise, warn of and count? Written from its assessments, its `PortfolioState` locked before."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F
from django.utils import timezone

from governance.models import Assessment, PortfolioState
from governance.rules import advice
from governance.rules import warnings as warning_rules
from portfolio.models import UseCase
from portfolio.rules import Policy, Stage
from roi.actions.values import add_up

ADDED_UP_AT_ONCE = 60  # priced pilots whose joint value is drawn here; more wait for the night (1 ms each)

_RANK = """
UPDATE governance_assessment a SET rank = t.rank, recommendation = t.recommendation, reason = t.reason, rough = t.rough
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::bool[]) AS t(id, rank, recommendation, reason, rough)
WHERE a.use_case_id = t.id"""


def rank(portfolio_id: UUID, policy: Policy) -> None:
    """Advice over all pilots of the portfolio, and its warnings; raises the version the board polls."""
    pilots = list(
        Assessment.objects.filter(portfolio_id=portfolio_id, stage=Stage.PILOT)
        .select_related("use_case")
        .only("use_case__key", "use_case__title", "pause_order", "status_text", "no_date_reason", "flags", "rank",
              "recommendation", "reason", "rough")
    )  # fmt: skip
    ranked = [
        advice.Ranked(row, int(row.use_case.key.removeprefix("UC-")), row.pause_order, row.status_text,
                      row.no_date_reason, "waiting_too_long" in row.flags)
        for row in pilots
    ]  # fmt: skip
    add_up(portfolio_id, most=ADDED_UP_AT_ONCE)
    given = advice.advise(ranked, policy.pilot_cap)
    stale = []
    for one in given:
        row: Any = one.id
        told = (one.rank, one.recommendation, one.reason[:300], one.rough)
        if (row.rank, row.recommendation, row.reason, row.rough) != told:
            row.rank, row.recommendation, row.reason, row.rough = told
            stale.append(row)
    _write(stale)
    Assessment.objects.filter(portfolio_id=portfolio_id, rank__isnull=False).exclude(stage=Stage.PILOT).update(
        rank=None, recommendation="", reason="", rough=False
    )
    first = [_subject(one.id) for one in reversed(given) if one.recommendation != advice.RUN]  # type: ignore[arg-type]
    counts = _counts(portfolio_id)
    found = warning_rules.warnings(
        _flagged(portfolio_id), counts.get(Stage.PILOT, 0), policy, first, _overloaded(portfolio_id, policy)
    )
    show(portfolio_id, counts=counts, warnings=[warning.as_dict() for warning in found])


def _counts(portfolio_id: UUID) -> dict[str, int]:
    return dict(UseCase.objects.filter(portfolio_id=portfolio_id).values_list("stage").annotate(n=Count("id")))


def show(portfolio_id: UUID, **values: Any) -> None:
    """Raise the version that the board polls, with fresh counts."""
    values.setdefault("counts", _counts(portfolio_id))
    PortfolioState.objects.filter(portfolio_id=portfolio_id).update(
        version=F("version") + 1, computed_at=timezone.now(), **values
    )


def _subject(row: Assessment) -> warning_rules.Subject:
    return warning_rules.Subject(str(row.use_case_id), row.use_case.key, row.use_case.title)


def _flagged(portfolio_id: UUID) -> dict[str, list[warning_rules.Subject]]:
    found: dict[str, list[warning_rules.Subject]] = defaultdict(list)
    rows = (
        Assessment.objects.filter(portfolio_id=portfolio_id)
        .exclude(flags=[])
        .order_by("use_case__created_at", "use_case_id")
        .values_list("use_case_id", "use_case__key", "use_case__title", "flags")
    )
    for use_case_id, key, title, flags in rows:
        for flag in flags:
            found[flag].append(warning_rules.Subject(str(use_case_id), key, title))
    return found


def _overloaded(portfolio_id: UUID, policy: Policy) -> list[tuple[str, int]]:
    """(name, pilots) of those who lead or sponsor more active pilots than the policy allows; two may share a name."""
    pilots: dict[tuple[Any, str], set[UUID]] = defaultdict(set)
    seats = UseCase.objects.in_pilot().filter(portfolio_id=portfolio_id)
    for seat in ("lead", "sponsor"):
        rows = seats.filter(**{f"{seat}__isnull": False}).values_list(
            "id", f"{seat}_id", f"{seat}__name", f"{seat}__email"
        )
        for use_case_id, user_id, name, email in rows:
            pilots[user_id, name or email].add(use_case_id)
    limit = policy.active_pilots_per_person
    return sorted((name, len(ids)) for (_, name), ids in pilots.items() if len(ids) > limit)


def _write(rows: Sequence[Assessment]) -> None:
    """Rank, recommendation, reason and rough of these rows: Django's bulk_update builds a CASE a row, 2 ms each."""
    if not rows:
        return
    columns = ("use_case_id", "rank", "recommendation", "reason", "rough")
    with connection.cursor() as cursor:
        cursor.execute(_RANK, [[getattr(row, name) for row in rows] for name in columns])
