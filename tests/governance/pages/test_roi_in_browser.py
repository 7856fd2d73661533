"""Does the one page hold in a real browser: one sheet of A4, no fault for a screen reader, no script of its own?"""

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from portfolio.rules import SYSTEM, Stage
from roi.actions import hypotheses, readings, values
from roi.rules.content import MOST_CHARS, MOST_STOP_RULES, Amount, Assumption, Cost
from roi.valuation import CostCategory
from tests.browser import open_
from tests.governance.pages.test_roi import told
from tests.roi.told import FULL, tell


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


def sheets(page, path) -> int:
    """How many pages of A4 Chromium prints."""
    open_(page, path)
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4", prefer_css_page_size=True)))


def words_of(count: int) -> str:
    """A text of exactly so many characters, in words of a usual length."""
    return ("every regional assessment needs its own papers before anybody may decide " * 5)[: count - 1] + "."


def longest(**other):
    """The content with every text as long as it may be."""
    texts = {name: words_of(MOST_CHARS[name]) for name in ("if_text", "then_text", "because", "population", "decision_rule",
                                                       "not_counted", "early_success")}  # fmt: skip
    assumptions = tuple(
        Assumption(
            words_of(MOST_CHARS["assumptions"]), 1_000.25, 2_000.5, 3_000.75, "minutes", seen=1_999.5,
            source=words_of(MOST_CHARS["source"]),
        )
        for _ in range(8)
    )  # fmt: skip
    stops = tuple(words_of(MOST_CHARS["stop_rules"]) for _ in range(MOST_STOP_RULES))
    return replace(FULL, **texts, assumptions=assumptions, stop_rules=stops, **other)


def test_the_page_prints_on_exactly_one_a4(page, case):
    assert sheets(page, f"/u/{case.key}/roi/") == 1
    page.emulate_media(color_scheme="dark")
    assert sheets(page, f"/u/{case.key}/roi/") == 1


def test_three_figures_are_wholly_seen_on_a_phone(page, case):
    costs = (Cost("compute", timing="monthly", amount=Amount(3_100.0, 2_400.0, 5_600.0)),)
    hypotheses.edit(by=SYSTEM, use_case_id=case.id, costs=costs)
    page.set_viewport_size({"width": 390, "height": 844})
    open_(page, f"/u/{case.key}/roi/edit/costs/")
    field = page.get_by_label("A month").nth(2)
    assert field.input_value() == "2400 – 3100 – 5600"
    assert field.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize(
    "costs",
    [
        (),
        tuple(Cost(one.value, state="none", note=words_of(MOST_CHARS["costs"])) for one in CostCategory),
        tuple(
            Cost(one.value, timing=timing, amount=Amount(1_250_500.0, 1_000_250.0, 2_500_750.0))
            for one in CostCategory
            for timing in ("once", "monthly")
        ),
    ],
    ids=["all open", "all none, with notes", "all estimated, once and monthly"],
)
def test_the_longest_texts_still_print_on_exactly_one_a4(page, world, case, costs):
    case.title = words_of(200)
    case.save(update_fields=["title"])
    told = longest(costs=costs, day0_on=case.hypothesis.day0_on)
    tell(case, told)
    if costs:
        for who in ("ana", "ben"):
            hypotheses.sign(by=world.actor(who), use_case_id=case.id)
        for kind in ("benefits", "costs"):
            if kind == "benefits" or costs[0].state != "none":
                values.record_realised(by=world.actor("ana"), use_case_id=case.id, kind=kind, actual=1_250_000.0)
        readings.post_values(by=SYSTEM, use_case_id=case.id, values={case.hypothesis.day0_on: 1_250.0})
        readings.check_in(by=world.actor("ben"), use_case_id=case.id, day=30, outcome="stop", reason=words_of(300))
        tell(case, replace(told, target=22.5, threshold=30.5, horizon_months=36, window_days=89))
    assert sheets(page, f"/u/{case.key}/roi/") == 1


def test_what_stays_in_full_size_fits_as_well(page, case):
    """Just short of the amount of text at which the print gets smaller, with the longest cost stack."""
    both = tuple(
        Cost(one.value, timing=timing, amount=Amount(1_250_500.0))
        for one in CostCategory
        for timing in ("once", "monthly")
    )
    named = ("if_text", "then_text", "because", "population", "decision_rule", "not_counted", "early_success")
    texts = {name: words_of(100) for name in named}
    tell(case, replace(FULL, **texts, assumptions=FULL.assumptions * 2, costs=both, day0_on=case.hypothesis.day0_on))
    assert sheets(page, f"/u/{case.key}/roi/") == 1
    assert page.locator(".sheet[data-full]").count() == 0
    tell(case, replace(longest(costs=both), day0_on=case.hypothesis.day0_on))
    open_(page, f"/u/{case.key}/roi/")
    assert page.locator(".sheet[data-full]").count() == 1


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
