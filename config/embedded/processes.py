"""How is a child started, recognised later, and stopped without touching anybody else's process?

A process is named by its pid *and* its start time: a pid alone may belong to a stranger by now.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import privileges

POLL = 0.05  # seconds between two looks
LOG_LIMIT = 5 * 1024 * 1024  # bytes; a longer log is set aside at the next start


class Failed(RuntimeError):
    """A child did not come up or ended; the text holds its log's tail."""


@dataclass
class Child:
    """One running process of ours, leader of its own session and group."""

    name: str
    popen: subprocess.Popen
    log: Path
    stop_signal: int = signal.SIGTERM
    asked: bool = False

    @property
    def pid(self) -> int:
        return self.popen.pid

    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self.popen.poll()

    def ask(self) -> None:
        """Ask it to end, once: a second signal makes some programs drop their work."""
        if not self.asked and self.popen.poll() is None:
            self.popen.send_signal(self.stop_signal)
        self.asked = True

    def stop(self, patience: float) -> int:
        """Ask it to end, wait at most `patience` seconds, then kill its group. Returns the exit code."""
        if self.popen.poll() is None:
            self.ask()
            try:
                self.popen.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        signal_group(self.pid, signal.SIGKILL)  # stragglers whose leader left without them
        return self.popen.wait()

    def kill(self) -> None:
        signal_group(self.pid, signal.SIGKILL)


def start(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    stop_signal: int = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    **popen: Any,
) -> Child:
    """Start a child in its own session (a terminal's Ctrl-C reaches only us), its output in `log`."""
    popen.setdefault("preexec_fn", privileges.ordinary(stop_signal))
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if env is None else dict(env),
            **popen,
        )
    return Child(name, process, log, stop_signal)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented; empty when there is none."""
    if not log.exists():
        return ""
    kept = log.read_text(errors="replace").splitlines()[-lines:]
    return "".join(f"    {line}\n" for line in kept)


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Poll until `ready()`; Failed when the child ends or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if (code := child.ended()) is not None:
            raise Failed(f"{child.name} ended with {code}. {child.log}:\n{tail(child.log)}")
        if time.monotonic() > deadline:
            raise Failed(f"{child.name} was not ready after {seconds:.0f} s. {child.log}:\n{tail(child.log)}")
        time.sleep(POLL)


def alive(pid: int) -> bool:
    """Is there a process with this pid that has not yet ended?"""
    if sys.platform == "linux":
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start_time(pid: int) -> str | None:
    """When the process began, as text that only serves comparison; None when there is none."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        return stat.rpartition(")")[2].split()[19]  # field 22: clock ticks since boot
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or None


def program(pid: int) -> str:
    """The short name of the program a process runs; empty when it is gone."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return ""
    found = subprocess.run(
        ["ps", "-o", "comm=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return Path(found.stdout.strip()).name


def signal_group(leader: int, sig: int) -> bool:
    """Signal the group a child of ours leads; False when nobody is left in it."""
    try:
        os.killpg(leader, sig)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def note(path: Path, children: Iterable[Child]) -> None:
    """Write down who we started, for the next start after a kill -9."""
    known = [
        {
            "name": child.name,
            "pid": child.pid,
            "started": start_time(child.pid),
            "signal": int(child.stop_signal),
        }
        for child in children
    ]
    part = path.with_suffix(".part")
    part.write_text(json.dumps(known))
    part.replace(path)


def end_leftovers(path: Path, patience: float = 10) -> list[str]:
    """End what an earlier run left behind; only processes whose pid and start time both match. Returns their names."""
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    ours = [entry for entry in known if entry["started"] and start_time(entry["pid"]) == entry["started"]]
    for entry in reversed(ours):
        try:
            os.kill(entry["pid"], entry["signal"])
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + patience
    while any(alive(entry["pid"]) for entry in ours) and time.monotonic() < deadline:
        time.sleep(POLL)
    for entry in ours:
        signal_group(entry["pid"], signal.SIGKILL)
    path.unlink(missing_ok=True)
    return [entry["name"] for entry in ours]
