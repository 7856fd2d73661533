"""May this caller knock again now? A counter in Valkey that everybody shares, and that nobody waits for.

A process leases a handful of requests at a time, so a busy producer costs one round trip in twenty. If Valkey does not
answer within 50 ms the door stays open and is not asked again for a while: a limit protects, it must never lose events.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings

log = logging.getLogger(__name__)

TIMEOUT = 0.05  # seconds
QUIET = 5.0  # seconds without asking after a failure
MOST_REMEMBERED = 10_000  # callers a process keeps leases for


@dataclass(frozen=True)
class Limit:
    """At most `requests` in each window of `seconds`; a process takes `lease` of them at a time."""

    name: str
    requests: int
    seconds: int
    lease: int = 1


PRODUCER = Limit("producer", requests=3_000, seconds=10, lease=20)  # a token or a session, each for itself
FRONTLINE = Limit("frontline", requests=30, seconds=60)  # one link from one address
FRONTLINE_ALL = Limit("frontline-all", requests=600, seconds=60)  # one link from everywhere

_leases: dict[tuple[str, str], tuple[int, int]] = {}  # caller → (window, requests left of the lease)
_quiet_until = 0.0
_making = threading.Lock()


def _valkey() -> redis.Redis:
    """The one client of this process, also when its first eight threads ask at once.

    A bare `@cache` lets each of them make one and keeps the last; the others are collected, and redis-py then closes
    their pools under the threads that still talk through them.
    """
    with _making:
        return _client()


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=None, health_check_interval=0
    )


def wait(limit: Limit, caller: str, now: float | None = None) -> int:
    """Seconds this caller has to wait; 0: come in. Counts the request."""
    global _quiet_until
    now = time.time() if now is None else now
    window = int(now // limit.seconds)
    key = (limit.name, caller)
    held, left = _leases.get(key, (window, 0))
    if held == window and left > 0:
        _leases[key] = (window, left - 1)
        return 0
    if now < _quiet_until:
        return 0
    try:
        taken = _take(limit, caller, window)
    except Exception as fault:  # whatever a client library trips over: no event is refused because of a limit
        _quiet_until = now + QUIET
        log.warning("rate_limit_open %s: no limit for %s s", type(fault).__name__, QUIET)
        return 0
    if taken > limit.requests:
        return int((window + 1) * limit.seconds - now) + 1
    if len(_leases) >= MOST_REMEMBERED:
        _leases.clear()
    _leases[key] = (window, min(limit.lease, limit.requests - (taken - limit.lease)) - 1)
    return 0


def _take(limit: Limit, caller: str, window: int) -> int:
    """How many requests of this window are taken, ours included."""
    name = f"limit:{limit.name}:{caller}:{window}"
    with _valkey().pipeline(transaction=False) as pipe:
        pipe.incrby(name, limit.lease)
        pipe.expire(name, limit.seconds + 1)
        return int(pipe.execute()[0])
