"""What happens on a clock? Every part is safe to run twice and at once."""

from celery import shared_task

from notices import actions


@shared_task(name="notices.tasks.slow_tell")
def slow_tell() -> None:
    """Every half minute: read the ledger on, put mails together, send them. On the slow queue: a server may hang."""
    actions.read_on()
    actions.put_together()
    actions.send_due()


@shared_task(name="notices.tasks.slow_day")
def slow_day() -> None:
    """Every quarter of an hour: what has become due, portfolio by portfolio."""
    actions.tell_the_day()
