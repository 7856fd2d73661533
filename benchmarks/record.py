"""What was found when, on which machine, with which versions? Kept in `results.json` and as a page in `docs/`.

A run replaces the lines of the names it measured and leaves the others, each with its own day.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.figures import Figure

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "operations" / "benchmarks.md"
_LIBRARIES = ("django", "djangorestframework", "psycopg", "celery", "numpy", "msgspec")
_HEAD = """# Benchmarks: the last run of each

Written by `./dev bench --write [name …]`; do not edit. Absolute times of a shared machine move by a factor of two: read the ratios, and run
it yourself. What each row means and why it was chosen stands in the design pages; what is missed is explained in [pages](pages.md),
[ingest](ingest.md) and [ledger](ledger.md).

| Row | Measured | Found | To reach | | When, where |
|---|---|---|---|---|---|
"""


def machine() -> dict[str, Any]:
    """This machine and the versions that bear on speed."""
    connection.ensure_connection()
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgresql": str(connection.pg_version // 10_000),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def keep(name: str, figures: Iterable[Figure], results: Path = RESULTS, page: Path = PAGE) -> None:
    """Put the figures of one name in place of its last ones, and write the page anew."""
    known = json.loads(results.read_text()) if results.exists() else {}
    known[name] = {"machine": machine(), "figures": [asdict(figure) for figure in figures]}
    results.write_text(json.dumps(dict(sorted(known.items())), indent=1, ensure_ascii=False) + "\n")
    page.write_text(written(known))


def written(known: dict[str, Any]) -> str:
    """The page of these results."""
    rows = []
    for name, run in sorted(known.items()):
        told = run["machine"]
        where = f"{told['on']}, {told['cores']} cores, load {told['load']}, Python {told['python']}, PostgreSQL {told['postgresql']}"
        for figure in run["figures"]:
            said = [figure["row"], f"{name}: {figure['what']}", figure["found"], figure["limit"]]
            cells = [" ".join(text.replace("|", "/").split()) for text in said]
            rows.append(f"| {' | '.join(cells)} | {'holds' if figure['holds'] else '**missed**'} | {where} |")
    return _HEAD + "\n".join(rows) + "\n"
