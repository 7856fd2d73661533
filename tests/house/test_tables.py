"""Does each pattern and each fault that our tables promise name a test that exists, and is none left out?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
MUST = ("F01", "F04", "F06", "F09", "F13", "F26")  # of First hour


def rows(table: str) -> dict[str, str]:
    """First cell → the rest of the line, of every line that begins with a number or a letter and a number."""
    text = (ROOT / "docs/reference" / table).read_text()
    found = re.findall(r"^\| (F?\d+) \| (.+) \|$", text, re.MULTILINE)
    assert len(dict(found)) == len(found), "a row stands twice"
    return dict(found)


def test_all_25_patterns_have_a_row_with_a_test_or_the_work_that_brings_it():
    found = rows("patterns.md")
    assert list(map(int, found)) == list(range(1, 26))
    assert [number for number, row in found.items() if not _TEST.search(row) and "– with *" not in row] == []


def test_each_fault_has_a_form_in_every_run():
    found = rows("faults.md")
    assert [fault for fault in MUST if not _TEST.search(found[fault].split(" | ")[1])] == []


@pytest.mark.parametrize("table", ["patterns.md", "faults.md"])
def test_named_tests_are_there(table):
    named = {one for row in rows(table).values() for one in _TEST.findall(row)}
    assert named
    missing = [
        (path, test)
        for path, test in named
        if not (ROOT / path).exists() or not re.search(rf"^def {test}\(", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert missing == []
