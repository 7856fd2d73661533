"""Do the benchmarks count and divide rightly? How fast anything is, they say themselves: no test waits for a clock."""

import importlib
import json

import pytest
from django.test import Client

from benchmarks import __main__ as names
from benchmarks import record
from benchmarks.figures import Figure, interleaved, ratio
from benchmarks.pages import queries_of
from tests.factories import person

ASKED = ("board", "recompute", "import", "list", "page", "start")  # of First hour


def test_a_ratio_is_taken_round_by_round():
    assert ratio([[2.0, 4.0, 100.0], [3.0]], [[2.0], [1.0]]) == "2.50 (2.00 to 3.00)"


def test_calls_take_turns_and_are_warmed_once():
    seen = []
    found = interleaved(lambda: seen.append("a"), lambda: seen.append("b"), times=2, rounds=3)
    assert "".join(seen) == "ab" + "aabb" * 3
    assert [[len(turn) for turn in one.walls] for one in found] == [[2, 2, 2]] * 2
    assert found[0].p95 >= 0 <= found[0].cpu


@pytest.mark.django_db
def test_queries_are_counted_before_the_next_request_empties_the_log():
    client = Client()
    client.force_login(person("ana"))
    assert queries_of(client, "/me/") > 1


@pytest.mark.parametrize("name", ASKED)
def test_each_name_has_its_module(name):
    assert callable(importlib.import_module(f"benchmarks.{names._MODULES[name]}").run)


@pytest.mark.django_db
def test_a_run_replaces_its_own_lines_and_leaves_the_others(tmp_path):
    results, page = tmp_path / "results.json", tmp_path / "page.md"
    record.keep("list", [Figure("P8", "list", "12 ms", "50 ms", True)], results, page)
    record.keep("board", [Figure("P3", "board | first", "70 ms", "60 ms", False)], results, page)
    record.keep("list", [Figure("P8", "list", "11 ms", "50 ms", True)], results, page)
    assert [one["found"] for one in json.loads(results.read_text())["list"]["figures"]] == ["11 ms"]
    rows = [line for line in page.read_text().splitlines() if line.startswith("| P")]
    assert [row.split(" | ")[1:5] for row in rows] == [
        ["board: board / first", "70 ms", "60 ms", "**missed**"],
        ["list: list", "11 ms", "50 ms", "holds"],
    ]


def test_the_page_is_the_one_that_the_results_give():
    assert record.PAGE.read_text() == record.written(json.loads(record.RESULTS.read_text()))
