"""How do tests run several writers at once against the real PostgreSQL, without losing a fault or hanging?"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

PATIENCE = 20.0  # seconds


@contextmanager
def beside(*works: Callable[[], Any]) -> Iterator[list[Any]]:
    """Run each work in its own thread beside the block, then join them.

    Yields a list that holds, after the block, each work's result or the exception it raised, in order.
    """
    found: list[Any] = [None] * len(works)

    def run(index: int) -> None:
        try:
            found[index] = works[index]()
        except Exception as fault:
            found[index] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index], daemon=True) for index in range(len(works))]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        deadline = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads), "a writer hangs"


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start all works at the same moment; their results or exceptions, in order."""
    barrier = threading.Barrier(len(works))

    def together(work: Callable[[], Any]) -> Callable[[], Any]:
        def start() -> Any:
            barrier.wait(PATIENCE)
            return work()

        return start

    with beside(*map(together, works)) as found:
        pass
    return found


def until(ready: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait until `ready()`; seconds it took. Fails loudly."""
    began = time.monotonic()
    while not ready():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began


def blocked() -> int:
    """How many sessions of this database wait for a lock just now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same picture for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
