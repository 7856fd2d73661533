"""Is nothing acknowledged lost, nothing counted twice, every count exact, while web and worker are killed again and again?

Eight producers send events in random order, three in ten repeated, one in a hundred with the id of another but other
content, and retry until they are answered. An oracle that shares no code with the application counts from the producers'
own logs. A smoke set on every run; one million events with `--full`.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from benchmarks.feedback_load import make
from feedback import models
from tests.feedback.server import ROOT, Server, database_url
from tests.feedback.test_exactness import assert_equals_oracle

PRODUCERS = 8
CONVERGED = 30.0  # seconds after the last fault, and after the last event
FULL = int(os.environ.get("CONVERGENCE_EVENTS", "1000000"))  # events of the long run
_WORKER = """
import time, django
django.setup()
from feedback import fold
while True:
    fold.fold_all()
    time.sleep(0.2)
"""


class Worker:
    """A process that folds, as the quick queue does, until it is killed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        self.process = subprocess.Popen([sys.executable, "-c", _WORKER], env=environment, cwd=ROOT)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Producer(threading.Thread):
    """Sends its batches, each until it is answered; keeps what was acknowledged."""

    def __init__(self, port: int, path: str, token: str, batches: list[list[dict]]) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.batches = port, path, batches
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.stored: dict[str, dict] = {}  # id → the content that the server said it holds
        self.faults: list[str] = []
        self.retries = self.answered = 0
        self.may_go: Callable[[], bool] = lambda: True

    def run(self) -> None:
        for batch in self.batches:
            while not self.may_go():
                time.sleep(0.005)
            answer = self._until_answered(json.dumps({"events": batch}).encode())
            self.answered += 1
            total = answer["created"] + answer["duplicates"] + len(answer["conflicts"]) + len(answer["rejected"])
            if total != len(batch) or answer["rejected"]:
                self.faults.append(f"{answer}")
            conflicts = {one["index"] for one in answer["conflicts"]}
            for index, event in enumerate(batch):
                if index not in conflicts and self.stored.setdefault(event["id"], event) != event:
                    self.faults.append(f"two contents of {event['id']} were both acknowledged")

    def _until_answered(self, body: bytes) -> dict:
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                line.request("POST", self.path, body, self.headers)
                answer = line.getresponse()
                said = answer.read()
                if answer.status == 200:
                    return json.loads(said)
                if answer.status not in (429, 503):
                    self.faults.append(f"{answer.status} {said[:200]!r}")
                    return {"created": 0, "duplicates": 0, "conflicts": [], "rejected": []}
            except (OSError, http.client.HTTPException):
                pass
            finally:
                line.close()
            self.retries += 1
            time.sleep(0.05)


def load(count: int, seed: int) -> list[dict]:
    """`count` events in random order, three in ten of them repeats, one in a hundred a conflict."""
    draw = random.Random(seed)
    events = make(0, int(count * 0.69), datetime.now(UTC), days=20)
    again = [dict(draw.choice(events)) for _ in range(int(count * 0.3))]
    other = [dict(draw.choice(events)) | {"at": "2026-01-01T00:00:00+00:00"} for _ in range(int(count * 0.01))]
    mixed = events + again + other
    draw.shuffle(mixed)
    return mixed


class Pace:
    """When comes the next fault? Every few seconds; and in a small set at shares of the load, however fast it goes."""

    def __init__(self, producers: list[Producer], batches: int, every: float | None) -> None:
        self.producers, self.every = producers, every
        self.marks = [] if every is not None else list(range(batches // 6, batches - 100, batches // 6))
        self.draw = random.Random(7)
        for one in producers:
            one.may_go = self.may_go

    def may_go(self) -> bool:
        """Nobody runs far ahead of a fault that is still to come: however fast the door is, each fault meets a load."""
        return not self.marks or self.answered < self.marks[0] + 50

    @property
    def answered(self) -> int:
        return sum(one.answered for one in self.producers)

    def wait(self) -> bool:
        """True: now. False: the load is over, or no fault is left."""
        if self.every is not None:
            time.sleep(self.every * self.draw.uniform(0.5, 1.0))
        elif not self.marks:
            return False
        else:
            while self.answered < self.marks[0] and self.going:
                time.sleep(0.01)
            self.marks.pop(0)
        return self.going

    @property
    def going(self) -> bool:
        return any(one.is_alive() for one in self.producers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("count", "size", "every"),
    [(4_000, 2, None), pytest.param(FULL, 500, 4.0, marks=pytest.mark.full)],
    ids=["smoke", "full"],
)
def test_nothing_is_lost_or_counted_twice_while_everything_is_killed(transactional_db, count, size, every, capsys):
    from tests.feedback.conftest import make_live

    live, server, worker = make_live(), Server(), Worker()
    tokens = [live.lend("feedback:write") for _ in range(PRODUCERS)]
    mixed = load(count, seed=20_261_122)
    batches = [mixed[start : start + size] for start in range(0, len(mixed), size)]
    path = f"/api/v1/use-cases/{live.use_case.key}/feedback/batch/"
    server.start()
    worker.start()
    producers = [Producer(server.port, path, token, batches[n::PRODUCERS]) for n, token in enumerate(tokens)]
    pace, kills = Pace(producers, len(batches), every), 0
    for one in producers:
        one.start()
    while pace.wait():
        for victim in (server, worker):
            victim.kill()
            kills += 1
        server.start(wait=False)
        worker.start()
        server.wait_until_ready()  # let some requests through before the next fault
    for one in producers:
        one.join()
    healed = time.monotonic()
    try:
        while models.Pending.objects.filter(use_case_id=live.id).exists():
            assert time.monotonic() - healed < CONVERGED, "not converged"
            time.sleep(0.2)
        converged = time.monotonic() - healed
    finally:
        worker.kill()
        server.stop()
    assert [fault for one in producers for fault in one.faults] == []
    stored: dict[str, dict] = {}
    for one in producers:
        for event_id, event in one.stored.items():
            assert stored.setdefault(event_id, event) == event, "two producers hold different contents"
    keys = set(models.Key.objects.filter(use_case_id=live.id).values_list("event_id", flat=True))
    assert keys == set(stored)
    assert models.Event.objects.filter(use_case_id=live.id).count() == len(stored)
    sent = [event | {"at": datetime.fromisoformat(event["at"])} for event in stored.values()]
    assert_equals_oracle(live.id, sent, date.min, date.max, None)
    assert kills >= 10, "the load was over before the faults began"
    with capsys.disabled():
        retries = sum(one.retries for one in producers)
        print(
            f"\n{len(mixed)} events, {len(stored)} stored, {kills} kills, {retries} retries, converged in {converged:.1f} s"
        )
