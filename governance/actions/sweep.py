"""Which use cases are still dirty, and which of them poison the recompute?"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from governance.actions.assess import CHUNK, reassess, recount
from governance.models import Quarantine
from portfolio.models import Dirty, UseCase

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
MOST_ROWS = 20_000  # dirty rows looked at in one go
SECONDS = 20.0  # one call begins no new work after that: below the soft time limit of the queue `quick`


def settle_dirty(older_than: int = 0) -> int:
    """Reassess dirty use cases in chunks; answers how many were taken. `older_than` in seconds.

    One call at a time: a second one (two beats, a nudge beside the sweep) leaves at once, and the first looks again
    before it ends.
    """
    deadline = time.monotonic() + SECONDS
    taken = 0
    with one_at_a_time("sweep") as ours:
        tried: set[UUID] = set()
        while ours and (ids := _waiting(older_than, tried)):
            tried |= set(ids)
            older_than = 0  # from now on also what a second one left to us
            taken += work_off(ids, deadline)
            if time.monotonic() > deadline:
                log.info("sweep_unfinished taken=%s", taken)
                break
        if ours and Dirty.objects.exclude(use_case_id__in=UseCase.objects.values("id")).delete()[0]:
            recount()  # some were deleted meanwhile
    return taken


def settle_portfolio(portfolio_id: UUID, most: int = 200) -> bool:
    """Bring a portfolio's changed use cases up to date before its board is shown; False when the worker must.

    At most `most` at once. Waits at most 200 ms for a lock and never raises: an older picture is better than none.
    """
    resting = Quarantine.objects.filter(attempts__gte=MOST_ATTEMPTS).values("use_case_id")
    here = UseCase.objects.filter(portfolio_id=portfolio_id).exclude(id__in=resting).values("id")
    ids = list(Dirty.objects.filter(use_case_id__in=here).values_list("use_case_id", flat=True).distinct()[: most + 1])
    if not ids:
        return True
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
            reassess(ids[:most])
    except Exception as fault:
        log.warning("settle_left portfolio=%s %s", portfolio_id, type(fault).__name__)
        return False
    return len(ids) <= most


def work_off(
    ids: Sequence[UUID], deadline: float = float("inf"), *, as_of: date | None = None, rank: bool = True
) -> int:
    """Reassess these in chunks and never raise; answers how many were taken before the deadline.

    Attempts are counted in PostgreSQL before the work. A chunk that fails is done one by one, so that one poisoned
    use case never holds the others up; after five attempts it rests in quarantine. Those never tried before come
    first, the worst suspects last: a use case that kills its worker has then nobody behind it.
    """
    attempts = dict(Quarantine.objects.filter(use_case_id__in=ids).values_list("use_case_id", "attempts"))
    calm = [use_case_id for use_case_id in ids if use_case_id not in attempts]
    taken = 0
    for start in range(0, len(calm), CHUNK):
        if time.monotonic() > deadline:
            return taken
        chunk = calm[start : start + CHUNK]
        if _try(chunk, as_of, rank):
            taken += len(chunk)
        else:
            attempts |= dict.fromkeys(chunk, 0)
    for use_case_id in sorted(attempts, key=lambda one: (attempts[one], one)):
        if time.monotonic() > deadline:
            return taken
        _alone(use_case_id, as_of, rank)
        taken += 1
    return taken


def _waiting(older_than: int, tried: Iterable[UUID]) -> list[UUID]:
    """Dirty ids, oldest first, without those tried already and those that rest in quarantine."""
    before = timezone.now() - timedelta(seconds=older_than)
    resting = Quarantine.objects.filter(attempts__gte=MOST_ATTEMPTS).values("use_case_id")
    there = UseCase.objects.values("id")
    rows = Dirty.objects.filter(at__lte=before, use_case_id__in=there).exclude(use_case_id__in=resting)
    seen = set(tried)
    waiting = dict.fromkeys(rows.order_by("id").values_list("use_case_id", flat=True)[:MOST_ROWS])
    return [use_case_id for use_case_id in waiting if use_case_id not in seen]


def _try(ids: Sequence[UUID], as_of: date | None, rank: bool) -> bool:
    """Reassess a chunk. The marks made before the work go with its success: a killed worker leaves them."""
    _mark(ids)
    try:
        reassess(ids, as_of, rank=rank)
    except Exception:
        log.exception("reassess_failed count=%s", len(ids))
        Quarantine.objects.filter(use_case_id__in=ids).update(attempts=F("attempts") - 1)
        return False
    return True


def _alone(use_case_id: UUID, as_of: date | None, rank: bool) -> None:
    """One suspect by itself: healed, or one attempt nearer to quarantine."""
    _mark([use_case_id])
    try:
        reassess([use_case_id], as_of, rank=rank)
    except Exception as fault:
        log.exception("reassess_failed use_case=%s", use_case_id)
        Quarantine.objects.filter(use_case_id=use_case_id).update(error=f"{type(fault).__name__}: {fault}"[:2000])


@transaction.atomic
def _mark(ids: Sequence[UUID]) -> None:
    """Count an attempt, before the work."""
    now = timezone.now()
    there = UseCase.objects.filter(id__in=ids).values_list("id", flat=True)
    Quarantine.objects.bulk_create(
        [Quarantine(use_case_id=use_case_id, first_at=now) for use_case_id in there], ignore_conflicts=True
    )
    Quarantine.objects.filter(use_case_id__in=ids).update(attempts=F("attempts") + 1, last_at=now)


@contextmanager
def one_at_a_time(name: str) -> Iterator[bool]:
    """Hold the advisory lock of this work on this session; False when somebody else does it just now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        ours = cursor.fetchone()[0]
    try:
        yield ours
    finally:
        if ours and connection.is_usable():  # a lost session has let go already
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
