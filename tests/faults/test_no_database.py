"""What is everybody told while the database does not answer: to come back, never that something broke?"""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/api/v1/use-cases/", "application/problem+json")])
def test_a_lost_database_is_503_with_when_to_come_back(ana, monkeypatch, fault, path, kind):
    client = Client(raise_request_exception=False)
    client.force_login(ana)

    def lost(*_):
        raise fault("connection refused")

    monkeypatch.setattr(SessionStore, "load", lost)
    answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer["Content-Type"].startswith(kind)


@pytest.mark.django_db
def test_any_other_fault_stays_a_500(ana, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(ana)
    monkeypatch.setattr(SessionStore, "load", lambda *_: 1 / 0)
    assert client.get("/").status_code == 500
