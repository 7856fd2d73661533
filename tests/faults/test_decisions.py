"""Is every decision that was answered stored once, and every status right, while processes die under the load?

Faults F01, F04, F06, F09 and F13 (docs/reference/faults.md), a few seconds of load in every run, more with `--full`.
"""

import contextlib
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from config.embedded.binaries import find_postgres_bin
from config.embedded.postgres import Postgres, run_tool
from portfolio.models import Dirty
from tests import factories
from tests.faults import brokers
from tests.faults.decisions import RATE, Load, assert_each_decided_once
from tests.feedback.server import Server, database_url
from tests.governance.convergence import stale
from tests.threads import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="finds the workers of a server in /proc"),
]
SECONDS = [5, pytest.param(30, marks=pytest.mark.full)]  # of load
CONVERGES = 30.0  # seconds (reliability C0, I4)
RECOVERS = 10.0  # seconds after PostgreSQL is back (F13)


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _wanted(where, seconds: int):
    return factories.several(where, int(seconds * RATE), hypothesis=False)


def _faults(load: Load, most: int, apart: float) -> Iterator[int]:
    """0, 1, … at most so many while the load lasts, so many seconds apart, each only after an answer since the last.

    Without the answer a busy machine would kill every new process before it serves, for ever.
    """
    known = 0
    for number in range(most):
        time.sleep(apart)
        while load.going and len(load.acknowledged) == known:
            time.sleep(0.05)
        known = len(load.acknowledged)
        if not load.going:
            return
        yield number


@pytest.mark.parametrize("seconds", SECONDS)
def test_web_worker_killed_again_and_again(seconds, norwell, ana):
    """F01: kill -9 of one of two web workers every second or two."""
    dice, kills = random.Random(seconds), 0
    with serving(Server(workers=2)) as server, Load(server.port, ana, _wanted(norwell, seconds)) as load:
        for _ in _faults(load, 3 if seconds < 10 else 12, 1.0):
            os.kill(dice.choice(server.children()), signal.SIGKILL)
            kills += 1
    assert kills >= 2
    assert_each_decided_once(load, norwell)


@pytest.mark.parametrize("seconds", SECONDS)
def test_web_worker_dies_between_commit_and_reply(seconds, norwell, ana, tmp_path):
    """F04: the retry is answered by the stored reply; exactly one decision, one line."""
    deaths = 0
    with (
        serving(Server(2, "tests.faults.dying:application", DIE_AFTER_COMMIT=str(tmp_path))) as server,
        Load(server.port, ana, _wanted(norwell, seconds)) as load,
    ):
        for number in _faults(load, 3 if seconds < 10 else 10, 1.0):
            (tmp_path / str(number)).touch()
            deaths += 1
    deaths -= len(list(tmp_path.iterdir()))
    assert deaths >= 2
    assert load.replayed >= deaths, "each of the dead had committed"
    assert_each_decided_once(load, norwell)


@pytest.mark.full
@pytest.mark.parametrize("victim", ["worker", "broker"])
def test_worker_or_broker_killed_under_decisions(victim, norwell, ana, tmp_path, settings):
    """F06, F09: kill -9 of a worker's whole group, or of a broker that comes back empty; the sweep heals either."""
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(brokers.broker(tmp_path))
        names = (f"worker{n}" for n in itertools.count())
        working = [stack.enter_context(brokers.worker(broker, tmp_path, next(names)))]
        stack.enter_context(brokers.beat(broker, tmp_path))
        web = Server(2, REDIS_URL=broker.url, DJANGO_SETTINGS_MODULE="tests.faults.nudging")
        server = stack.enter_context(serving(web))
        with Load(server.port, ana, _wanted(norwell, 20)) as load:
            for _ in _faults(load, 4, 4.0):
                if victim == "broker":
                    broker.kill()
                    broker.start()
                else:
                    working[-1].kill()
                    working[-1].popen.wait()
                    working.append(stack.enter_context(brokers.worker(broker, tmp_path, next(names))))
        took = until(lambda: not Dirty.objects.exists() and not stale(), CONVERGES)
        assert not any(status >= 500 for status in load.status), load.status
        assert_each_decided_once(load, norwell)
    print(f"{victim} killed: converged {took:.1f} s after the last decision")


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server of this test alone, as `./dev run` has it: a commit is a promise."""
    place = Path(tempfile.mkdtemp(prefix="pilotage-"))  # short, as sockets need
    server = Postgres(place, place / "postgres.log")
    server.initialise()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def moved_to(server: Postgres, place: Path) -> Iterator[None]:
    """The test's database as it stands, on that server; Django looks there inside the block."""
    tools, dump = find_postgres_bin(), place / "moved.dump"
    run_tool(tools, "pg_dump", "-Fc", "-f", dump, database_url())
    server.ensure_database()
    run_tool(tools, "pg_restore", "--no-owner", "-d", server.url(), dump)
    there = {"HOST": str(server.sockets), "PORT": "", "USER": "postgres", "PASSWORD": "", "NAME": "pilotage"}
    before = {name: connection.settings_dict[name] for name in there}
    connection.close()
    connection.settings_dict.update(there)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.mark.parametrize("seconds", SECONDS)
def test_database_killed_under_decisions(seconds, norwell, ana, own_postgres, tmp_path):
    """F13: kill -9 of the postmaster; what was answered is stored, the web recovers without a restart."""
    wanted = _wanted(norwell, seconds)
    with moved_to(own_postgres, tmp_path):
        with serving(Server(2)) as server, Load(server.port, ana, wanted) as load:
            for _ in _faults(load, 1 if seconds < 10 else 3, 2.0):
                os.kill(own_postgres.child.pid, signal.SIGKILL)
                own_postgres.child.popen.wait()
                time.sleep(0.5)
                own_postgres.start()
                known = len(load.acknowledged)
                until(lambda known=known: len(load.acknowledged) > known or not load.going, RECOVERS)
            assert load.broken + load.status[503] > 0, "nobody noticed"
        connection.close()  # the test's own died with the server
        assert_each_decided_once(load, norwell)
