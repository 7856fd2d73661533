"""What does the door take over HTTP: single events by 8 connections, batches of 1,000? (performance.md P1, P2)

gunicorn as people run it, on a loopback socket, beside this process on the same cores. Floor of P1: a bare Django view
(one idempotent insert and its day count in a transaction) served the same way in the same run. Limit of P2: psycopg's COPY.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.feedback_load import bodies

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
WORKERS, THREADS = "2", "8"


class Web:
    """gunicorn with one application on a free port."""

    def __init__(self, application: str) -> None:
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(256)
        self.port = self.listener.getsockname()[1]
        options = ["--worker-class", "gthread", "--workers", WORKERS, "--threads", THREADS, "--no-control-socket",
                   "--bind", f"fd://{self.listener.fileno()}", "--log-level", "error"]  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, application], cwd=ROOT, pass_fds=[self.listener.fileno()]
        )

    def ready(self, path: str, headers: dict[str, str], body: bytes) -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                if post(self.port, path, headers, [body])[0] == 1:
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the web server does not answer")

    def cpu(self) -> float:
        """Seconds of its processes so far."""
        ticks = 0
        for process in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = process.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.listener.close()


def post(port: int, path: str, headers: dict[str, str], texts: list[bytes]) -> tuple[int, list[float]]:
    """Send each on one kept connection; how many were answered 200, and the seconds of each."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    good, taken = 0, []
    for text in texts:
        began = time.perf_counter()
        line.request("POST", path, text, headers)
        answer = line.getresponse()
        answer.read()
        taken.append(time.perf_counter() - began)
        good += answer.status == 200
    line.close()
    return good, taken


def _client(port: int, path: str, headers: dict[str, str], texts: list[bytes], start: Any, found: Any) -> None:
    start.wait()
    found.put(post(port, path, headers, texts))


def together(web: Web, path: str, headers: list[dict[str, str]], shares: list[list[bytes]]) -> dict[str, float]:
    """All clients at once, each a process: requests a second, p50 and p99 in ms, server CPU ms a request."""
    context = multiprocessing.get_context("fork")
    start, found = context.Barrier(len(shares) + 1), context.Queue()
    clients = [
        context.Process(target=_client, args=(web.port, path, own, texts, start, found))
        for own, texts in zip(headers, shares, strict=True)
    ]
    for client in clients:
        client.start()
    cpu, _ = web.cpu(), start.wait()
    began = time.perf_counter()
    answers = [found.get() for _ in clients]
    wall = time.perf_counter() - began
    for client in clients:
        client.join()
    taken = sorted(one for _, times in answers for one in times)
    count = sum(map(len, shares))
    assert sum(good for good, _ in answers) == count, "not every request was answered 200"
    return {"rate": count / wall, "p50": taken[len(taken) // 2] * 1e3, "p99": taken[int(len(taken) * 0.99)] * 1e3,
            "cpu_ms": (web.cpu() - cpu) / count * 1e3}  # fmt: skip


def world() -> tuple[UUID, list[dict[str, str]]]:
    """A use case and a token for each of eight producers."""
    from people import actions as people
    from portfolio.access import identity
    from portfolio.actions import portfolios, tokens, use_cases
    from portfolio.rules import SYSTEM

    ana = people.create_person(email=f"{uuid4().hex}@example.org", name="Ana", by=SYSTEM)
    where = portfolios.create_portfolio(by=SYSTEM, name=f"Bench {uuid4().hex[:6]}", leaders=[ana])
    made = use_cases.register(by=SYSTEM, portfolio_id=where.id, title="Bench", problem="Speed")
    by = identity.person(ana)
    texts = [
        tokens.create_token(by=by, portfolio_id=where.id, name="t", scopes=["feedback:write"], use_case_id=made.id)[1]
        for _ in range(8)
    ]
    return made.id, [{"Content-Type": "application/json", "Authorization": f"Bearer {text}"} for text in texts]


def measure(singles: int = 2_000, batches: int = 40) -> dict[str, dict[str, float]]:
    """One round: the door with 8 single-event producers, the bare view with the same, the door with batches."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_http (id text PRIMARY KEY, at timestamptz, what text, body text)"
        )
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_http_day (counted_on date PRIMARY KEY, n int)")
    use_case_id, headers = world()
    path, now = f"/api/v1/use-cases/{use_case_id}/feedback/batch/", datetime.now(UTC)
    door, bare = Web("config.wsgi:application"), Web("benchmarks.bare:application")
    try:
        door.ready(path, headers[0], bodies(1, 1, now)[0])
        bare.ready("/", headers[0], json.dumps({"id": "warm", "at": now.isoformat(), "type": "decision"}).encode())
        found: dict[str, dict[str, float]] = {}
        texts = bodies(singles, 1, now)
        found["single, 8 connections"] = together(door, path, headers, [texts[n::8] for n in range(8)])
        plain = [json.dumps(json.loads(text)["events"][0]).encode() for text in texts]
        found["bare view, 8 connections"] = together(bare, "/", headers, [plain[n::8] for n in range(8)])
        for clients in (1, 2):
            texts = bodies(batches * 1_000, 1_000, now)
            shares = [texts[n::clients] for n in range(clients)]
            found[f"batch of 1,000, {clients}"] = together(door, path, headers[:clients], shares)
        return found
    finally:
        door.stop()
        bare.stop()
