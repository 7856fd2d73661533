"""Does REST answer, accept, waive, rate, edit many and refuse as the rules say?"""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from feedback.models import Signal
from governance.actions.assess import reassess
from portfolio.models import UseCase
from portfolio.rules import Role, Stage
from readiness.models import Answer, BlockingItem, DataSource, Evidence
from tests.api.conftest import Api, codes, in_days
from tests.factories import settled
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(home, as_ana):
    row = home.use_case(stage=Stage.PILOT, lead=home.ben, sponsor=home.ana)
    UseCase.objects.filter(id=row.id).update(kept_at=row.created_at)
    settled(row)  # what is asked here is readiness
    as_ana.post(f"use-cases/{row.key}/choose-lane/", {"lane": "fast"})
    reassess([row.id])
    return row


def results(answer) -> list[dict]:
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_an_answer_is_drafted_sent_sent_back_accepted(as_ana, as_ben, pilot):
    path = f"use-cases/{pilot.key}/answers/"
    assert [row["state"] for row in results(as_ben.get(path))] == ["not_started"] * 4
    empty = as_ben.post(path, {"part": "1", "text": ""})
    assert (empty.status_code, empty.json()["state"]) == (201, "not_started")
    drafted = as_ben.post(path, {"part": "1", "text": "A draft"})
    assert (drafted.status_code, drafted.json()["state"]) == (201, "draft")
    assert codes(as_ben.post(path, {"part": "2", "text": " ", "submit": True})) == ["empty_answer"]
    sent = as_ben.post(path, {"part": "1", "text": "Letters sorted.", "submit": True}).json()
    assert sent["state"] == "waiting"
    one = f"{path}{sent['id']}/"
    assert as_ben.post(f"{one}accept/").status_code == 409  # the author
    assert as_ana.post(f"{one}send-back/", {"note": "Which letters?"}).json()["state"] == "not_clear"
    assert codes(as_ana.post(f"{one}accept/")) == ["not_waiting"]
    as_ben.post(path, {"part": "1", "text": "Claim letters sorted.", "submit": True})
    assert as_ana.post(f"{one}accept/").json()["state"] == "clear"
    assert as_ben.post(path, {"part": "9", "text": "x"}).status_code == 404
    assert codes(as_ana.post(f"{one}withdraw/")) == ["no_reason"]
    assert as_ana.post(f"{one}withdraw/", {"reason": "Outdated"}).json()["state"] == "not_clear"


def test_an_answer_is_told_as_the_page_tells_it(as_ana, as_ben, home, pilot):
    path = f"use-cases/{pilot.key}/answers/"
    as_ben.post(f"use-cases/{pilot.key}/evidence/", {"part": "1", "url": "https://example.org/plan"})
    as_ben.post(path, {"part": "1", "text": "Letters sorted.", "submit": True})
    fourth = as_ben.post(path, {"part": "4", "text": "Share rewritten.", "submit": True}).json()
    as_ana.post(f"{path}{fourth['id']}/accept/")
    as_ben.post(path, {"part": "2", "text": "A draft"})
    told = {row["part"]: row for row in results(as_ben.get(path))}
    assert (told["1"]["state"], told["1"]["waits_for"], told["1"]["clear"]) == ("waiting", str(home.ana.id), False)
    assert [one["url"] for one in told["1"]["evidence"]] == ["https://example.org/plan"]
    assert (told["4"]["state"], told["4"]["clear"], told["2"]["draft"]) == ("clear", True, "A draft")
    viewer = Api(home.member("vera", Role.VIEWER))
    assert {row["part"]: row["draft"] for row in results(viewer.get(path))} == dict.fromkeys("1234", "")
    Signal.objects.filter(use_case=pilot).update(action="")  # nothing is watched any more
    told = {row["part"]: row for row in results(as_ben.get(path))}
    assert (told["4"]["state"], told["4"]["clear"]) == ("not_clear", False)


def test_a_token_drafts_but_never_accepts(home, as_ana, as_ben, pilot):
    program = Api(token=home.token("readiness:write", "use-cases:read"))
    path = f"use-cases/{pilot.key}/answers/"
    sent = program.post(path, {"part": "1", "text": "From the wiki", "submit": True})
    assert sent.status_code == 201, sent.content
    refused = program.post(f"{path}{sent.json()['id']}/accept/")
    assert (refused.status_code, refused.json()["code"]) == (403, "person_required")
    # the token is Ana's: what it wrote, she wrote
    assert codes(as_ana.post(f"{path}{sent.json()['id']}/accept/")) == ["own_answer"]


def test_an_item_gets_owner_and_date_and_a_stale_change_is_412(as_ana, as_ben, home, pilot):
    path = f"use-cases/{pilot.key}/blocking-items/"
    first = results(as_ben.get(path))[0]
    one = f"{path}{first['id']}/"
    assert as_ben.patch(one, {"due_on": in_days(5)}).status_code == 428
    etag = f'"{first["id"]}-{first["version"]}"'
    done = as_ben.patch(one, {"due_on": in_days(5), "owner": str(home.ben.id)}, if_match=etag)
    assert done.status_code == 200, done.content
    assert done.json()["due_on"] == in_days(5)
    stale = as_ana.patch(one, {"due_on": in_days(9)}, if_match=etag)
    assert (stale.status_code, stale.json()["present"]["due_on"]) == (412, in_days(5))
    foreign = as_ana.patch(one, {"owner": str(uuid.uuid4())}, if_match="*")
    assert foreign.status_code == 400
    assert as_ben.post(f"{path}accept-proposals/").json() == {"changed": 3}
    mine = results(as_ben.get(f"portfolios/{home.portfolio.slug}/blocking-items/?owner=me"))
    assert len(mine) == 4


def test_many_items_at_once_are_all_or_none(as_ana, home, pilot):
    path = f"portfolios/{home.portfolio.slug}/blocking-items/"
    ids = [row["id"] for row in results(as_ana.get(path))]
    wrong = as_ana.post(path, {"items": [*ids, str(uuid.uuid4())], "due_on": in_days(4)})
    assert wrong.status_code == 404
    assert not BlockingItem.objects.exclude(due_on=None).exists()
    assert as_ana.post(path, {"items": ids, "due_on": in_days(4)}).json() == {"changed": 4}
    assert codes(as_ana.post(path, {"items": ids})) == ["nothing_to_change"]


def test_a_waiver_is_asked_by_one_and_approved_by_another(as_ana, as_ben, home, pilot):
    item = BlockingItem.objects.filter(use_case=pilot).first()
    path = f"use-cases/{pilot.key}/blocking-items/{item.id}/waive/"
    assert codes(as_ana.post(path, {"approve": True})) == ["no_waiver_asked"]
    assert codes(as_ana.post(path, {"reason": "x"})) == ["no_end"]
    assert as_ana.post(path, {"reason": "x", "until_on": in_days(5)}).status_code == 200
    assert codes(as_ana.post(path, {"approve": True})) == ["own_waiver"]
    assert as_ben.post(path, {"approve": True}).status_code == 403
    olga = Api(home.member("olga", Role.LEADER))
    assert olga.post(path, {"approve": True}).json()["approved_by"]


def test_one_rating_moves_every_dependent_and_a_defect_closes_everywhere(as_ana, home, pilot):
    other = settled(home.use_case("Other", stage=Stage.PILOT, lead=home.ben))
    UseCase.objects.filter(id=other.id).update(kept_at=other.created_at)
    as_ana.post(f"use-cases/{other.key}/choose-lane/", {"lane": "fast"})
    base = f"portfolios/{home.portfolio.slug}/data-sources/"
    source = as_ana.post(base, {"name": "Archive"}).json()
    for row in (pilot, other):
        need = {"purpose": "Letters", "source": source["id"], "access": "granted"}
        assert as_ana.post(f"use-cases/{row.key}/data-needs/", need).status_code == 201

    def open_codes() -> list[str]:
        reassess([pilot.id, other.id])
        rows = BlockingItem.objects.open().exclude(code="question_not_clear").order_by("use_case_id", "code")
        return list(rows.values_list("code", flat=True))

    assert open_codes() == ["data_not_fit"] * 2
    good = {"accessible": 3, "accurate": 2, "consistent": 3, "governed": 2}
    assert as_ana.post(f"{base}{source['id']}/rate/", good).json()["fitness"] == 2
    assert open_codes() == []
    assert as_ana.post(f"{base}{source['id']}/rate/", good | {"accurate": 1}).json()["fitness"] == 1
    assert open_codes() == ["data_not_fit"] * 2
    as_ana.post(f"{base}{source['id']}/rate/", good)
    defect = as_ana.post(f"{base}{source['id']}/defects/", {"text": "No dates before 2020"}).json()
    assert open_codes() == ["shared_defect"] * 2
    closed = as_ana.post(f"{base}{source['id']}/defects/{defect['id']}/close/", {"asset_name": "Dates, mended"})
    assert closed.json()["asset"]
    assert open_codes() == []
    assert results(as_ana.get(base))[0]["used_by"] == 2


def test_question_sets_go_out_and_in_as_yaml_and_pilots_stay_on_their_version(as_ana, as_ben, home, pilot):
    base = f"portfolios/{home.portfolio.slug}/question-sets/fast/"
    text = as_ana.client.get(f"/api/v1/{base}yaml/").content.decode()
    assert "What are we building?" in text
    changed = text.replace("- code: '4'\n", "- code: '4.1'\n", 1).replace(
        "text: What will we monitor once it is live?", "text: Which signals?", 1
    )
    sent = as_ana.client.post(f"/api/v1/{base}", changed, content_type="application/yaml")
    assert (sent.status_code, sent.json()["version"]) == (201, 2), sent.content
    assert "4.1" in [part["code"] for part in sent.json()["parts"]]
    bomb = "a: &a [x,x]\nb: &b [*a,*a]\nparts: [*b]"
    assert as_ana.client.post(f"/api/v1/{base}", bomb, content_type="application/yaml").status_code == 400
    assert as_ana.client.post(f"/api/v1/{base}", "!!python/object/apply:os.system [x]", content_type="application/yaml").status_code == 400  # fmt: skip
    assert as_ben.post(base, {"parts": []}).status_code == 403
    assert codes(as_ana.post(base, {"parts": [{"code": "9"}]})) == ["unusable_set"]
    assert [row["part"] for row in results(as_ben.get(f"use-cases/{pilot.key}/answers/"))] == ["1", "2", "3", "4"]
    clear(pilot, home.ben)
    as_ana.post(f"use-cases/{pilot.key}/choose-lane/", {"lane": "fast"})
    states = {row["part"]: row["state"] for row in results(as_ben.get(f"use-cases/{pilot.key}/answers/"))}
    assert states == {"1": "clear", "2": "clear", "3": "clear", "4.1": "not_started"}


HOSTILE = [
    ("page.html", b"<script>alert(1)</script>"), ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("poly.pdf", b"<html>%PDF-1.7"), ("evil.png", b"GIF89a<script>"), ("empty.pdf", b""), ("run.exe", b"MZ"), ("a.pdf.html", b"%PDF-1.7"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), HOSTILE)
def test_hostile_files_are_refused_and_leave_nothing(as_ben, pilot, settings, tmp_path, name, content):
    settings.MEDIA_ROOT = tmp_path
    answer = as_ben.client.post(
        f"/api/v1/use-cases/{pilot.key}/evidence/", {"part": "1", "file": SimpleUploadedFile(name, content)}
    )
    assert answer.status_code in (400, 409), answer.content
    assert not Evidence.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_polyglot_is_only_ever_a_download_in_a_sandbox(as_ben, as_ana, pilot, settings, tmp_path, client):
    settings.MEDIA_ROOT = tmp_path
    content = b"%PDF-1.7\n<script>alert(1)</script>"
    name = "<b>ü y‮fdp.pdf"
    made = as_ben.client.post(
        f"/api/v1/use-cases/{pilot.key}/evidence/", {"part": "1", "file": SimpleUploadedFile(name, content)}
    )
    assert made.status_code == 201, made.content
    path = f"/api/v1/use-cases/{pilot.key}/evidence/{made.json()['id']}/file/"
    answer = as_ana.client.get(path)
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/pdf"
    assert client.get(path).status_code == 401
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert "." not in stored[0].name


def test_a_file_that_changed_in_storage_is_said_to_be_broken_and_never_served(as_ben, pilot, settings, tmp_path):
    """Row 65 of the bad inputs: one bit differs."""
    settings.MEDIA_ROOT = tmp_path
    body = {"part": "1", "file": SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 agreed by all")}
    made = as_ben.client.post(f"/api/v1/use-cases/{pilot.key}/evidence/", body).json()
    path = f"use-cases/{pilot.key}/evidence/{made['id']}/file/"
    assert as_ben.get(path).status_code == 200
    stored = next(one for one in tmp_path.rglob("*") if one.is_file())
    kept = stored.read_bytes()
    stored.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert codes(as_ben.get(path)) == ["evidence_broken"]
    page = as_ben.client.get(f"/u/{pilot.key}/evidence/{made['id']}/", follow=True)
    assert b"is not the file that was attached" in page.content
    assert page["Content-Type"].startswith("text/html")
    stored.write_bytes(kept)
    assert as_ben.get(path).status_code == 200


def test_a_failing_row_leaves_no_file(as_ben, pilot, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    from readiness.actions import evidence

    monkeypatch.setattr(evidence.changes, "touched", lambda ids: 1 / 0)
    as_ben.client.raise_request_exception = False
    body = {"part": "1", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    assert as_ben.client.post(f"/api/v1/use-cases/{pilot.key}/evidence/", body).status_code == 500
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_forecast_tells_the_driver_and_what_a_slip_costs(as_ana, as_ben, pilot):
    path = f"use-cases/{pilot.key}/forecast/"
    none = as_ana.get(path).json()
    assert (none["p85"], none["no_date_reason"]) == (None, "4 items without owner or due date")
    as_ben.post(f"use-cases/{pilot.key}/blocking-items/accept-proposals/")
    found = as_ana.get(path).json()
    assert found["p50"] <= found["p85"] <= found["p95"] <= found["if_it_slips"] or found["p85"] <= found["if_it_slips"]
    assert found["driver"]["text"]
    assert found["default_agreed"]["by"] == "forecast"
    assert as_ana.get(f"{path}?days=-1").status_code == 400


def test_the_calendar_opens_by_its_own_key_until_it_is_revoked(as_ana, home, pilot, client):
    as_ana.post(f"use-cases/{pilot.key}/agree-date/", {"agreed_on": in_days(30)})
    path = as_ana.post(f"portfolios/{home.portfolio.slug}/calendar-feed/").json()["path"]
    answer = client.get(path)
    text = answer.content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Go/no-go: Sort mail" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert client.get(path[:-3] + "abc").status_code == 404
    as_ana.delete(f"portfolios/{home.portfolio.slug}/calendar-feed/")
    assert client.get(path).status_code == 404


def test_system_fields_are_not_writable(as_ben, pilot):
    path = f"use-cases/{pilot.key}/answers/"
    for name in ("state", "decided_by", "writers", "author", "version"):
        assert as_ben.post(path, {"part": "1", "text": "x", name: "clear"}).status_code == 400
    assert not Answer.objects.filter(state="clear").exists()
    assert DataSource.objects.count() == 0
