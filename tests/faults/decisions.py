"""Who keeps deciding while things break? Five decisions a second over REST, each retried with its key until answered."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.test import Client

from governance.models import Decision
from ledger import queries
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Stage
from tests.witness import lines

RATE = 5.0  # decisions a second (reliability C2)
_HANDS = 2  # people's browsers, so that a slow answer does not stop the rest
_PATIENCE = 10.0  # seconds for one answer (I7)
_CSRF = "c" * 32
_FREE = frozenset({409, 503})  # in flight elsewhere, or nothing can be stored just now: ask again


class _Hand(threading.Thread):
    """Declines one use case after the other, at its own pace."""

    def __init__(self, load: "Load", mine: Sequence[UUID]) -> None:
        super().__init__(daemon=True)
        self.load, self.mine = load, mine

    def run(self) -> None:
        began = time.monotonic()
        for turn, one in enumerate(self.mine):
            time.sleep(max(0.0, began + turn * _HANDS / RATE - time.monotonic()))
            while not self.load.over.is_set() and not self.load.press(one):
                time.sleep(0.1)


class Load:
    """Declines of `use_cases` by this leader at this port. Afterwards: `status` → how often, `broken`, `replayed`."""

    def __init__(self, port: int, user: User, use_cases: Sequence[UseCase]) -> None:
        client = Client()
        client.force_login(user)
        self.port, self.ids = port, [one.id for one in use_cases]
        session = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.headers = {"Cookie": f"{session}; csrftoken={_CSRF}", "X-CSRFToken": _CSRF,
                        "Content-Type": "application/json"}  # fmt: skip
        self.status: Counter[int] = Counter()
        self.acknowledged: list[UUID] = []
        self.faults: list[str] = []
        self.broken = self.replayed = 0
        self.slowest = 0.0  # seconds
        self.over = threading.Event()
        self.hands = [_Hand(self, self.ids[n::_HANDS]) for n in range(_HANDS)]

    def __enter__(self) -> "Load":
        for hand in self.hands:
            hand.start()
        return self

    def __exit__(self, *fault: object) -> None:
        if fault[0] is not None:
            self.over.set()
        for hand in self.hands:
            hand.join(60)
        self.over.set()

    @property
    def going(self) -> bool:
        return any(hand.is_alive() for hand in self.hands)

    def press(self, one: UUID) -> bool:
        """Ask once; True when no further try is due."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        began = time.monotonic()
        try:
            headers = self.headers | {"Idempotency-Key": f"decline-{one}"}
            line.request("POST", f"/api/v1/use-cases/{one}/decline/", json.dumps({"reason": "Not now."}), headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self.broken += 1
            return False
        finally:
            line.close()
            self.slowest = max(self.slowest, time.monotonic() - began)
        self.status[answer.status] += 1
        self.replayed += answer.getheader("Idempotent-Replayed") == "true"
        if answer.status == 200:
            self.acknowledged.append(one)
            return True
        if answer.status in _FREE and b"wrong_stage" not in said:
            return False
        self.faults.append(f"{answer.status} {said[:200]!r}")
        return True


def assert_each_decided_once(load: Load, where: Portfolio) -> None:
    """I1, I2, I3: acknowledged is stored, once, in a ledger that verifies; nobody saw anything but success or 503."""
    assert load.faults == []
    assert sorted(load.acknowledged) == sorted(load.ids), "somebody was never answered"
    assert load.slowest < _PATIENCE + 1
    assert sorted(Decision.objects.filter(use_case__in=load.ids).values_list("use_case_id", flat=True)) == sorted(
        load.ids
    )
    assert set(UseCase.objects.filter(id__in=load.ids).values_list("stage", flat=True)) == {Stage.DECLINED}
    assert lines(where.id).count("use_case.declined") == len(load.ids)
    assert queries.verified(where.id).ok
