"""How fast is it here? `./dev bench [--write] [name …]`: each figure of performance.md that is asked for, on a fresh
database. `--write` keeps what was found (`benchmarks.record`).

A name is a module of this package with `run(name) -> list[Figure]`. Without a name every one of them is run.
"""

from __future__ import annotations

import importlib
import sys

import django

_MODULES = {
    "ingest": "feedback",
    "live": "live",
    "board": "pages",
    "list": "pages",
    "page": "pages",
    "recompute": "recompute",
    "import": "importing",
    "start": "start",
    "value": "value",
    "selection": "selection",
    "ledger": "ledger",
}
NAMES = tuple(_MODULES)


def main(arguments: list[str]) -> int:
    names = [name for name in arguments if name != "--write"]
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(NAMES)}")
        return 2
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)  # the throw-away database arrives empty
    missed = 0
    for name in names or NAMES:
        figures = importlib.import_module(f"benchmarks.{_MODULES[name]}").run(name)
        if "--write" in arguments:
            from benchmarks import record

            record.keep(name, figures)
        for figure in figures:
            word = "holds" if figure.holds else "MISSED"
            print(f"{figure.row:4} {name:10} {figure.what:52} {figure.found:86} {figure.limit:34} {word}", flush=True)
            missed += not figure.holds
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
