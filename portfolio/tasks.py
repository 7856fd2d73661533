"""What does the register do later or on a clock? Ids in, nothing out; safe to run twice."""

import logging
from uuid import UUID

from celery import shared_task
from django.conf import settings
from kombu import Connection

from portfolio.actions import jobs
from portfolio.api import idempotency

log = logging.getLogger(__name__)

_TIMEOUT = 0.3  # seconds: a request never waits longer for the broker
_OPTIONS = {
    "socket_timeout": _TIMEOUT,
    "socket_connect_timeout": _TIMEOUT,
    "retry_on_timeout": False,
    "max_retries": 0,
}


@shared_task(name="portfolio.tasks.slow_import", soft_time_limit=900, time_limit=960)
def slow_import(job_id: str) -> None:
    """One queued import, of whatever kind."""
    jobs.work(UUID(job_id))


@shared_task
def sweep_jobs() -> None:
    """Every 30 s: send again what nobody works on, end what never comes through."""
    jobs.give_up()
    for job_id in jobs.waiting():
        slow_import.apply_async([str(job_id)], retry=False, expires=60)


@shared_task
def forget_answers() -> None:
    """Every hour: answers kept for an Idempotency-Key that nobody repeats any more."""
    idempotency.forget_old()


def nudge(job_id: UUID) -> None:
    """Wake a worker for this job. A lost message costs time, nothing else: the sweep sends it again."""
    if not settings.NUDGE:
        return
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=_OPTIONS, connect_timeout=_TIMEOUT) as broker:
            slow_import.apply_async([str(job_id)], connection=broker, retry=False, expires=60)
    except Exception as fault:
        log.warning("nudge_failed %s: the sweep will do it", type(fault).__name__)
