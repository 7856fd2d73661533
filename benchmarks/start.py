"""How soon is the first page there when the whole system is started a second time? (P12)

In a home of its own with services of its own, stopped afterwards.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.figures import Figure
from config.embedded.home import ROOT

LIMIT = 10.0  # seconds


def run(name: str) -> list[Figure]:
    home = Path(tempfile.mkdtemp(prefix="pilotage-"))
    try:
        first, second = _start(home), _start(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    text = f"{second:.1f} s; {second / first:.2f} of the first start ({first:.1f} s)"
    return [Figure("P12", "./dev run, the second time, to the first page", text, f"{LIMIT:.0f} s", second <= LIMIT)]


def _start(home: Path) -> float:
    """Seconds until the page for signing in was read; then everything is stopped."""
    theirs = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    theirs |= {"PILOTAGE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings.dev", "PYTHONUNBUFFERED": "1"}
    began = time.perf_counter()
    command = [sys.executable, "-m", "config.embedded", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=theirs, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        try:
            return _first_page(running, began)
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)


def _first_page(running: subprocess.Popen[bytes], began: float) -> float:
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith(b"READY "):
            page = f"{line.split()[1].decode()}/accounts/login/"
            with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 — our own loopback address
                answer.read()
            return time.perf_counter() - began
    raise RuntimeError("./dev run did not come up")
