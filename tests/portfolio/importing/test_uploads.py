"""Does an import by REST work from upload to undo, and does a killed worker cost only time?"""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portfolio import tasks
from portfolio.actions import imports, jobs, uploads
from portfolio.models import ImportRun, Job, Membership, RememberedMapping, UseCase
from portfolio.rules import Role

CONTENT = b"Name,Farbe,Stage\nA,red,Pilot\nB,blue,Amber\n,green,Deployed\nName,Farbe,Stage\n"
URL = "/api/v1/portfolios/home/imports/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def client(home, ana) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def post(client, path="", body=None):
    return client.post(f"{URL}{path}", json.dumps(body or {}), content_type="application/json")


def send(client, content=CONTENT, name="register.csv", **headers):
    return client.post(URL, {"file": SimpleUploadedFile(name, content)}, headers=headers)


def test_from_upload_to_undo(client):
    made = send(client)
    assert made.status_code == 201, made.content
    run = made.json()["id"]
    assert made["Location"] == f"{URL}{run}/"
    seen = post(client, f"{run}/preview/").json()
    assert seen["unmapped_stages"] == {"Amber": 1}
    assert [(row["row"], row["title"], row["stage"]) for row in seen["rows"]] == [
        (2, "A", "pilot"), (3, "B", "proposed"), (4, "Untitled (row 4)", "production"),
    ]  # fmt: skip
    assert seen["proposals"]["stage"] == {"header": "Stage", "score": 100, "examples": ["Pilot", "Amber", "Deployed"]}
    assert not UseCase.objects.exists()
    seen = post(client, f"{run}/preview/", {"mapping": {"stages": {"Amber": "paused"}}}).json()
    assert seen["report"]["stages"] == {"paused": 1, "pilot": 1, "production": 1}
    begun = post(client, f"{run}/run/")
    assert (begun.status_code, begun.json()["state"]) == (202, "waiting")
    assert post(client, f"{run}/run/").status_code == 409
    tasks.slow_import(begun.json()["id"])
    job = client.get(begun["Location"]).json()
    assert (job["state"], job["text"]) == ("done", "3 created, 0 updated, 0 unchanged, 1 skipped.")
    found = client.get(f"{URL}{run}/").json()
    assert (found["state"], found["report"]["created"]) == ("done", 3)
    assert RememberedMapping.objects.get().mapping == {"stages": {"Amber": "paused"}}
    assert UseCase.objects.get(title="B").stage_left == "pilot"
    assert post(client, f"{run}/undo/").json() == {"deleted": 3, "restored": 0, "left": []}
    assert not UseCase.objects.exists()
    assert send(client).json()["mapping"] == {"stages": {"Amber": "paused"}}
    assert [row["state"] for row in client.get(URL).json()["results"]] == ["uploaded", "undone"]


def test_the_skipped_rows_leave_without_formulas(client):
    run = send(client, b"ID,Name,Stage\n1,A,Pilot\nID,Name,Stage\n=1+1,,Pilot\n=1+1,,Pilot\n").json()["id"]
    post(client, f"{run}/preview/")
    answer = client.get(f"{URL}{run}/skipped.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert rows[:2] == [["row", "code", "text"], ["3", "repeated_header", "The header again, not a use case."]]
    assert {row[1] for row in rows[2:]} == {"repeated_id", "untitled"}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(b"", "a.csv", None), (b"%PDF-1.4", "a.csv", "unknown_format"), (b"PK\x03\x04", "a.csv", "broken_xlsx")],
)
def test_what_cannot_be_read_is_not_kept(client, media, content, name, code):
    answer = send(client, content, name)
    assert answer.status_code == 400
    assert code in (None, answer.json()["errors"][0]["code"])
    assert not ImportRun.objects.exists()
    assert [path for path in Path(media).rglob("*") if path.is_file()] == []


def test_the_size_is_limited_to_the_byte(client, settings):
    settings.LARGEST_UPLOAD = 200_000
    line = b"A,Pilot\n"
    content = b"Name,Stage\n" + line * 24_000
    exact = content + b"x" * (200_000 - len(content))
    assert send(client, exact).status_code == 201
    answer = send(client, exact + b"x")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert ImportRun.objects.count() == 1


def test_a_session_needs_its_csrf_token(home, ana):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    assert send(client).status_code == 403
    client.cookies["csrftoken"] = "a" * 32
    assert send(client, **{"X-CSRFToken": "a" * 32}).status_code == 201


def test_an_upload_with_a_key_is_made_once(client):
    first, again = (send(client, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert send(client, CONTENT + b"C,red,Pilot\n", **{"Idempotency-Key": "k"}).status_code == 422
    assert ImportRun.objects.count() == 1


def test_only_leaders_see_imports(client, home, ana):
    Membership.objects.filter(user=ana).update(role=Role.CONTRIBUTOR)
    assert (client.get(URL).status_code, send(client).status_code) == (403, 403)


@pytest.fixture
def job(home, leader) -> Job:
    run = uploads.upload(by=leader, portfolio=home, file=SimpleUploadedFile("a.csv", CONTENT), name="a.csv")
    return uploads.start(by=leader, run_id=run.id)


def test_a_killed_runner_is_replaced_and_the_work_is_done_once(job, monkeypatch):
    assert jobs.claim(job.id) is not None  # and then it is killed
    uploads.work(job.id)
    assert (UseCase.objects.count(), jobs.waiting()) == (0, [])
    Job.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert jobs.waiting() == [job.id]
    uploads.work(job.id)
    uploads.work(job.id)
    job.refresh_from_db()
    assert (job.state, job.attempts, UseCase.objects.count(), ImportRun.objects.get().state) == ("done", 2, 3, "done")


def test_what_kills_every_runner_ends_as_failed(job):
    Job.objects.update(state=Job.RUNNING, attempts=3, beat_at=timezone.now() - timedelta(minutes=2))
    assert (jobs.waiting(), jobs.give_up()) == ([], 1)
    job.refresh_from_db()
    assert (job.state, ImportRun.objects.get().state) == ("failed", "failed")


def test_a_failure_leaves_nothing_and_may_be_tried_again(job, leader, monkeypatch):
    real = imports.ledger.append
    monkeypatch.setattr(imports.ledger, "append", lambda *args, **kwargs: 1 / 0)
    uploads.work(job.id)
    job.refresh_from_db()
    assert (job.state, UseCase.objects.count(), ImportRun.objects.get().state) == ("failed", 0, "failed")
    monkeypatch.setattr(imports.ledger, "append", real)
    again = uploads.start(by=leader, run_id=job.subject_id)
    uploads.work(again.id)
    assert UseCase.objects.count() == 3


def test_a_leader_no_more_when_the_work_begins(job, ana):
    Membership.objects.filter(user=ana).update(role=Role.VIEWER)
    uploads.work(job.id)
    job.refresh_from_db()
    assert (job.state, UseCase.objects.count()) == ("failed", 0)
    assert "role" in job.text


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_work_is_open(job, monkeypatch):
    seen = []
    create = imports.create

    def watched(portfolio, rows):
        made = create(portfolio, rows)
        beat = jobs.Beat(job, 3)
        beat(2)
        other = jobs.connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT done, total, (SELECT count(*) FROM portfolio_usecase) FROM portfolio_job")
            seen.append(cursor.fetchone())
        other.close()
        beat.close()
        return made

    monkeypatch.setattr(imports, "create", watched)
    uploads.work(job.id)
    assert seen == [(2, 3, 0)]
    assert UseCase.objects.count() == 3
