"""Does an act return at once with the broker gone or frozen, and does every status become right afterwards?"""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
from django.db import transaction

from governance import nudge, tasks
from governance.actions.assess import _lock_states
from governance.models import Quarantine
from portfolio.models import Dirty
from portfolio.rules import Stage
from tests import factories
from tests.faults import brokers
from tests.governance.convergence import stale
from tests.threads import beside, blocked, until

pytestmark = pytest.mark.django_db(transaction=True)

CONVERGES = 30.0  # seconds (reliability C0, I4)
AT_ONCE = 1.0  # seconds for an act of three rows; the bound of F10 is 2


@pytest.fixture
def broker(transactional_db, tmp_path, settings, monkeypatch):
    with brokers.broker(tmp_path) as made:
        settings.CELERY_BROKER_URL = made.celery_url
        settings.NUDGE = True
        monkeypatch.setattr(nudge, "_nudger", nudge.Nudger())  # not in the silence that an earlier test caused
        yield made


def _converged() -> bool:
    return not Dirty.objects.exists() and not stale()


def _act(where) -> float:
    """Three pilots in one commit, which nudges; seconds until it returned."""
    began = time.monotonic()
    factories.several(where, 3, Stage.PILOT)
    return time.monotonic() - began


@pytest.mark.parametrize("fault", ["freeze", "kill"])
def test_act_returns_at_once_and_nothing_is_lost(fault, broker, norwell, caplog):
    getattr(broker, fault)()
    slowest = max(_act(norwell) for _ in range(5))
    assert slowest < AT_ONCE
    until(lambda: "nudge_failed" in caplog.text, seconds=3)
    assert Dirty.objects.values("use_case_id").distinct().count() == 15
    assert len(stale()) == 15


@pytest.mark.parametrize("fault", ["freeze", "kill"])
def test_one_message_gives_up_in_a_third_of_a_second(fault, broker):
    getattr(broker, fault)()
    began = time.monotonic()
    with pytest.raises(Exception, match=r"Timeout|connecting"):
        nudge.publish()
    assert time.monotonic() - began < 3 * nudge.TIMEOUT


def test_nudge_alone_makes_a_worker_do_it_also_when_doubled(broker, norwell, tmp_path):
    with brokers.worker(broker, tmp_path):
        _act(norwell)
        for _ in range(5):
            nudge.publish()
        until(_converged, CONVERGES)
    assert Quarantine.objects.count() == 0


def test_sweep_alone_makes_a_worker_do_it(broker, norwell, settings, tmp_path):
    settings.NUDGE = False
    _act(norwell)
    Dirty.objects.update(at=norwell.created_at - timedelta(seconds=60))  # the sweep leaves ten seconds to others
    with brokers.worker(broker, tmp_path), nudge.Connection(broker.celery_url) as connection:
        assert not _converged()
        tasks.sweep_dirty.apply_async(connection=connection, retry=False)
        until(_converged, CONVERGES)


def test_worker_killed_in_the_middle_loses_nothing(broker, norwell, tmp_path):
    """kill -9 of parent and child while the recompute waits for a lock that the test holds."""
    with brokers.worker(broker, tmp_path, "first") as first, transaction.atomic():
        _lock_states([norwell.id])
        with beside(lambda: _act(norwell)):
            until(lambda: blocked() >= 1, CONVERGES)
            first.kill()
            first.popen.wait()
    assert set(Quarantine.objects.values_list("attempts", flat=True)) == {1}, "counted before the work"
    assert len(stale()) == 3
    with brokers.worker(broker, tmp_path, "second"):
        nudge.publish()
        until(_converged, CONVERGES)
    assert Quarantine.objects.count() == 0


@pytest.mark.full
@pytest.mark.parametrize("fault", ["freeze", "kill"])
def test_two_beats_and_a_worker_converge_after_the_broker_is_back(fault, broker, norwell, tmp_path):
    """F09, F10, F17: nothing but the shipped schedule, doubled, mends it."""
    with brokers.worker(broker, tmp_path), brokers.beat(broker, tmp_path), brokers.beat(broker, tmp_path, "other"):
        getattr(broker, fault)()
        assert _act(norwell) < AT_ONCE
        time.sleep(10)
        if fault == "freeze":
            broker.thaw()
        else:
            broker.start()
        took = until(_converged, 120 if fault == "kill" else CONVERGES)
    print(f"converged {took:.1f} s after the broker was back ({fault})")


def test_web_process_publishes_to_the_queue_that_workers_read(broker, tmp_path):
    """A process that only loads Django, as gunicorn's do: Celery's own default queue has no reader."""
    code = "import django; django.setup(); from governance import nudge; nudge.publish()"
    subprocess.run([sys.executable, "-c", code], env=brokers.environment(broker), cwd=tmp_path, check=True)
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        assert (client.llen("quick"), client.exists("celery")) == (1, 0)
