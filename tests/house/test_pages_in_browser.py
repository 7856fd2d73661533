"""Is every page of the product accessible, as narrow as its screen, still while it loads, and within its own policy?

The pages are found through the resolver, as the access walk finds them: a new route is looked at without being named
here. Answers that are no page (files, fragments, redirects) are left out by what they are, not by a list.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from tests.browser import come_in
from tests.house import walk

WIDTHS = (320, 390, 768, 1024, 1440)
# what comes with allauth, and what has no route parameter to be found by
MORE = ("/accounts/login/", "/accounts/password/reset/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/")  # fmt: skip
OWN_KEY = ("welcome", "frontline")  # opened by a secret in the address; their own tests look at them
_SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => { for (const one of list.getEntries())
    if (!one.hadRecentInput) window.shifted += one.value; }).observe({type: "layout-shift", buffered: true}); }"""


@pytest.fixture
def home(transactional_db):
    """A portfolio with one of everything a path can name; its leader also administers the instance."""
    made = walk.world("home", "Home")
    made.leader.is_instance_admin = True
    made.leader.save()
    return made


@pytest.fixture
def client(home) -> Client:
    made = Client()
    made.force_login(home.leader, backend="django.contrib.auth.backends.ModelBackend")
    return made


def pages(home, client) -> list[str]:
    """The addresses that answer a leader's GET with a whole page."""
    routes = [route for route in walk.routes() if not route.is_api and route.name not in OWN_KEY]
    found = [route.at(home.values) for route in routes]
    return [path for path in dict.fromkeys((*found, *MORE)) if _is_page(client.get(path))]


def _is_page(answer) -> bool:
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return False
    return not getattr(answer, "streaming", False) and b"<html" in answer.content


@pytest.fixture
def page(client, live_url, browser_page):
    come_in(browser_page, live_url, client)
    return browser_page


def test_walk_finds_the_pages(home, client):
    found = pages(home, client)
    assert len(found) > 60
    for part in ("/import/", "/sort/", "/compare/", "/me/", "/2fa/", "/members/", "/readiness/", "/roi/", "/calendar/"):
        assert any(part in path for path in found), part


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1440, "light"),
        (390, "dark"),
        pytest.param(1440, "dark", marks=pytest.mark.full),
        pytest.param(390, "light", marks=pytest.mark.full),
    ],
)
def test_axe_finds_nothing(home, client, page, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for path in pages(home, client):
        page.goto(page.base + path)
        if violations := Axe().run(page).response["violations"]:
            found[path] = [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in violations]
    assert found == {}


def test_nothing_moves_scrolls_sideways_or_breaks_the_policy(home, client, page):
    wide, moved, said = [], [], {}
    page.add_init_script(f"({_SHIFTS})()")
    for path in pages(home, client):
        page.problems.clear()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(page.base + path)
        if page.evaluate("window.shifted") > 0:
            moved.append(path)
        if page.problems:
            said[path] = list(page.problems)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((path, width))
    assert (wide, moved, said) == ([], [], {})


def test_nothing_moves_while_a_page_arrives_slowly(home, client, page):
    """A long page reaches the browser in pieces; painting the pieces would move what is already read."""
    page.add_init_script(f"({_SHIFTS})()")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{page.base}/gallery/")  # styles and scripts are kept from here on
    slow = {"offline": False, "latency": 5, "downloadThroughput": 60_000, "uploadThroughput": 60_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    for path in ("/gallery/", "/p/home/"):
        page.goto(page.base + path)
        assert page.evaluate("window.shifted") == 0, path
