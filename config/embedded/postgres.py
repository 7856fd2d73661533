"""How is a PostgreSQL of our own made, started, found alive and stopped?

It listens on a unix socket in a folder of mode 0700 and on no port; that folder is why `trust` is enough.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from . import binaries, privileges, processes
from .home import socket_folder

START_SECONDS = 90  # recovery after a crash on a loaded machine included
STOP_SECONDS = 30
RETRIES = 20  # at most so often, half a second apart, while backends of a killed server let go of its memory
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


class WrongMajor(RuntimeError):
    """The cluster was made by another major version; the text holds the steps."""


def url(sockets: Path, database: str) -> str:
    """The DATABASE_URL of a database behind the socket in this folder."""
    return f"postgres://postgres@{quote(str(sockets), safe='')}/{database}"


class Postgres:
    """One cluster in `home/pg` with its socket below `home/run`."""

    def __init__(
        self,
        home: Path,
        log: Path,
        *,
        bin_folder: Path | None = None,
        settings: dict[str, str] | None = None,
        namespaces: bool | None = None,
    ) -> None:
        self.how = privileges.for_postgres(bin_folder or binaries.find_postgres_bin(), home, namespaces=namespaces)
        self.log = log
        self.data = self.how.home / "pg"
        self.settings = settings or {}
        self.sockets = socket_folder(self.how.home / "run")
        self.how.give(self.sockets)
        self.child: processes.Child | None = None

    def url(self, database: str = "pilotage") -> str:
        return url(self.sockets, database)

    def initialise(self) -> None:
        """Make the cluster if there is none. A kill in between leaves no half cluster: only a rename makes it real."""
        major = binaries.major(self.how.bin)
        if (self.data / "PG_VERSION").exists():
            self._check_major(major)
            return
        part = self.data.with_name("pg.new")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self.how.give(part)
        # The builtin provider sorts the same on every system and does not change with the C library; 15 and 16 lack it.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]
        command: list[str | Path] = [self.how.bin / "initdb", "-D", part, *options, *locale]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        child = processes.start("initdb", command, self.log, **self.how.popen_arguments(signal.SIGTERM))
        if child.popen.wait() != 0:
            raise processes.Failed(f"initdb failed. {self.log}:\n{processes.tail(self.log)}")
        part.rename(self.data)

    def _check_major(self, ours: int) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(ours):
            raise WrongMajor(
                f"The data in {self.data} was made by PostgreSQL {made_by}; the programs here are {ours}.\n"
                f"With {made_by}: ./dev backup keep.tar. Then move {self.data} away, and with {ours}: "
                "./dev restore keep.tar."
            )

    def start(self) -> None:
        """Start the server and wait for a real connection."""
        self.forget_the_dead()
        for attempt in range(RETRIES):
            try:
                self._start_once()
                return
            except processes.Failed as failure:
                # Backends of a killed server notice within moments that it is gone; until then the memory is in use.
                if "still in use" not in str(failure) or attempt == RETRIES - 1:
                    raise
                time.sleep(0.5)

    def _start_once(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "port": "5432",
            "jit": "off",
            "log_timezone": "UTC",
            **self.settings,
        }
        command: list[str | Path] = [self.how.bin / "postgres", "-D", self.data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.child = processes.start(
            "postgres",
            command,
            self.log,
            stop_signal=signal.SIGINT,
            **self.how.popen_arguments(signal.SIGINT),
        )
        processes.wait_until(self.answers, self.child, START_SECONDS)

    def forget_the_dead(self) -> None:
        """Remove lock files whose process is gone or is not this cluster's server.

        PostgreSQL only asks whether *some* process has the old pid, and would refuse to start beside a stranger.
        Called by the holder of the home's lock only. A server of ours that still runs is ended first.
        """
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            try:
                pid = int(lock.read_text().split("\n", 1)[0])
            except (OSError, ValueError):
                continue
            if self._is_ours(pid):
                self._end(pid)
            lock.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        if not processes.alive(pid) or processes.program(pid) != "postgres":
            return False
        try:
            return Path(f"/proc/{pid}/cwd").resolve() == self.data.resolve()
        except OSError:
            return False

    def _end(self, pid: int) -> None:
        """Fast shutdown of a server an earlier supervisor left; refuses to go on beside it."""
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while processes.alive(pid):
            if time.monotonic() > deadline:
                raise processes.Failed(f"An earlier PostgreSQL (pid {pid}) does not stop; end it and try again.")
            time.sleep(processes.POLL)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str = "pilotage") -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def stop(self) -> int:
        return self.child.stop(STOP_SECONDS) if self.child else 0


def run_tool(bin_folder: Path, *command: str | Path) -> None:
    """Run pg_dump, pg_restore …; Failed carries what it said."""
    done = subprocess.run(
        [bin_folder / command[0], *command[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise processes.Failed(f"{command[0]} failed:\n{done.stderr.strip()}")
