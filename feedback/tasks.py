"""What happens to feedback on a clock? Fold what waits, look at the clocks, close days, keep the months."""

from datetime import UTC, datetime

from celery import shared_task

from feedback import fold, partitions, retention
from feedback.actions import watch
from portfolio import changes


@shared_task
def fold_waiting() -> None:
    """Count all waiting events. The waiting rows are the queue; a lost or doubled message changes nothing."""
    fold.fold_all(changes.touched)


@shared_task
def look() -> None:
    """Every minute: what fell silent, what is overdue."""
    watch.flag()


@shared_task(name="feedback.tasks.slow_close_days")
def slow_close_days() -> None:
    """Every few minutes: alarms and digests of the UTC days that are over."""
    watch.close_days(datetime.now(UTC).date())


@shared_task
def keep_months() -> None:
    """Room ahead, nothing beyond its time."""
    today = datetime.now(UTC).date()
    partitions.make_ahead(today)
    retention.drop_old_months(on=today)
    retention.drop_old_tests(on=today)
