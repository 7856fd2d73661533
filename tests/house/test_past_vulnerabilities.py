"""Does each vulnerability that comparable applications had name a test of ours that exists? And those without a home."""

import re
from pathlib import Path

import pytest
from django.test import Client

from config.celery import app
from tests.factories import person

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| (B\d+) \|[^|]+\| (?:`(.+)::(\w+)`|(– .+)) \|$",
    (ROOT / "docs/reference/past-vulnerabilities.md").read_text(),
    re.MULTILINE,
)
ELSEWHERE = ("//evil.example", "/\\evil.example", "/\t/evil.example", "https:evil.example", "https://evil.example/", "javascript:alert(1)")  # fmt: skip
PASSWORD = "seven green kettles"


def test_every_row_is_answered_once():
    assert [row for row, *_ in ROWS] == [f"B{number}" for number in range(1, 35)]
    assert [row for row, path, _, why in ROWS if not path or why] == []


@pytest.mark.parametrize(("path", "test"), sorted({(path, test) for _, path, test, _ in ROWS if path}))
def test_named_test_is_there(path, test):
    assert re.search(rf"^(?:    )?def {test}\(", (ROOT / path).read_text(), re.MULTILINE)


@pytest.fixture
def user(db):
    made = person("ana")
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.mark.parametrize("address", ELSEWHERE)
def test_sign_in_never_leads_to_another_host(user, address):
    answer = Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": address})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_sign_in_leads_on_within_this_host(user):
    """What the test above would also say of a sign-in that ignored `next`."""
    answer = Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": "/me/"})
    assert answer["Location"] == "/me/"


def test_a_forwarded_header_does_not_reset_the_limit(user):
    """Wrong passwords for one account, each claiming to come from somewhere else."""
    said = {"login": user.email, "password": "wrong"}
    for number in range(12):
        Client().post("/accounts/login/", said, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    answer = Client().post(
        "/accounts/login/", said | {"password": PASSWORD}, headers={"X-Forwarded-For": "203.0.113.99"}
    )
    assert answer.status_code != 302, "the right password must wait now, whatever address is claimed"


def test_tasks_speak_json_and_keep_no_result():
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result
