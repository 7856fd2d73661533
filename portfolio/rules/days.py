"""Which days count as working days? Monday to Friday, without the holidays of the policy (rules.md 5)."""

from collections.abc import Collection
from datetime import date, timedelta

_DAY = timedelta(days=1)
MOST = 10_000  # days looked at: beyond, a holiday list is a typing error


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    return day.weekday() < 5 and day not in holidays


def next_working_day(day: date, holidays: Collection[date] = ()) -> date:
    """`day` itself when it is one, else the first after it."""
    for _ in range(MOST):
        if is_working_day(day, holidays):
            return day
        day += _DAY
    raise ValueError("Every day is a holiday.")


def add_working_days(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The day `count` working days after `day`; 0 gives the next working day, `day` included."""
    day = next_working_day(day, holidays)
    for _ in range(count):
        day = next_working_day(day + _DAY, holidays)
    return day


def working_days_after(start: date, end: date, holidays: Collection[date] = ()) -> int:
    """How many working days lie after `start`, up to and with `end`; 0 when `end` is not later."""
    span = (end - start).days
    if span <= 0:
        return 0
    weeks, rest = divmod(span, 7)
    count = weeks * 5 + sum((start + timedelta(days=weeks * 7 + i)).weekday() < 5 for i in range(1, rest + 1))
    return count - sum(start < day <= end and day.weekday() < 5 for day in set(holidays))
