"""Does the one page hold in a real browser: one sheet of A4, no fault for a screen reader, no script of its own?"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from portfolio.rules import Stage
from roi.rules.content import Amount, Cost
from tests.governance.pages.conftest import build
from tests.governance.pages.test_in_browser import open_, sign_in
from tests.governance.pages.test_roi import told
from tests.roi.told import FULL, tell


@pytest.fixture
def world(transactional_db):
    return build()


@pytest.fixture
def page(world, live_url, browser_page):
    """Signed in as ana, who leads and sponsors."""
    browser_page.base = live_url
    sign_in(browser_page, "ana")
    return browser_page


@pytest.fixture
def case(world):
    people = world.people
    made = world.use_case(
        "Claims triage assistant", Stage.PILOT, sponsor=people["ana"], lead=people["ben"], finance_partner=people["ana"],
        agreed_on=world.today, organisation="Claims",
    )  # fmt: skip
    told(made)
    tell(
        made, day0_on=made.hypothesis.day0_on, costs=(*FULL.costs, Cost("exit", amount=Amount(9_000.0))),
        not_counted="fewer repeat calls, likely but not measured; faster onboarding of new handlers",
        early_success="Missing papers are asked for on the first day in nine of ten claims.",
    )  # fmt: skip
    return made


PAGES = (
    "",
    "edit/promise/",
    "edit/measure/",
    "edit/costs/",
    "edit/assumptions/",
    "weeks/",
    "why/",
    "compare/",
    "day/30/",
    "realised/",
)


def test_the_page_prints_on_exactly_one_a4(page, case):
    open_(page, f"/u/{case.key}/roi/")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    page.emulate_media(color_scheme="dark")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4", prefer_css_page_size=True))) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_keeps_the_policy(page, case, scheme):
    page.emulate_media(color_scheme=scheme)
    for part in PAGES:
        open_(page, f"/u/{case.key}/roi/{part}")
        faults = [
            f"{part}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]
        ]
        assert faults == []
    open_(page, "/p/norwell/scoring/")
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    assert page.problems == []


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_is_cut_off_at_any_width(page, case, width):
    page.set_viewport_size({"width": width, "height": 900})
    for part in PAGES:
        open_(page, f"/u/{case.key}/roi/{part}")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{part}: {over} pixels"


def test_labels_of_the_figures_never_overlap(page, case):
    open_(page, f"/u/{case.key}/roi/")
    clashes = page.evaluate(
        """() => {
          const faults = [];
          for (const svg of document.querySelectorAll('.sheet svg')) {
            const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
              .filter(([, b]) => b.width > 0);
            for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
              const [a, b] = [boxes[i][1], boxes[j][1]];
              const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
              const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
              if (w > 1 && h > 2) faults.push(boxes[i][0] + ' / ' + boxes[j][0]);
            }
          }
          return faults;
        }"""
    )
    assert clashes == []


def test_two_editors_settle_a_clash_in_the_page(page, world, case):
    open_(page, f"/u/{case.key}/roi/edit/measure/")
    tell(case, day0_on=case.hypothesis.day0_on, target=22.0, costs=(*FULL.costs, Cost("exit", amount=Amount(9_000.0))))
    page.get_by_label("Target").fill("23")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Target is now").wait_for()
    page.get_by_role("button", name="Take theirs").click()
    page.wait_for_load_state()
    assert page.get_by_label("Target").input_value() == "22"
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/u/{case.key}/roi/")
    case.hypothesis.refresh_from_db()
    assert case.hypothesis.target == 22.0
