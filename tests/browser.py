"""How does a test look at the product as a person does: the real application, a real Chromium?

Without a browser these tests are skipped with a count at the end; `REQUIRE_BROWSER=1` makes that a failure.
Loaded by `tests/conftest.py`.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

FLAGS = [
    "--no-sandbox",  # root, in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_BROWSER = "no Chromium found (set CHROMIUM_PATH or install chromium)"


def chromium() -> str | None:
    """The browser's program, or None. Playwright's own download is never asked for."""
    if named := os.environ.get("CHROMIUM_PATH"):
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the page is a browser test, marked or not: `-m browser` and `-m "not browser"` select them."""
    for item in items:
        if "browser_page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS NOT RUN", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser test(s) skipped: {NO_BROWSER}.")


def come_in(page, base: str, client) -> None:
    """The page is signed in as the test client is, without the form, and knows its server for `open_`."""
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
    page.base = base


def open_(page, path: str) -> None:
    page.goto(f"{page.base}{path}")


@pytest.fixture
def live_url(transactional_db) -> Iterator[str]:
    """The address of the real application, on a free loopback port, working in this test's database."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Requests are the test's business, not its output."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


@pytest.fixture(scope="session")
def _browser() -> Iterator:
    """One Chromium a worker. Playwright keeps an event loop in this thread, where Django would refuse the database."""
    program = chromium()
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_page(_browser) -> Iterator:
    """A page (Playwright, sync) in a context of its own: no cookies, 1440 × 900, light.

    `page.problems` lists what the console reported as an error and what scripts threw; a test asserts it is empty.
    """
    context = _browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.set_default_timeout(45_000)  # milliseconds; a busy machine is slow, not wrong
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()
