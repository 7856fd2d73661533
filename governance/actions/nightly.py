"""Is what pages show still what the rules say? Audit with the stored inputs, then compute the new day."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from governance.actions.assess import _COMPARED, CHUNK, CODE_VERSION, compute, rank_portfolios, reassess
from governance.facts import gather
from governance.models import Assessment, PortfolioState
from portfolio.models import Dirty, PolicyVersion, Portfolio, UseCase
from portfolio.rules import Stage

log = logging.getLogger(__name__)

NIGHTLY_AT = time(0, 10)  # local time of each portfolio


def nightly_due(now: datetime | None = None) -> list[UUID]:
    """Run the pass for each portfolio whose local day has begun and was not done; answers which."""
    now = now or timezone.now()
    done = []
    states = dict(PortfolioState.objects.values_list("portfolio_id", "nightly_on"))
    for portfolio in Portfolio.objects.listed():
        local = now.astimezone(ZoneInfo(portfolio.time_zone))
        if local.time() >= NIGHTLY_AT and (states.get(portfolio.id) or date.min) < local.date():
            if nightly(portfolio.id, local.date()):
                done.append(portfolio.id)
    return done


def nightly(portfolio_id: UUID, on: date) -> bool:
    """Audit, count missed reviews, recompute all, once a day. False: another worker has it."""
    with connection.cursor() as cursor:  # held until the pass ends, on this session
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"nightly:{portfolio_id}"])
        if not cursor.fetchone()[0]:
            return False
    try:
        differences = audit(portfolio_id)
        if differences:
            log.error("self_audit_differs portfolio=%s use_cases=%s", portfolio_id, differences[:20])
        _count_missed_reviews(portfolio_id, on)
        for chunk in _chunks(portfolio_id):
            reassess(chunk, on, rank=False)
        rank_portfolios([portfolio_id])
        PortfolioState.objects.filter(portfolio_id=portfolio_id).update(nightly_on=on)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"nightly:{portfolio_id}"])
    return True


def audit(portfolio_id: UUID) -> list[str]:
    """The ids whose stored assessment is not what the rules say of today's facts with the stored inputs.

    Use cases whose facts changed since (dirty), or that another version of the code assessed, are left out.
    """
    wrong = []
    for chunk in _chunks(portfolio_id):
        dirty = set(Dirty.objects.filter(use_case_id__in=chunk).values_list("use_case_id", flat=True))
        stored = Assessment.objects.filter(use_case_id__in=chunk).exclude(use_case_id__in=dirty)
        by_day: dict[date, list[Assessment]] = {}
        for row in stored:
            if row.inputs.get("code") == CODE_VERSION:
                by_day.setdefault(date.fromisoformat(row.inputs["as_of"]), []).append(row)
        for day, rows in by_day.items():
            picture = gather([row.use_case_id for row in rows], day)
            for row in rows:
                policy = _policy(portfolio_id, row.inputs["policy"]) or picture.policy_of(row.use_case_id)
                values = compute(picture.facts[row.use_case_id], policy)
                if any(getattr(row, name) != values[name] for name in _COMPARED):
                    wrong.append(str(row.use_case_id))
    return wrong


def _policy(portfolio_id: UUID, number: int):
    version = PolicyVersion.objects.filter(portfolio_id=portfolio_id, number=number).first()
    return version.as_policy() if version else None


@transaction.atomic
def _count_missed_reviews(portfolio_id: UUID, on: date) -> None:
    """A review day that passed without a decision is a missed review; a second one advises stop."""
    UseCase.objects.filter(portfolio_id=portfolio_id, stage=Stage.PAUSED, review_on__lt=on).filter(
        Q(review_missed_on=None) | ~Q(review_missed_on=F("review_on"))
    ).update(reviews_missed=F("reviews_missed") + 1, review_missed_on=F("review_on"))


def _chunks(portfolio_id: UUID) -> Iterator[list[UUID]]:
    ids = list(UseCase.objects.filter(portfolio_id=portfolio_id).order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def recompute(*, everything: bool) -> tuple[int, int]:
    """The command: all use cases, or only the dirty ones. Answers (looked at, changed)."""
    wanted = UseCase.objects.all() if everything else UseCase.objects.filter(id__in=Dirty.objects.values("use_case_id"))
    looked = changed = 0
    portfolios = set()
    for portfolio_id in wanted.values_list("portfolio_id", flat=True).distinct():
        portfolios.add(portfolio_id)
        ids = list(wanted.filter(portfolio_id=portfolio_id).order_by("id").values_list("id", flat=True))
        for start in range(0, len(ids), CHUNK):
            changed += reassess(ids[start : start + CHUNK], rank=False)
        looked += len(ids)
    rank_portfolios(portfolios)
    return looked, changed
