"""Does evidence never run, do hostile names survive, and does an upload that breaks off leave nothing behind?"""

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.models import UseCase
from readiness.models import Answer, Evidence
from tests.readiness.pages.test_in_browser import row, sign_in  # noqa: F401 — the same pilot

PDF = b"%PDF-1.7\n"
SCRIPT = b"<script>document.title='ran'; fetch('/ran/')</script>"
NAMES = [
    "<img src=x onerror=alert(1)>.pdf", "a\"; filename=b.html;\".pdf", "..\\..\\windows\\system.pdf", "../../etc/passwd.pdf",
    "a\r\nSet-Cookie: x=1.pdf", "\u202efdp.exe.pdf", "Übersicht – 中文 🎉.pdf", "x" * 500 + ".pdf", "a.html.pdf",
]  # fmt: skip


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def attach(client: Client, use_case: UseCase, name: str, content: bytes):
    said = {"file": SimpleUploadedFile("x", content)}
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")  # as browsers send these
    said["file"]._name = escaped  # else SimpleUploadedFile would tidy it
    return client.post(f"/u/{use_case.key}/readiness/1/evidence/", said)


@pytest.fixture
def ben(row, settings, tmp_path) -> Client:  # noqa: F811
    settings.MEDIA_ROOT = tmp_path / "kept"
    client = Client()
    client.force_login(row.lead)
    return client


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_survive_page_and_download(ben, row, name):  # noqa: F811
    assert attach(ben, row, name, PDF).status_code == 302
    found = Evidence.objects.get()
    assert found.name.endswith("pdf")
    assert not set(found.name) & set('/\\"<>\r\n\u202e')
    page = ben.get(f"/u/{row.key}/readiness/1/").content.decode()
    assert "<img src=x" not in page
    answer = ben.get(f"/u/{row.key}/evidence/{found.id}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"]
    assert not answer.cookies
    assert answer["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("name", "content"),
    [("p.html", SCRIPT), ("p.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='fetch(1)'/>"), ("p.pdf", SCRIPT + PDF),
     ("p.png", b"GIF89a" + SCRIPT), ("p.xhtml", SCRIPT), ("p.pdf.svg", PDF), ("p.txt", b"\x00" + SCRIPT), (".pdf", PDF)],
)  # fmt: skip
def test_what_could_run_is_refused_and_leaves_nothing(ben, row, settings, name, content):  # noqa: F811
    answer = attach(ben, row, name, content)
    assert answer.status_code == 422
    assert 'data-code="file_type"' in answer.content.decode()
    assert not Evidence.objects.exists()
    assert files(settings.MEDIA_ROOT) == []


@pytest.mark.parametrize(
    ("name", "content"), [("p.pdf", PDF + SCRIPT), ("p.txt", SCRIPT), ("p.csv", b"=cmd()\n" + SCRIPT)]
)
def test_a_polyglot_is_downloaded_and_never_runs_in_a_browser(ben, row, live_url, browser_page, name, content):  # noqa: F811
    assert attach(ben, row, name, content).status_code == 302
    page, asked = browser_page, []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, live_url, "ben")
    page.goto(f"{live_url}/u/{row.key}/readiness/1/")
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    assert Path(download.value.path()).read_bytes() == content
    assert page.title() != "ran"
    assert not [url for url in asked if url.endswith("/ran/")]


def test_an_upload_that_breaks_off_leaves_nothing(ben, row, live_url, settings, tmp_path):  # noqa: F811
    """A real socket, closed in the middle of a file that is too large to be held in memory."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "passing"
    (tmp_path / "passing").mkdir()
    ben.get(f"/u/{row.key}/readiness/1/")
    cookies = "; ".join(f"{name}={one.value}" for name, one in ben.cookies.items())
    token = ben.cookies["csrftoken"].value
    edge = "b0undary"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode() + PDF
    where = urlsplit(live_url)
    request = (
        f"POST /u/{row.key}/readiness/1/evidence/ HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {cookies}\r\n"
        f"Content-Type: multipart/form-data; boundary={edge}\r\nContent-Length: {len(head) + 9_000_000}\r\n\r\n"
    ).encode()
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall(request + head)
        for _ in range(40):
            line.sendall(b"x" * 100_000)
        begun = time.monotonic()
        while not files(tmp_path / "passing") and time.monotonic() - begun < 5:
            time.sleep(0.02)
        assert files(tmp_path / "passing")  # it was on its way
    begun = time.monotonic()
    while files(tmp_path / "passing") and time.monotonic() - begun < 10:
        time.sleep(0.05)
    assert files(tmp_path) == []
    assert not Evidence.objects.exists()
    assert not Answer.objects.filter(use_case=row).exists()
    assert attach(ben, row, "whole.pdf", PDF).status_code == 302  # the door still opens
