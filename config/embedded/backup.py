"""How is everything worth keeping put into one file, and how does it come back?

A backup is a tar: `database.dump` (pg_dump, custom format), `files/` (uploads), `manifest.json`. A bare dump, as made
before each migration, restores as well. A restore fills a new database and swaps names only when it is complete.
"""

import datetime
import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from . import binaries, processes, services
from .home import Busy, Home
from .postgres import run_tool

KEPT = 10  # dumps made before migrations; older ones are removed


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")


def dump(database_url: str, target: Path) -> Path:
    """Write the database to `target` in custom format; a broken attempt leaves no file of that name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.touch(mode=0o600)
    options = ["--format=custom", "--no-owner", f"--file={part}", f"--dbname={database_url}"]
    run_tool(binaries.find_postgres_bin(), "pg_dump", *options)
    part.replace(target)
    return target


def before_migrating(home: Home) -> Path:
    """A dump of the database the environment names, below `backups/`."""
    made = dump(os.environ["DATABASE_URL"], home.backups / f"before-migrate-{_now()}.dump")
    for old in sorted(home.backups.glob("before-migrate-*.dump"))[:-KEPT]:
        old.unlink()
    return made


def backup(arguments: list[str]) -> int:
    """`./dev backup [FILE]`: database and uploaded files, also while the system runs."""
    home = Home.here().make()
    target = Path(arguments[0]).absolute() if arguments else home.backups / f"pilotage-{_now()}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with services.for_a_call("backup") as used, tempfile.TemporaryDirectory(prefix="pilotage-") as scratch:
        database = dump(used.database_url, Path(scratch) / "database.dump")
        manifest = Path(scratch) / "manifest.json"
        manifest.write_text(json.dumps({"made_at": datetime.datetime.now(datetime.UTC).isoformat(), "format": 1}))
        part.touch(mode=0o600)
        with tarfile.open(part, "w") as archive:
            archive.add(manifest, "manifest.json")
            archive.add(database, "database.dump")
            # After the database: a file named by a row was there before the row, and files are never rewritten.
            if (home.path / "files").is_dir():
                archive.add(home.path / "files", "files")
    part.replace(target)
    print(target)
    return 0


def restore(arguments: list[str]) -> int:
    """`./dev restore FILE`: put a backup in place of the present data. Refuses while the system runs."""
    if len(arguments) != 1:
        print("usage: ./dev restore FILE")
        return 2
    source = Path(arguments[0]).absolute()
    home = Home.here().make()
    try:
        home.hold("restore")
    except Busy as busy:
        raise processes.Failed(f"`./dev {busy}` is using {home.path}; stop it first.") from None
    try:
        with tempfile.TemporaryDirectory(prefix="restore-", dir=home.path) as scratch:
            database, files = _unpack(source, Path(scratch))
            processes.end_leftovers(home.pids)
            used = services.start(home.path, home.log, pids=home.pids)
            try:
                _load(used, database)
            finally:
                used.stop()
                home.pids.unlink(missing_ok=True)
            if files:
                _swap_files(home.path / "files", files)
    finally:
        home.release()
    print(f"Restored {source}.")
    return 0


def _unpack(source: Path, scratch: Path) -> tuple[Path, Path | None]:
    """(the dump, the folder of files or None)."""
    if not tarfile.is_tarfile(source):
        return source, None
    with tarfile.open(source) as archive:
        archive.extractall(scratch, filter="data")
    files = scratch / "files"
    return scratch / "database.dump", files if files.is_dir() else None


def _load(used: services.Services, database: Path) -> None:
    """Into a database of our own: restore beside, then swap names. Into a named server: one transaction."""
    tools = binaries.find_postgres_bin()
    if used.postgres is None:
        options = ["--no-owner", "--clean", "--if-exists", "--single-transaction", f"--dbname={used.database_url}"]
        run_tool(tools, "pg_restore", *options, database)
        return
    with psycopg.connect(used.postgres.url("postgres"), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS pilotage_restored WITH (FORCE)")
        server.execute("CREATE DATABASE pilotage_restored TEMPLATE template0")
        target = used.postgres.url("pilotage_restored")
        run_tool(tools, "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", database)
        aside = sql.Identifier(f"pilotage_until_{_now()}")
        with server.transaction():
            server.execute(sql.SQL("ALTER DATABASE pilotage RENAME TO {}").format(aside))
            server.execute("ALTER DATABASE pilotage_restored RENAME TO pilotage")
    print("The former database is kept as", aside.as_string())


def _swap_files(place: Path, restored: Path) -> None:
    """The restored files take the place; the former ones are set aside, not deleted."""
    if place.exists():
        place.rename(place.with_name(f"files-until-{_now()}"))
    shutil.move(restored, place)
