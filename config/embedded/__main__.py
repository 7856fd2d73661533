"""Which command was asked for? `./dev` prepares `.venv` and hands over to this module."""

import sys

USAGE = """usage: ./dev COMMAND
  run [--port N] [--no-demo]   the whole system in the foreground; Ctrl-C stops everything
  test [pytest arguments] [--full]
  manage ARGS                  manage.py against the embedded services
  check                        formatting, lint, types, contracts, migrations, generated documents
  bench [name…]                the benchmarks
  backup [FILE]                a dump of the database and the files
  restore FILE                 put such a dump back"""


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command == "test":
        from . import suite

        return suite.run(rest)
    print(USAGE)
    return 0 if command in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
