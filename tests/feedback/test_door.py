"""Does the door answer as promised: stored before 200, problem+json for a bad body, 503 when it cannot store?"""

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import psycopg
import pytest
import redis
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from feedback import door, ingest, limits, models, strict
from portfolio.rules import Actor

BODY = {"events": [{"id": "1", "type": "decision", "case": "c", "at": "2026-03-09T12:00:00Z", "action": "accepted"}]}


@pytest.fixture
def use_case_id(monkeypatch):
    """A use case that whoever knocks may write to; who may is tested where access lives."""
    use_case_id = uuid4()
    monkeypatch.setattr(door, "_enter", lambda request, ref: (use_case_id, Actor("token", id=uuid4()), False))
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


def send(token, ref, events=None, **headers):
    answer = Client(enforce_csrf_checks=True).post(
        f"/api/v1/use-cases/{ref}/feedback/batch/", {"events": events or BODY["events"]},
        content_type="application/json", headers={"Authorization": f"Bearer {token}"} | headers,
    )  # fmt: skip
    return answer, answer.json()


def test_a_token_passes_few_middlewares_and_a_session_all(live, settings):
    place = settings.MIDDLEWARE.index("feedback.straight.Straight")
    assert [name.rpartition(".")[2] for name in settings.MIDDLEWARE[:place]] == [
        "SecurityMiddleware", "WhiteNoiseMiddleware", "RequestId",
    ]  # fmt: skip
    straight, _ = send(live.token, live.id)
    assert straight.headers["X-Content-Type-Options"] == "nosniff"
    assert straight.headers["X-Request-Id"]
    assert straight.headers["Cache-Control"] == "no-store"
    assert int(straight.headers["Content-Length"]) == len(straight.content)
    assert "Content-Security-Policy" not in straight.headers
    usual = Client().post(f"/api/v1/use-cases/{live.id}/feedback/batch/", BODY, content_type="application/json")
    assert "Content-Security-Policy" in usual.headers


@pytest.mark.parametrize("ref", ["UC-1%00", "..", "UC-1/", "%ff", "x" * 300, "UC-1;x"])
def test_an_odd_address_is_no_way_round_the_house(live, ref):
    answer = Client().post(f"/api/v1/use-cases/{ref}/feedback/batch/", BODY, content_type="application/json",
                           headers={"Authorization": f"Bearer {live.token}"})  # fmt: skip
    assert answer.status_code in (400, 404)


def test_a_foreign_host_is_refused_at_the_door_too(live, settings):
    settings.ALLOWED_HOSTS = ["pilotage.example.org"]
    answer = Client().post(f"/api/v1/use-cases/{live.id}/feedback/batch/", BODY, content_type="application/json",
                           headers={"Authorization": f"Bearer {live.token}", "Host": "evil.example"})  # fmt: skip
    assert answer.status_code == 400


def test_a_token_reaches_its_own_use_case_by_id_and_by_key(live):
    for ref in (live.id, live.use_case.key, live.use_case.key.lower()):
        answer, said = send(live.token, ref)
        assert (answer.status_code, said["received"]) == (200, 1)


def test_a_request_asks_who_may_in_one_statement_and_stores_in_one(live, monkeypatch):
    send(live.token, live.id)
    said, execute = [], psycopg.Cursor.execute

    def heard(cursor, statement, *args, **options):
        said.append(str(statement).split()[0])
        return execute(cursor, statement, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", heard)
    with CaptureQueriesContext(connection) as asked:
        send(live.token, live.id, [BODY["events"][0] | {"id": "2"}])
    assert len(asked) == 0  # nothing by Django's own cursors
    assert said == ["SELECT", "WITH"]  # the look at the door, the store


def test_the_door_is_closed_as_the_rules_say(live):
    other = live.lend("use-cases:read", limited=False)
    assert send("apg_live_12345678_x_00000000", live.id)[0].status_code == 401
    assert send(live.token[:-9] + "0" * 9, live.id)[0].status_code == 401
    assert send(other, live.id)[1]["code"] == "not_permitted"
    assert send(live.token, uuid4())[0].content == send(live.token, "UC-999999")[0].content
    assert send(live.token, uuid4())[0].status_code == 404
    nobody = Client().post(f"/api/v1/use-cases/{live.id}/feedback/batch/", BODY, content_type="application/json")
    assert (nobody.status_code, nobody["WWW-Authenticate"]) == (401, 'Bearer realm="Pilotage"')


def test_a_session_needs_its_csrf_token(live):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(live.portfolio.memberships.get(role="leader").user)
    path = f"/api/v1/use-cases/{live.id}/feedback/batch/"
    assert browser.post(path, BODY, content_type="application/json").status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    trusted = browser.post(path, BODY, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert trusted.status_code == 200


def test_a_token_ends_with_its_makers_membership(live):
    live.portfolio.memberships.update(role="viewer")
    assert send(live.token, live.id)[0].status_code == 403
    live.portfolio.memberships.all().delete()
    assert send(live.token, live.id)[0].status_code == 404


def test_a_testing_token_sends_test_events_only(live):
    token = live.lend("feedback:test")
    real, test = BODY["events"][0], BODY["events"][0] | {"id": "t", "test": True}
    _, said = send(token, live.id, [real, test])
    assert (said["created"], [item["code"] for item in said["rejected"]]) == (1, ["only_tests"])
    assert [row.test for row in models.Event.objects.filter(use_case_id=live.id)] == [True]


def test_a_flood_is_answered_429_and_others_are_not_touched(live, monkeypatch):
    monkeypatch.setattr(limits, "PRODUCER", limits.Limit("test", requests=3, seconds=3600))
    statuses = [send(live.token, live.id)[0].status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused, said = send(live.token, live.id)
    assert said["code"] == "too_many_requests"
    assert 0 < int(refused["Retry-After"]) <= 3601
    assert send(live.lend("feedback:write"), live.id)[0].status_code == 200


def test_the_limit_fails_open_and_is_quiet_then(live, monkeypatch):
    asked = []

    def frozen(*args):
        asked.append(args)
        raise redis.TimeoutError("no answer")

    monkeypatch.setattr(limits, "_take", frozen)
    monkeypatch.setattr(limits, "_quiet_until", 0.0)
    assert [send(live.token, live.id)[0].status_code for _ in range(3)] == [200, 200, 200]
    assert len(asked) == 1


def test_the_first_threads_of_a_process_share_one_client(monkeypatch):
    """Two clients would be one too many: the loser's pool is closed under whoever is using it."""
    made = []

    def slow(*args, **options):
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    monkeypatch.setattr(redis.Redis, "from_url", slow)
    limits._client.cache_clear()
    try:
        with ThreadPoolExecutor(8) as threads:
            seen = set(threads.map(lambda _: limits._valkey(), range(8)))
        assert len(made) == len(seen) == 1
    finally:
        limits._client.cache_clear()


@pytest.mark.parametrize(
    "fault", [redis.TimeoutError("no answer"), OSError(), ValueError("I/O operation on closed file.")]
)
def test_no_fault_of_the_counter_refuses_anybody(monkeypatch, fault):
    def broken(*args):
        raise fault

    monkeypatch.setattr(limits, "_take", broken)
    monkeypatch.setattr(limits, "_quiet_until", 0.0)
    assert limits.wait(limits.PRODUCER, "anybody") == 0


def test_a_lease_is_never_more_than_the_window_allows(monkeypatch):
    taken = count(20, 20)
    monkeypatch.setattr(limits, "_take", lambda *args: next(taken))
    limit = limits.Limit("lease", requests=50, seconds=10, lease=20)
    waits = [limits.wait(limit, "one", now=1000.0) for _ in range(52)]
    assert waits.index(next(filter(None, waits))) in range(40, 51)
