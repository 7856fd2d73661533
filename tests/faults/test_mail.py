"""Mail server refuses, hangs, takes the mail and dies: is nothing lost, and repeated only in the last case?"""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest

aiosmtpd = pytest.importorskip("aiosmtpd", reason="the SMTP server of the fault tests (aiosmtpd) is not installed")

from aiosmtpd.controller import Controller  # noqa: E402

from governance.actions import dates  # noqa: E402
from notices import actions, rules  # noqa: E402
from notices.models import Message, Notice  # noqa: E402
from portfolio.rules import Stage, Verb  # noqa: E402
from tests import factories  # noqa: E402

pytestmark = pytest.mark.django_db
LATER = timedelta(days=2)


class Server:
    """Keeps what it took. `fault`: refuse (451 after the data), hang (never answers), die (takes it, then cuts)."""

    def __init__(self):
        self.taken, self.fault, self.asked = [], "", 0

    async def handle_DATA(self, server, session, envelope):
        self.asked += 1
        if self.fault == "refuse":
            return "451 Try again later"
        if self.fault == "hang":
            await asyncio.sleep(60)
        self.taken.append(envelope.content.decode())
        if self.fault == "die":
            server.transport.abort()
            await asyncio.sleep(60)
        return "250 Taken"

    def ids(self):
        return [line for mail in self.taken for line in mail.splitlines() if line.lower().startswith("message-id:")]


@pytest.fixture
def server(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 1}}}
    settings.MAIL_CONFIGURED = True
    handler.controller = controller
    yield handler
    if controller._thread is not None:
        controller.stop()


@pytest.fixture
def waiting(norwell, by_ana):
    """One mail to Dora, put together."""
    pilot = factories.use_case(norwell, Stage.PILOT)
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    actions.read_on()
    actions.put_together(datetime.now(UTC) + LATER)
    return Message.objects.get()


def later(step=0):
    return datetime.now(UTC) + LATER + timedelta(days=step * 2)


def test_taken_is_sent_once(server, waiting):
    assert [actions.send_due(later()), actions.send_due(later(1))] == [1, 0]
    assert server.ids() == [f"Message-ID: {waiting.message_id}"]


@pytest.mark.parametrize("fault", ["refuse", "hang"])
def test_refused_or_hung_is_tried_again_and_arrives_once(server, waiting, fault):
    server.fault = fault
    began = datetime.now(UTC)
    assert actions.send_due(later()) == 0
    assert datetime.now(UTC) - began < timedelta(seconds=10), "a server that hangs does not hold the worker"
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (Message.WAITING, 1)
    server.fault = ""
    assert actions.send_due(later(1)) == 1
    assert server.ids() == [f"Message-ID: {waiting.message_id}"]


def test_no_server_at_all_loses_nothing(server, waiting):
    server.controller.stop()
    assert actions.send_due(later()) == 0
    server.controller = Controller(server, hostname="127.0.0.1", port=server.controller.port)
    server.controller.start()
    assert actions.send_due(later(1)) == 1
    server.controller.stop()
    assert len(server.taken) == 1


def test_taken_then_dead_is_repeated_with_the_same_id(server, waiting):
    server.fault = "die"
    assert actions.send_due(later()) == 0
    server.fault = ""
    assert actions.send_due(later(1)) == 1
    assert server.ids() == [f"Message-ID: {waiting.message_id}"] * 2


def test_worker_lost_between_sending_and_saying_so_repeats_the_same(server, waiting, monkeypatch):
    monkeypatch.setattr(actions, "_settle", lambda *_, **__: None)  # as kill -9 right after the server's 250
    assert actions.send_due(later()) == 1
    monkeypatch.undo()
    assert actions.send_due(later()) == 0, "still claimed: another worker leaves it alone"
    assert actions.send_due(later() + rules.ABANDONED + timedelta(seconds=1)) == 1
    assert server.ids() == [f"Message-ID: {waiting.message_id}"] * 2


def test_a_mail_that_never_goes_out_is_given_up_and_stays_in_product(server, waiting):
    server.fault = "refuse"
    for step in range(len(rules.RETRY) + 3):
        actions.send_due(later(step))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (Message.FAILED, len(rules.RETRY) + 1)
    assert Notice.objects.still_seen().count() == 1
