"""Does the nudge collapse, end silently, begin again, and survive a fork?"""

import os
import threading
import time

import pytest

from governance import nudge
from tests.threads import PATIENCE, until


@pytest.fixture
def published(monkeypatch):
    """Counts the messages instead of sending them; what the broker does to them is in tests/faults."""
    sent = []
    monkeypatch.setattr(nudge, "publish", lambda: sent.append(time.monotonic()))
    return sent


def test_wakes_collapse_while_one_message_is_under_way(monkeypatch):
    sent, release = [], threading.Event()

    def slow():
        sent.append(1)
        release.wait(PATIENCE)

    monkeypatch.setattr(nudge, "publish", slow)
    nudger = nudge.Nudger()
    nudger.wake()
    until(lambda: len(sent) == 1)
    for _ in range(100):
        nudger.wake()
    release.set()
    until(lambda: len(sent) == 2)
    time.sleep(0.1)
    assert len(sent) == 2


def test_thread_ends_after_a_quiet_time_and_the_next_wake_begins_another(published, monkeypatch):
    monkeypatch.setattr(nudge, "IDLE", 0.05)
    nudger = nudge.Nudger()
    nudger.wake()
    until(lambda: len(published) == 1 and nudger._thread is None)
    nudger.wake()
    until(lambda: len(published) == 2)


def test_no_wake_falls_between_the_last_look_and_the_end_of_the_thread(published, monkeypatch):
    """With no quiet time at all the thread ends after each message: every wake must still be answered."""
    monkeypatch.setattr(nudge, "IDLE", 0.0)
    nudger = nudge.Nudger()
    for expected in range(1, 300):
        nudger.wake()
        until(lambda expected=expected: len(published) >= expected, seconds=3)


def test_failure_is_silent_and_followed_by_a_pause(monkeypatch, caplog):
    monkeypatch.setattr(nudge, "QUIET", 0.3)
    tried = []

    def fails():
        tried.append(time.monotonic())
        raise ConnectionError("gone")

    monkeypatch.setattr(nudge, "publish", fails)
    nudger = nudge.Nudger()
    nudger.wake()
    until(lambda: len(tried) == 1)
    nudger.wake()
    until(lambda: len(tried) == 2)
    assert tried[1] - tried[0] >= 0.29
    assert "nudge_failed ConnectionError" in caplog.text


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_child_forked_while_the_lock_was_held_can_nudge(settings):
    settings.NUDGE = True
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
    with nudge._nudger._start:
        child = os.fork()
        if child == 0:
            nudge.wake()
            os._exit(7)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done, code = os.waitpid(child, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(code) == 7
            return
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    pytest.fail("the child waits for a lock that nobody holds")
