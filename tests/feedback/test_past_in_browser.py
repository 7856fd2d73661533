"""Does the whole way of a file of past decisions hold in a real browser, by keyboard, accessible at every width?"""

import threading

import pytest
from django.db import connection

from feedback import page as pictures
from feedback.actions import files
from portfolio.models import Job
from tests.feedback import test_in_browser
from tests.feedback.conftest import make_live
from tests.feedback.test_in_browser import looked_at

CSV = b"""claim no,AI suggestion,Final decision,Agent
1,approve,approved,Maria
2,approve,denied,Jo
3,deny,denied,Jo
4,deny,sent back,Jo
,deny,denied,Jo
"""
page = test_in_browser.page


@pytest.fixture(autouse=True)
def _files_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def live(transactional_db):
    return make_live()


def work() -> None:
    """The worker's part, as a worker does it: on a connection of its own."""

    def do() -> None:
        try:
            for job in Job.objects.filter(state=Job.WAITING):
                files.work(job.id)
        finally:
            connection.close()

    worker = threading.Thread(target=do)
    worker.start()
    worker.join(30)


def test_from_the_feedback_page_to_the_result(live, page):
    key = live.use_case.key
    page.goto(f"{page.base}/u/{key}/feedback/")
    page.get_by_role("link", name="Bring in past decisions").click()
    assert looked_at(page, f"/u/{key}/feedback/past/", "past-upload") == []
    page.get_by_label("Your spreadsheet").set_input_files({"name": "past.csv", "mimeType": "text/csv", "buffer": CSV})
    page.get_by_role("button", name="Upload and look").click()
    page.get_by_text("No column says when").wait_for()
    page.get_by_label("Day for all rows").fill("2026-03-01")
    page.get_by_role("button", name="Count again").press("Enter")
    page.get_by_role("button", name="Import 4 cases").wait_for()
    asked = page.get_by_role("group", name="What did “sent back” do with the suggestion?")
    asked.get_by_role("radio", name="escalated").press("Space")
    page.get_by_role("button", name="Count again").press("Enter")
    page.get_by_role("button", name="Import 4 cases").wait_for()
    assert asked.get_by_role("radio", name="escalated").is_checked()
    assert looked_at(page, page.url.partition("#")[0].removeprefix(page.base), "past-file") == []
    page.get_by_role("button", name="Import 4 cases").press("Enter")
    page.get_by_text("you may leave this page").wait_for()
    work()
    page.get_by_role("heading", name="4 cases brought in").wait_for()
    assert looked_at(page, page.url.removeprefix(page.base), "past-done") == []
    page.get_by_role("link", name="Look at the feedback").click()
    page.wait_for_url("**/feedback/?period=all")
    said = pictures.summary(live.id)
    assert (said["accepted"], said["overridden"], said["escalated"]) == (2, 1, 1)
