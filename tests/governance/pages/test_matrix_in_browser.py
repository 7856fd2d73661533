"""Is the matrix of the board a view of the rows above it, and does no label lie on another? (pattern 4)"""

from datetime import date
from itertools import combinations

import pytest

from governance.actions.assess import reassess
from governance.models import Assessment
from portfolio.models import Lane, UseCase
from portfolio.rules import SYSTEM, Stage
from roi.actions import hypotheses
from roi.rules.content import Amount, Benefit
from tests.factories import WHOLE

_TEXTS = """() => [...document.querySelectorAll("#matrix svg")].filter(one => one.checkVisibility()).flatMap(one =>
    [...one.querySelectorAll("text")].map(text => { const box = text.getBoundingClientRect();
        return [text.textContent, box.left, box.top, box.right, box.bottom]; }))"""

_OVER = """() => [...document.querySelectorAll(".triage td, .triage th")].filter(one => one.scrollWidth > one.clientWidth)
    .map(one => one.innerText)"""


def worth(use_case: UseCase, a_month: float) -> None:
    hypotheses.edit(by=SYSTEM, use_case_id=use_case.id, **WHOLE | {"benefits": [Benefit("Hours", Amount(a_month))]})
    reassess([use_case.id])


def priced(world, title: str, a_month: float) -> UseCase:
    lane = Lane.objects.get(portfolio=world.portfolio, code="fast", version=1)
    made = world.use_case(title, Stage.PILOT, lane=lane)
    worth(made, a_month)
    return made


def look(page) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Where each mark is (px from the top of the drawing), and what the table beneath says of each pilot."""
    page.goto(f"{page.base}/p/norwell/")
    chart = page.locator("#matrix svg.wide")
    top, marks = chart.bounding_box()["y"], chart.locator("g:has(title)")
    found = {}
    for mark in marks.all():
        found[mark.locator("title").text_content().partition(":")[0]] = (
            mark.locator(".m-run, .m-pause, .m-stop").bounding_box()["y"] - top
        )
    page.locator("#matrix summary").click()
    rows = page.locator("#matrix tbody tr").all()
    return found, {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


def test_the_matrix_moves_with_the_rows_above_it(world, page):
    small, _ = priced(world, "Letters", 5_000.0), priced(world, "Invoices", 50_000.0)
    world.use_case("Without a value", Stage.PILOT)
    before, told = look(page)
    assert before["Invoices"] < before["Letters"], "worth more stands higher"
    assert set(told) == {"Letters", "Invoices"}
    of_the_board = page.locator("tr.pilot", has_text="Letters").locator(".c-value b").inner_text()
    assert of_the_board in told["Letters"], "one record, told twice"
    assert page.get_by_role("img", name="Value against readiness").first.is_visible()
    assert page.get_by_text("Not drawn: 1 without a priced hypothesis").is_visible()
    worth(small, 500_000.0)
    after, told_then = look(page)
    assert after["Letters"] < after["Invoices"]
    assert told_then["Letters"] != told["Letters"]
    assert page.problems == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_label_of_the_matrix_lies_on_another(world, page, width):
    for number in range(6):
        priced(world, f"Pilot with a long name {number}", 20_000.0 + 400 * number)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{page.base}/p/norwell/")
    page.locator("#matrix").scroll_into_view_if_needed()
    boxes = page.evaluate(_TEXTS)
    assert len(boxes) > 12
    on_another = [
        (a[0], b[0])
        for a, b in combinations(boxes, 2)
        if a[1] < b[3] - 1 and b[1] < a[3] - 1 and a[2] < b[4] - 2 and b[2] < a[4] - 2
    ]
    assert on_another == []


def test_there_is_no_matrix_with_fewer_than_two_to_compare(world, page):
    priced(world, "Letters", 5_000.0)
    page.goto(f"{page.base}/p/norwell/")
    assert page.locator("#matrix").count() == 0


@pytest.mark.parametrize("width", [1440, 1280, 1024])
def test_no_cell_of_the_board_lies_on_its_neighbour(world, page, width):
    row = world.use_case("Broker email intake", Stage.PILOT)
    far = {"forecast_p50_on": date(2031, 2, 22), "forecast_p85_on": date(2031, 3, 24), "value_p50": -999_000}
    reassess([row.id])
    Assessment.objects.filter(use_case=row).update(**far, value_p10=-1_999_000, value_p90=1_999_000)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{page.base}/p/norwell/")
    assert page.get_by_text("24 Mar 2031").is_visible()
    assert page.evaluate(_OVER) == []
