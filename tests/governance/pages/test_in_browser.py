"""Do the pages work, hold and stay accessible in a real browser: with keys, in the dark, at 320 pixels?"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from governance.models import Decision
from portfolio.models import UseCase
from portfolio.rules import Stage
from tests.browser import open_
from tests.governance.pages.conftest import PASSWORD

WIDTHS = (320, 390, 768, 1024, 1440)


def test_board_says_the_cap_as_a_line_and_in_words(world, page):
    world.pilots(8)
    open_(page, "/p/norwell/")
    assert page.get_by_role("heading", name="8 pilots active, the cap is 3").is_visible()
    assert page.get_by_role("rowheader", name="Pilot cap").is_visible()
    page.emulate_media(forced_colors="active")
    assert page.get_by_role("rowheader", name="Pilot cap").is_visible()
    assert page.problems == []


def test_the_rest_is_paused_by_keyboard_alone(world, page):
    world.pilots(5)
    open_(page, "/p/norwell/")
    page.get_by_role("link", name="Pause the rest").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Reason", exact=True).first.wait_for()
    page.get_by_role("dialog").get_by_label("Reason", exact=True).first.focus()
    page.keyboard.type("Few at a time.")
    page.keyboard.press("Tab")
    page.keyboard.type("A slot is free.")
    page.get_by_role("button", name="Pause the rest").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pause 2 pilots").wait_for()
    assert not Decision.objects.exists()
    page.get_by_role("button", name="Pause 2 pilots").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="3 pilots active, the cap is 3").wait_for()
    assert UseCase.objects.in_pilot().count() == 3
    assert page.problems == []


def test_choice_on_a_row_opens_its_form_and_undo_takes_it_back(world, page):
    world.pilots(1)
    open_(page, "/p/norwell/")
    page.get_by_role("radio", name="Pause").check()
    page.get_by_role("button", name="Decide on Pilot 1").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Pause", exact=True).wait_for()
    dialog.get_by_label("Reason").fill("Waits for data.")
    dialog.get_by_label("Restart condition").fill("Data is there.")
    dialog.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Pilot 1: taken back.").first.wait_for()
    assert UseCase.objects.get().stage == Stage.PILOT
    assert page.problems == []


def test_refused_select_keeps_the_dialog_and_puts_the_focus_on_the_exception(world, page):
    world.pilots(3)
    use_case = world.selectable()
    open_(page, f"/u/{use_case.key}/")
    page.get_by_role("link", name="Select").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason", exact=True).fill("Worth more than the others.")
    dialog.get_by_role("button", name="Select").click()
    dialog.get_by_text("This was refused").wait_for()
    assert page.evaluate("document.activeElement.name") == "exception_reason"
    assert dialog.get_by_label("Reason", exact=True).input_value() == "Worth more than the others."


def test_two_people_editing_one_field_see_both_values(world, page):
    use_case = world.use_case("Old title")
    open_(page, f"/u/{use_case.key}/")
    page.get_by_role("link", name="Edit what it is").click()
    page.get_by_label("Title").fill("Mine")
    UseCase.objects.filter(id=use_case.id).update(title="Theirs", version=use_case.version + 1)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("is now “Theirs”").wait_for()
    assert page.get_by_label("Title").input_value() == "Mine"
    page.get_by_role("button", name="Take theirs").click()
    page.get_by_text("is now “Theirs”").wait_for(state="detached")
    assert page.get_by_label("Title").input_value() == "Theirs"


def test_saved_section_changes_in_place_with_the_heading(world, page):
    use_case = world.use_case("Old title")
    open_(page, f"/u/{use_case.key}/")
    page.get_by_role("link", name="Edit what it is").click()
    page.get_by_label("Title").fill("New title")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", level=1, name="New title").wait_for()
    assert page.get_by_role("link", name="Edit what it is").is_visible()
    assert page.problems == []


def test_palette_leads_to_a_use_case(world, page):
    world.use_case("Claims triage")
    open_(page, "/p/norwell/")
    page.keyboard.press("Control+k")
    page.keyboard.type("cla")
    page.get_by_role("option", name="Claims triage").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Claims triage").wait_for()


def test_pages_work_without_javascript(world, live_url, browser_page):
    world.pilots(4)
    context = browser_page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_url}/accounts/login/")
    page.get_by_label("Email").fill("ana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("radio", name="Stop").first.check(force=True)
    page.get_by_role("button", name="Decide on").first.click()
    page.get_by_label("Reason").fill("Nobody uses it.")
    page.get_by_label("What was learnt").fill("Ask first.")
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("was stopped.").wait_for()
    context.close()


def paths(world) -> list[str]:
    """Every page, with something on it."""
    world.pilots(4)
    paused = world.use_case("To pause", Stage.PILOT)
    live, proposed = world.use_case("Live one", Stage.PRODUCTION), world.use_case("Proposed one")
    client = world.client("ana")
    body = {"reason": "Waits.", "restart_condition": "Data.", "review_on": world.later()}
    client.post(f"/u/{paused.key}/pause/", body)
    key = UseCase.objects.in_pilot().first().key
    return [
        "/p/norwell/", "/p/norwell/?q=nothing", "/p/norwell/use-cases/", "/p/norwell/decisions/", "/p/norwell/ledger/verify/",
        "/p/norwell/members/", "/p/norwell/policy/", "/p/norwell/register/", "/p/norwell/pause-the-rest/", "/me/",
        "/search/palette/?q=pilot", f"/u/{key}/", f"/u/{paused.key}/", f"/u/{live.key}/", f"/u/{proposed.key}/",
        f"/u/{proposed.key}/select/", f"/u/{key}/go/", f"/u/{key}/no-go/", f"/u/{key}/stop/", f"/u/{key}/lane/", f"/u/{key}/date/",
        f"/u/{key}/ask/", f"/u/{key}/waiting/", f"/u/{key}/edit/people/", f"/d/{Decision.objects.get().id}/",
        f"/u/{key}/lane/?affects_people=no&acts_alone=no&personal_data=yes&many_users=no",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_on_any_page(world, page, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for path in paths(world):
        open_(page, path)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in violations]
    assert found == {}
    assert page.problems == []


def test_no_page_scrolls_sideways(world, page):
    wide = []
    for path in paths(world):
        open_(page, path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((path, width))
    assert wide == []
