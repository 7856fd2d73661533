"""Which days are working days?"""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portfolio.rules.days import add_working_days, is_working_day, next_working_day, working_days_after

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
HOLIDAYS = st.sets(DAYS, max_size=20)


@given(DAYS, DAYS, HOLIDAYS)
def test_working_days_are_counted_as_by_hand(start, end, holidays):
    by_hand = sum(is_working_day(start + timedelta(days=i), holidays) for i in range(1, (end - start).days + 1))
    assert working_days_after(start, end, holidays) == by_hand


@given(DAYS, st.integers(0, 30), HOLIDAYS)
def test_adding_and_counting_agree(start, count, holidays):
    begin = next_working_day(start, holidays)
    until = add_working_days(start, count, holidays)
    assert is_working_day(until, holidays)
    assert working_days_after(begin, until, holidays) == count


def test_three_working_days_after_a_thursday_is_tuesday():
    assert add_working_days(date(2026, 11, 19), 3) == date(2026, 11, 24)
    assert add_working_days(date(2026, 12, 24), 1, {date(2026, 12, 25)}) == date(2026, 12, 28)
