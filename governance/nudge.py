"""Wake a worker, without ever making a request wait.

One background thread a process publishes; requests only set a flag. The broker may be gone or frozen: the thread
gives up after 0.3 s, stays quiet for 15 s, and the sweep does the work all the same (rules.md 9).
"""

import logging
import threading
import time

from django.conf import settings
from kombu import Connection

log = logging.getLogger(__name__)

TIMEOUT = 0.3  # seconds
QUIET = 15.0  # seconds of silence after a failure
_OPTIONS = {
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "retry_on_timeout": False,
    "max_retries": 0,
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
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._asked.wait(timeout=60):
            self._asked.clear()
            try:
                publish()
            except Exception as fault:
                log.warning("nudge_failed %s: the sweep will do it", type(fault).__name__)
                time.sleep(QUIET)


def publish() -> None:
    """Send the one message. Raises whatever the broker's client raises."""
    from governance import tasks

    with Connection(settings.CELERY_BROKER_URL, transport_options=_OPTIONS, connect_timeout=TIMEOUT) as connection:
        tasks.settle_dirty.apply_async(connection=connection, retry=False, expires=60)


_nudger = Nudger()


def wake() -> None:
    if settings.NUDGE:
        _nudger.wake()
