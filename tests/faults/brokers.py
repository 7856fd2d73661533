"""What do the fault tests break? A Valkey and Celery workers of their own, on the clone the test works in."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from config.embedded import processes
from config.embedded.home import ROOT
from config.embedded.valkey import Valkey

WORKER_SECONDS = 60  # to come up, on a busy machine


class Broker(Valkey):
    """A Valkey that can be frozen, thawed and killed. It keeps nothing: a restart starts empty."""

    @property
    def celery_url(self) -> str:
        return self.url.replace("unix://", "redis+socket://", 1)

    def _signal(self, number: int) -> None:
        assert self.child is not None
        os.kill(self.child.pid, number)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.popen.wait()


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    made = Broker(folder, folder / "valkey.log", keep=False)
    made.start()
    try:
        yield made
    finally:
        if made.child is not None and made.child.ended() is None:
            made.thaw()
            made.stop()


def environment(used: Broker) -> dict[str, str]:
    """The environment of a child that shares the test's database and this broker."""
    url = urlsplit(os.environ.get("DATABASE_URL", "postgres://postgres@localhost/pilotage"))
    database = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return {**os.environ, "DATABASE_URL": database, "REDIS_URL": used.url, "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "config.settings.test"}  # fmt: skip


@contextmanager
def celery(used: Broker, folder: Path, name: str, *arguments: str) -> Iterator[processes.Child]:
    """A real Celery process on that broker; whatever is left of it is killed at the end."""
    command = [sys.executable, "-m", "celery", "--app", "config.celery:app", *arguments]
    child = processes.start(name, command, folder / f"{name}.log", env=environment(used), cwd=ROOT)
    try:
        yield child
    finally:
        child.kill()
        child.popen.wait()


@contextmanager
def worker(used: Broker, folder: Path, name: str = "worker") -> Iterator[processes.Child]:
    """One worker on the queue `quick`, ready to work."""
    options = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--queues", "quick", "--concurrency", "1")
    with celery(used, folder, name, "worker", *options, "--hostname", f"{name}@test") as child:
        processes.wait_until(lambda: " ready." in child.log.read_text(), child, WORKER_SECONDS)
        yield child


@contextmanager
def beat(used: Broker, folder: Path, name: str = "beat") -> Iterator[processes.Child]:
    """The schedule of the settings: the sweep every 15 s."""
    options = ("--loglevel", "INFO", "--schedule", str(folder / name), "--pidfile", "")
    with celery(used, folder, name, "beat", *options) as child:
        yield child
