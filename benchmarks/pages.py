"""How long do the board, the API and a first page take with 10,000 use cases? (P3 without events, P6, P8, P11)

Through the whole of Django (middleware, session, templates) but without a socket; wall and CPU of this process.
Each is a ratio of the same run: beside the same page with 100 use cases.
"""

from __future__ import annotations

import gzip
import itertools
import json
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.figures import Figure, interleaved, ratio
from benchmarks.scale import LARGE, SMALL, portfolio
from governance.management.commands.load_scale import LEADER
from governance.models import PortfolioState
from people.models import User
from portfolio.access import identity
from portfolio.actions import use_cases
from portfolio.models import Dirty, UseCase

CHANGES = 50  # of P6
MANY = 1_000  # changed at once, with nobody to nudge
_FIRST_PAGE = (
    "css/tokens.css",
    "css/layout.css",
    "css/components.css",
    "css/pages.css",
    "css/figures.css",
    "js/app.js",
)


def run(name: str) -> list[Figure]:
    client = leader()
    if name == "list":
        return _list(client)
    if name == "page":
        return _weight(client)
    return _board(client)


def leader() -> Client:
    portfolio(SMALL), portfolio(LARGE)
    settings.ALLOWED_HOSTS = ["*"]
    # Nothing was collected for this call; names without a hash weigh the same.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client()
    client.force_login(User.objects.get(email=LEADER), backend="django.contrib.auth.backends.ModelBackend")
    return client


def got(client: Client, address: str, **headers: str) -> bytes:
    """The body of a page that is really there: an error would be fast."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    return answer.content


def queries_of(client: Client, address: str) -> int:
    """How many queries one answer takes. Read inside the block: the next request empties Django's log of them."""
    with CaptureQueriesContext(connection) as seen:
        client.get(address, follow=True)
        return len(seen)


def _board(client: Client) -> list[Figure]:
    large, small = f"/p/scale-{LARGE}/", f"/p/scale-{SMALL}/"
    many, few = interleaved(lambda: got(client, large), lambda: got(client, small))
    queries, fewer = queries_of(client, large), queries_of(client, small)
    weight = len(gzip.compress(client.get(large).content)) / 1024
    holds = many.p95 <= 100 and many.cpu <= 60 and 0 < queries <= 12 and queries == fewer and weight <= 40
    found = (
        f"p95 {many.p95:.0f} ms, CPU {many.cpu:.0f} ms, {queries} queries ({fewer} at {SMALL}), {weight:.1f} KB; "
        f"CPU {ratio(many.processor, few.processor)} × that of {SMALL}"
    )
    board = Figure("P3", f"board, {LARGE:,} use cases, no events", found, "100 ms, 60 ms, 12 the same, 40 KB", holds)
    return [board, *_change(client)]


def _change(client: Client) -> list[Figure]:
    """P6: from the change to the answer that shows it. No worker runs here, so nothing but the board itself helps."""
    leader = identity.person(User.objects.get(email=LEADER))
    rows = UseCase.objects.filter(portfolio__slug=f"scale-{LARGE}")
    address = f"/p/scale-{LARGE}/live/"
    waits = []
    for turn, one in enumerate(rows.filter(stage="pilot").order_by("id")[:CHANGES]):
        client.get(address)
        seen = PortfolioState.objects.get(portfolio_id=one.portfolio_id).version
        began = time.perf_counter()
        use_cases.edit(by=leader, use_case_id=one.id, real_users=1000 + turn)
        assert client.get(f"{address}?seen={seen}").status_code == 200, "the board's next answer does not show it"
        waits.append(time.perf_counter() - began)
    Dirty.objects.bulk_create(Dirty(use_case_id=one) for one in rows.values_list("id", flat=True)[:MANY])
    began, answers = time.perf_counter(), 0
    while Dirty.objects.exists() and time.perf_counter() - began < 60:
        client.get(address)
        answers += 1
    lost = time.perf_counter() - began
    one, many = f"most of {CHANGES}: {max(waits):.2f} s", f"{lost:.1f} s, {answers} answers"
    return [
        Figure("P6", "a fact changed → the board's next answer", one, "2 s", max(waits) <= 2),
        Figure("P6", f"{MANY:,} changed, nudge lost, no worker", many, "30 s", lost <= 30),
    ]


def _list(client: Client) -> list[Figure]:
    pages = [f"/api/v1/use-cases/?portfolio=scale-{count}&stage=pilot" for count in (LARGE, SMALL)]
    key = UseCase.objects.filter(portfolio__slug=f"scale-{LARGE}", stage="pilot").order_by("id").first().key
    number = itertools.count()

    def create() -> None:
        body = {"portfolio": f"scale-{LARGE}", "title": f"Letters {next(number)}", "problem": "Slow."}
        answer = client.post("/api/v1/use-cases/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 201, answer.content

    many, few, detail, part, made = interleaved(
        lambda: got(client, pages[0]),
        lambda: got(client, pages[1]),
        lambda: got(client, f"/u/{key}/"),
        lambda: got(client, f"/u/{key}/edit/what/", **{"HX-Request": "true"}),
        create,
    )
    queries = queries_of(client, pages[0])
    found = (
        f"p95 {many.p95:.0f} ms, CPU {many.cpu:.0f} ms, {queries} queries; "
        f"CPU {ratio(many.processor, few.processor)} × that of {SMALL}"
    )
    holds = many.p95 <= 60 and many.cpu <= 50 and 0 < queries <= 6
    return [
        Figure("P8", "API list, page of 100, filtered", found, "60 ms, 50 ms, 6", holds),
        *(
            Figure("P8", what, f"CPU {taken.cpu:.0f} ms, p95 {taken.p95:.0f} ms", f"{limit} CPU ms", taken.cpu <= limit)
            for what, taken, limit in (
                ("detail page", detail, 40),
                ("HTMX part", part, 30),
                ("create by REST", made, 30),
            )
        ),
    ]


def _weight(client: Client) -> list[Figure]:
    body = client.get(f"/p/scale-{LARGE}/").content
    files = [Path(found).read_bytes() for name in _FIRST_PAGE if (found := finders.find(name))]
    htmx = finders.find("django_htmx/htmx-2.min.js") or finders.find("django_htmx/htmx.min.js")
    files += [Path(htmx).read_bytes()] if htmx else []
    weight = sum(len(gzip.compress(one)) for one in (body, *files)) / 1024
    found = f"{weight:.1f} KB in {len(files) + 1} files" + ("" if htmx else ", htmx not found")
    return [Figure("P11", "first page: HTML, CSS, JS, gzip", found, "80 KB", weight <= 80 and bool(htmx))]
