"""When did real use begin, what did the outcomes earn week by week, and does the hypothesis hear of it?

Feedback counts, ROI judges; neither knows the other, so governance carries the figures across (rules.md 7). Idempotent
on (hypothesis, measure, week, source): a run that finds nothing new costs three queries and writes nothing.
"""

import logging
from collections import defaultdict
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import Q

from feedback import queries
from governance.rules.outcomes import due, in_money
from portfolio.rules import SYSTEM, NotVisible, Refused, Stage
from roi.actions import hypotheses, readings
from roi.actions.readings import OUTCOME_VALUE
from roi.models import Hypothesis, Reading
from roi.models.readings import OUTCOMES
from roi.rules.track import monday

log = logging.getLogger(__name__)

_JUDGED = (Stage.PILOT, Stage.PRODUCTION)
_SAID = ("id", "use_case_id", "measure", "unit", "day0_on", "use_case__portfolio__currency")
_NOTE = "Sum of the outcomes' values, from feedback."


def learn_day0(now: datetime | None = None) -> int:
    """Day 0 is the first suggestion that was no test (rules.md 5); answers how many hypotheses learnt it.

    A stated day stands, except one that has not come yet: use began before it. What is learnt is then as if stated, so
    that later events do not move what the evidence rests on.
    """
    today = (now or datetime.now(UTC)).astimezone(UTC).date()
    waiting = Hypothesis.objects.filter(use_case__stage__in=_JUDGED, use_case__portfolio__archived_at=None)
    ids = set(waiting.filter(Q(day0_on=None) | Q(day0_on__gt=today)).values_list("use_case_id", flat=True))
    found = queries.first_suggestions(ids) if ids else {}
    learnt = 0
    for use_case_id, first_on in found.items():
        try:
            hypotheses.edit(by=SYSTEM, use_case_id=use_case_id, day0_on=first_on)
        except (Refused, NotVisible) as refused:
            log.warning("day0_refused use_case=%s %s", use_case_id, type(refused).__name__)
        else:
            learnt += 1
    return learnt


def post_value_readings(now: datetime | None = None) -> int:
    """Bring the weekly value of outcomes into the readings of each hypothesis; answers how many changed.

    Weeks that are over, from day 0 on. Always as readings of their own, which say what came and decide nothing; and as
    readings of the primary measure where that is money, so that the verdict rests on them. What a person recorded for a
    week stands: outcomes never overrule it. A week whose outcomes were corrected away becomes a gap again.
    """
    today = (now or datetime.now(UTC)).astimezone(UTC).date()
    rows = {
        row["use_case_id"]: row
        for row in Hypothesis.objects.filter(
            use_case__stage__in=_JUDGED, use_case__portfolio__archived_at=None, day0_on__isnull=False
        ).values(*_SAID)
    }
    if not rows:
        return 0
    earned = queries.weekly_values({use_case_id: monday(row["day0_on"]) for use_case_id, row in rows.items()}, today)
    known = _known([row["id"] for row in rows.values()])
    changed = 0
    for use_case_id, row in rows.items():
        for measure in _measures(row):
            values = due(earned.get(use_case_id, {}), known[row["id"], measure], OUTCOMES)
            if values:
                changed += _record(use_case_id, measure, values)
    return changed


def _measures(row: dict[str, object]) -> list[str]:
    """The outcomes' own measure, and the primary one where both are sums of money."""
    primary = str(row["measure"])
    money = primary and in_money(str(row["unit"]), str(row["use_case__portfolio__currency"]))
    return [OUTCOME_VALUE, primary] if money else [OUTCOME_VALUE]


def _known(ids: list[UUID]) -> dict[tuple[UUID, str], dict[tuple[date, str], float | None]]:
    """(hypothesis, measure) → {(week, source): value} as stored."""
    found: dict[tuple[UUID, str], dict[tuple[date, str], float | None]] = defaultdict(dict)
    rows = Reading.objects.filter(hypothesis_id__in=ids)
    for row_id, measure, week, source, value in rows.values_list(
        "hypothesis_id", "measure", "week_on", "source", "value"
    ):
        found[row_id, measure][week, source] = value
    return found


def _record(use_case_id: UUID, measure: str, values: dict[date, float | None]) -> int:
    """One use case by the action that everybody uses; one that refuses never holds up the others."""
    act = readings.post_values if measure == OUTCOME_VALUE else readings.record
    try:
        done = act(by=SYSTEM, use_case_id=use_case_id, values=values, source=OUTCOMES, note=_NOTE)
    except (Refused, NotVisible) as refused:
        log.warning("value_readings_refused use_case=%s %s", use_case_id, type(refused).__name__)
        return 0
    return done.created + done.corrected
