"""Recompute: from stored facts to the read models that pages show. The only writer of assessments.

Everything for one portfolio goes through the row of its `PortfolioState`, locked first: whoever waits there gathers
after the other's commit, so an older picture never overwrites a newer one.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import Error, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from adoption.rules import closers as adoption_closers
from governance.actions import ranks
from governance.facts import Picture, gather, policies_of
from governance.models import Assessment, AssessmentHistory, PortfolioState, Quarantine
from governance.rules import advice, status
from governance.rules import warnings as warning_rules
from governance.rules.facts import Facts
from governance.rules.snapshot import digest, material
from portfolio.models import Dirty, UseCase
from portfolio.rules import Policy, Stage
from readiness.actions.sync import Work, sync_items
from readiness.rules.gaps import closers
from readiness.rules.items import Mode
from roi.rules.gaps import closers as roi_closers

log = logging.getLogger(__name__)

CODE_VERSION = 5  # raise it when a rule changes what it shows, so that the self-audit knows the difference
CHUNK = 500  # use cases a transaction, so that no lock is held for long

_SHOWN = ("stage", "status", "status_text", "no_date_reason", "blocking_open", "blocking_overdue", "readiness",
          "forecast_p50_on", "forecast_p85_on", "forecast_p95_on", "forecast_driver", "value_p10", "value_p50",
          "value_p90")  # fmt: skip
_COMPARED = (*_SHOWN, "portfolio_id", "pause_order", "flags", "material_hash")
_WRITTEN = ("portfolio", *_SHOWN, "pause_order", "flags", "material_hash", "inputs", "computed_at")


def reassess(ids: Sequence[UUID], as_of: date | None = None, *, rank: bool = True) -> int:
    """Recompute these use cases; answers how many assessments changed. Safe to run twice and in any order.

    Deletes only the dirty rows it saw before gathering (rules.md 9), and lifts the quarantine of whatever it could
    assess. With `rank` the portfolios' advice and
    warnings follow at once; a long pass in chunks does that at its end by `rank_portfolios`.
    """
    with transaction.atomic():
        portfolio_ids = _lock_states(UseCase.objects.filter(id__in=ids).values_list("portfolio_id", flat=True))
        if not portfolio_ids:  # all of them were deleted meanwhile
            Dirty.objects.filter(use_case_id__in=ids).delete()
            recount()
            return 0
        seen = list(Dirty.objects.filter(use_case_id__in=ids).values_list("id", flat=True))
        picture = gather(ids, as_of)
        sync_items(_works(picture))
        weighs = _weighs(ids) if rank else set()
        changed = _store(picture)
        if rank:
            weighs |= _weighs(ids)
            for portfolio_id in portfolio_ids:
                if portfolio_id not in picture.policies:  # its use cases were deleted meanwhile
                    continue
                if portfolio_id in weighs:
                    ranks.rank(portfolio_id, picture.policies[portfolio_id])
                else:
                    ranks.show(portfolio_id)
        Dirty.objects.filter(id__in=seen).delete()
        Quarantine.objects.filter(use_case_id__in=ids).delete()
    return changed


def _weighs(ids: Sequence[UUID]) -> set[UUID]:
    """The portfolios whose advice or warnings one of these bears on: it is a pilot there, or warned of."""
    bearing = Assessment.objects.filter(use_case_id__in=ids).filter(Q(stage=Stage.PILOT) | ~Q(flags=[]))
    return set(bearing.values_list("portfolio_id", flat=True))


def rank_portfolios(portfolio_ids: Iterable[UUID]) -> None:
    """Advice and warnings of whole portfolios, each in its own transaction."""
    for portfolio_id in sorted(portfolio_ids):
        with transaction.atomic():
            _lock_states([portfolio_id])
            ranks.rank(portfolio_id, policies_of([portfolio_id])[portfolio_id])


def recount() -> None:
    """Mend the portfolios whose stored counts are no longer so; what was deleted cannot say where it belonged."""
    present: dict[UUID, dict[str, int]] = defaultdict(dict)
    stages = UseCase.objects.values_list("portfolio_id", "stage").annotate(n=Count("id"))
    for portfolio_id, stage, count in stages.order_by():
        present[portfolio_id][stage] = count
    stored = PortfolioState.objects.values_list("portfolio_id", "counts")
    rank_portfolios(portfolio_id for portfolio_id, counts in stored if counts != present.get(portfolio_id, {}))


def settle(use_case_id: UUID) -> bool:
    """Reassess one use case right after its commit, in the request. False: somebody else must.

    Waits at most 200 ms for a lock, and never raises: what it interrupts is already committed.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
            reassess([use_case_id])
        return True
    except Error as fault:
        log.info("settle_left use_case=%s %s", use_case_id, type(fault).__name__)
    except Exception:
        log.exception("settle_failed use_case=%s", use_case_id)
    return False


def settle_if_dirty(use_case_ids: Sequence[UUID]) -> None:
    """Bring these up to date before they are shown, when facts changed since (the gate is never stale)."""
    dirty = list(Dirty.objects.filter(use_case_id__in=use_case_ids).values_list("use_case_id", flat=True).distinct())
    if dirty:
        reassess(dirty)


def _lock_states(portfolio_ids: Iterable[UUID]) -> list[UUID]:
    ids = sorted(set(portfolio_ids))
    states = PortfolioState.objects.filter(portfolio_id__in=ids).order_by("portfolio_id")
    # The row of one portfolio is nearly always there. Of several, none may be held while another is being made.
    if len(ids) > 1 or not states.select_for_update():
        PortfolioState.objects.bulk_create([PortfolioState(portfolio_id=pid) for pid in ids], ignore_conflicts=True)
        list(states.select_for_update())
    return ids


def compute(facts: Facts, policy: Policy) -> dict[str, Any]:
    """The assessment of one use case: pure, so that the self-audit can compare."""
    standing = status.standing(facts, policy)
    return {
        "portfolio_id": facts.portfolio_id,
        "stage": str(facts.stage),
        "status": str(standing.status) if standing.status else None,
        "status_text": standing.text,
        "no_date_reason": standing.why_no_date,
        "blocking_open": len(facts.open_hard()),
        "blocking_overdue": status.overdue(facts),
        "readiness": facts.readiness[0] / facts.readiness[1] if facts.readiness else None,
        "forecast_p50_on": facts.forecast_p50_on,
        "forecast_p85_on": facts.forecast_p85_on,
        "forecast_p95_on": facts.forecast_p95_on,
        "forecast_driver": facts.forecast_driver,
        **_value(facts),
        "pause_order": advice.pause_order(facts, standing),
        "flags": warning_rules.flags(facts, standing, policy),
        "material_hash": digest(material(facts)),
        "inputs": {
            "as_of": facts.on.isoformat(),
            "policy": policy.version,
            "curve": facts.curve_version,
            "code": CODE_VERSION,
        },
    }


def _value(facts: Facts) -> dict[str, Decimal | None]:
    """The range as the board shows it, to the cent that the column holds; None while a required cost is open."""
    found = facts.worth.value or (None, None, None)
    return {
        name: None if amount is None else Decimal(str(amount)).quantize(Decimal("0.01"))
        for name, amount in zip(("value_p10", "value_p50", "value_p90"), found, strict=True)
    }


def _works(picture: Picture) -> list[Work]:
    """What the items must equal, and who would close them."""
    works = []
    for use_case_id, facts in picture.facts.items():
        policy, asked = picture.policies[facts.portfolio_id], picture.asked.get(use_case_id)
        worked = facts.mode is Mode.WORKED and asked is not None
        closing = closers(picture.readiness[use_case_id], asked, policy, facts.on) if worked and asked else {}
        if worked:
            seats = picture.readiness[use_case_id].seats
            closing = {
                **closing,
                **roi_closers(facts.gaps, seats),
                **adoption_closers(facts.gaps, facts.adoption, seats),
            }
        works.append(
            Work(use_case_id, facts.mode, facts.gaps, facts.on, policy, facts.lead_id, facts.agreed_on, closing)
        )
    return works


def _store(picture: Picture) -> int:
    """Upsert what changed, and add to the history what a person would see changed.

    A row whose inputs alone changed is written too, else the self-audit would hold today's facts against the day
    and the policy of long ago; it does not count as changed.
    """
    stored = {row.use_case_id: row for row in Assessment.objects.filter(use_case_id__in=picture.facts)}
    now = timezone.now()
    fresh, history, changed = [], [], 0
    for use_case_id, facts in picture.facts.items():
        values = compute(facts, picture.policies[facts.portfolio_id])
        old = stored.get(use_case_id)
        same = old is not None and all(getattr(old, name) == values[name] for name in _COMPARED)
        if same and old is not None and old.inputs == values["inputs"]:
            continue
        changed += not same
        fresh.append(Assessment(use_case_id=use_case_id, computed_at=now, **values))
        if old is None or any(getattr(old, name) != values[name] for name in _SHOWN):
            history.append(
                AssessmentHistory(
                    use_case_id=use_case_id,
                    on=facts.on,
                    stage=values["stage"],
                    status=values["status"],
                    at=now,
                    shown={name: _plain(values[name]) for name in _SHOWN},
                    inputs=values["inputs"],
                )
            )
    Assessment.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["use_case"], update_fields=_WRITTEN, batch_size=500
    )
    AssessmentHistory.objects.bulk_create(history, batch_size=500)
    return changed


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
