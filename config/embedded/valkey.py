"""How is a Valkey of our own started, found alive and stopped?

It carries wake-up hints, caches and rate limits only; the append-only file spares a restart their loss.
"""

from pathlib import Path

import redis

from . import binaries, processes
from .home import socket_folder

START_SECONDS = 30
STOP_SECONDS = 10


class Valkey:
    """One server with its data in `home/valkey` and its socket below `home/run`."""

    def __init__(self, home: Path, log: Path, *, keep: bool = True) -> None:
        self.data = home / "valkey"
        self.log = log
        self.keep = keep
        self.socket = socket_folder(home / "run") / "valkey.sock"
        self.child: processes.Child | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [
            *(
                binaries.find_valkey(),
                "--port",
                "0",
                "--unixsocket",
                self.socket,
                "--unixsocketperm",
                "700",
            ),
            *(
                "--dir",
                self.data,
                "--save",
                "",
                "--appendonly",
                "yes" if self.keep else "no",
            ),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", ""),
        ]
        self.child = processes.start("valkey", command, self.log)
        processes.wait_until(self.answers, self.child, START_SECONDS)

    def answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def stop(self) -> int:
        return self.child.stop(STOP_SECONDS) if self.child else 0
