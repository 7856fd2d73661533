"""Which command was asked for? `./dev` prepares `.venv` and hands over to this module."""

import os
import signal
import subprocess
import sys

from config import check

from . import backup, binaries, postgres, processes, services, suite, supervisor
from .home import ROOT, Busy

USAGE = """usage: ./dev COMMAND
  run [--port N] [--no-demo]   the whole system in the foreground; Ctrl-C stops everything
  test [pytest arguments] [--full]
  manage ARGS                  manage.py against the embedded services
  check                        formatting, lint, types, contracts, migrations, generated documents
  bench [name…]                the benchmarks
  backup [FILE]                a dump of the database and the files
  restore FILE                 put such a dump back"""


def manage(arguments: list[str]) -> int:
    """`manage.py` with the services of this checkout; its exit code."""
    with services.for_a_call("manage") as used:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return services.wait(subprocess.Popen(command, env=used.environment()))


def bench(arguments: list[str]) -> int:
    """The benchmarks on a database that keeps its promises (fsync on) and goes away afterwards."""
    with services.throw_away(durable=True) as used:
        command = [sys.executable, "-m", "benchmarks", *arguments]
        return services.wait(subprocess.Popen(command, env=used.environment(), cwd=ROOT))


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    commands = {
        "run": supervisor.run,
        "test": suite.run,
        "manage": manage,
        "check": check.run,
        "bench": bench,
        "backup": backup.backup,
        "restore": backup.restore,
    }
    if command not in commands:
        print(USAGE)
        return 0 if command in ("help", "-h", "--help") else 2
    # A terminated command leaves as if interrupted, so that what it started is stopped; `run` has its own way.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if os.environ.get("PILOTAGE_HOME"):  # children work in the checkout's folder, the caller in his own
        os.environ["PILOTAGE_HOME"] = os.path.abspath(os.environ["PILOTAGE_HOME"])
    if not os.environ.get("DATABASE_URL"):
        for name in [name for name in os.environ if name.startswith("PG")]:  # would change where libpq connects
            del os.environ[name]
    try:
        return commands[command](rest)
    except (processes.Failed, binaries.Missing, postgres.WrongMajor, PermissionError, Busy) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
