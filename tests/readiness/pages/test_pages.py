"""Do the pages of readiness show, keep, send, judge and move what they should, also when two write at once?"""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from governance.demo.load import load
from governance.models import Assessment
from people.models import User
from portfolio.models import UseCase
from readiness.models import Answer, AnswerEvent, BlockingItem, DataSource, Evidence

pytestmark = pytest.mark.django_db
QUESTIONS = ("What are we building?", "Where does the data come from?", "When is it ready for production?",
             "What will we monitor once it is live?")  # fmt: skip
HOSTILE = '<img src=x onerror=alert(1)>"{{7*7}}'


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def as_ana(house):
    return signed_in(house.ana)


@pytest.fixture
def as_ben(house):
    return signed_in(house.ben)


def at(house, tail: str = "") -> str:
    return f"/u/{house.row.key}/{tail}"


def test_every_page_of_the_demo_answers(settings, tmp_path):
    settings.PILOTAGE_HOME = tmp_path
    portfolio = load()
    client = signed_in(User.objects.get(email="helena@norwell.example"))
    for row in UseCase.objects.all():
        for tail in ("", "readiness/", "data/"):
            assert client.get(f"/u/{row.key}/{tail}").status_code == 200, (row.title, tail)
    claims = UseCase.objects.get(title="Claims triage assistant")
    page = text_of(client.get(f"/u/{claims.key}/readiness/"))
    for question in QUESTIONS:
        assert question in page
    assert "85 % sure" in page
    assert "waiting for" in page
    assert "By day the team lead. At night?" in page
    for answer in Answer.objects.filter(use_case=claims):
        assert client.get(f"/u/{claims.key}/readiness/{answer.part}/").status_code == 200
    for tail in ("items/", "calendar/", "data/", "data/add/", "lanes/", "lanes/fast/", "forecasts/"):
        assert client.get(f"/p/{portfolio.slug}/{tail}").status_code == 200, tail
    source = DataSource.objects.first()
    assert client.get(f"/p/{portfolio.slug}/data/{source.id}/rate/").status_code == 200


def test_typing_is_saved_and_a_second_writer_loses_nothing(house, as_ana, as_ben):
    draft = at(house, "readiness/1/draft/")
    htmx = {"HX-Request": "true"}
    first = as_ben.post(draft, {"text": "Ben writes", "version": "0"}, headers=htmx)
    assert first.status_code == 200
    again = as_ben.post(draft, {"text": "Ben writes more", "version": "0"}, headers=htmx)
    assert again.status_code == 200  # his own autosave overtook this one
    clash = as_ana.post(draft, {"text": "Ana writes", "version": "0"}, headers=htmx)
    assert clash.status_code == 409
    assert "Ben writes more" in text_of(clash)
    row = Answer.objects.get(use_case=house.row, part="1")
    assert row.draft == "Ben writes more"
    kept = as_ana.post(draft, {"text": "Ana writes", "version": str(row.version)}, headers=htmx)
    assert kept.status_code == 200
    assert AnswerEvent.objects.get(answer=row, act="replaced").text == "Ben writes more"
    assert "Ben writes more" in text_of(as_ben.get(at(house, "readiness/1/")))


def test_an_answer_is_sent_and_judged_on_the_page(house, as_ana, as_ben):
    page = at(house, "readiness/1/")
    refused = as_ben.post(page, {"text": " ", "version": "0"})
    assert refused.status_code == 422
    assert "Write the answer." in text_of(refused)
    assert as_ben.post(page, {"text": HOSTILE, "version": "1"}).status_code == 302
    shown = text_of(as_ana.get(page))
    assert HOSTILE not in shown
    assert "&lt;img src=x" in shown
    assert "{{7*7}}" in shown
    own = as_ben.post(at(house, "readiness/1/judge/"), {"act": "accept"})
    assert own.status_code == 422
    assert "own_answer" in text_of(own) or "does not accept it" in text_of(own)
    assert as_ana.post(at(house, "readiness/1/judge/"), {"act": "back"}).status_code == 422
    back = at(house, "readiness/1/judge/?from=queue")
    assert f'action="{back}"' in as_ana.get(f"{page}?from=queue").content.decode()
    done = as_ana.post(back, {"act": "accept"})
    assert done["Location"] == f"/p/{house.portfolio.slug}/queue/#queue-h", "to what waits next"
    house.settle()
    assert Answer.objects.get(use_case=house.row, part="1").state == "clear"
    assert not BlockingItem.objects.open().filter(use_case=house.row, subject="1").exists()


def test_a_leader_moves_a_due_date_and_sees_forecast_and_slip(house, as_ana, as_ben):
    as_ben.post(at(house, "items/accept/"))
    house.settle()
    before = Assessment.objects.get(use_case=house.row).forecast_p85_on
    item = BlockingItem.objects.open().filter(use_case=house.row, severity="hard").first()
    far = house.today() + timedelta(days=200)
    edit = at(house, f"items/{item.id}/")
    assert (
        as_ana.post(
            edit, {"owner": str(house.ben.id), "due_on": far.isoformat(), "version": str(item.version)}
        ).status_code
        == 302
    )
    house.settle()
    after = Assessment.objects.get(use_case=house.row)
    assert after.forecast_p85_on >= far > before
    assert after.forecast_driver == item.text
    page = text_of(as_ana.get(at(house, "readiness/")))
    assert "If that slips a week" in page
    assert f"due {item.due_on} → {far}" in page  # who moved it, from when to when
    stale = as_ben.post(
        edit, {"owner": str(house.ben.id), "due_on": house.today().isoformat(), "version": str(item.version)}
    )
    assert stale.status_code == 409
    assert "while you were editing" in text_of(stale)
    assert BlockingItem.objects.get(id=item.id).due_on == far


def test_a_file_is_added_and_only_downloaded(house, as_ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    page = at(house, "readiness/1/evidence/")
    refused = as_ben.post(page, {"file": SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")})
    assert refused.status_code == 422
    assert not Evidence.objects.exists()
    assert as_ben.post(page, {"url": "javascript:alert(1)"}).status_code == 422
    as_ben.post(page, {"file": SimpleUploadedFile("plan.pdf", b"%PDF-1.7 plan")})
    found = Evidence.objects.get()
    answer = as_ben.get(at(house, f"evidence/{found.id}/"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(house.cleo).get(at(house, f"evidence/{found.id}/")).status_code == 404


def test_items_are_added_closed_undone_and_waived(house, as_ana, as_ben):
    olga = signed_in(house.olga)
    as_ben.post(at(house, "items/add/"), {"text": "Rehearse", "kind": "test"})
    item = BlockingItem.objects.get(origin="manual")
    as_ben.post(
        at(house, f"items/{item.id}/waiver/"),
        {"reason": "Soon", "until_on": (house.today() + timedelta(days=9)).isoformat()},
    )
    as_ana.post(at(house, f"items/{item.id}/waive/"))
    assert item.waivers.get().approved_by == house.ana
    assert "waived until" in text_of(olga.get(at(house, "readiness/")))
    as_ben.post(at(house, f"items/{item.id}/close/"))
    assert BlockingItem.objects.get(id=item.id).closed_on
    as_ben.post(at(house, f"items/{item.id}/close/"))
    assert BlockingItem.objects.get(id=item.id).closed_on is None


def test_readiness_page_takes_the_same_queries_for_few_and_many_items(house, as_ana, django_assert_max_num_queries):
    path = at(house, "readiness/")
    as_ana.get(path)
    with django_assert_max_num_queries(45) as few:
        as_ana.get(path)
    for number in range(6):
        as_ana.post(at(house, "items/add/"), {"text": f"More {number}", "kind": "test"})
    as_ana.get(path)
    with django_assert_max_num_queries(45) as many:
        as_ana.get(path)
    assert len(many) == len(few)


def test_a_go_with_an_open_item_is_refused_by_page_and_api_with_the_same_codes(house, as_ana, as_ben):
    as_ben.post(at(house, "ask/"), {"kind": "go", "reason": "Ready"})
    page = as_ana.post(at(house, "go/"), {"reason": "r"})
    api = as_ana.post(f"/api/v1/use-cases/{house.row.key}/go/", '{"reason": "r"}', content_type="application/json")
    gate = as_ana.get(f"/api/v1/use-cases/{house.row.key}/gate/").json()
    codes = [reason["code"] for reason in api.json()["reasons"]]
    assert (page.status_code, api.status_code) == (422, 409)
    assert codes == ["question_not_clear"] * 4
    assert [reason["code"] for reason in gate["reasons"]] == [*codes, "no_request"][: len(gate["reasons"])]
    for number in "1234":
        assert f"{number} " in text_of(page)
    assert text_of(page).count("(not started)") >= 4
    assert UseCase.objects.get(id=house.row.id).stage == "pilot"
