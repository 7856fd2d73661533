"""Do the pages of people and decisions hold in a real browser: accessible, no sideways scroll, on a phone, on paper?"""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from adoption import actions as adoption
from adoption.models import Engagement, Oversight
from governance.actions import dates
from notices import actions as notices
from portfolio.rules import Stage, Verb
from tests import factories

SHOTS = os.environ.get("SCREENSHOTS")  # a folder, for a look by eye
WIDTHS = (320, 390, 1440)


@pytest.fixture
def world(transactional_db):
    """Two leaders, a contributor; two pilots that Ben asks to stop, one of them with a full people's side."""
    ana, dora, ben = (factories.person(name) for name in ("ana", "dora", "ben"))
    place = factories.portfolio(ana, dora, contributors=(ben,))
    pilots = factories.several(place, 2, Stage.PILOT, title="Letters to brokers")
    by = factories.actor_for(ben)
    for pilot in pilots:
        dates.choose_lane(use_case_id=pilot.id, by=factories.actor_for(ana), lane="standard")
        dates.ask(use_case_id=pilot.id, by=by, kind=Verb.STOP, reason="Nobody opened it for three weeks.")
    full = pilots[0]
    factories.heard_and_overseen(full)
    key = {"use_case_id": full.id, "by": by}
    for name, people, reached, using in (("Motor handlers", 64, 52, 41), ("Scan room", 12, 0, 0)):
        role = adoption.set_role(**key, name=name, headcount=people, reached=reached, using=using)
        adoption.add_support(**key, role=role, text="Half a day at the desk", owner=ben, due_on=place.today())
    adoption.set_work(
        **key, text="Handling track", made_by="after-ai", answers="the handler", objection="reply to the first letter"
    )
    notices.read_on()
    return place, full, {"ana": ana, "dora": dora, "ben": ben}


@pytest.fixture
def enter(world, live_url, browser_page):
    def sign_in(name):
        user = world[2][name]
        user.set_password("correct horse 9")
        user.save()
        browser_page.goto(f"{live_url}/accounts/login/")
        browser_page.get_by_label("Email").fill(user.email)
        browser_page.get_by_label("Password").fill("correct horse 9")
        browser_page.get_by_role("button", name="Sign in", exact=True).click()
        browser_page.wait_for_url(f"**/p/{world[0].slug}/")
        return browser_page

    return sign_in


def test_pages_have_no_violation_and_never_scroll_sideways(world, live_url, enter):
    place, pilot, _ = world
    page, faults = enter("dora"), []
    base, today = f"/p/{place.slug}", place.today().isoformat()
    Oversight.objects.update(review_days=400)  # beside the ledger: the past day names it
    paths = {
        "people": f"/u/{pilot.key}/people/", "role": f"/u/{pilot.key}/people/role/", "queue": f"{base}/queue/",
        "mine": f"{base}/mine/", "pack": f"{base}/pack/", "sample": f"{base}/sample/?seed=x&size=3",
        "replay": f"{base}/replay/?on={today}", "notices": "/notices/", "wishes": "/notices/settings/",
        "rights": f"{base}/rights/", "audit": f"{base}/audit/",
    }  # fmt: skip
    for name, path in paths.items():
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(f"{live_url}{path}")
            if name == "replay":
                assert page.get_by_role("heading", name="Where the ledger tells something else").is_visible()
            found = Axe().run(page).response["violations"]
            faults += [f"{scheme} {name}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found]
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    faults.append(f"{name} scrolls {over} px at {width}")
                if SHOTS and width != 320:
                    page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    assert faults == []
    assert page.problems == []


def test_engagement_is_filed_on_a_phone(world, live_url, enter):
    pilot = world[1]
    page = enter("ben")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_url}/u/{pilot.key}/people/")
    tab = page.locator(".tabs [aria-current]").bounding_box()
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 390, "the open tab is in view"
    page.get_by_role("link", name="Log a conversation").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Who").fill("Motor handlers, Leeds")
    sheet.get_by_label("What we heard").fill("It hides the witness form.")
    box = sheet.get_by_role("button", name="Log it").bounding_box()
    assert box["height"] >= 24
    assert box["x"] + box["width"] <= 390
    sheet.get_by_role("button", name="Log it").click()
    page.get_by_text("It hides the witness form.").wait_for()
    assert Engagement.objects.get(who="Motor handlers, Leeds").changed == ""
    page.get_by_role("link", name="Say what changed after the talk with Motor handlers, Leeds").click()
    sheet.get_by_label("What we changed").fill("The form is shown first.")
    sheet.get_by_role("button", name="Save").click()
    page.get_by_text("The form is shown first.").wait_for()
    assert page.problems == []


def test_pack_prints_one_request_a_sheet_without_the_frame(world, live_url, enter):
    place = world[0]
    page = enter("ana")
    page.goto(f"{live_url}/p/{place.slug}/pack/")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.get_by_text("Signed:").first.is_visible()
    pdf = page.pdf(format="A4")
    if SHOTS:
        (Path(SHOTS) / "pack.pdf").write_bytes(pdf)
        page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dpi
        page.screenshot(path=Path(SHOTS) / "pack-print.png", full_page=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert sheets in (2, 3), "two requests, and what is told besides"
