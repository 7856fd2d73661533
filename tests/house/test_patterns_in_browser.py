"""Do the product's patterns (docs/reference/patterns.md) hold in a real browser, where no other test looks at them?"""

from datetime import date, timedelta

import pytest

from governance.actions import dates, verbs
from governance.actions.assess import reassess
from portfolio.actions import use_cases
from portfolio.models import UseCase
from portfolio.rules import Stage
from readiness.models import Answer
from tests.browser import come_in, open_
from tests.governance.pages.conftest import build

_TONES = """pills => pills.map(one => [one.dataset.s, one.querySelector("svg")?.innerHTML, one.innerText.trim()])"""
# A page loaded anew says what the act before it left to say.
_SAID = """() => { window.said = []; new MutationObserver(all => { for (const one of all)
    if (one.target.id === "announce" && one.target.textContent) window.said.push(one.target.textContent); })
    .observe(document, {childList: true, subtree: true}); }"""
_UNDER_THE_TOAST = """() => { const one = document.activeElement, box = one.getBoundingClientRect();
    if (!box.width || one.closest(".toast")) return null;
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top?.closest(".toast") ? one.outerHTML.slice(0, 80) : null; }"""


@pytest.fixture
def world(transactional_db):
    return build()


@pytest.fixture
def page(world, live_url, browser_page):
    """Ana, who leads; `open_` knows the server."""
    come_in(browser_page, live_url, world.client("ana"))
    return browser_page


def _later(world) -> date:
    return world.today + timedelta(days=30)


def test_a_warning_leaves_when_its_cause_is_gone(world, page):
    pilots = world.pilots(4)
    open_(page, "/p/norwell/")
    assert page.locator("#warnings [data-code=over_cap]").count() == 1
    key = {"use_case_id": pilots[0].id, "by": world.actor("ana"), "reason": "Waits."}
    verbs.pause(**key, restart_condition="Data.", review_on=_later(world))
    page.reload()
    assert page.locator("#warnings [data-code=over_cap]").count() == 0
    assert page.problems == []


def test_every_tone_has_a_shape_and_a_word_of_its_own(page, settings):
    settings.DEBUG = True  # the gallery shows every component in every state, in development only
    open_(page, "/gallery/")
    found = page.locator(".pill").evaluate_all(_TONES)
    assert {tone for tone, *_ in found} == {"go", "warn", "stop", "idle"}
    assert all(shape and word for _, shape, word in found)
    shapes = {tone: {shape for other, shape, _ in found if other == tone} for tone in ("go", "warn", "stop")}
    for colour, other in (("go", "warn"), ("go", "stop")):
        assert not shapes[colour] & shapes[other], "told apart by colour alone"


def test_readiness_says_the_next_step_and_not_started_stays_so(world, page):
    row = world.use_case(stage=Stage.PILOT, lead=world.people["ben"])
    dates.choose_lane(use_case_id=row.id, by=world.actor("ana"), lane="fast")
    reassess([row.id])
    open_(page, f"/u/{row.key}/readiness/")
    assert page.get_by_role("heading", name="Your next step").or_(page.locator(".next h2")).first.is_visible()
    for question in page.locator("details.question").all():
        assert question.get_by_text("not started").count() >= 1, "a question that is not clear shows what is missing"
    part = page.locator(".sub-q a").first
    part.click()
    page.wait_for_url("**/readiness/**")
    page.get_by_role("textbox").first.focus()
    page.keyboard.press("Tab")
    open_(page, f"/u/{row.key}/readiness/")
    assert page.locator(".subs li").first.get_by_text("not started").is_visible()
    assert not Answer.objects.filter(use_case=row).exists(), "looking leaves nothing behind"


def test_an_address_carries_its_filters_to_somebody_else(world, page):
    world.use_case("Claims triage", Stage.PILOT)
    world.use_case("Letters", Stage.PILOT)
    open_(page, "/p/norwell/?q=claims")
    assert page.locator("tr.pilot").count() == 1
    context = page.context.browser.new_context()
    cookie = world.client("vera").cookies["sessionid"]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.base}])
    other = context.new_page()
    other.goto(page.url)
    assert other.locator("tr.pilot").all_inner_texts()[0].startswith("Claims triage")
    assert other.locator("tr.pilot").count() == 1
    assert other.goto(f"{page.base}/p/norwell/?owner=nonsense").status == 200
    assert other.get_by_text("Part of the address was left out").is_visible()
    assert other.locator("tr.pilot").count() == 2
    context.close()


def test_escape_gives_the_focus_back_and_keys_can_be_switched_off(world, page):
    row = world.use_case(stage=Stage.PILOT)
    open_(page, f"/u/{row.key}/readiness/")
    opener = page.get_by_role("button", name="Search or go to")
    opener.focus()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").wait_for()
    page.keyboard.press("Escape")
    assert opener.evaluate("one => one === document.activeElement")
    page.keyboard.press("b")
    page.get_by_role("dialog").get_by_role("button").first.wait_for()
    world.people["ana"].shortcuts = False
    world.people["ana"].save()
    page.reload()
    page.keyboard.press("b")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").wait_for()
    page.keyboard.type("b")
    assert page.get_by_role("combobox").input_value() == "b"


def test_nothing_yet_and_nothing_found_are_two_pages(world, page):
    open_(page, "/p/norwell/")
    assert page.get_by_role("link", name="Import a spreadsheet").is_visible()
    assert page.get_by_role("link", name="Clear filters").count() == 0
    world.pilots(1)
    open_(page, "/p/norwell/?q=nothing")
    page.get_by_role("link", name="Clear filters").first.click()
    page.get_by_role("link", name="Pilot 1").first.wait_for()
    assert page.get_by_role("link", name="Import a spreadsheet").count() == 0


def test_each_act_is_one_line_and_the_earlier_decision_stays(world, page):
    row, by = world.use_case(stage=Stage.PILOT), world.actor("ana")
    first = verbs.pause(use_case_id=row.id, by=by, reason="Waits.", restart_condition="Data.", review_on=_later(world))
    open_(page, f"/d/{first.id}/")
    stood_on = page.get_by_role("complementary", name="What it stood on").inner_text()
    verbs.resume(use_case_id=row.id, by=by, reason="Data is there.")
    verbs.pause(use_case_id=row.id, by=by, reason="Waits again.", restart_condition="Data.", review_on=_later(world))
    page.reload()
    assert page.get_by_text("Superseded by").is_visible()
    assert page.get_by_role("complementary", name="What it stood on").inner_text() == stood_on
    page.get_by_role("link", name="a later decision").click()
    assert page.get_by_text("Supersedes", exact=True).is_visible()
    open_(page, f"/u/{row.key}/")
    told = page.locator("#activity ol.activity > li")
    assert [told.filter(has_text=words).count() for words in ("paused", "resumed")] == [2, 1]
    assert all(told.nth(n).locator("time[datetime]").count() == 1 for n in range(told.count()))


def test_numerals_are_tabular_and_one_button_leads(world, page):
    world.pilots(4)
    paths = ("/p/norwell/", "/p/norwell/use-cases/", "/p/norwell/decisions/", "/p/norwell/register/", "/me/")
    leading = {}
    for path in (*paths, f"/u/{UseCase.objects.first().key}/"):
        open_(page, path)
        assert page.evaluate("getComputedStyle(document.body).fontVariantNumeric") == "tabular-nums", path
        leading[path] = page.locator("main .btn-primary:visible").count()
    assert {path: count for path, count in leading.items() if count > 1} == {}


def test_an_act_is_said_once_and_its_toast_hides_no_focus(world, page):
    world.pilots(2)
    page.add_init_script(f"({_SAID})()")
    open_(page, "/p/norwell/")
    page.get_by_role("radio", name="Pause").first.check()
    page.get_by_role("button", name="Decide on").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Waits.")
    dialog.get_by_label("Restart condition").fill("Data.")
    dialog.get_by_role("button", name="Pause", exact=True).click()
    page.locator(".toast").first.wait_for()
    page.locator(".toast button").first.hover()  # read, so it stays
    page.wait_for_function("document.querySelector('#announce').textContent.includes('paused')")
    hidden = []
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(_UNDER_THE_TOAST))
    assert page.locator(".toast").count() == 1
    assert [one for one in hidden if one] == []
    said = page.evaluate("window.said")
    assert len([one for one in said if "paused" in one]) == 1, said
    assert page.problems == []


def test_a_refresh_says_what_another_changed_and_announces_nothing(world, page):
    row = world.pilots(2)[0]
    open_(page, "/p/norwell/")
    use_cases.edit(use_case_id=row.id, by=world.actor("ana"), lead=world.people["ben"])
    with page.expect_response("**/live/**"):
        page.evaluate("window.htmx.trigger('#pulse', 'visible-again')")
    page.get_by_text("The rows below may have changed").wait_for()
    assert page.locator("#announce").inner_text() == ""
