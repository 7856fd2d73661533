"""Does each pattern of the product that exists have its test, and is every other one owed by name?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PAGES = "tests/governance/pages/"
_WALK = "tests/house/test_pages_in_browser.py"
_BROWSER = f"{_PAGES}test_in_browser.py"

# number and name of the pattern (ux.md) → the test that looks
TESTED = {
    "1 cap as a line": f"{_BROWSER}::test_board_says_the_cap_as_a_line_and_in_words",
    "2 soft limit with a reason": f"{_BROWSER}::test_refused_select_keeps_the_dialog_and_puts_the_focus_on_the_exception",
    "9 undo, not confirm": f"{_BROWSER}::test_choice_on_a_row_opens_its_form_and_undo_takes_it_back",
    "10 inline edit, honest conflict": f"{_BROWSER}::test_two_people_editing_one_field_see_both_values",
    "11 filters in the address": f"{_PAGES}test_visit.py::test_pilots_without_a_lead_are_found_by_the_address",
    "12 compare side by side": f"{_PAGES}test_people.py::test_comparison_hides_what_is_equal_on_demand",
    "13 keyboard first": f"{_BROWSER}::test_palette_leads_to_a_use_case",
    "14 empty states": f"{_PAGES}test_board.py::test_empty_portfolio_teaches",
    "20 dark mode by token": f"{_WALK}::test_axe_finds_nothing",
    "21 responsive by reflow": f"{_WALK}::test_nothing_moves_scrolls_sideways_or_breaks_the_policy",
    "22 no drag, all by keys": f"{_BROWSER}::test_the_rest_is_paused_by_keyboard_alone",
}
# what has no test of its own yet → the work that brings it
OWED = {
    "3 warnings are derived": "First hour", "4 prioritisation matrix": "ROI", "5 status never by colour": "First hour",
    "6 scorecard with the next step": "Readiness", "7 task list": "Readiness", "8 forecast, not a promise": "Readiness",
    "15 decision log": "First hour", "16 activity timeline": "First hour",
    "17 printable one-pager": "ROI", "18 calendar of dates": "Readiness", "19 dense but calm": "First hour",
    "23 focus not hidden": "First hour", "24 speed is felt": "First hour",
    "25 say what changed": "First hour",
}  # fmt: skip


def test_all_patterns_are_named_once():
    numbers = sorted(int(name.split()[0]) for name in (*TESTED, *OWED))
    assert numbers == list(range(1, 26))


@pytest.mark.parametrize("name", TESTED)
def test_named_test_is_there(name):
    path, _, test = TESTED[name].partition("::")
    assert re.search(rf"^def {test}\(", (ROOT / path).read_text(), re.MULTILINE)
