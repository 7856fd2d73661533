"""Do twenty deciders at once write half as fast as one connection can commit, and how long is a million lines read?"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from benchmarks.figures import ROUNDS, Figure
from ledger import actions, export, queries
from ledger.actions import Event
from portfolio.rules import SYSTEM

DECIDERS, SECONDS = 20, 2.0  # of one turn
LINES = int(os.environ.get("BENCH_LEDGER_LINES", "1000000"))
_BATCH = 2000
_WEBS = 2  # processes of the web server: docker-compose.yml, `./dev run`
# The program in a process of its own, with the most memory it ever held (kB) as the last word.
_MEASURED = """import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    sys.stderr.write(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
_TOOL = Path(__file__).parents[1] / "tools" / "verify_ledger.py"


def run(name: str) -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_commit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now())")
    _commits(), _parallel()  # warm
    rounds = [(_commits(), *_parallel(), _commits()) for _ in range(ROUNDS)]
    shares = [2 * written / (before + after) for before, written, _, after in rounds]
    whole = all(queries.verified(chain).ok for _, _, chain, _ in rounds)
    share, written = statistics.median(shares), statistics.median(one[1] for one in rounds)
    appends = Figure(
        "P10", f"{DECIDERS} deciders on one chain / commits of one connection",
        f"{share:.2f} ({min(shares):.2f} to {max(shares):.2f}), {written:.0f}/s, fork: {'no' if whole else 'YES'}",
        "≥ 0.5, no fork", share >= 0.5 and whole,
    )  # fmt: skip
    return [appends, *_verify()]


def _commits() -> float:
    """Durable commits a second of one connection: the anchor."""
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_commit DEFAULT VALUES")
        count += 1
    return count / SECONDS


def _parallel() -> tuple[float, UUID]:
    """Lines a second of twenty deciders, spread as the web server spreads them: two processes, ten threads each."""
    chain, context = uuid4(), multiprocessing.get_context("fork")
    connection.close()  # a connection must not be shared with the children
    start = context.Barrier(DECIDERS)
    told = context.SimpleQueue()
    webs = [context.Process(target=_web, args=(chain, start, told)) for _ in range(_WEBS)]
    for web in webs:
        web.start()
    written = sum(told.get() for _ in range(DECIDERS))
    for web in webs:
        web.join()
    return written / SECONDS, chain


def _web(chain: UUID, start: Any, told: Any) -> None:
    deciders = [threading.Thread(target=_decide, args=(chain, start, told)) for _ in range(DECIDERS // _WEBS)]
    for decider in deciders:
        decider.start()
    for decider in deciders:
        decider.join()


def _decide(chain: UUID, start: Any, told: Any) -> None:
    connection.ensure_connection()
    start.wait(60)
    count, end = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        with transaction.atomic():
            actions.append(
                chain, "use_case.paused", by=SYSTEM, subject=("use_case", chain), private={"reason": "Waits."}
            )
        count += 1
    connection.close()
    told.put(count)


def _verify() -> list[Figure]:
    chain = uuid4()
    for start in range(0, LINES, _BATCH):
        events = [
            Event(event_type="feedback.digest", subject=("use_case", chain), payload={"number": start + place})
            for place in range(min(_BATCH, LINES - start))
        ]
        with transaction.atomic():
            actions.append_many(chain, events, by=SYSTEM)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.jsonl"
        with file.open("w") as out:
            out.writelines(export.lines(chain))
        began = time.perf_counter()
        command = [sys.executable, "-I", "-c", _MEASURED, str(_TOOL), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        outside = time.perf_counter() - began
        mib = int(done.stderr or 0) / 1024
    began = time.perf_counter()
    whole = queries.verified(chain)
    inside = time.perf_counter() - began
    limit = 60 * LINES / 1_000_000
    return [
        Figure("P10", f"verify {LINES:,} lines, stored", f"{inside:.1f} s", f"{limit:.0f} s", whole.ok and inside <= limit),
        Figure("P10", f"verify {LINES:,} lines, stand-alone", f"{outside:.1f} s, {mib:.0f} MiB", f"{limit:.0f} s, constant memory",
               done.returncode == 0 and outside <= limit and mib < 200),
    ]  # fmt: skip
