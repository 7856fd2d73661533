"""Does taking in feedback reach P1, P2 and P4 of performance.md? Medians of interleaved rounds, min to max beside them."""

from __future__ import annotations

import os
import statistics

from benchmarks import feedback_http, ingest
from benchmarks.figures import Figure

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
HISTORY = int(os.environ.get("BENCH_HISTORY", "1000000"))  # events of the large use case of P4


def run(name: str) -> list[Figure]:
    store = ingest.run(ROUNDS, 20_000, HISTORY)["figures"]
    rounds = [feedback_http.measure() for _ in range(ROUNDS)]
    copy = store["P2 COPY, events/s"]["median"]
    fold_single, fold = store["P1 fold of single requests, CPU µs"]["median"], store["P2 fold, CPU µs"]["median"]
    ratio = [one["single, 8 connections"]["rate"] / one["bare view, 8 connections"]["rate"] for one in rounds]
    single = [one["single, 8 connections"] for one in rounds]
    bare = statistics.median(one["bare view, 8 connections"]["cpu_ms"] for one in rounds)
    cpu = statistics.median(one["cpu_ms"] for one in single)
    p99 = statistics.median(one["p99"] for one in single)
    figures = [
        _ratio("P1", "8 producers, single events / bare Django view", ratio, 1.0),
        Figure("P1", "server CPU an event, beside the bare view", f"{cpu:.2f} ms, {bare:.2f} ms, fold {fold_single:.0f} µs",
               "≤ 2 ms with the fold", cpu + fold_single / 1e3 <= 2),
        Figure("P1", "events a second; p50, p99", f"{statistics.median(one['rate'] for one in single):.0f}; "
               f"{statistics.median(one['p50'] for one in single):.1f}, {p99:.1f} ms", "p99 < 100 ms", p99 < 100),
    ]  # fmt: skip
    for clients, limit in ((1, 0.6), (2, 0.8)):
        rates = [one[f"batch of 1,000, {clients}"]["rate"] * 1_000 for one in rounds]
        figures.append(_ratio("P2", f"batches of 1,000, {clients} client{'s' * (clients > 1)} / COPY {copy:.0f} a second",
                              [rate / copy for rate in rates], limit))  # fmt: skip
    batch = statistics.median(one["batch of 1,000, 1"]["cpu_ms"] for one in rounds) / 1_000
    database = store["P2 store, database CPU µs"]["median"]
    total = batch + (database + fold) / 1e3
    again = store["P2 duplicates / first send, CPU"]["median"]
    page = store[f"P4 page at {HISTORY} / at 10000 events"]
    same = store[f"P4 page at {HISTORY} / at 10000 with the same day rows"]
    return [
        *figures,
        Figure("P2", "CPU an event: server + database + fold", f"{batch * 1e3:.0f} + {database:.0f} + {fold:.0f} µs",
               "≤ 50 µs", total <= 0.05),
        Figure("P2", "fold", f"{fold:.1f} µs", "≤ 25 µs", fold <= 25),
        Figure("P2", "duplicates / first send, CPU", f"{again:.2f}", "≤ 1", again <= 1),
        Figure("P4", f"page at {HISTORY:,} events / at 10,000 with the same day rows",
               f"{same['median']} ({same['min']} to {same['max']})", "≤ 1.2", same["median"] <= 1.2),
        Figure("P4", "the same / at 10,000 with its own, fewer day rows",
               f"{page['median']} ({page['min']} to {page['max']})", "≤ 1.2", page["median"] <= 1.2),
    ]  # fmt: skip


def _ratio(row: str, what: str, values: list[float], least: float) -> Figure:
    middle = statistics.median(values)
    return Figure(row, what, f"{middle:.2f} ({min(values):.2f} to {max(values):.2f})", f"≥ {least}", middle >= least)
