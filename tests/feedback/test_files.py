"""Does a file of past decisions come in by REST from upload to page, once, and is every bad one answered plainly?"""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from feedback import page
from feedback.actions import files
from feedback.models import DecisionFile
from ledger.models import Entry
from portfolio.actions import jobs
from portfolio.importing.faults import ImportFault
from portfolio.models import Job
from portfolio.rules import NotPermitted, Refused
from tests import factories

CSV = b"""Claim ID,AI suggestion,Final decision,Reviewed on,Agent
c1,Approve,Approved,31/03/2026 14:00,Maria Schulz
c2,Approve,Rejected,01/04/2026 09:00,Jo
c3,Reject,Rejected,02/04/2026 09:00,Jo
c4,Reject,,02/04/2026 10:00,
,Reject,Rejected,02/04/2026 11:00,Jo
"""


@pytest.fixture(autouse=True)
def _files_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def address(live) -> str:
    return f"/api/v1/use-cases/{live.use_case.key}/feedback/files/"


def handed_in(client, address, content=CSV, name="past.csv", **headers):
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, headers=headers)


def told(client, url, body=None, **headers):
    return client.post(url, json.dumps(body or {}), content_type="application/json", headers=headers)


def test_from_upload_to_the_page_by_a_token(live, address, django_capture_on_commit_callbacks):
    client, bearer = Client(), {"authorization": f"Bearer {live.lend('use-cases:write')}"}
    # The token lent to a program that sends events sees nobody's file.
    sender = {"authorization": f"Bearer {live.token}"}
    assert handed_in(client, address, **sender).status_code == client.get(address, headers=sender).status_code == 403
    made = handed_in(client, address, **bearer)
    assert (made.status_code, made.json()["state"]) == (201, "uploaded"), made.content
    one = made["Location"]
    seen = told(client, one + "preview/", **bearer).json()
    assert seen["report"]["actions"] == {"accepted": 2, "modified": 0, "overridden": 1, "escalated": 0, "undecided": 1}
    assert [(skip["row"], skip["code"]) for skip in seen["report"]["skipped"]] == [(6, "no_case")]
    assert seen["mapping"]["action"]["columns"] == ["AI suggestion", "Final decision"]
    assert seen["examples"]["Agent"] == ["Maria Schulz", "Jo"] and seen["questions"] == []
    assert page.summary(live.id)["suggestions"] == 0  # a dry run
    job = told(client, one + "run/", **bearer)
    assert job.status_code == 202
    assert told(client, one + "run/", **bearer).status_code == 409
    jobs.work(job.json()["id"])
    jobs.work(job.json()["id"])
    done = client.get(one, headers=bearer).json()
    assert (done["state"], done["report"]["created"], done["report"]["cases"]) == ("done", 7, 4)
    said = page.summary(live.id)
    assert (said["suggestions"], said["accepted"], said["overridden"]) == (4, 2, 1)
    assert Entry.objects.filter(event_type="feedback.imported").count() == 1
    row = DecisionFile.objects.get()
    assert not row.file and "Schulz" not in json.dumps(row.report)
    assert client.get(one + "skipped.csv", headers=bearer).content.decode().splitlines()[1].startswith("6,no_case")
    assert [one["id"] for one in client.get(address, headers=bearer).json()["results"]] == [str(row.id)]
    assert told(client, one + "preview/", **bearer).status_code == 409


def test_the_same_file_again_adds_nothing(live):
    for created in (7, 0):
        row = files.upload(by=live.leader, use_case=live.use_case, file=io_file(), name="past.csv")
        files.preview(by=live.leader, row=row)
        files.work(files.start(by=live.leader, file_id=row.id).id)
        row.refresh_from_db()
        assert (row.state, row.report["created"], row.report["conflicts"]) == ("done", created, 0)
        with pytest.raises(ImportFault, match="no longer there"):
            files.look(row)
    assert page.summary(live.id)["suggestions"] == 4


def io_file(content=CSV):
    return SimpleUploadedFile("past.csv", content)


def test_nothing_is_stored_before_a_dry_run_was_seen(live):
    row = files.upload(by=live.leader, use_case=live.use_case, file=io_file(), name="past.csv")
    with pytest.raises(Refused) as refused:
        files.start(by=live.leader, file_id=row.id)
    assert refused.value.reasons[0].code == "not_previewed"
    files.preview(by=live.leader, row=row, given={"case": "Agent", "at": {"value": "some day"}})
    with pytest.raises(Refused) as refused:
        files.start(by=live.leader, file_id=row.id)
    assert refused.value.reasons[0].code == "no_rows" and not Job.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.csv", "empty"), (b"%PDF-1.7 nothing", "x.csv", "unknown_format"), (b"PK\x03\x04 no book", "x.xlsx", "broken_xlsx"),
        (b"case,decision,date\n", "x.csv", "no_rows"), (b"\xd0\xcf\x11\xe0 old", "x.xls", "old_format"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_not_kept(leader, address, content, name, code):
    answer = handed_in(leader, address, content, name)
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["pointer"] == "/file" and code in answer.content.decode()
    assert not DecisionFile.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"mapping": {"case": "Claims"}}, "/mapping/case"), ({"mapping": {"wher": 1}}, "/mapping/wher"),
        ({"mapping": {"case": "Claim ID", "at": "No"}}, "/mapping/at"), ({"mapping": []}, "/mapping"), ({"sheet": "two"}, None),
        ({"mapping": {"case": "Claim ID", "action": {"column": "Final decision", "words": {"x": "y"}}}}, "/mapping/action"),
        ({"map": {}}, "/map"),
    ],
)  # fmt: skip
def test_a_bad_mapping_is_answered_by_its_field(leader, address, body, pointer):
    one = handed_in(leader, address).json()["id"]
    answer = told(leader, f"{address}{one}/preview/", body)
    if pointer is None:  # a CSV has no sheets: nothing to be wrong about
        assert answer.status_code == 200
        return
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


def test_who_may(live, vera, address):
    assert handed_in(vera, address).status_code == 403
    assert handed_in(Client(), address).status_code == 401
    viewer = factories.actor_for(factories.join(live.portfolio, factories.person("vic"), "viewer"))
    with pytest.raises(NotPermitted):
        files.upload(by=viewer, use_case=live.use_case, file=io_file(), name="past.csv")
    assert handed_in(Client(), address, authorization=f"Bearer {live.lend('feedback:read')}").status_code == 403


def test_a_runner_that_dies_costs_only_time(live):
    row = files.upload(by=live.leader, use_case=live.use_case, file=io_file(), name="past.csv")
    files.preview(by=live.leader, row=row)
    job = files.start(by=live.leader, file_id=row.id)
    Job.objects.filter(id=job.id).update(state=Job.RUNNING, attempts=3, beat_at="2026-01-01T00:00Z")
    assert jobs.give_up() == 1
    row.refresh_from_db()
    assert row.state == DecisionFile.FAILED
    files.preview(by=live.leader, row=row)
    files.work(files.start(by=live.leader, file_id=row.id).id)
    assert page.summary(live.id)["suggestions"] == 4


def test_a_role_that_was_lost_meanwhile_stops_the_work(live):
    cleo = factories.join(live.portfolio, factories.person("cleo"), "contributor")
    by = factories.actor_for(cleo)
    row = files.upload(by=by, use_case=live.use_case, file=io_file(), name="past.csv")
    files.preview(by=by, row=row)
    job = files.start(by=by, file_id=row.id)
    live.portfolio.memberships.filter(user=cleo).update(role="viewer")
    files.work(job.id)
    row.refresh_from_db()
    assert row.state == DecisionFile.FAILED and page.summary(live.id)["suggestions"] == 0
