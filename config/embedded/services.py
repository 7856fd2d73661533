"""Which database and which broker does a command use, and who starts them?

A URL in the environment wins, always: then nothing is embedded, and nothing is initialised even if it does not answer.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from . import processes
from .home import ROOT, Busy, Home
from .postgres import THROW_AWAY, Postgres
from .valkey import Valkey

JOIN_SECONDS = 120  # how long a second command waits for the first one's services


@dataclass
class Services:
    """What was started (None: somebody else's) and the addresses to use."""

    database_url: str = ""
    redis_url: str = ""
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    own: list[processes.Child] = field(default_factory=list)
    url: str = ""  # where a `run` beside us serves pages: links that a command prints lead there

    def environment(self, settings: str = "config.settings.dev") -> dict[str, str]:
        """The environment of a child that uses them."""
        kept = dict(os.environ)
        kept.setdefault("DJANGO_SETTINGS_MODULE", settings)
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        kept["PYTHONUNBUFFERED"] = "1"
        if self.url:
            kept.setdefault("SITE_URL", self.url)
        return {**kept, "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    def stop(self) -> None:
        """Valkey first, PostgreSQL last."""
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()


def start(
    home: Path, log: Path, *, throw_away: bool = False, pids: Path | None = None, into: Services | None = None
) -> Services:
    """Start whatever has no URL in the environment. On failure nothing stays behind.

    `into` lets a caller see what is already up while the rest still starts.
    """
    services = into or Services()
    services.database_url = os.environ.get("DATABASE_URL", "")
    services.redis_url = os.environ.get("REDIS_URL", "")
    try:
        if services.database_url:
            answer(services.database_url)
        else:
            settings = THROW_AWAY if throw_away else {}
            services.postgres = Postgres(home, log / "postgres.log", settings=settings)
            services.postgres.initialise()
            services.postgres.start()
            _remember(services, services.postgres.child, pids)
            services.postgres.ensure_database()
            services.database_url = services.postgres.url()
        if not services.redis_url:
            services.valkey = Valkey(home, log / "valkey.log", keep=not throw_away)
            services.valkey.start()
            _remember(services, services.valkey.child, pids)
            services.redis_url = services.valkey.url
    except BaseException:
        services.stop()
        raise
    return services


def answer(database_url: str) -> None:
    """Failed when the named server does not answer; it is somebody else's, so nothing is made or mended here."""
    try:
        psycopg.connect(database_url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise processes.Failed(f"DATABASE_URL is set but does not answer: {error}") from None


def _remember(services: Services, child: processes.Child | None, pids: Path | None) -> None:
    if child:
        services.own.append(child)
    if pids:
        processes.note(pids, services.own)


def wait(command: subprocess.Popen) -> int:
    """The exit code of a command in the foreground. A terminal's Ctrl-C reaches it directly; a SIGTERM is passed on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: command.send_signal(signal.SIGINT))
    return command.wait()


@contextlib.contextmanager
def throw_away(*, durable: bool = False) -> Iterator[Services]:
    """A database and a broker of one run, gone afterwards; fast instead of durable, unless asked."""
    folder = Path(tempfile.mkdtemp(prefix="pilotage-"))
    services = None
    try:
        services = start(folder, folder / "log", throw_away=not durable)
        yield services
    finally:
        if services:
            services.stop()
            if services.postgres and services.postgres.how.setuid:
                shutil.rmtree(services.postgres.how.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def for_a_call(purpose: str) -> Iterator[Services]:
    """The services of this checkout: those that run already, else started for the call.

    Whoever joins holds a shared lock; whoever started them stops them only when nobody has joined any more.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield start(Home.here().path, Home.here().log)
        return
    home = Home.here().make()
    with (home.run / "users").open("a") as users:
        deadline = time.monotonic() + JOIN_SECONDS
        while True:
            try:
                home.hold(purpose)
            except Busy:
                fcntl.flock(users, fcntl.LOCK_SH)
                facts = home.holder()
                if facts.get("database_url"):
                    yield Services(facts["database_url"], facts["redis_url"], url=facts.get("url", ""))
                    return
                fcntl.flock(users, fcntl.LOCK_UN)
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                break
        processes.end_leftovers(home.pids)
        services = start(home.path, home.log, pids=home.pids)
        home.tell(
            purpose=purpose,
            database_url=services.database_url,
            redis_url=services.redis_url,
        )
        try:
            yield services
        finally:
            fcntl.flock(users, fcntl.LOCK_EX)
            home.tell(purpose="stopping")
            services.stop()
            home.pids.unlink(missing_ok=True)
            home.release()
