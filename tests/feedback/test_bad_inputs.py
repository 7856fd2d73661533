"""Do the bad inputs 1 to 26 of the door get their stated answer from the real server, quickly, and never a 500?"""

import contextlib
import gzip
import http.client
import json
import socket
import statistics
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from feedback import models

GOOD = {"id": "g", "type": "decision", "case": "c", "at": "2026-03-09T12:00:00Z", "action": "accepted"}
OUTCOME = {"id": "o", "type": "outcome", "case": "c", "at": "2026-03-09T12:00:00Z"}
JSON = "application/json"


def body(*events) -> bytes:
    return json.dumps({"events": list(events)}).encode()


def raw(fields: str, kind: str = "outcome") -> bytes:
    """One event with members written by hand."""
    return f'{{"events":[{{"id":"r","type":"{kind}","case":"c","at":"2026-03-09T12:00:00Z",{fields}}}]}}'.encode()


def at(text: str) -> bytes:
    return body(GOOD | {"at": text, "id": text})


def bomb() -> bytes:
    """1 GiB of blanks as gzip: about 1 MB."""
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(b" " * 2**20) for _ in range(1024)]
    return b"".join([*parts, packer.flush()])


# (number in C3, body, content type, status, code of the problem or of the one rejected event, or None)
CASES = [
    (1, raw('"code":"\\u0000"'), JSON, 200, "nul"),
    (2, raw('"code":"\\ud800"'), JSON, 200, "lone_surrogate"),
    (3, b"[" * 100_000, JSON, 400, "too_deep"),
    (4, b'{"events":' + b"[" * 33 + b"]" * 33 + b"}", JSON, 400, "too_deep"),
    (5, raw('"correct":NaN'), JSON, 400, "not_json"),
    (6, raw('"confidence":1e999', "suggestion"), JSON, 200, "out_of_range"),
    (7, raw(f'"confidence":{"9" * 10_000}', "suggestion"), JSON, 200, None),
    (8, raw(f'"confidence":{2**53 + 1}', "suggestion"), JSON, 200, "out_of_range"),
    (10, b'{"events":[{"id":"1","id":"2"}]}', JSON, 400, "duplicate_key"),
    (11, at("2026-03-09T12:00:00"), JSON, 200, "no_zone"),
    (12, at("9999-12-31T23:59:59-23:59"), JSON, 200, "out_of_range"),
    (13, at("0001-01-01T00:00:00+14:00"), JSON, 200, "out_of_range"),
    (14, at("2026-12-31T23:59:60Z"), JSON, 200, "not_a_time"),
    (16, at("2021-03-09T12:00:00Z"), JSON, 200, ""),
    (17, b" " * (4 * 1024 * 1024 + 1), JSON, 413, "too_large"),
    (20, body(GOOD), "text/plain", 415, "unsupported_media_type"),
    (20, body(GOOD).decode().encode("utf-16"), JSON, 400, None),
    (20, b"\xef\xbb\xbf" + body(GOOD), JSON, 400, "not_json"),
    (21, body(), JSON, 400, "empty"),
    (21, body(*[GOOD | {"id": str(n)} for n in range(5_001)]), JSON, 413, "too_many"),
    (21, b'{"events":[' + b",".join([b"0"] * 1_000_000) + b"]}", JSON, 413, None),
    (22, body(GOOD | {"id": ""}), JSON, 200, "empty"),
    (22, body(GOOD | {"id": "x" * 256}), JSON, 200, "too_long"),
    (22, body(GOOD | {"id": "line\nbreak"}), JSON, 200, ""),
    (22, body(GOOD | {"id": "\u202eoverride"}), JSON, 200, ""),
    (22, body(GOOD | {"id": "😀 ../"}), JSON, 200, ""),
    (23, body([]), JSON, 200, "not_an_object"),
    (23, body("text"), JSON, 200, "not_an_object"),
    (23, body(None), JSON, 200, "not_an_object"),
    (23, b"[]", JSON, 400, "not_an_envelope"),
    (24, body(GOOD | {"id": "u", "extra": 1}), JSON, 200, "unknown_field"),
    (26, body(GOOD | {"id": "t", "use_case": "UC-1"}), JSON, 200, "unknown_field"),
]


def numbered(cases):
    return [pytest.param(*case[1:], id=f"C3-{case[0]}-{place}") for place, case in enumerate(cases)]


@pytest.mark.django_db
@pytest.mark.parametrize(("data", "kind", "status", "code"), numbered(CASES))
def test_a_bad_input_gets_its_stated_answer(live, data, kind, status, code):
    """The status, the code, at most two seconds of work, and nothing stored but what was good."""
    headers = {"Authorization": f"Bearer {live.token}"}
    began = time.process_time()
    answer = Client().generic("POST", f"/api/v1/use-cases/{live.id}/feedback/batch/", data, kind, headers=headers)
    taken = time.process_time() - began
    said = answer.json()
    found = said["code"] if answer.status_code != 200 else said["rejected"][0]["code"] if said["rejected"] else ""
    assert answer.status_code == status, said
    assert code is None or found == code, said
    assert models.Key.objects.filter(use_case_id=live.id).count() == (said["created"] if status == 200 else 0)
    assert taken < 2


def post(server, path, data, kind, token, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("POST", path, data, {"Content-Type": kind, "Authorization": f"Bearer {token}", **headers})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, json.loads(said)


class Peak:
    """How much more memory did the server's worker hold at its worst since this was made? Bytes."""

    def __init__(self, server) -> None:
        [self.worker] = self._children(server.process.pid)
        (self.worker / "clear_refs").write_text("5")  # the mark of the most ever held begins anew
        self.before = self._held("VmRSS")

    @staticmethod
    def _children(master: int) -> list[Path]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if int((process / "stat").read_text().rpartition(")")[2].split()[1]) == master:
                    found.append(process)
        return found

    def _held(self, name: str) -> int:
        line = next(line for line in (self.worker / "status").read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024

    def grown(self) -> int:
        return self._held("VmHWM") - self.before


def plain_clients_wait(server, path, token) -> float:
    """Seconds, the median: a client that writes head and body apart, with Nagle on, on one connection."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        taken = []
        for number in range(15):
            data = body(GOOD | {"id": f"plain {uuid4()} {number}"})
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: {len(data)}\r\n"
            began = time.perf_counter()
            line.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
            line.sendall(data)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            said = answer.read()
            taken.append(time.perf_counter() - began)
            assert answer.status == 200, said
    return statistics.median(taken)


@pytest.mark.django_db(transaction=True)
def test_bad_inputs_and_the_plain_client(live_and_server):
    live, server = live_and_server
    path = f"/api/v1/use-cases/{live.use_case.key}/feedback/batch/"
    assert post(server, path, body(GOOD), JSON, live.token)[0] == 200
    peak = Peak(server)
    for number, data, kind, status, _ in CASES:
        began = time.monotonic()
        assert post(server, path, data, kind, live.token)[0] == status, number
        assert time.monotonic() - began < 4, number  # two, on a machine that does nothing else
    print(f"bad inputs: at most {peak.grown() / 1e6:.0f} MB more")
    assert peak.grown() < 150e6
    # 15: eleven minutes ahead of now
    ahead = at((datetime.now(UTC) + timedelta(minutes=11)).isoformat())
    assert post(server, path, ahead, JSON, live.token)[1]["rejected"][0]["code"] == "in_future"
    # 18: a gzip bomb of 1 GB, and a good gzip body
    packed, peak = bomb(), Peak(server)
    assert post(server, path, packed, JSON, live.token, **{"Content-Encoding": "gzip"})[1]["code"] == "too_large"
    print(f"bomb of 1 GiB: at most {peak.grown() / 1e6:.0f} MB more")
    assert peak.grown() < 150e6
    small = gzip.compress(body(GOOD))
    assert post(server, path, small, JSON, live.token, **{"Content-Encoding": "gzip"})[1]["duplicates"] == 1
    # 9: one number spelled twice is the same content; 25: other content is a conflict
    one, other = OUTCOME | {"value": "12.50"}, OUTCOME | {"value": "12.5"}
    assert post(server, path, body(one), JSON, live.token)[1]["created"] == 1
    assert post(server, path, body(other), JSON, live.token)[1]["duplicates"] == 1
    assert post(server, path, body(OUTCOME | {"value": "13"}), JSON, live.token)[1]["conflicts"] != []
    # 22: NFC and NFD are two ids
    both = [GOOD | {"id": "\u00e9"}, GOOD | {"id": "e\u0301"}]
    assert post(server, path, body(*both), JSON, live.token)[1]["created"] == 2
    # 19: a body cut short, one longer than announced, chunked and length together
    told = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nAuthorization: Bearer {live.token}\r\n"
    data = body(GOOD | {"id": "nineteen"})
    for length, more, sent in (
        (len(data) + 40, "", data),
        (len(data) - 5, "", data),
        (len(data), "Transfer-Encoding: chunked\r\n", data),
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
            line.sendall(f"{told}{more}Content-Length: {length}\r\n\r\n".encode() + sent)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(65_536)
            assert not answer.startswith((b"HTTP/1.1 5", b"HTTP/1.1 200")), answer[:200]
    assert not models.Key.objects.filter(event_id="nineteen").exists()
    # The delayed-acknowledgement trap: the server answers a plain client without the 40 ms
    wait = min(plain_clients_wait(server, path, live.token) for _ in range(3))
    print(f"plain client p50 {wait * 1000:.1f} ms")
    assert wait < 0.020, wait  # with the trap each of the three is at least 40 ms
