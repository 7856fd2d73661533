"""Can a leader change the cap, see the answer change, and go on to pause the rest with the right ticks?"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from portfolio.rules import Stage
from tests.governance.pages.conftest import build
from tests.governance.pages.test_best_set import PAGE, valued


@pytest.fixture
def world(transactional_db):
    return build()


@pytest.fixture
def page(world, live_url, browser_page):
    """Ana, who leads."""
    cookie = world.client("ana").cookies["sessionid"]
    browser_page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_url}])
    browser_page.base = live_url
    return browser_page


def test_the_answer_follows_the_cap_and_leads_to_the_act(world, page):
    valued(world, "Letters", 30_000.0), valued(world, "Invoices", 26_000.0)
    valued(world, "Calls", 22_000.0), valued(world, "Claims", 40_000.0, Stage.PROPOSED)
    page.goto(f"{page.base}{PAGE}")
    answer = page.locator("#best-answer")
    assert answer.inner_text() == "Run Letters, Invoices and Claims."
    page.get_by_label("Pilot cap").fill("2")
    page.keyboard.press("Enter")
    page.get_by_text("Run Letters and Claims.").wait_for()
    assert "cap=2" in page.url
    assert page.get_by_label("Pilot cap").evaluate("one => one === document.activeElement"), "focus stays"
    page.get_by_label("must run: Calls").check()
    page.get_by_role("button", name="Try it").click()
    page.get_by_text("Run Calls and Claims.").wait_for()
    assert page.get_by_label("must run: Calls").is_checked()
    page.get_by_role("link", name="Pause the rest, keep 1").click()
    sheet = page.locator("#sheet-body")
    sheet.get_by_text("Ticked is what the best set keeps.").wait_for()
    ticked = {
        name: sheet.get_by_label(f"{name}", exact=False).first.is_checked() for name in ("Letters", "Invoices", "Calls")
    }
    assert ticked == {"Letters": False, "Invoices": False, "Calls": True}
    assert page.problems == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_answer_is_accessible_and_as_narrow_as_its_screen(world, page, width, scheme):
    for title, gain in (("Letters", 30_000.0), ("Invoices", 26_000.0), ("Calls of the whole day", 22_000.0)):
        valued(world, title, gain)
    world.use_case("Without a value", Stage.PILOT)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for query in ("?cap=2", "?cap=two"):
        page.goto(f"{page.base}{PAGE}{query}")
        page.locator("summary", has_text="How this is worked out").click()
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
