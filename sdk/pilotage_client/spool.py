"""What waits on disk? One file a batch, written whole, claimed by renaming, gone once it is acknowledged."""

from __future__ import annotations

import os
import time
from pathlib import Path

STALE = 600.0  # seconds after which another process may take what a dead one had claimed


class Spool:
    """Batches of one client, oldest first. Safe for several processes on one folder."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, batch: bytes) -> bool:
        """Keep a batch; False when there is no room for it."""
        if self.size() + len(batch) > self.most_bytes:
            return False
        self._number += 1
        name = f"{time.time_ns():020d}-{os.getpid()}-{self._number}.batch"
        unfinished = self.folder / f".{name}"
        with open(unfinished, "wb") as file:
            file.write(batch)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self.folder / name)
        return True

    def size(self) -> int:
        """Bytes that wait."""
        total = 0
        for path in self.folder.glob("*.batch*"):
            try:
                total += path.stat().st_size
            except OSError:
                continue
        return total

    def claim(self) -> Path | None:
        """The oldest batch, for this process alone; None when nothing waits."""
        for path in sorted(self.folder.glob("*.batch")):
            taken = path.with_name(f"{path.name}-{os.getpid()}")
            try:
                os.rename(path, taken)
                os.utime(taken)
            except OSError:
                continue  # another process was quicker
            return taken
        return self._stale()

    def _stale(self) -> Path | None:
        for path in sorted(self.folder.glob("*.batch-*")):
            owner = int(path.name.rpartition("-")[2])
            try:
                if owner == os.getpid() or (_alive(owner) and time.time() - path.stat().st_mtime < STALE):
                    continue
                taken = path.with_name(f"{path.name.rpartition('-')[0]}-{os.getpid()}")
                os.rename(path, taken)
                os.utime(taken)
            except OSError:
                continue
            return taken
        return None

    def give_back(self, taken: Path) -> None:
        """It was not sent: it waits again, at its old place."""
        os.rename(taken, taken.with_name(taken.name.rpartition("-")[0]))

    def refuse(self, taken: Path) -> None:
        """The server will never take it: kept apart for a person to look at."""
        os.rename(taken, taken.with_name(taken.name.partition(".batch")[0] + ".refused"))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
