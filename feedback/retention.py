"""What has had its time? Raw events after 13 months, test events after a day.

Keys, cases and rollups stay. Rollups cannot be rebuilt once raw months are gone: never clear them alone.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction

from feedback import partitions

LOCK_TIMEOUT = "2s"  # a drop waits for a lock on the parent; rather try again tomorrow than hold up ingest


def drop_old_months(*, on: date) -> list[str]:
    """Drop the months received wholly more than 13 months before `on`, unless the fold still waits for one of them."""
    oldest_kept = partitions.month_after(on, -partitions.KEPT_MONTHS)
    dropped = []
    for month in partitions.months():
        if month >= oldest_kept:
            break
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            cursor.execute(
                "SELECT EXISTS (SELECT FROM feedback_pending WHERE received_on >= %s AND received_on < %s)",
                [month, partitions.month_after(month, 1)],
            )
            if cursor.fetchone()[0]:
                continue
            cursor.execute(f"DROP TABLE {partitions.name_of(month)}")
            dropped.append(partitions.name_of(month))
    return dropped


def drop_old_tests(*, on: date) -> int:
    """Remove test events received before yesterday; their keys stay, so a repeat is still a duplicate."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM feedback_event WHERE test AND received_on < %s", [on - timedelta(days=1)])
        return cursor.rowcount
