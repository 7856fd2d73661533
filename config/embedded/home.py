"""Where does this checkout keep its data, sockets and logs, and who is using them?"""

import fcntl
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_SOCKET = 80  # bytes; the kernels' limits are 107 (Linux) and 103 (macOS)


class Busy(RuntimeError):
    """Somebody else holds the lock."""


@dataclass
class Home:
    """The folder `var/` (or PILOTAGE_HOME) and what lies in it."""

    path: Path
    _lock: IO[str] | None = field(default=None, repr=False)

    @classmethod
    def here(cls) -> "Home":
        return cls(Path(os.environ.get("PILOTAGE_HOME") or ROOT / "var").absolute())

    def make(self) -> "Home":
        self.path.mkdir(parents=True, exist_ok=True)
        self.log.mkdir(exist_ok=True)
        self.run.mkdir(mode=0o700, exist_ok=True)
        return self

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    @property
    def pids(self) -> Path:
        return self.run / "pids.json"

    def hold(self, purpose: str) -> None:
        """Take the checkout for ourselves until the process ends, however it ends. Busy names the holder."""
        lock = (self.path / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Busy(self.holder().get("purpose", "starting")) from None
        self._lock = lock
        self.tell(purpose=purpose)

    def tell(self, **facts: str) -> None:
        """Say in the lock file what others need to join us: purpose, database_url, redis_url, url."""
        assert self._lock is not None, "only the holder may write"
        self._lock.seek(0)
        self._lock.truncate()
        json.dump({"pid": os.getpid(), **facts}, self._lock)
        self._lock.flush()

    def holder(self) -> dict:
        """What the present or last holder said; empty while it is still starting."""
        try:
            return json.loads((self.path / "lock").read_text())
        except (OSError, ValueError):
            return {}

    @property
    def held(self) -> bool:
        """Do we hold the lock?"""
        return self._lock is not None

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def socket_folder(wanted: Path) -> Path:
    """`wanted`, made with mode 0700; when a socket in it would have too long a path, a short hashed folder instead."""
    longest = len(os.fsencode(wanted / ".s.PGSQL.5432"))
    if longest > LONGEST_SOCKET:
        digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
        wanted = Path(tempfile.gettempdir()) / f"pilotage-{os.geteuid()}-{digest}"
    wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = wanted.lstat()
    if wanted.is_symlink() or found.st_uid != os.geteuid():
        raise PermissionError(f"{wanted} belongs to someone else; remove it.")
    wanted.chmod(0o700)
    return wanted
