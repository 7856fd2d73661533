"""Is pasted text read as people mean it, and refused line by line where nobody could?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi.rules.figures import parse_amount
from roi.rules.pasted import number_of, parse

WEEK = date(2026, 11, 2)


@pytest.mark.parametrize(
    "line",
    ["2026-11-02\t41.5", "2026-11-02;41,5", "2026-11-02,41.5", "2026-11-02,41,5", "02.11.2026;41.5", "2026-W45 41.5",
     "2026-11-04T10:00;41.5", '"2026-11-02","41.5"', "2026-11-08\t 41.5 "],
)  # fmt: skip
def test_a_line_is_a_week_and_a_value(line):
    assert parse(line) == parse("2026-11-02\t41.5")
    assert parse(line).values == {WEEK: 41.5}


def test_headings_blank_lines_and_gaps_are_passed_over():
    found = parse("\ufeffWeek;Minutes\n\n2026-11-02;41\n2026-11-09;\n2026-11-16;39\n")
    assert found.faults == () and found.values == {WEEK: 41.0, date(2026, 11, 16): 39.0}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon 3;41", "no_day"), ("2026-13-45;41", "no_day"), ("2026-W60;41", "no_day"), ("2026-11-02;x1", "not_a_number"),
        ("2026-11-02;inf", "not_a_number"), ("2026-11-02;1\n2026-11-03;2", "week_twice"), ("1;2\n" * 1001, "too_many"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_its_line(text, code):
    found = parse(text)
    assert found.faults[0].code == code
    assert code == "too_many" or "Line " in found.faults[0].text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("41,5", 41.5),
        ("−3", -3.0),
        ("1e3", 1000.0),
        ("1,150,000", 1_150_000.0),
        ("1.150.000", 1_150_000.0),
        ("-1,150,000", -1_150_000.0),
        ("0,125", 0.125),
        ("80,000", None),
        ("1,15,000", None),
        ("٤١", None),
        ("nan", None),
        ("1_000", None),
    ],
)
def test_numbers_are_read_as_written(text, value):
    assert number_of(text) == value


def test_a_comma_that_may_mean_two_things_is_asked_about():
    (fault,) = parse("2026-11-02\t80,000").faults
    assert parse("2026-11-02,80,000").faults == (fault,)
    assert fault.text == "Line 1: “80,000” could be 80000 or 80.000: write it without the comma."
    with pytest.raises(ValueError, match=r"could be 80000 or 80\.000"):
        parse_amount("€80,000")
    assert parse_amount("£1,150,000").likely == 1_150_000.0


@given(st.text())
def test_no_text_whatsoever_raises(text):
    assert all(week.weekday() == 0 for week in parse(text).values)
