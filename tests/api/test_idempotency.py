"""Is a repeated request answered again, and never done again, whatever happens in between?"""

import threading

import pytest
from django.db import connection, connections

from people.models import User
from portfolio import tasks
from portfolio.api import idempotency
from portfolio.models import IdempotencyKey, Membership, Token, UseCase
from portfolio.rules import Stage
from tests.api.conftest import Api, codes, person, world

NEW = {"portfolio": "home", "title": "Sort mail", "problem": "Slow"}


@pytest.mark.django_db
def test_same_key_and_body_is_answered_again(as_ben, home):
    first = as_ben.post("use-cases/", NEW, Idempotency_Key="k1")
    again = as_ben.post("use-cases/", dict(reversed(NEW.items())), Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["ETag"], again["Location"], again["Idempotent-Replayed"]) == (
        first["ETag"],
        first["Location"],
        "true",
    )
    assert UseCase.objects.count() == 1


@pytest.mark.django_db
def test_same_key_and_other_body_or_path_is_422(as_ana, home):
    as_ana.post("use-cases/", NEW, Idempotency_Key="k1")
    for answer in (
        as_ana.post("use-cases/", NEW | {"title": "Other"}, Idempotency_Key="k1"),
        as_ana.post("portfolios/home/tokens/", NEW, Idempotency_Key="k1"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert UseCase.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_is_not_kept(as_ana, home):
    row = home.use_case(stage=Stage.PAUSED)
    path = f"use-cases/{row.id}/decline/"
    assert codes(as_ana.post(path, {"reason": "r"}, Idempotency_Key="k")) == ["wrong_stage"]
    assert as_ana.post(path, {}, Idempotency_Key="k").status_code == 400
    assert not IdempotencyKey.objects.exists()
    UseCase.objects.filter(id=row.id).update(stage=Stage.PROPOSED)
    assert as_ana.post(path, {"reason": "r"}, Idempotency_Key="k").status_code == 200


@pytest.mark.django_db
def test_keys_belong_to_their_owner(as_ana, as_ben, home):
    tokens = [Api(token=home.token("use-cases:write", "use-cases:read")) for _ in range(2)]
    keys = {caller.post("use-cases/", NEW, Idempotency_Key="k").json()["key"] for caller in (as_ana, as_ben, *tokens)}
    assert len(keys) == 4


@pytest.mark.django_db
def test_whoever_may_no_longer_see_it_gets_no_stored_answer(as_ben, home):
    row = home.use_case()
    path = f"use-cases/{row.id}/"
    assert as_ben.patch(path, {"title": "New"}, If_Match=row.etag, Idempotency_Key="k").status_code == 200
    assert as_ben.patch(path, {"title": "New"}, If_Match=row.etag, Idempotency_Key="k").status_code == 200
    Membership.objects.filter(user=home.ben).delete()
    assert as_ben.patch(path, {"title": "New"}, If_Match=row.etag, Idempotency_Key="k").status_code == 404


@pytest.mark.django_db
def test_a_deletion_is_answered_by_404_afterwards_and_done_once(as_ana, home):
    row = home.use_case()
    assert as_ana.delete(f"use-cases/{row.id}/", If_Match=row.etag, Idempotency_Key="k").status_code == 204
    assert as_ana.delete(f"use-cases/{row.id}/", If_Match=row.etag, Idempotency_Key="k").status_code == 404


@pytest.mark.django_db
def test_a_stored_token_is_unreadable_in_the_database(as_ana, home):
    body = {"name": "CI", "scopes": ["gate:read"]}
    first = as_ana.post("portfolios/home/tokens/", body, Idempotency_Key="k").json()
    assert as_ana.post("portfolios/home/tokens/", body, Idempotency_Key="k").json() == first
    assert Token.objects.count() == 1
    assert b"apg_" not in bytes(IdempotencyKey.objects.get().body)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ключ"])
def test_unusable_keys_are_400(as_ben, home, key):
    answer = as_ben.post("use-cases/", NEW, Idempotency_Key=key)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not UseCase.objects.exists()


@pytest.mark.django_db
def test_old_answers_are_forgotten(as_ben, home):
    as_ben.post("use-cases/", NEW, Idempotency_Key="k")
    assert idempotency.forget_old() == 0
    IdempotencyKey.objects.update(at="2020-01-01T00:00:00Z")
    assert as_ben.post("use-cases/", NEW, Idempotency_Key="k").status_code == 201
    assert UseCase.objects.count() == 2
    IdempotencyKey.objects.update(at="2020-01-01T00:00:00Z")
    tasks.forget_answers()  # what the clock calls
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_in_flight_is_409_and_a_lost_process_frees_it():
    ana = person("ana")
    home = world("home", ana)
    owner = f"user:{ana.id}"
    other = connection.copy()
    try:
        with other.cursor() as cursor:  # a request that has not committed
            other.set_autocommit(False)
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"once:{owner}:k"])
        answer = Api(ana).post("use-cases/", NEW, Idempotency_Key="k")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")
        assert not UseCase.objects.filter(portfolio=home.portfolio).exists()
    finally:
        other.close()  # as kill -9 would
    assert Api(ana).post("use-cases/", NEW, Idempotency_Key="k").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_act_once():
    ana = person("ana")
    world("home", ana)
    callers = [Api(User.objects.get(id=ana.id)) for _ in range(10)]
    start, answers = threading.Barrier(10), []

    def call(caller):
        try:
            start.wait()
            for _ in range(50):
                answer = caller.post("use-cases/", NEW, Idempotency_Key="k")
                if answer.status_code != 409:
                    break
            answers.append((answer.status_code, answer.json().get("key")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=[caller]) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert UseCase.objects.count() == 1
    assert set(answers) == {(201, UseCase.objects.get().key)}
    assert len(answers) == 10
