"""How long do the board, the API's list and a first page take with 10,000 use cases? (P3 without events, P8, P11)

Through the whole of Django (middleware, session, templates) but without a socket; wall and CPU of this process.
"""

from __future__ import annotations

import gzip
import statistics
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.figures import Figure
from benchmarks.scale import LARGE, SMALL, portfolio
from governance.management.commands.load_scale import LEADER
from people.models import User

ROUNDS = 40
_FIRST_PAGE = (
    "css/tokens.css",
    "css/layout.css",
    "css/components.css",
    "css/pages.css",
    "css/figures.css",
    "js/app.js",
)


def run(name: str) -> list[Figure]:
    client = _leader()
    if name == "list":
        return _list(client)
    if name == "page":
        return _weight(client)
    return _board(client)


def _leader() -> Client:
    portfolio(SMALL), portfolio(LARGE)
    settings.ALLOWED_HOSTS = ["*"]
    # Nothing was collected for this call; names without a hash weigh the same.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client()
    client.force_login(User.objects.get(email=LEADER), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _times(client: Client, address: str) -> tuple[float, float, int, bytes]:
    """p95 of the wall time and median of the CPU time in ms, queries, the body."""
    body = client.get(address, follow=True).content
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    walls, processor = [], []
    for _ in range(ROUNDS):
        wall, own = time.perf_counter(), time.process_time()
        client.get(address)
        walls.append((time.perf_counter() - wall) * 1000)
        processor.append((time.process_time() - own) * 1000)
    return statistics.quantiles(walls, n=20)[-1], statistics.median(processor), len(seen), body


def _board(client: Client) -> list[Figure]:
    p95, processor, queries, body = _times(client, f"/p/scale-{LARGE}/")
    small = _times(client, f"/p/scale-{SMALL}/")[2]
    weight = len(gzip.compress(body)) / 1024
    holds = p95 <= 100 and processor <= 60 and 0 < queries <= 12 and queries == small and weight <= 40
    found = f"p95 {p95:.0f} ms, CPU {processor:.0f} ms, {queries} queries ({small} at {SMALL}), {weight:.1f} KB"
    return [Figure("P3", f"board, {LARGE:,} use cases, no events", found, "100 ms, 60 ms, 12, 40 KB", holds)]


def _list(client: Client) -> list[Figure]:
    address = f"/api/v1/use-cases/?portfolio=scale-{LARGE}&stage=pilot"
    p95, processor, queries, _ = _times(client, address)
    holds = p95 <= 60 and processor <= 50 and 0 < queries <= 6
    found = f"p95 {p95:.0f} ms, CPU {processor:.0f} ms, {queries} queries"
    return [Figure("P8", "API list, page of 100, filtered", found, "60 ms, 50 ms, 6", holds)]


def _weight(client: Client) -> list[Figure]:
    body = client.get(f"/p/scale-{LARGE}/").content
    files = [Path(found).read_bytes() for name in _FIRST_PAGE if (found := finders.find(name))]
    htmx = finders.find("django_htmx/htmx-2.min.js") or finders.find("django_htmx/htmx.min.js")
    files += [Path(htmx).read_bytes()] if htmx else []
    weight = sum(len(gzip.compress(one)) for one in (body, *files)) / 1024
    found = f"{weight:.1f} KB in {len(files) + 1} files" + ("" if htmx else ", htmx not found")
    return [Figure("P11", "first page: HTML, CSS, JS, gzip", found, "80 KB", weight <= 80 and bool(htmx))]
