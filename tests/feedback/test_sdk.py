"""Does the client lose nothing while the server is killed, and never disturb its host?"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client as DjangoClient
from django.urls import reverse

from config.client import NAME, VERSION, wheel
from feedback import fold, models, queries
from feedback.events import JSON, read
from tests.feedback.server import ROOT

sys.path.insert(0, str(ROOT / "sdk"))
from pilotage_client import Client
from pilotage_client.events import make

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def client(tmp_path):
    made = Client(NOWHERE, token="t", use_case="UC-1", spool=tmp_path / "spool", flush_seconds=0.01, timeout=1)
    yield made
    made.close(timeout=0.1)


def waiting(folder: Path) -> list[dict]:
    """Events on disk; a file that its sender renames meanwhile is seen at the next look."""
    found = []
    for path in sorted(folder.glob("*.batch*")):
        with contextlib.suppress(FileNotFoundError):
            found += json.loads(path.read_text())["events"]
    return found


def test_what_it_makes_is_what_the_door_takes():
    from datetime import UTC

    texts = [
        make("suggestion", None, {"case": 7, "summary": "x" * 9_000, "confidence": 0.5, "model": None}),
        make("decision", None, {"case": "c", "action": "overridden", "reason": "r" * 99}),
        make("outcome", None, {"case": "c", "correct": None, "value": 1e3}),
        make("exception", None, {"exception": "e", "state": "opened"}),
        make("signal", None, {"signal": "drift", "value": 0.1}),
    ]
    batch = read(b'{"events":[' + b",".join(texts) + b"]}", JSON, "", datetime.now(UTC))
    assert batch.rejected == []
    assert {row.value for row in batch.rows} == {None, "1000", "0.1"}


def test_the_instance_hands_out_a_wheel_that_pip_takes(tmp_path):
    """Installed without an index; what is installed is what stands in `sdk/`, and imports by itself."""
    answer = DjangoClient().get(reverse("client"))
    assert (answer.status_code, answer.content) == (200, wheel())
    file = tmp_path / NAME
    file.write_bytes(answer.content)
    there = tmp_path / "there"
    install = ["-m", "pip", "install", "--no-index", "--no-deps", "--target", str(there), str(file)]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    told = "import pilotage_client as p; print(p.__file__, p.__version__, p.Client.__name__)"
    said = subprocess.run([sys.executable, "-c", told], cwd=there, env={"PYTHONPATH": str(there)}, check=True,
                          capture_output=True, text=True).stdout.split()  # fmt: skip
    assert said == [str(there / "pilotage_client" / "__init__.py"), VERSION, "Client"]
    assert list(there.glob("*.dist-info/METADATA"))


def test_the_host_is_never_disturbed(client, tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    slowest = 0.0
    for wrong in ({"case": ""}, {"case": "x" * 300}, {"case": "\ud800"}, {"case": "c", "at": datetime(2026, 1, 1)},
                  {"case": "c", "confidence": float("nan")}, {"case": "c", "confidence": object()}):  # fmt: skip
        client.suggestion(**wrong)
    assert client.stats["refused"] == 6
    for number in range(2_000):
        began = time.perf_counter()
        client.decision(case=str(number), action="accepted")
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 0.2
    client.close(timeout=0.5)
    deadline = time.monotonic() + 10
    while len(waiting(tmp_path / "spool")) < 2_000 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len({event["id"] for event in waiting(tmp_path / "spool")}) == 2_000


def test_memory_and_disk_are_bounded(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    small = Client(NOWHERE, token="t", use_case="UC-1", spool=tmp_path / "s", flush_seconds=30, most_queued=100,
                   most_spool_bytes=5_000)  # fmt: skip
    for number in range(1_000):
        small.decision(case=str(number), action="accepted")
    assert len(small._queue) == 100
    assert small.stats["dropped"] == 900
    small.close(timeout=0.1)
    assert sum(path.stat().st_size for path in (tmp_path / "s").iterdir()) <= 5_000


def test_it_runs_on_the_oldest_python_it_promises():
    """Nothing newer than 3.9 stands in its syntax."""
    import ast

    for path in (ROOT / "sdk").rglob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 9))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_while_the_server_is_killed_and_restarted(live_and_server, tmp_path):
    live, server = live_and_server
    spool = tmp_path / "spool"
    client = Client(
        server.url, token=live.token, use_case=live.use_case.key, spool=spool, flush_seconds=0.02, timeout=5
    )
    assert client.test()
    for number in range(900):
        client.suggestion(case=str(number), model="r 1")
        client.decision(case=str(number), action="overridden" if number % 3 == 0 else "accepted", reason="r")
        if number in (250, 550):
            client.flush(0.05)
            server.kill()
        if number in (400, 700):
            server.start(wait=False)
        time.sleep(0.002)
    server.wait_until_ready()
    deadline = time.monotonic() + 60
    while models.Key.objects.filter(use_case_id=live.id).count() < 1_801 and time.monotonic() < deadline:
        client.flush(1)
        time.sleep(0.2)
    client.close()
    fold.fold(live.id)
    said = queries.summary(live.id)
    assert (said["suggestions"], said["decided"], said["overridden"]) == (900, 900, 300)
    assert client.stats["dropped"] == client.stats["refused"] == 0
    assert list(spool.glob("*.batch*")) == []


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_leaves_what_it_could_not_send_to_the_next(live_and_server, tmp_path):
    live, server = live_and_server
    code = (
        "import sys; from pilotage_client import Client\n"
        "p = Client(sys.argv[1], token=sys.argv[2], use_case=sys.argv[3], spool=sys.argv[4], timeout=1)\n"
        "[p.decision(case=str(n), action='accepted') for n in range(50)]\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "sdk")}
    for url in (NOWHERE, server.url):
        command = [sys.executable, "-c", code, url, live.token, live.use_case.key, str(tmp_path / "spool")]
        subprocess.run(command, env=environment, check=True, timeout=60)
    next_one = Client(server.url, token=live.token, use_case=live.use_case.key, spool=tmp_path / "spool", timeout=5)
    next_one.decision(case="last", action="accepted")
    deadline = time.monotonic() + 30
    while models.Key.objects.filter(use_case_id=live.id).count() < 101 and time.monotonic() < deadline:
        next_one.flush(1)
        time.sleep(0.2)
    assert models.Key.objects.filter(use_case_id=live.id).count() == 101
