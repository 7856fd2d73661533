"""Does the Back button show anything of a portfolio after its reader has signed out? (row 45 of the bad inputs)

Once as browsers are under test, where history is fetched anew, and once with the cache for Back and Forward that
people's browsers have: it keeps whole pages in memory.
"""

import pytest

from tests.browser import FLAGS, chromium
from tests.governance.pages.conftest import PASSWORD, build

SECRET = "Zweifelstein merger desk"


@pytest.fixture
def world(transactional_db):
    return build().use_case(SECRET)


@pytest.fixture(params=["fetched anew", "kept in memory"])
def page(request, browser_page):
    if request.param == "fetched anew":
        yield browser_page
        return
    program = browser_page.context.browser.browser_type
    browser = program.launch(
        executable_path=chromium(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = browser.new_page()
    page.set_default_timeout(45_000)
    yield page
    browser.close()


def test_back_after_signing_out_shows_nothing(world, live_url, page):
    page.goto(f"{live_url}/accounts/login/")
    page.get_by_label("Email").fill("ana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/p/norwell/")
    page.goto(f"{live_url}/u/{world.key}/")
    page.goto(f"{live_url}/p/norwell/")
    page.go_back()
    page.get_by_role("heading", level=1, name=SECRET).wait_for()  # while signed in it does show
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_function("!document.body.innerText.includes('Sign out')")
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert SECRET not in page.content(), page.url
    assert SECRET not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
