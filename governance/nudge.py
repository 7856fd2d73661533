"""Wake a worker, without ever making a request wait.

One background thread a process publishes; requests only set a flag. The broker may be gone or frozen: the thread
gives up after 0.3 s, stays quiet for 15 s, and the sweep does the work all the same (rules.md 9).
"""

import logging
import os
import threading
import time

from django.conf import settings
from kombu import Connection

log = logging.getLogger(__name__)

TIMEOUT = 0.3  # seconds
QUIET = 15.0  # seconds of silence after a failure
IDLE = 60.0  # seconds without a wake after which the thread ends
_OPTIONS = {
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "retry_on_timeout": False,  # redis-py's own second try
    "max_retries": 0,  # kombu's: else it waits two seconds and tries again, for ever
}


class Nudger:
    """Collapses any number of wakes into one message at a time."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Ask for a message; returns at once."""
        self._asked.set()
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._idle():
            self._asked.clear()
            try:
                publish()
            except Exception as fault:
                log.warning("nudge_failed %s: the sweep will do it", type(fault).__name__)
                time.sleep(QUIET)

    def _idle(self) -> bool:
        """True ends the thread: a minute without a wake. Decided under the lock, so that no wake falls between."""
        if self._asked.wait(timeout=IDLE):
            return False
        with self._start:
            if self._asked.is_set():
                return False
            self._thread = None
            return True


def publish() -> None:
    """Send the one message. Raises whatever the broker's client raises."""
    from governance import tasks

    with Connection(settings.CELERY_BROKER_URL, transport_options=_OPTIONS, connect_timeout=TIMEOUT) as connection:
        tasks.settle_dirty.apply_async(connection=connection, retry=False, expires=60)


_nudger = Nudger()


def _forget_the_parents_thread() -> None:
    """A fork copies locks as they stand, perhaps held by a thread that the child does not have."""
    global _nudger
    _nudger = Nudger()


os.register_at_fork(after_in_child=_forget_the_parents_thread)


def wake() -> None:
    if settings.NUDGE:
        _nudger.wake()
