"""How do events leave the host without ever disturbing it?

A call puts one event into a bounded queue. A daemon thread makes batches and sends them; on failure a batch goes to the
spool and the thread waits, longer each time. A batch is forgotten only after the server said that it is stored.
"""

from __future__ import annotations

import atexit
import collections
import datetime as dt
import gzip
import http.client
import json
import logging
import os
import random
import tempfile
import threading
import time
import urllib.parse
import weakref
from pathlib import Path
from typing import Any

from .events import Unusable, make
from .spool import Spool

log = logging.getLogger("pilotage_client")

BATCH_EVENTS, BATCH_BYTES = 1_000, 2_000_000
LONGEST_WAIT = 60.0  # seconds between two tries
NEVER = (400, 413, 415)  # the same batch will never be taken; everything else may pass
_SUCCESS = 200


class Client:
    """One use case's line to Pilotage.

    spool: a folder for what could not be sent (default: one below the system's temporary folder). most_queued: events
    in memory; more go to the spool. Beyond both, new events are dropped and counted: memory and disk stay bounded.
    `stats` counts sent, refused, dropped and failures.
    """

    def __init__(
        self, url: str, *, token: str, use_case: str, spool: str | os.PathLike[str] | None = None,
        flush_seconds: float = 0.5, most_queued: int = 10_000, most_spool_bytes: int = 100_000_000, timeout: float = 10.0,
    ) -> None:  # fmt: skip
        parts = urllib.parse.urlsplit(url)
        self._secure, self._host = parts.scheme == "https", parts.netloc
        self._path = (
            f"{parts.path.rstrip('/')}/api/v1/use-cases/{urllib.parse.quote(use_case, safe='')}/feedback/batch/"
        )
        self._token, self._timeout = token, timeout
        self._flush_seconds, self._most_queued = flush_seconds, most_queued
        self._queue: collections.deque[bytes] = collections.deque()
        self._line: http.client.HTTPConnection | None = None
        self._asked, self._idle, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = False
        self.stats: collections.Counter[str] = collections.Counter()
        folder = Path(spool) if spool else Path(tempfile.gettempdir()) / f"pilotage-spool-{_user()}" / use_case
        try:
            self._spool: Spool | None = Spool(folder, most_spool_bytes)
        except OSError as fault:
            log.warning("no spool at %s: %s", folder, fault)
            self._spool = None
        _clients.add(self)

    def suggestion(self, *, case: str, model: str | None = None, summary: str | None = None, confidence: float | None = None,
                   segment: str | None = None, subject: str | None = None, at: dt.datetime | None = None) -> None:  # fmt: skip
        """What the AI proposed in a case. `confidence` is a share, 0 to 1."""
        self._put("suggestion", at, {"case": case, "model": model, "summary": summary, "confidence": confidence,
                                     "segment": segment, "subject": subject})  # fmt: skip

    def decision(self, *, case: str, action: str, reason: str | None = None, note: str | None = None,
                 actor: str | None = None, at: dt.datetime | None = None) -> None:  # fmt: skip
        """What a human did: accepted, modified, overridden, escalated. `actor` is a pseudonym, never a name."""
        self._put("decision", at, {"case": case, "action": action, "reason": reason, "note": note, "actor": actor})

    def outcome(self, *, case: str, correct: bool | None = None, value: Any = None, code: str | None = None,
                at: dt.datetime | None = None) -> None:  # fmt: skip
        """What followed. `correct`: was the AI's suggestion right? `value` in the portfolio's currency."""
        self._put("outcome", at, {"case": case, "correct": correct, "value": value, "code": code})

    def exception(self, *, exception: str, state: str = "opened", case: str | None = None, kind: str | None = None,
                  resolution: str | None = None, at: dt.datetime | None = None) -> None:  # fmt: skip
        """An exception was opened or resolved; its id is yours."""
        self._put("exception", at, {"exception": exception, "state": state, "case": case, "kind": kind,
                                    "resolution": resolution})  # fmt: skip

    def signal(self, *, signal: str, value: Any, at: dt.datetime | None = None) -> None:
        """A value of the monitoring plan: drift, latency, cost, volume."""
        self._put("signal", at, {"signal": signal, "value": value})

    def test(self) -> bool:
        """Send one test event now; True when the server stored it. It turns the light on the page green."""
        try:
            text = make("decision", None, {"case": "test", "action": "accepted", "test": True})
            status, _ = self._post(_envelope([text]), timeout=self._timeout, fresh=True)
        except Exception as fault:
            log.warning("test event not sent: %s", fault)
            return False
        return status == _SUCCESS

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until nothing waits in memory; True when it went out or to the spool in time."""
        ends = time.monotonic() + timeout
        while self._queue or not self._idle.is_set():
            if time.monotonic() > ends:
                return False
            self._wake()
            self._idle.wait(0.05)
        return True

    def close(self, timeout: float = 5.0) -> None:
        """Send what waits; what is left goes to the spool. Called by itself when the process ends."""
        try:
            self._closing = True
            self.flush(timeout)
            while self._queue:
                self._keep(self._batch())
        except Exception:
            log.debug("close failed", exc_info=True)

    # --- the host's side: never raises, never waits

    def _put(self, kind: str, at: dt.datetime | None, given: dict[str, Any]) -> None:
        try:
            text = make(kind, at, given)
        except (Unusable, TypeError, ValueError, AttributeError) as fault:
            self.stats["refused"] += 1
            log.warning("%s not sent: %s", kind, fault)
            return
        try:
            if len(self._queue) >= self._most_queued:
                self.stats["dropped"] += 1
                return
            self._queue.append(text)
            self._idle.clear()
            self._wake()
        except Exception:  # whatever happens here, the host goes on
            self.stats["dropped"] += 1

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="pilotage", daemon=True)
                    self._thread.start()
        self._asked.set()

    # --- the thread's side

    def _run(self) -> None:
        failures = 0
        while True:
            self._asked.wait(timeout=5.0 if failures == 0 else self._pause(failures))
            self._asked.clear()
            if not self._closing and len(self._queue) < BATCH_EVENTS:
                time.sleep(self._flush_seconds)  # let a batch come together
            try:
                failures = self._turn(failures)
            except Exception:
                failures += 1
                log.warning("pilotage_client: a turn failed", exc_info=True)
            if not self._queue:
                self._idle.set()
                if self._closing:  # what is left waits on disk for the next process
                    return

    def _turn(self, failures: int) -> int:
        """Send what waits in memory, then what waits on disk. Answers how often sending failed in a row."""
        while self._queue:
            batch = self._batch()
            if failures and not self._closing:  # the server is away: to disk, without a try for each batch
                self._keep(batch)
            elif not self._sent(batch):
                failures += 1
                self._keep(batch)
        while self._spool is not None and (taken := self._spool.claim()) is not None:
            status, _ = self._try(taken.read_bytes())
            if status == _SUCCESS:
                taken.unlink()
                failures = 0
            elif status in NEVER:
                self._spool.refuse(taken)
            else:
                self._spool.give_back(taken)
                return failures + 1
        return 0

    def _batch(self) -> bytes:
        taken, size = [], 0
        while self._queue and len(taken) < BATCH_EVENTS and size < BATCH_BYTES:
            text = self._queue.popleft()
            taken.append(text)
            size += len(text)
        return _envelope(taken)

    def _sent(self, batch: bytes) -> bool:
        status, _ = self._try(batch)
        if status in NEVER:
            self.stats["refused"] += batch.count(b'"type"')
            log.warning("the server refused a batch with %s", status)
            return True
        return status == _SUCCESS

    def _keep(self, batch: bytes) -> None:
        kept = False
        try:
            kept = self._spool is not None and self._spool.put(batch)
        except OSError as fault:
            log.warning("spool: %s", fault)
        if not kept:
            self.stats["dropped"] += batch.count(b'"type"')

    def _try(self, batch: bytes) -> tuple[int, dict[str, Any]]:
        """(status, answer); status 0 when the server could not be reached."""
        try:
            status, answer = self._post(batch, timeout=self._timeout)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            self._hang_up()
            self.stats["failures"] += 1
            log.info("not sent, will be tried again: %s", fault)
            return 0, {}
        if status == _SUCCESS:
            self.stats["sent"] += answer.get("created", 0) + answer.get("duplicates", 0)
            for one in answer.get("rejected", []):
                self.stats["refused"] += 1
                log.warning("refused: %s (%s)", one.get("text"), one.get("code"))
        else:
            self.stats["failures"] += 1
            log.info("answered %s, will be tried again", status)
        return status, answer

    def _post(self, batch: bytes, timeout: float, fresh: bool = False) -> tuple[int, dict[str, Any]]:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        line = None if fresh else self._line
        if line is None:
            line = kind(self._host, timeout=timeout)
            if not fresh:
                self._line = line
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = batch
        if len(batch) > 2_000:
            body, headers["Content-Encoding"] = gzip.compress(batch, 1), "gzip"
        line.request("POST", self._path, body, headers)
        answer = line.getresponse()
        text = answer.read()
        if fresh or answer.will_close:
            line.close()
            if not fresh:
                self._line = None
        said = json.loads(text) if text[:1] == b"{" else {}
        return answer.status, said if isinstance(said, dict) else {}

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _pause(self, failures: int) -> float:
        longest = min(LONGEST_WAIT, 0.5 * 2 ** min(failures, 10))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads the tries of many hosts)

    def _after_fork(self) -> None:
        """In a child: its own thread and line; what waited belongs to the parent."""
        self._queue.clear()
        self._thread, self._line = None, None
        self._asked, self._idle, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._idle.set()


def _envelope(events: list[bytes]) -> bytes:
    return b'{"events":[' + b",".join(events) + b"]}"


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "all"


_clients: weakref.WeakSet[Client] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for client in list(_clients):
        client.close(timeout=3.0)


def _renew_all() -> None:
    for client in list(_clients):
        client._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
