"""Is what pages show still what the rules say? Audit with the stored inputs, then compute the new day."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from governance.actions.assess import _COMPARED, CHUNK, CODE_VERSION, compute, rank_portfolios, reassess
from governance.actions.sweep import one_at_a_time, work_off
from governance.facts import gather
from governance.models import Assessment, PortfolioState
from ledger.queries import one_moment
from portfolio import changes
from portfolio.models import Dirty, PolicyVersion, Portfolio, UseCase
from portfolio.rules import Policy, Stage
from readiness.actions import curves
from readiness.actions.expiry import record_expiries
from roi.actions import values

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
            try:
                if nightly(portfolio.id, local.date()):
                    done.append(portfolio.id)
            except Exception:  # one portfolio's fault never costs the others their night
                log.exception("nightly_failed portfolio=%s", portfolio.id)
    return done


def nightly(portfolio_id: UUID, on: date) -> bool:
    """Audit, count missed reviews, recompute all, once a day. False: another worker has it, or had it."""
    with one_at_a_time(f"nightly:{portfolio_id}") as ours:
        if not ours or PortfolioState.objects.filter(portfolio_id=portfolio_id, nightly_on__gte=on).exists():
            return False
        differences = audit(portfolio_id)
        if differences:
            log.error("self_audit_differs portfolio=%s use_cases=%s", portfolio_id, differences[:20])
        _count_missed_reviews(portfolio_id, on)
        record_expiries(portfolio_id, on)
        curves.rebuild(portfolio_id, on)
        values.rebuild_factors(portfolio_id, on)  # what it changes is valued by `revalue_due`
        for chunk in _chunks(portfolio_id):
            work_off(chunk, as_of=on, rank=False)
        rank_portfolios([portfolio_id])
        PortfolioState.objects.filter(portfolio_id=portfolio_id).update(nightly_on=on)
    return True


def revalue_due() -> int:
    """Value again, in each portfolio, what rests on other figures, factors, rate or code; answers how many.

    Two light queries a portfolio where nothing changed. One worker at a time; a chunk a transaction, so that a killed
    worker loses nothing and the next run goes on from there. What is valued is dirty, and settled like any change.
    """
    done = 0
    for portfolio in Portfolio.objects.listed():
        with one_at_a_time(f"value:{portfolio.id}") as ours:
            if ours:
                try:
                    done += values.revalue(portfolio.id)
                    values.add_up(portfolio.id)
                except Exception:  # one portfolio's fault never costs the others their values
                    log.exception("revalue_failed portfolio=%s", portfolio.id)
    return done


def audit(portfolio_id: UUID) -> list[str]:
    """The ids whose stored assessment is lost, or not what the rules say of the facts with the stored inputs.

    Use cases whose facts changed since (dirty), or that another version of the code assessed, are left out.
    """
    policies: dict[int, Policy] = {}
    wrong = []
    for chunk in _chunks(portfolio_id):
        # A change between two queries would look like a difference.
        with one_moment():
            wrong += _differing(portfolio_id, chunk, policies)
    return wrong


def _differing(portfolio_id: UUID, chunk: list[UUID], policies: dict[int, Policy]) -> list[str]:
    """Those of the chunk that differ; one that no rule can read differs too, and does not hide the others."""
    try:
        return _compare(portfolio_id, chunk, policies)
    except (ValueError, LookupError, TypeError, ArithmeticError):
        log.exception("self_audit_unreadable count=%s", len(chunk))
        if len(chunk) == 1:
            return [str(chunk[0])]
        return [found for one in chunk for found in _differing(portfolio_id, [one], policies)]


def _compare(portfolio_id: UUID, chunk: list[UUID], policies: dict[int, Policy]) -> list[str]:
    dirty = set(Dirty.objects.filter(use_case_id__in=chunk).values_list("use_case_id", flat=True))
    there = UseCase.objects.filter(id__in=chunk).exclude(id__in=dirty)
    wrong = [str(lost) for lost in there.filter(assessment=None).values_list("id", flat=True)]
    by_inputs: dict[tuple[str, int, int], list[Assessment]] = {}
    for row in Assessment.objects.filter(use_case_id__in=chunk).exclude(use_case_id__in=dirty):
        if row.inputs.get("code") == CODE_VERSION:
            used = row.inputs["as_of"], row.inputs["policy"], row.inputs["curve"]
            by_inputs.setdefault(used, []).append(row)
    for (day, number, curve), rows in by_inputs.items():
        if number not in policies:
            policies[number] = _policy(portfolio_id, number)
        facts = gather(
            [row.use_case_id for row in rows], date.fromisoformat(day),
            policies={portfolio_id: policies[number]}, curves={portfolio_id: curve},
        ).facts  # fmt: skip
        for row in rows:
            values = compute(facts[row.use_case_id], policies[number])
            if any(getattr(row, name) != values[name] for name in _COMPARED):
                wrong.append(str(row.use_case_id))
    return wrong


def _policy(portfolio_id: UUID, number: int) -> Policy:
    """That version; the defaults, which gathering takes too, for a portfolio without any."""
    version = PolicyVersion.objects.filter(portfolio_id=portfolio_id, number=number).first()
    return version.as_policy() if version else Policy()


@transaction.atomic
def _count_missed_reviews(portfolio_id: UUID, on: date) -> None:
    """A review day that passed without a decision is a missed review; a second one advises stop.

    Marked as changes like any other: a pass that dies right after leaves no difference for the next audit.
    """
    missed = (
        UseCase.objects.select_for_update(no_key=True)
        .filter(portfolio_id=portfolio_id, stage=Stage.PAUSED, review_on__lt=on)
        .filter(Q(review_missed_on=None) | ~Q(review_missed_on=F("review_on")))
        .order_by("id")
    )
    ids = list(missed.values_list("id", flat=True))
    UseCase.objects.filter(id__in=ids).update(reviews_missed=F("reviews_missed") + 1, review_missed_on=F("review_on"))
    changes.touched(ids)


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
