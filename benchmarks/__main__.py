"""Which figures are asked for? `./dev bench [name …]`: each on a fresh database that keeps its promises (fsync on)."""

import importlib
import sys

import django
from django.core.management import call_command

NAMES = ("ingest",)


def main(wanted: list[str]) -> int:
    """Migrate the empty database, then run each benchmark by name; without a name, all of them."""
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(NAMES)}")
        return 2
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    for name in wanted or NAMES:
        importlib.import_module(f"benchmarks.{name}").main([])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
