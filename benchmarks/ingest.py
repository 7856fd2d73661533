"""How near is ingest to what the database can do, and does reading stay flat as events grow? (performance.md P1, P2, P4)

    python -m benchmarks.ingest [--rounds 5] [--events 20000] [--history 1000000] [--json FILE]

Figures are ratios taken in one run, rounds interleaved, median (min to max). Limits of the same run: psycopg's binary
COPY into a table with the key and two indexes, without any check; and, for single events, the bare idempotent insert
with a daily count in one transaction. CPU is this process and the PostgreSQL backends it uses, in µs an event.
Needs DJANGO_SETTINGS_MODULE and a migrated database that may be filled; every round uses a use case of its own. No HTTP.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

from benchmarks.feedback_load import bodies, make

TICK = os.sysconf("SC_CLK_TCK")
BATCH = 1_000  # events a request, as P2 says


class Meter:
    """Wall time and CPU (own, PostgreSQL's) of a block, an event."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids
        self.wall = self.own = self.database = 0.0

    def _database(self) -> float:
        total = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    @contextmanager
    def measure(self) -> Iterator[None]:
        own, database, wall = time.process_time(), self._database(), time.perf_counter()
        yield
        self.wall = time.perf_counter() - wall
        self.own, self.database = time.process_time() - own, self._database() - database

    def per(self, count: int) -> dict[str, float]:
        return {
            "events_a_second": count / self.wall,
            "own_us": self.own / count * 1e6,
            "database_us": self.database / count * 1e6,
            "us": (self.own + self.database) / count * 1e6,
        }


def backend() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def copy_limit(items: list[dict[str, Any]], meter: Meter) -> dict[str, float]:
    """psycopg's COPY of the same columns, row by row, no check: what P2 is measured against."""
    from django.db import connection

    from feedback import events

    use_case_id, now = uuid4(), datetime.now(UTC)
    said = events.read(json.dumps({"events": items[:5_000]}).encode(), "application/json", "", now).rows
    rows = [
        (use_case_id, now.date(), 1, row.at, row.what, row.test, f"{row.event_id}{turn}", row.thing_id, row.model,
         row.segment, row.code, row.value and Decimal(row.value), row.body.decode())
        for turn in range(len(items) // len(said))
        for row in said
    ]  # fmt: skip
    types = ["uuid", "date", "int8", "timestamptz", "int2", "bool", *["text"] * 5, "numeric", "text"]
    with meter.measure():
        for start in range(0, len(rows), BATCH):
            with (
                connection.connection.cursor() as cursor,
                cursor.copy("COPY bench_copy FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.set_types(types)
                for row in rows[start : start + BATCH]:
                    copy.write_row(row)
    return meter.per(len(rows))


def bare_floor(items: list[dict[str, Any]], meter: Meter) -> dict[str, float]:
    """One event a request by Django's own cursor: parse, insert once, count the day; one transaction."""
    from django.db import connection, transaction

    use_case_id = uuid4()
    texts = [json.dumps({"events": [item]}).encode() for item in items]
    with meter.measure():
        for text in texts:
            event = json.loads(text)["events"][0]
            at = datetime.fromisoformat(event["at"])
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bench_bare VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [use_case_id, event["id"], at, event["type"], json.dumps(event)],
                )
                if cursor.rowcount:
                    cursor.execute(
                        "INSERT INTO bench_day VALUES (%s, %s, 1) ON CONFLICT (use_case_id, counted_on) "
                        "DO UPDATE SET n = bench_day.n + 1",
                        [use_case_id, at.date()],
                    )
    return meter.per(len(items))


def stored(texts: list[bytes], use_case_id: UUID, count: int, meter: Meter) -> dict[str, float]:
    from feedback import events, ingest

    with meter.measure():
        for text in texts:
            now = datetime.now(UTC)
            ingest.store(use_case_id, events.read(text, "application/json", "", now), now)
    return meter.per(count)


def folded(use_case_id: UUID, meter: Meter) -> dict[str, float]:
    from feedback import fold

    with meter.measure():
        count = fold.fold(use_case_id)
    return meter.per(count)


def _client(texts: list[bytes], use_case_id: UUID, start: Any) -> None:
    django.setup()
    stored(texts[:1], use_case_id, 1, Meter([]))
    start.wait()
    stored(texts[1:], use_case_id, 1, Meter([]))
    start.wait()


def two_clients(texts: list[bytes], count: int) -> float:
    """Events a second of two processes, each with its own connection and use case."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    clients = [context.Process(target=_client, args=(texts[side::2], uuid4(), start)) for side in (0, 1)]
    for client in clients:
        client.start()
    start.wait()
    began = time.perf_counter()
    start.wait()
    taken = time.perf_counter() - began
    for client in clients:
        client.join()
    return (len(texts) - 2) / len(texts) * count / taken


def filled(history: int, now: datetime, use_case_id: UUID | None = None) -> UUID:
    """A use case (a new one unless given) with so many events over 92 days, folded."""
    from feedback import events, fold, ingest

    use_case_id = use_case_id or uuid4()
    for start in range(0, history, 5_000):
        text = json.dumps({"events": make(start, min(5_000, history - start), now, days=92)}).encode()
        ingest.store(use_case_id, events.read(text, "application/json", "", now), now)
        fold.fold(use_case_id)
    return use_case_id


def copy_day_rows(like: UUID, use_case_id: UUID) -> None:
    """Give a use case, beside its own, the day rows of another: then only the number of events differs."""
    from django.db import connection

    from feedback.rollups import COUNTERS, KEY

    rest = ", ".join(KEY + COUNTERS)
    copy = f"INSERT INTO feedback_rollup (use_case_id, {rest}) SELECT %s, {rest} FROM feedback_rollup WHERE use_case_id = %s"
    connection.cursor().execute(f"{copy} ON CONFLICT DO NOTHING", [use_case_id, like])


def page(use_case_id: UUID, now: datetime) -> float:
    """Milliseconds of the reads of a use case's feedback page; the median of 15."""
    from feedback import queries

    first, taken = (now - timedelta(days=91)).date(), []
    for _ in range(15):
        start = time.perf_counter()
        queries.summary(use_case_id, first, now.date(), infer_after=timedelta(hours=24))
        queries.by("reason", use_case_id, first, now.date())
        queries.by("segment", use_case_id, first, now.date())
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken)


def spread(values: list[float], digits: int = 2) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }


def run(rounds: int, count: int, history: int) -> dict[str, Any]:
    from django.db import connection

    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_copy, bench_bare, bench_day")
        cursor.execute("CREATE TABLE bench_copy (LIKE feedback_event, PRIMARY KEY (use_case_id, event_id))")
        cursor.execute(
            "CREATE TABLE bench_bare (use_case_id uuid, id text, at timestamptz, what text, body text, "
            "PRIMARY KEY (use_case_id, id))"
        )
        for table in ("bench_copy", "bench_bare"):
            cursor.execute(f"CREATE INDEX ON {table} (use_case_id, at)")
            cursor.execute(f"CREATE INDEX ON {table} (at)")
        cursor.execute(
            "CREATE TABLE bench_day (use_case_id uuid, counted_on date, n int, PRIMARY KEY (use_case_id, counted_on))"
        )
    meter = Meter([backend()])
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    for _ in range(rounds):
        singles = max(count // 20, 200)
        items, use_case_id, single_id = make(0, count, now), uuid4(), uuid4()
        texts = bodies(count, BATCH, now)
        limit = copy_limit(items, meter)
        one = stored(texts, use_case_id, count, meter)
        again = stored(texts, use_case_id, count, meter)
        turn = folded(use_case_id, meter)
        two = two_clients(bodies(count, BATCH, now), count)
        bare = bare_floor(items[:singles], meter)
        single = stored(bodies(singles, 1, now), single_id, singles, meter)
        single_turn = folded(single_id, meter)
        note("P2 store / COPY, 1 client", one["events_a_second"] / limit["events_a_second"])
        note("P2 store / COPY, 2 clients", two / limit["events_a_second"])
        note("P2 store, events/s", one["events_a_second"])
        note("P2 COPY, events/s", limit["events_a_second"])
        note("P2 COPY, CPU µs", limit["us"])
        note("P2 store, own CPU µs", one["own_us"])
        note("P2 store, database CPU µs", one["database_us"])
        note("P2 duplicates / first send, CPU", again["us"] / one["us"])
        note("P2 fold, CPU µs", turn["us"])
        note("P2 store + fold, CPU µs", one["us"] + turn["us"])
        note("P1 store / bare, 1 client", single["events_a_second"] / bare["events_a_second"])
        note("P1 store, CPU µs", single["us"])
        note("P1 bare, CPU µs", bare["us"])
        note("P1 fold of single requests, CPU µs", single_turn["us"])
    small_id, large_id = filled(10_000, now), filled(history, now)
    same_id = filled(10_000, now)
    copy_day_rows(large_id, same_id)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE feedback_rollup, feedback_case, feedback_pending")  # as autovacuum would by then
    for _ in range(rounds):
        small, large = page(small_id, now), page(large_id, now)
        note(f"P4 page at {history} / at 10000 events", large / small)
        note(f"P4 page at {history} / at 10000 with the same day rows", large / page(same_id, now))
        note("P4 page at 10000 events, ms", small)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copy, bench_bare, bench_day")
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return {
        "on": now.date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {"python": platform.python_version(), "django": django.__version__, "postgresql": server},
        "rounds": rounds,
        "figures": {name: spread(values) for name, values in found.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--history", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    django.setup()
    result = run(options.rounds, options.events, options.history)
    for name, value in result["figures"].items():
        print(f"{name:45} {value['median']:>10} ({value['min']} to {value['max']})")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
