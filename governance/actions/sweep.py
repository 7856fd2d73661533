"""Which use cases are still dirty, and which of them poison the recompute?"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from governance.actions.assess import CHUNK, reassess
from governance.models import Quarantine
from portfolio.models import Dirty, UseCase

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5


def settle_dirty(older_than: int = 0, most: int = 20_000) -> int:
    """Reassess dirty use cases in chunks; answers how many were taken. `older_than` in seconds.

    Attempts are counted in PostgreSQL before the work. A chunk that fails is done one by one, so that one poisoned
    use case never holds the others up; after five attempts it rests in quarantine.
    """
    ids = _waiting(older_than, most)
    Dirty.objects.exclude(use_case_id__in=UseCase.objects.values("id")).delete()  # deleted meanwhile
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        suspects = set(Quarantine.objects.filter(use_case_id__in=chunk).values_list("use_case_id", flat=True))
        calm = [use_case_id for use_case_id in chunk if use_case_id not in suspects]
        if not _try(calm):
            suspects |= set(calm)
        for use_case_id in sorted(suspects):
            _alone(use_case_id)
    return len(ids)


def settle_portfolio(portfolio_id: UUID, most: int = 200) -> None:
    """Bring a portfolio's changed use cases up to date before its board is shown: at most `most`, the rest follows.

    Waits at most 200 ms for a lock and never raises: an older picture is better than none.
    """
    resting = Quarantine.objects.filter(attempts__gte=MOST_ATTEMPTS).values("use_case_id")
    here = UseCase.objects.filter(portfolio_id=portfolio_id).exclude(id__in=resting).values("id")
    ids = list(Dirty.objects.filter(use_case_id__in=here).values_list("use_case_id", flat=True).distinct()[:most])
    if not ids:
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
            reassess(ids)
    except Exception as fault:
        log.warning("settle_left portfolio=%s %s", portfolio_id, type(fault).__name__)


def _waiting(older_than: int, most: int) -> list[UUID]:
    """Dirty ids, oldest first, without those that rest in quarantine."""
    before = timezone.now() - timedelta(seconds=older_than)
    resting = Quarantine.objects.filter(attempts__gte=MOST_ATTEMPTS).values("use_case_id")
    rows = Dirty.objects.filter(at__lte=before).exclude(use_case_id__in=resting).order_by("id")
    return list(dict.fromkeys(rows.values_list("use_case_id", flat=True)[:most]))


def _try(ids: Sequence[UUID]) -> bool:
    """Reassess a chunk. The marks made before the work are taken away after it: a killed worker leaves them."""
    if not ids:
        return True
    _mark(ids)
    try:
        reassess(ids)
    except Exception:
        log.exception("reassess_failed count=%s", len(ids))
        Quarantine.objects.filter(use_case_id__in=ids).update(attempts=F("attempts") - 1)
        return False
    Quarantine.objects.filter(use_case_id__in=ids).delete()
    return True


def _alone(use_case_id: UUID) -> None:
    """One suspect by itself: healed, or one attempt nearer to quarantine."""
    _mark([use_case_id])
    try:
        reassess([use_case_id])
    except Exception as fault:
        log.exception("reassess_failed use_case=%s", use_case_id)
        Quarantine.objects.filter(use_case_id=use_case_id).update(error=f"{type(fault).__name__}: {fault}"[:2000])
    else:
        Quarantine.objects.filter(use_case_id=use_case_id).delete()


@transaction.atomic
def _mark(ids: Sequence[UUID]) -> None:
    """Count an attempt, before the work."""
    now = timezone.now()
    there = UseCase.objects.filter(id__in=ids).values_list("id", flat=True)
    Quarantine.objects.bulk_create(
        [Quarantine(use_case_id=use_case_id, first_at=now) for use_case_id in there], ignore_conflicts=True
    )
    Quarantine.objects.filter(use_case_id__in=ids).update(attempts=F("attempts") + 1, last_at=now)


def release(use_case_id: UUID) -> None:
    """Let a quarantined use case be tried again (by `recompute`)."""
    Quarantine.objects.filter(use_case_id=use_case_id).delete()
