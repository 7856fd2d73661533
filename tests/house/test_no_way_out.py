"""Is what we say of ourselves true: nothing is sent to an address that somebody names, nobody else vouches for people?

The rows B4, B8, B21 and B27 of docs/reference/past-vulnerabilities.md attack webhooks and identity providers. There are
none; the day one comes, these tests fail, and the tests of those rows are to be written with it.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tests.factories import person
from tests.house import walk

ROOT = Path(__file__).parents[2]
ROOMS = ("adoption", "feedback", "governance", "ledger", "notices", "people", "portfolio", "readiness", "roi", "config")
# What opens a connection by an address, in the standard library and beside it
CLIENTS = {"requests", "httpx", "httpcore", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib", "telnetlib",
           "socket", "smtplib", "poplib", "imaplib", "xmlrpc.client", "asyncio", "pycurl", "websockets"}  # fmt: skip
# Loopback and the mail server of the settings: addresses that the operator names, never somebody who uses the product
OUR_OWN = {
    "config/container.py": {"urllib.request"},
    "config/embedded/supervisor.py": {"socket", "urllib.request"},
    "config/wsgi.py": {"socket"},
    "notices/actions.py": {"smtplib"},
}
INNER = ("http://127.0.0.1:8000/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://2130706433/")


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
    return found & CLIENTS


def test_no_room_can_send_to_an_address_that_a_user_names():
    """B4, B21: no redirect is followed and no name resolved twice, where nothing is fetched at all."""
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(paths) > 300
    found = {path.relative_to(ROOT).as_posix(): clients for path in paths if (clients := _imported(path))}
    assert found == OUR_OWN


def test_the_look_at_imports_would_notice_one(tmp_path):
    for words in (
        "import requests",
        "from urllib import request",
        "import urllib.request as r",
        "from httpx import get",
    ):
        (tmp_path / "one.py").write_text(words)
        assert _imported(tmp_path / "one.py"), words


@pytest.mark.parametrize("url", INNER)
def test_a_link_as_evidence_is_kept_and_never_followed(url, db, monkeypatch, settings):
    """B8: an address that a person typed is text; nobody but the reader's own browser goes there, so no reply is shown."""
    dialled = []
    monkeypatch.setattr("socket.socket.connect", lambda self, address: dialled.append(address))
    monkeypatch.setattr("socket.create_connection", lambda address, *more, **options: dialled.append(address))
    home = walk.world("home", "Home")
    client = Client()
    client.force_login(home.leader, backend="django.contrib.auth.backends.ModelBackend")
    ref = home.values["ref"]
    answer = client.post(
        f"/api/v1/use-cases/{ref}/evidence/",
        {"part": "1", "url": url, "name": "Notes"},
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.content
    shown = client.get(f"/api/v1/use-cases/{ref}/evidence/").json()["results"]
    assert url in {row["url"] for row in shown}
    assert set(shown[0]) & {"status", "body", "headers", "response"} == set()
    assert dialled == []


def test_no_route_takes_an_address_to_call():
    names = {route.name for route in walk.routes()}
    assert [name for name in names if "webhook" in name or "callback" in name] == []


def test_nobody_else_vouches_for_people():
    """B27: no provider, so no address of a provider is believed, verified or not."""
    assert [one.name for one in apps.get_app_configs() if "socialaccount" in one.name or "openid" in one.name] == []
    assert settings.AUTHENTICATION_BACKENDS == [
        "django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend",
    ]  # fmt: skip
    routes = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert [name for name in routes if "social" in name or "openid" in name or "oidc" in name] == []


@pytest.mark.parametrize("said", ["true", "false", "", "1"])
def test_a_claim_of_a_verified_address_signs_nobody_in(db, said):
    """B27: what a provider would post, and headers by which a proxy would vouch."""
    user = person("ana", password="seven green kettles")
    client = Client()
    claim = {"email": user.email, "email_verified": said, "iss": "https://idp.example", "sub": "1", "state": "x"}
    for path in ("/accounts/google/login/callback/", "/accounts/oidc/x/login/callback/", "/accounts/social/signup/"):
        assert client.post(path, claim).status_code == 404
    headers = {"Remote-User": user.email, "X-Forwarded-Email": user.email, "X-Email-Verified": said}
    assert client.get("/me/", headers=headers).status_code == 302
    assert "_auth_user_id" not in client.session
