"""How long do two years of a large register take to come in, dry run included? (P9)

The files are made by others and not part of this repository: PILOTAGE_DATA names their folder. Without it the line
says so and counts as missed.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.scale import empty
from config.embedded.home import ROOT
from portfolio.actions.imports import bring
from portfolio.importing.mapping import Mapping
from portfolio.importing.plan import prepare
from portfolio.importing.reading import opened
from portfolio.rules import SYSTEM

FILES = (
    "us-federal-ai-2024/2024_consolidated_ai_inventory_raw_v2.csv",
    "us-federal-ai-2025/2025_individually_reported_AI_use_cases.subset.csv",
)
ROWS = 4_319
LIMIT = 10.0  # seconds


def run(name: str) -> list[Figure]:
    what, limit = f"{ROWS:,} rows, dry run, then the import", f"{LIMIT:.0f} s, progress shown"
    folder = _folder()
    if folder is None:
        return [Figure("P9", what, "not run: no shared data (PILOTAGE_DATA)", limit, False)]
    where = empty("import")
    spent, told = {"read": 0.0, "dry run": 0.0, "import": 0.0}, 0
    rows = 0
    for file in FILES:
        began = time.perf_counter()
        with opened(folder / file) as table:
            found = prepare(table, Mapping.of(None)).content().rows
        rows += len(found)
        spent["read"] += time.perf_counter() - began
        for kind in ("dry run", "import"):
            heard: list[int] = []
            began = time.perf_counter()
            bring(
                by=SYSTEM, portfolio=where, rows=found, dry_run=kind == "dry run", progress=heard.append,
                **({} if kind == "dry run" else {"file_name": Path(file).name, "file_hash": _digest(folder / file)}),
            )  # fmt: skip
            spent[kind] += time.perf_counter() - began
            told += len(heard)
    total = sum(spent.values())
    parts = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in spent.items())
    text = (
        f"{total:.1f} s for {rows:,} ({parts}), import {spent['import'] / spent['read']:.2f} × reading, told {told} ×"
    )
    return [Figure("P9", what, text, limit, total <= LIMIT and rows == ROWS and told > 0)]


def _folder() -> Path | None:
    named = os.environ.get("PILOTAGE_DATA")
    places = [Path(named)] if named else [parent / "shared" / "data" for parent in ROOT.parents]
    return next((place for place in places if place.is_dir()), None)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
