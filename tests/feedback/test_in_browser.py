"""Do the pages of feedback hold in a real browser: accessible in light and dark, no sideways scroll, green by itself?"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from feedback import fold, ingest, limits, queries
from feedback.actions import frontline, plan
from feedback.models import LearningAction, Ring
from tests.feedback.conftest import make_live
from tests.feedback.server import ROOT
from tests.feedback.test_pages import filled

NOW = datetime.now(UTC)
WIDTHS = (320, 390, 1440)
SHOTS = os.environ.get("SCREENSHOTS")  # a folder, for a look by eye


@pytest.fixture
def live(transactional_db):
    made = make_live()
    plan.agree(by=made.leader, use_case_id=made.id, band_low=0.08, band_high=0.18)
    plan.define_signal(by=made.leader, use_case_id=made.id, code="drift", name="Input drift", upper=1, action="Retrain.",
                       owner_id=made.leader.user_id)  # fmt: skip
    filled(made)
    ingest.store_one(
        made.id, {"id": "x", "type": "signal", "signal": "drift", "value": "3", "at": NOW.isoformat()}, NOW
    )
    fold.fold(made.id)
    Ring.objects.create(use_case=made.use_case, direction="up", rang_on=(NOW - timedelta(days=3)).date(), rate=0.2)
    LearningAction.objects.create(
        use_case=made.use_case,
        reason="new <b>code</b>",
        text="Form 4b added",
        taught_on=(NOW - timedelta(days=9)).date(),
    )
    return made


@pytest.fixture
def page(live, live_url, browser_page):
    user = live.portfolio.memberships.get(role="leader").user
    user.set_password("correct horse 9")
    user.save()
    browser_page.base = live_url
    browser_page.goto(f"{live_url}/accounts/login/")
    browser_page.get_by_label("Email").fill(user.email)
    browser_page.get_by_label("Password").fill("correct horse 9")
    browser_page.get_by_role("button", name="Sign in", exact=True).click()
    browser_page.wait_for_url(f"**/p/{live.portfolio.slug}/")
    return browser_page


def looked_at(page, path, name):
    """No violation in either theme, nothing wider than the screen."""
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{page.base}{path}")
        found = Axe().run(page)
        faults += [
            f"{scheme} {path}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]
        ]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                faults.append(f"{path} scrolls sideways at {width}")
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{scheme}.png"), full_page=True)
    return faults


def test_every_page_is_accessible_and_fits(live, page):
    key, slug = live.use_case.key, live.portfolio.slug
    _, secret = frontline.make_link(by=live.leader, use_case_id=live.id, name="Mail room")
    plan.agree(by=live.leader, use_case_id=live.id, named_persons=True)
    faults = []
    for name, path in (
        ("board", f"/p/{slug}/"),
        ("feedback", f"/u/{key}/feedback/?period=all"),
        ("connect", f"/u/{key}/connect/"),
        ("exceptions", f"/p/{slug}/exceptions/"),
        ("learning", f"/p/{slug}/learning/"),
        ("plan", f"/u/{key}/feedback/plan/"),
        ("signal", f"/u/{key}/feedback/signals/add/"),
        ("close", f"/u/{key}/feedback/close/?exception=late/1%3F%26"),
        ("frontline", f"/f/{secret}/"),
    ):
        faults += looked_at(page, path, name)
    assert faults == []
    assert page.problems == []


def test_the_light_turns_green_by_itself_and_an_exception_is_closed_in_the_dialog(live, page):
    page.goto(f"{page.base}/u/{live.use_case.key}/connect/")
    page.get_by_role("button", name="Make the token").or_(page.get_by_role("button", name="Make another token")).click()
    page.get_by_text("Waiting for the test event").wait_for()
    event = {"id": "t", "type": "decision", "case": "t", "action": "accepted", "at": NOW.isoformat(), "test": True}
    ingest.store_one(live.id, event, NOW)
    page.get_by_text("Green light.").wait_for()
    page.goto(f"{page.base}/u/{live.use_case.key}/feedback/")
    page.get_by_role("link", name="Close Late letter").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Nothing changes").check()
    dialog.get_by_label("What is taught").fill("Known, a strike.")
    dialog.get_by_role("button", name="Close it").click()
    page.get_by_text("The exception is closed.").first.wait_for()
    assert page.get_by_text("Late letter").count() == 0
    assert page.problems == []


def ran(page, snippet, *command):
    """The snippet as the page shows it, run as an engineer would."""
    text = page.locator(snippet).inner_text()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "sdk")}
    done = subprocess.run([*command, text], capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("snippet", "command"), [("#snippet-curl", ("bash", "-c")), ("#snippet-python", (sys.executable, "-c"))]
)
def test_a_new_engineer_sees_the_green_light_within_three_minutes(live, page, snippet, command):
    """From the use case: a token, the snippet as it stands there, the light. Nothing is read, nothing is edited."""
    began = time.monotonic()
    page.goto(f"{page.base}/u/{live.use_case.key}/")
    page.get_by_role("link", name="Feedback", exact=True).click()
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_role("button", name="Make another token").or_(page.get_by_role("button", name="Make the token")).click()
    page.get_by_text("Copy it now").wait_for()
    ran(page, snippet, *command)
    page.get_by_text("Green light.").wait_for(timeout=15_000)
    taken = time.monotonic() - began
    print(f"green light after {taken:.1f} s")
    assert taken < 60
    assert page.problems == []


def test_a_frontline_person_tells_it_on_a_phone(live, browser_page, live_url, monkeypatch):
    """One screen of 390 pixels, no account: told, told once more than allowed, and the link taken away."""
    link, secret = frontline.make_link(by=live.leader, use_case_id=live.id, name="Mail room")
    phone = browser_page
    phone.set_viewport_size({"width": 390, "height": 844})
    monkeypatch.setattr(limits, "FRONTLINE", limits.Limit(f"phone {live.id}", requests=1, seconds=600))

    def tell(what):
        phone.get_by_label("What did the AI say?").fill(what)
        phone.get_by_text("I did something else").click()
        phone.get_by_label("Why, in two or three words?").fill("new form")
        phone.get_by_role("button", name="Send").click()

    phone.goto(f"{live_url}/f/{secret}/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    tell("Motor claims")
    phone.get_by_text("Thank you, it is noted.").wait_for()
    fold.fold(live.id)
    found = queries.overrides_by_reason(live.id, NOW.date(), datetime.now(UTC).date())[1]
    assert found["new form"] == 1
    tell("Life claims")
    phone.get_by_text("many came at once").wait_for()
    assert phone.get_by_label("What did the AI say?").input_value() == "Life claims"  # nothing typed is lost
    if SHOTS:
        phone.screenshot(path=str(Path(SHOTS) / "frontline-wait-390.png"), full_page=True)
    frontline.revoke_link(by=live.leader, link_id=link.id)
    assert phone.goto(f"{live_url}/f/{secret}/").status == 404
    expected = ("429", "404")  # the browser notes both answers, as it should
    assert [fault for fault in phone.problems if not any(code in str(fault) for code in expected)] == []
