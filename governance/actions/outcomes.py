"""What were the outcomes of the feedback worth, and does the hypothesis know? The rooms below never meet; here they do."""

import logging
from collections.abc import Iterable
from uuid import UUID

from feedback import queries as feedback
from portfolio.rules import SYSTEM, NotVisible, Refused, Stage
from roi.actions import readings
from roi.models import Hypothesis
from roi.rules import track

log = logging.getLogger(__name__)


def post_value_readings(use_case_ids: Iterable[UUID] | None = None) -> int:
    """Post each finished week's value of outcomes; answers how many weeks are new or corrected.

    Safe to run twice and in any order: one reading a (hypothesis, measure, week, source), corrected when late outcomes
    change it. `use_case_ids`: these only; else every pilot and live use case with a day 0.
    """
    rows = Hypothesis.objects.filter(day0_on__isnull=False, use_case__portfolio__archived_at=None)
    if use_case_ids is not None:
        rows = rows.filter(use_case_id__in=list(use_case_ids))
    else:
        rows = rows.filter(use_case__stage__in=[Stage.PILOT, Stage.PRODUCTION])
    posted = 0
    for use_case_id, day0_on in rows.order_by("id").values_list("use_case_id", "day0_on"):
        weeks = feedback.weekly_value(use_case_id, track.monday(day0_on))
        if not weeks:
            continue
        told = {week: float(value) for week, value in weeks.items()}
        try:
            done = readings.post_values(by=SYSTEM, use_case_id=use_case_id, values=told)
        except (Refused, NotVisible) as refused:  # one that cannot take them never costs the others theirs
            log.warning("value_not_posted use_case=%s %s", use_case_id, type(refused).__name__)
            continue
        posted += done.created + done.corrected
    return posted
