"""Does readiness work as a person uses it: a leader at a desk, a contributor on a phone, two on one answer?"""

import time
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from governance.actions import dates
from governance.actions.assess import reassess
from governance.models import Assessment
from portfolio.models import UseCase
from portfolio.rules import Stage
from readiness.actions import data, items
from readiness.actions.lanes import change_lane
from readiness.models import Answer, AnswerEvent, BlockingItem, Evidence
from tests import factories

PASSWORD = "correct horse battery"


@pytest.fixture
def row(transactional_db) -> UseCase:
    ana, ben = (factories.person(name, password=PASSWORD) for name in ("ana", "ben"))
    portfolio = factories.portfolio(ana, contributors=(ben,), pilot_cap=10)
    made = factories.use_case(portfolio, Stage.PILOT, lead=ben, sponsor=ana)
    UseCase.objects.filter(id=made.id).update(kept_at=made.created_at)
    by = factories.actor_for(ana)
    dates.choose_lane(use_case_id=made.id, by=by, lane="fast")
    agreed = portfolio.today() + timedelta(days=60)
    dates.agree_date(use_case_id=made.id, by=by, agreed_on=agreed)
    reassess([made.id])
    items.accept_proposals(by=by, use_case_id=made.id)
    reassess([made.id])
    return made


def sign_in(page, base: str, name: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/p/**")


def test_a_leader_moves_a_due_date_and_sees_forecast_driver_and_slip(row, live_url, browser_page):
    page = browser_page
    sign_in(page, live_url, "ana")
    page.goto(f"{live_url}/u/{row.key}/readiness/")
    before = page.locator(".forecast-date").inner_text()
    hard = BlockingItem.objects.open().filter(use_case=row, severity="hard")  # conditions do not move the date
    item = hard.order_by("text").first()
    page.locator(f"#item-{item.id} a.editable").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Due").fill((row.portfolio.today() + timedelta(days=150)).isoformat())
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("moved to").first.wait_for()
    after = page.locator(".forecast-date").inner_text()
    assert after != before
    card = page.locator("#forecast").inner_text()
    assert item.text in card
    assert "If that slips a week" in card
    assert Assessment.objects.get(use_case=row).status == "at_risk"
    driver, slip = (
        page.locator("#forecast dt", has_text=words).locator("+ dd").inner_text() for words in ("drives", "slips")
    )
    assert driver == item.text
    due = row.portfolio.today() + timedelta(days=157)  # the due date and the week
    assert f"{due.day} {due:%b}" in slip.replace("\xa0", " ")
    assert page.problems == []


def test_a_contributor_on_a_phone_answers_with_a_file(row, live_url, browser_page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, live_url, "ben")
    begun = time.monotonic()
    page.goto(f"{live_url}/u/{row.key}/readiness/")
    page.get_by_role("link", name="Answer 1").click()
    page.get_by_label("File").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    page.get_by_role("button", name="Add evidence").click()
    page.get_by_role("link", name="plan.pdf").wait_for()
    page.get_by_label("Answer", exact=True).fill("Letters are sorted; a handler confirms each.")
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("1 was sent to its accepter.").first.wait_for()
    assert time.monotonic() - begun < 60
    assert Answer.objects.get(use_case=row, part="1").state == "waiting"
    assert Evidence.objects.get().sha256
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    assert page.problems == []


def test_two_on_one_answer_lose_nothing(row, live_url, browser_page):
    page = browser_page
    sign_in(page, live_url, "ben")
    path = f"{live_url}/u/{row.key}/readiness/1/"
    page.goto(path)
    second = page.context.browser.new_context().new_page()
    sign_in(second, live_url, "ana")
    second.goto(path)
    page.get_by_label("Answer", exact=True).fill("What Ben knows.")
    page.get_by_text("Draft saved").wait_for()
    second.get_by_label("Answer", exact=True).fill("What Ana knows.")
    second.get_by_text("wrote here while you were writing").wait_for()
    assert second.get_by_label("Answer", exact=True).input_value() == "What Ana knows."
    assert "What Ben knows." in second.locator("#saved").inner_text()
    second.get_by_label("Answer", exact=True).press_sequentially(" More.")
    second.get_by_text("Draft saved").wait_for()
    stored = Answer.objects.get(use_case=row, part="1")
    assert stored.draft == "What Ana knows. More."
    assert AnswerEvent.objects.get(answer=stored, act="replaced").text == "What Ben knows."
    second.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_never_scroll_sideways(row, live_url, browser_page, scheme):
    page = browser_page
    page.emulate_media(color_scheme=scheme)
    sign_in(page, live_url, "ana")
    slug, base = row.portfolio.slug, f"/u/{row.key}"
    by = factories.actor_for(row.lead)
    source = data.add_source(by=by, portfolio_id=row.portfolio_id, name="Archive")
    data.add_need(by=by, use_case_id=row.id, purpose="Letters", source=source)
    data.open_defect(by=by, source_id=source.id, text="No dates")
    data.save_term(by=by, portfolio_id=row.portfolio_id, name="Case", definition="One claim")
    change_lane(
        by=factories.actor_for(row.sponsor), portfolio_id=row.portfolio_id, lane="fast", adds={"rollback": "A switch"}
    )
    faults = {}
    for path in (f"{base}/readiness/", f"{base}/readiness/1/", f"{base}/data/", f"/p/{slug}/items/", f"/p/{slug}/calendar/",
                 f"/p/{slug}/data/", f"/p/{slug}/lanes/", f"/p/{slug}/lanes/fast/", f"/p/{slug}/forecasts/", f"/p/{slug}/items/?of=all",
                 f"/p/{slug}/timing/", f"{base}/lane/newest/", f"{base}/date/", f"{base}/data/add/", f"/p/{slug}/terms/add/",
                 f"/p/{slug}/data/{source.id}/defect/"):  # fmt: skip
        page.goto(f"{live_url}{path}")
        found = [one["id"] for one in Axe().run(page).response["violations"]]
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"scrolls at {width}")
        if found:
            faults[path] = found
    assert faults == {}
    assert page.problems == []


def test_many_items_are_chosen_and_changed_and_the_choice_survives_a_refusal(row, live_url, browser_page):
    page = browser_page
    sign_in(page, live_url, "ana")
    page.goto(f"{live_url}/p/{row.portfolio.slug}/items/?of=all")
    page.get_by_role("button", name="Change the chosen").click()
    page.get_by_text("Choose at least one item.").first.wait_for()
    boxes = page.get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Change the chosen").click()
    page.get_by_text("only an owner or a due date").first.wait_for()
    assert page.locator("input[name=items]:checked").count() == 2
    due = row.portfolio.today() + timedelta(days=12)
    page.get_by_label("Due").fill(due.isoformat())
    page.get_by_role("button", name="Change the chosen").click()
    page.get_by_text("2 items were changed.").first.wait_for()
    assert BlockingItem.objects.filter(use_case=row, due_on=due).count() == 2
    assert [problem for problem in page.problems if "422" not in problem] == []
