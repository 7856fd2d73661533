"""What must be true of the database and the static files before the web starts?

Run as a child of the supervisor, once per start: back up if there is something to lose, migrate, collect static files,
load the demo into an empty instance, and write down its logins.
"""

import contextlib
import hashlib
import io
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

from . import backup
from .home import Home


def main(arguments: list[str]) -> int:
    django.setup()
    home = Home.here().make()
    migrate(home)
    collect(home)
    demo(home, load="--no-demo" not in arguments)
    return 0


def migrate(home: Home) -> None:
    """Apply what is not yet applied; before touching a database that holds something, dump it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if executor.loader.applied_migrations:
        print("Backup before migrating:", backup.before_migrating(home))
    with connection.cursor() as cursor:  # the limit for requests; a migration may take its time
        cursor.execute("SET statement_timeout = 0")
    call_command("migrate", interactive=False, verbosity=1)


def collect(home: Home) -> None:
    """Collect static files when any of them changed."""
    from django.contrib.staticfiles.finders import get_finders

    state = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            state.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = home.run / "static-stamp"
    collected = Path(settings.STATIC_ROOT).is_dir()
    if collected and stamp.exists() and stamp.read_text() == state.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state.hexdigest())


def demo(home: Home, *, load: bool) -> None:
    """Load the demo into an instance without people; keep its logins for the supervisor to print."""
    from django.contrib.auth import get_user_model

    logins = home.run / "demo-logins.txt"
    logins.unlink(missing_ok=True)
    if not load or "load_demo" not in get_commands():
        return
    if not get_user_model()._default_manager.exists():
        call_command("load_demo")
    said = io.StringIO()
    with contextlib.suppress(CommandError):  # an instance without the demo has no logins to show
        call_command("load_demo", "--logins", stdout=said)
        logins.touch(mode=0o600)
        logins.write_text(said.getvalue())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
