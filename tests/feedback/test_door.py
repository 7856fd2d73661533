"""Does the door answer as promised: stored before 200, problem+json for a bad body, 503 when it cannot store?"""

import gzip
import json
from uuid import uuid4

import pytest
from django.db.utils import OperationalError
from django.test import RequestFactory

from feedback import door, ingest, models, strict

BODY = {"events": [{"id": "1", "type": "decision", "case": "c", "at": "2026-03-09T12:00:00Z", "action": "accepted"}]}


@pytest.fixture
def use_case_id(monkeypatch):
    """A use case that whoever knocks may write to; who may is tested where access lives."""
    use_case_id = uuid4()
    monkeypatch.setattr(door, "_enter", lambda request, ref: (use_case_id, None))
    return use_case_id


def post(body, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = RequestFactory().post("/", data, content_type=headers.pop("kind", "application/json"), headers=headers)
    response = door.batch(request, "UC-1")
    return response, json.loads(response.content)


@pytest.mark.django_db
def test_batch_is_answered_with_what_became_of_it(use_case_id):
    response, answer = post(BODY)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert answer == {"received": 1, "created": 1, "duplicates": 0, "conflicts": [], "rejected": []}
    assert models.Key.objects.filter(use_case_id=use_case_id).count() == 1
    other = {"events": [BODY["events"][0] | {"action": "overridden"}, {"id": "2"}]}
    _, answer = post(gzip.compress(json.dumps(other).encode()), **{"Content-Encoding": "gzip"})
    assert answer["conflicts"] == [{"index": 0, "id": "1"}]
    [rejected] = answer["rejected"]
    assert (rejected["index"], rejected["code"]) == (1, "missing_field")
    assert "type" in rejected["text"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "not_json"),
        (b" " * (strict.BODY_LIMIT + 1), "application/json", 413, "too_large"),
        (BODY, "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_bad_body_is_a_problem_and_stores_nothing(use_case_id, body, kind, status, code):
    response, problem = post(body, kind=kind)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["code"]) == (status, code)
    assert not models.Key.objects.filter(use_case_id=use_case_id).exists()


def test_what_cannot_be_stored_is_not_acknowledged(use_case_id, monkeypatch):
    def full(*args):
        raise OperationalError("no space left on device")

    monkeypatch.setattr(ingest, "store", full)
    response, problem = post(BODY)
    assert (response.status_code, problem["code"], response["Retry-After"]) == (503, "not_stored", "5")
    assert "space" not in response.content.decode()


def test_only_post_is_served(use_case_id):
    assert door.batch(RequestFactory().get("/")).status_code == 405
