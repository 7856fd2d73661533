"""What happens to feedback on a clock? Fold what waits (twice a second at most), keep the months (nightly)."""

from datetime import UTC, datetime

from celery import shared_task

from feedback import fold, partitions, retention
from portfolio import changes


@shared_task
def fold_waiting() -> None:
    """Count all waiting events. The waiting rows are the queue; a lost or doubled message changes nothing."""
    fold.fold_all(changes.touched)


@shared_task
def keep_months() -> None:
    """Room ahead, nothing beyond its time."""
    today = datetime.now(UTC).date()
    partitions.make_ahead(today)
    retention.drop_old_months(on=today)
    retention.drop_old_tests(on=today)
