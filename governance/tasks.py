"""What happens later or on a clock? Ids in, nothing out; safe to run twice and in any order.

A claimed row in PostgreSQL is the queue; a message is only a nudge, and losing all of them delays, never loses.
"""

import logging

from celery import shared_task

from governance.actions import nightly as nightly_actions
from governance.actions import outcomes, sweep

log = logging.getLogger(__name__)


@shared_task
def settle_dirty() -> None:
    """Reassess what changed: sent after a commit that touched several use cases."""
    sweep.settle_dirty(older_than=0)


@shared_task
def sweep_dirty() -> None:
    """Every 15 s: what a lost nudge or a killed worker left behind."""
    sweep.settle_dirty(older_than=10)


@shared_task(name="governance.tasks.slow_nightly")
def slow_nightly() -> None:
    """Every few minutes: the nightly pass of each portfolio whose local day has begun."""
    nightly_actions.nightly_due()


@shared_task(name="governance.tasks.slow_revalue")
def slow_revalue() -> None:
    """Every few minutes: value again the hypotheses whose stored value rests on other inputs."""
    nightly_actions.revalue_due()


@shared_task
def post_value_readings() -> None:
    """Every few minutes: the first use is day 0, weeks of outcomes that are over become readings (rules.md 5 and 7)."""
    outcomes.learn_day0()
    outcomes.post_value_readings()
