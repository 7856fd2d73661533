"""Where do containers get their secrets, and how is one asked whether it is well?

No secret is shipped: the first start makes them in a volume. `python -m config.container make-secrets FOLDER` makes
what is missing, `… make-ledger-key FILE` the key that signs checkpoints; `… run COMMAND…` (the image's entry point) hands them to a process as environment; `… healthy ROLE`
exits 0 when that role serves.
"""

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

FOLDER = Path(os.environ.get("SECRETS_FOLDER", "/secrets"))
NAMES = ("secret-key", "database-password", "broker-password")
BEAT_SILENCE = 600  # seconds; beat writes its schedule file every three minutes


def make_secrets(folder: Path) -> None:
    """Make each missing secret; what exists is never changed, so a restart signs nobody out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        _write_once(folder / name, secrets.token_urlsafe(64))
    # The server reads its password from a file, so that no process list shows it.
    password = (folder / "broker-password").read_text()
    _write_once(folder / "valkey.conf", f"requirepass {password}\n")


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all; readable by the other containers that mount the volume, whatever their user."""
    if path.exists():
        return
    part = path.with_suffix(".part")
    part.write_text(text)
    part.chmod(0o644)
    part.replace(path)


def environment(base: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment of a process: `base`, completed by what the secrets say. A value already set wins."""
    made = dict(base)
    try:
        key, database, broker = ((folder / name).read_text().strip() for name in NAMES)
    except FileNotFoundError:
        return made  # an operator who brings the whole environment needs no volume
    database_host, broker_host = base.get("DATABASE_HOST", "database"), base.get("BROKER_HOST", "broker")
    made.setdefault("SECRET_KEY", key)
    made.setdefault("DATABASE_URL", "postgres://pilotage:" + f"{database}@{database_host}:5432/pilotage")
    made.setdefault("REDIS_URL", "redis://:" + f"{broker}@{broker_host}:6379/0")
    return made


def make_ledger_key(path: Path) -> str:
    """The key of the ledger's checkpoints, made once; its public half, which whoever verifies must keep."""
    from ledger import keys

    if not path.exists():
        keys.create(path)
    return keys.read(path, "").public_hex


def web_healthy(path: str = "/readyz") -> bool:
    """Asks as the proxy in front would: with an allowed host name, over what counts as https."""
    host = next(iter(filter(None, os.environ.get("ALLOWED_HOSTS", "").split(","))), "localhost")
    request = urllib.request.Request(
        f"http://127.0.0.1:8000{path}", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def worker_healthy(queue: str) -> bool:
    """Does this container's worker answer a ping through the broker?"""
    name = f"{queue}@{os.uname().nodename}"
    command = ["celery", "--app", "config.celery:app", "inspect", "ping", "--destination", name, "--timeout", "5"]
    return subprocess.run([sys.executable, "-m", *command], capture_output=True, check=False).returncode == 0


def beat_healthy(schedule: Path) -> bool:
    try:
        return time.time() - schedule.stat().st_mtime < BEAT_SILENCE
    except FileNotFoundError:
        return False


def main(arguments: list[str]) -> int:
    match arguments:
        case ["make-secrets", folder]:
            make_secrets(Path(folder))
            return 0
        case ["make-ledger-key", path]:
            print(f"Public half of the ledger's key: {make_ledger_key(Path(path))}")  # noqa: T201
            return 0
        case ["run", *command] if command:
            os.execvpe(command[0], command, environment(dict(os.environ), FOLDER))  # noqa: S606
        case ["healthy", *role]:
            os.environ.update(environment(dict(os.environ), FOLDER))
            match role:
                case ["web"]:
                    return 0 if web_healthy() else 1
                case ["worker", queue]:
                    return 0 if worker_healthy(queue) else 1
                case ["beat", schedule]:
                    return 0 if beat_healthy(Path(schedule)) else 1
    print(__doc__, file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
