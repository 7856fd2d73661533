"""How does `./dev run` bring the whole system up in order, keep it together, and leave nothing behind?

Order: lock, leftovers, PostgreSQL, Valkey, preparation, web, workers, beat, `/readyz`. Any child that ends, ends all.
"""

import argparse
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from typing import Any, NoReturn

from . import processes, services
from .home import ROOT, Busy, Home
from .services import JOIN_SECONDS, Services

READY_SECONDS = 120
PREPARE_SECONDS = 3600  # a migration of a large database takes its time
PATIENCE = {"beat": 5, "quick": 10, "slow": 10, "web": 15}  # seconds to end by themselves
PORTS_TRIED = 50


class Stopped(BaseException):
    """Somebody asked us to stop; not an Exception, so that no handler on the way swallows it."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev run", description="The whole system in the foreground.")
    parser.add_argument("--port", type=int, default=8000, help="first port to try on 127.0.0.1 (8000)")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    return parser.parse_args(arguments)


def listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1 at `port` or the next free one. We bind it, so that nobody takes it before the web does."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(512)
        except OSError:
            listener.close()
        else:
            return listener
    raise processes.Failed(f"No free port from {port} on.")


class Supervisor:
    """One run, from the lock to the last process gone."""

    def __init__(self, home: Home, *, port: int, demo: bool) -> None:
        self.home = home
        self.port = port
        self.demo = demo
        self.services = Services()
        self.children: list[processes.Child] = []
        self.url = ""
        self.stopping = False

    def run(self) -> int:
        """Returns 0 after a requested stop, 1 when something failed."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._come_up()
            self._watch()
        except Stopped:
            say("Stopping.")
            return 0
        except (processes.Failed, Busy) as failure:
            say(str(failure))
            return 1
        finally:
            self.stopping = True
            self._stop()

    def _on_signal(self, number: int, _frame: object) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stopped(number)
        say("Killing.")
        for child in reversed([*self.services.own, *self.children]):
            child.kill()

    def _come_up(self) -> None:
        self._hold()
        if ended := processes.end_leftovers(self.home.pids):
            say(f"Ended what an earlier run left: {', '.join(ended)}.")
        began = time.monotonic()
        self.services = Services()
        services.start(self.home.path, self.home.log, pids=self.home.pids, into=self.services)
        say(f"Database and broker answer ({time.monotonic() - began:.1f} s).")
        addresses = {"database_url": self.services.database_url, "redis_url": self.services.redis_url}
        self.home.tell(purpose="run", **addresses)
        self._prepare()
        with listen(self.port) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self._start_web(listener)
        processes.wait_until(self._ready, self.children[0], READY_SECONDS)
        self._open(f"{self.url}/accounts/login/")  # what a first page loads is loaded before it is asked for
        self._start_workers()  # and before the workers: five programs starting at once would keep it waiting for all
        self.home.tell(purpose="run", url=self.url, **addresses)
        print(f"READY {self.url}", flush=True)
        logins = self.home.run / "demo-logins.txt"
        if self.demo and logins.exists():
            print(logins.read_text().rstrip(), flush=True)
        elif not self.demo:
            say("Nobody in yet? ./dev manage create_portfolio NAME --slug SLUG --leader EMAIL")
        say(f"Logs: {self.home.log}. Ctrl-C stops everything.")

    def _hold(self) -> None:
        """Take the lock; wait for a shorter command that has it, refuse beside another run."""
        deadline = time.monotonic() + JOIN_SECONDS
        while True:
            try:
                self.home.hold("run")
                return
            except Busy as busy:
                if str(busy) == "run":
                    where = self.home.holder().get("url", "a port not yet known")
                    raise Busy(f"Already running at {where} ({self.home.path}).") from None
                if time.monotonic() > deadline:
                    raise Busy(f"`./dev {busy}` uses {self.home.path} and does not end.") from None
            time.sleep(0.2)

    def _start(self, name: str, *command: str, **popen: Any) -> processes.Child:
        environment = self.services.environment()
        if name != "slow":  # the key that signs checkpoints is read by one worker only, never by the web
            environment.pop("LEDGER_KEY_FILE", None)
        child = processes.start(
            name,
            [sys.executable, "-m", *command],
            self.home.log / f"{name}.log",
            env=environment,
            cwd=ROOT,
            **popen,
        )
        self.children.append(child)
        processes.note(self.home.pids, [*self.services.own, *self.children])
        return child

    def _prepare(self) -> None:
        """Migrate after a backup, collect static files, load the demo: one process, so that Django starts once."""
        began = time.monotonic()
        child = self._start("prepare", "config.embedded.prepare", *([] if self.demo else ["--no-demo"]))
        deadline = began + PREPARE_SECONDS
        while (code := child.ended()) is None and time.monotonic() < deadline:
            self._check_services()
            time.sleep(processes.POLL)
        if code != 0:
            raise processes.Failed(f"Preparation failed ({code}). {child.log}:\n{processes.tail(child.log)}")
        self.children.remove(child)
        say(f"Migrated and prepared ({time.monotonic() - began:.1f} s).")

    def _start_web(self, listener: socket.socket) -> None:
        options = ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
        options += ["--timeout", "60", "--graceful-timeout", "10", "--bind", f"fd://{listener.fileno()}"]
        self._start("web", "gunicorn", *options, "config.wsgi:application", pass_fds=[listener.fileno()])

    def _start_workers(self) -> None:
        celery = ["celery", "--app", "config.celery:app"]
        worker = ["worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        limits = ["--soft-time-limit", "240", "--time-limit", "270"]  # reliability D3; quick ones are the default
        self._start("quick", *celery, *worker, "--queues", "quick", "--concurrency", "2", "--hostname", "quick@%h")
        self._start(
            "slow", *celery, *worker, "--queues", "slow", "--concurrency", "1", "--hostname", "slow@%h", *limits
        )
        schedule = self.home.run / "beat-schedule"
        for old in self.home.run.glob("beat-schedule*"):  # the settings are the schedule; a torn file only hurts
            old.unlink()
        self._start("beat", *celery, "beat", "--loglevel", "INFO", "--schedule", str(schedule), "--pidfile", "")

    def _ready(self) -> bool:
        self._check()
        return self._open(f"{self.url}/readyz")

    def _open(self, address: str) -> bool:
        """Does the web answer this with a 200?"""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(address, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _check_services(self) -> None:
        for child in self.services.own:
            self._check_one(child)

    def _check(self) -> None:
        for child in [*self.services.own, *self.children]:
            self._check_one(child)

    def _check_one(self, child: processes.Child) -> None:
        if (code := child.ended()) is not None:
            raise processes.Failed(
                f"{child.name} ended with {code}; stopping all. {child.log}:\n{processes.tail(child.log)}"
            )

    def _watch(self) -> NoReturn:
        while True:
            self._check()
            time.sleep(0.2)

    def _stop(self) -> None:
        """Those who write first, the stores last: beat, workers, web, Valkey, PostgreSQL."""
        for child in self.children:
            if child.name != "web":
                child.ask()  # beat and workers end side by side
        for child in reversed(self.children):
            child.stop(PATIENCE.get(child.name, 5))
        self.services.stop()
        if self.home.held:
            self.home.pids.unlink(missing_ok=True)
            self.home.release()


def run(arguments: list[str]) -> int:
    wanted = parse(arguments)
    return Supervisor(Home.here().make(), port=wanted.port, demo=not wanted.no_demo).run()
