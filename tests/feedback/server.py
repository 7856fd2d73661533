"""How does a test talk to the web server that people really run: gunicorn, its own processes, this test's database?"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """The address of the database this test works in."""
    from urllib.parse import quote

    settings = connection.settings_dict
    host = settings["HOST"] or ""
    place = quote(host, safe="") if host.startswith("/") else host
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    secret = f":{quote(settings['PASSWORD'])}" if settings["PASSWORD"] else ""
    return f"postgres://{quote(settings['USER'] or '')}{secret}@{place}{port}/{settings['NAME']}"


class Server:
    """gunicorn on a free loopback port; can be killed and started again at the same address."""

    def __init__(self, workers: int = 1, application: str = "config.wsgi:application", **environment: str) -> None:
        self.workers, self.application, self.environment = workers, application, environment
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        options = ["--worker-class", "gthread", "--workers", str(self.workers), "--threads", "8", "--no-control-socket"]
        options += ["--bind", f"fd://{self.listener.fileno()}", "--log-level", "error"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, self.application],
            env=os.environ
            | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
            | self.environment,
            cwd=ROOT,
            pass_fds=[self.listener.fileno()],
            start_new_session=True,
        )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 60) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                with urllib.request.urlopen(f"{self.url}/livez", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def children(self) -> list[int]:
        """The pids of its workers."""
        assert self.process is not None
        pid = self.process.pid
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self) -> None:
        """kill -9 of the master and all its workers."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        self.kill()
        self.listener.close()
