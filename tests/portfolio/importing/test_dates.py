"""Is every shape of a day read, and an ambiguous one left alone?"""

import datetime as dt

import pytest

from portfolio.importing import dates


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("2024-10-01 00:00:00", "2024-10-01"), ("2025-06-26T07:39:09Z", "2025-06-26"), ("2021/01/01", "2021-01-01"),
        ("01/01/2026 00:00:00", "2026-01-01"), ("9/17/2025", "2025-09-17"), ("09/24/2024 12:00:00 AM", "2024-09-24"),
        ("9/30/2025 0:00", "2025-09-30"), ("17.03.2026", "2026-03-17"), ("03.04.2026", "2026-04-03"),
        ("01/2024", "2024-01-01"), ("Jul-25", "2025-07-01"), ("2025", "2025-01-01"), ("Q2 2025", "2025-04-01"),
        ("3. Quartal 2025", "2025-07-01"), ("1 March 2024", "2024-03-01"), ("March 5, 2024", "2024-03-05"),
        ("Januar 2024", "2024-01-01"), ("5 mars 2024", "2024-03-05"), ("2022-08 (estimated)", "2022-08-01"),
        ("45292", "2024-01-01"), ("7/16/1905", "2024-01-01"), ("3/14/2025 1:30:00 PM", "2025-03-14"),
    ],
)  # fmt: skip
def test_shapes(text, on):
    day = dates.parse(text)
    assert day is not None
    assert day.on == dt.date.fromisoformat(on)


@pytest.mark.parametrize(
    "text", ["", "N/A", "Ongoing", "22-Jul", "Pre-2021", "2015-2022", "10/12023", "31/31/2024", "2024-13-01", "0308", "9" * 5000, "0001-01-01", "9999-12-31"]
)  # fmt: skip
def test_what_names_no_day_is_none(text):
    assert dates.parse(text) is None


def test_day_and_month_are_told_apart_only_by_the_order_given():
    assert dates.parse("03/04/2026") is None
    assert dates.needs_order("03/04/2026")
    assert dates.parse("03/04/2026", "dmy").on == dt.date(2026, 4, 3)
    assert dates.parse("03/04/2026", "mdy").on == dt.date(2026, 3, 4)


def test_a_bare_year_read_as_a_day_number_is_the_year_and_says_so():
    assert dates.parse("7/16/1905") == dates.Day(dt.date(2024, 1, 1), dates.Precision.YEAR, bare_year=True)
    assert dates.parse("1905-07-17 00:00:00").on.year == 2025
