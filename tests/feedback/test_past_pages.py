"""Can a contributor bring past decisions in through the browser, seeing first what becomes of every row?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import page
from feedback.actions import files
from feedback.models import DecisionFile
from portfolio.models import Job
from tests.feedback.test_files import CSV, SimpleUploadedFile

pytestmark = pytest.mark.django_db
UPLOAD, FILE = 6, 6  # queries of the two pages
WORDS = b"Claim,Decision\n1,approved\n2,denied\n3,approved\n"


@pytest.fixture(autouse=True)
def _files_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def address(live) -> str:
    return f"/u/{live.use_case.key}/feedback/past/"


def handed_in(client, address, content=CSV) -> str:
    answer = client.post(address, {"file": SimpleUploadedFile("past.csv", content)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def text_of(answer) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def work() -> None:
    for job in Job.objects.filter(state=Job.WAITING):
        files.work(job.id)


def test_a_file_that_reads_by_itself(live, leader, address):
    assert "No file was brought in yet." in text_of(leader.get(address))
    one = handed_in(leader, address)
    shown = text_of(leader.get(one))
    for words in ("<dt>Accepted</dt><dd>2</dd>", "<dt>Overridden</dt><dd>1</dd>", "<dt>Undecided</dt><dd>1</dd>",
                  "<b>Row 6</b><span>The row names no case.</span>", "“Approve” was accepted", "events are never deleted",
                  "Import 4 cases", '<option selected value="Claim ID">', "read in UTC"):  # fmt: skip
        assert words in shown, words
    assert page.summary(live.id)["suggestions"] == 0
    assert leader.post(f"{one}start/")["Location"] == one
    assert "Waiting for a worker" in text_of(leader.get(one))
    leader.post(f"{one}start/")  # pressed twice
    assert Job.objects.count() == 1
    work()
    assert leader.get(f"{one}progress/", headers={"HX-Request": "true"})["HX-Redirect"] == one
    done = text_of(leader.get(one))
    assert "4 cases brought in" in done and "<dt>Events new</dt><dd>7</dd>" in done
    assert page.summary(live.id)["accepted"] == 2


def test_words_and_a_day_are_asked_and_the_answers_stay(live, leader, address):
    one = handed_in(leader, address, WORDS)
    shown = text_of(leader.get(one))
    assert "No column says when" in shown and "Import " not in shown.partition("<main")[2].replace("Import past", "")
    said = {"column_case": "Claim", "column_action": "Decision", "how": "words", "day": "2026-03-01"}
    leader.post(one, said)
    shown = text_of(leader.get(one))
    assert "What did “denied” do with the suggestion? <span>1 row</span>" in shown
    assert 'type="date" name="day" value="2026-03-01"' in shown
    leader.post(one, said | {"word_0": "denied", "means_0": "overridden", "word_1": "approved", "means_1": "accepted"})
    shown = text_of(leader.get(one))
    assert "Import 3 cases" in shown and "<dt>Overridden</dt><dd>1</dd>" in shown
    leader.post(f"{one}start/")
    work()
    assert page.summary(live.id)["overridden"] == 1


def test_a_wrong_answer_is_said_and_kept(leader, address):
    one = handed_in(leader, address)
    answer = leader.post(one, {"column_case": "Claim ID", "column_action": "Final decision", "how": "words"})
    assert answer.status_code == 302
    shown = text_of(leader.get(one))
    assert "The row does not say when." in shown and '<option selected value="Claim ID">' in shown
    kept = DecisionFile.objects.get()
    kept.file.delete(save=False)
    assert "Upload it again" in text_of(leader.get(one))


def test_what_a_program_mapped_is_left_alone(live, leader, address):
    one = handed_in(leader, address)
    row = DecisionFile.objects.get()
    given = {"case": {"columns": ["Claim ID", "Agent"]}, "at": "Reviewed on", "where": {"Agent": ["Jo"]},
             "action": {"columns": ["Final decision"], "values": {"Rejected": "overridden"}}}  # fmt: skip
    files.preview(by=live.leader, row=row, given=given)
    assert '<option value="=" selected>Claim ID and Agent</option>' in text_of(leader.get(one))
    leader.post(one, {"column_case": "=", "column_at": "Reviewed on", "how": "kept"})
    row.refresh_from_db()
    assert row.mapping == given


def test_no_file_and_no_table(leader, address):
    assert leader.post(address).status_code == 422
    answer = leader.post(address, {"file": SimpleUploadedFile("x.csv", b"%PDF-1.7")})
    assert answer.status_code == 422 and "neither CSV, XLSX nor JSON" in text_of(answer)
    answer = leader.post(address, {"file": SimpleUploadedFile("x.csv", b"case,decision,date\n")})
    assert answer.status_code == 422 and "holds no row" in text_of(answer)


def test_who_sees_the_way_in(live, leader, vera, address):
    for where in ("feedback/", "connect/"):
        there = f"/u/{live.use_case.key}/{where}"
        assert "Bring in past decisions" in text_of(leader.get(there))
        assert "Bring in past decisions" not in text_of(vera.get(there))
    assert vera.get(address).status_code == 403


def test_queries(leader, address):
    one = handed_in(leader, address)
    for there, most in ((address, UPLOAD), (one, FILE)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            leader.get(there)
        assert len(asked) == most, [query["sql"][:120] for query in asked]
