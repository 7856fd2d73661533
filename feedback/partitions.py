"""Is there a place for the events of this month, and which months have had their time?

Events are partitioned by the day they were received, so the present month is always the one written to: no event is
refused for its date, a late one never falls into a dropped month, and no default partition is needed.
"""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

AHEAD_MONTHS = 3  # made beforehand, so that ingest never waits for DDL
KEPT_MONTHS = 13  # rules.md 7
_LOCK = 7002  # advisory lock: one maker of partitions at a time


def month_after(day: date, months: int) -> date:
    """The first day of the month `months` after that of `day` (negative: before)."""
    ordinal = day.year * 12 + day.month - 1 + months
    return date(ordinal // 12, ordinal % 12 + 1, 1)


def name_of(month: date) -> str:
    return f"feedback_event_{month:%Y_%m}"


def make_month(day: date) -> bool:
    """Make the partition that takes events received on `day`. False if it is there already.

    Made apart and then attached: ATTACH lets readers and writers of the other months go on.
    """
    first, end = month_after(day, 0), month_after(day, 1)
    name = name_of(first)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f"CREATE TABLE {name} (LIKE feedback_event INCLUDING DEFAULTS)")
        cursor.execute(f"ALTER TABLE feedback_event ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{end}')")
        return True


def make_ahead(on: date) -> int:
    """Make this month and the next ones. Answers how many were new."""
    return sum(make_month(month_after(on, months)) for months in range(AHEAD_MONTHS + 1))


def months() -> list[date]:
    """The first days of the months that have a partition, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(inhrelid::regclass::text, 7) FROM pg_inherits WHERE inhparent = 'feedback_event'::regclass"
        )
        return sorted(date(int(text[:4]), int(text[5:]), 1) for (text,) in cursor.fetchall())
