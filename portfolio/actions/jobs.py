"""Who works on this long job, and how far is it? The row in PostgreSQL is the queue; a message is only a nudge.

A runner claims a job and beats; when it falls silent, somebody else may claim it. Attempts are counted before the
work, so that a job which kills its runner ends as failed.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, Model, Q
from django.utils import timezone

from portfolio.models import Job

SILENT = timedelta(seconds=60)  # a running job without a beat for that long has lost its runner
MOST_ATTEMPTS = 3
_EVERY = 0.5  # seconds between two stored beats


class Kind(NamedTuple):
    """`work(job_id)` does one job, safe to call twice; `give_up(job)` ends one that never came through."""

    work: Callable[[UUID], None]
    give_up: Callable[[Job], None]


_kinds: dict[str, Kind] = {}


def register(kind: str, work: Callable[[UUID], None], give_up: Callable[[Job], None]) -> None:
    """A room says how its kind of job is done: the permitted inversion of the arrows (rules.md 9)."""
    _kinds[kind] = Kind(work, give_up)


def work(job_id: UUID) -> None:
    """Do one queued job as its kind says."""
    kind = Job.objects.values_list("kind", flat=True).filter(id=job_id).first()
    if kind in _kinds:
        _kinds[kind].work(job_id)


def give_up() -> int:
    """End what killed its runner every time; says how many."""
    spent = [job for job in exhausted() if job.kind in _kinds]
    for job in spent:
        _kinds[job.kind].give_up(job)
    return len(spent)


def claim(job_id: UUID) -> Job | None:
    """Take a waiting or silent job; None when it is done, somebody else's, or has failed too often."""
    now = timezone.now()
    free = Q(state=Job.WAITING) | Q(state=Job.RUNNING, beat_at__lt=now - SILENT)
    mine = Job.objects.filter(free, id=job_id, attempts__lt=MOST_ATTEMPTS).update(
        state=Job.RUNNING, beat_at=now, attempts=F("attempts") + 1, done=0
    )
    return Job.objects.select_related("portfolio", "made_by").get(id=job_id) if mine else None


def finish(job: Job, text: str, *, failed: bool = False) -> None:
    """End a job with what it says to the person who waits."""
    job.state = Job.FAILED if failed else Job.DONE
    job.text, job.ended_at = text, timezone.now()
    job.save(update_fields=["state", "text", "ended_at"])


def fail(job: Job, of: type[Model], text: str) -> None:
    """End a job with its subject, a row `of` this model; only one still running fails: a rival may have finished it."""
    if of._base_manager.filter(id=job.subject_id, state=Job.RUNNING).update(state=Job.FAILED):
        finish(job, text, failed=True)
    else:
        finish(job, "It was done already.")


def newest(kind: str, subject_id: UUID) -> Job | None:
    """The last job of this subject."""
    return Job.objects.filter(kind=kind, subject_id=subject_id).order_by("-made_at").first()


def waiting() -> list[UUID]:
    """Jobs that nobody works on: their nudge was lost, or their runner is silent."""
    now = timezone.now()
    lost = Q(state=Job.WAITING, made_at__lt=now - timedelta(seconds=10))
    silent = Q(state=Job.RUNNING, beat_at__lt=now - SILENT)
    rows = Job.objects.filter(lost | silent, attempts__lt=MOST_ATTEMPTS)
    return list(rows.order_by("made_at").values_list("id", flat=True)[:50])


def exhausted() -> list[Job]:
    """Silent jobs that were tried often enough."""
    now = timezone.now()
    return list(
        Job.objects.filter(state=Job.RUNNING, beat_at__lt=now - SILENT, attempts__gte=MOST_ATTEMPTS).select_related(
            "portfolio"
        )
    )


class Beat:
    """Stores progress on a second connection, so that others see it while the work's own transaction is open."""

    def __init__(self, job: Job, total: int | None = None) -> None:
        self.job_id, self.total = job.id, total
        self._last = 0.0
        self._connection = connection.copy()

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY and done != self.total:
            return
        self._last = now
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE portfolio_job SET done = %s, total = %s, beat_at = clock_timestamp()"
                " WHERE id = %s AND state = 'running'",
                [done, self.total, self.job_id],
            )

    def close(self) -> None:
        self._connection.close()
