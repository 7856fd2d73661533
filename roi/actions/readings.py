"""Record weekly readings, by hand or in bulk, and check in at day 30, 60 and 90."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor, Reason, Refused
from roi.actions import tracking
from roi.actions.scope import locked, use_case_of
from roi.models import CheckIn, Correction, Hypothesis, Reading
from roi.models.readings import OUTCOMES, SOURCES, TYPED
from roi.rules import track
from roi.rules.content import Content

MOST = 520  # weeks a call: ten years
EARLIEST = date(2000, 1, 3)
OUTCOME_VALUE = "Value of outcomes"
"""The measure under which outcomes' value is kept: money a week, never mixed with the minutes of a primary measure."""


@dataclass(frozen=True)
class Recorded:
    """How many weeks were new, corrected, already so."""

    created: int = 0
    corrected: int = 0
    unchanged: int = 0


@transaction.atomic
def record(
    *, by: Actor, use_case_id: UUID, values: Mapping[date, float | None], source: str = TYPED, note: str = ""
) -> Recorded:
    """Store one value a week, named by its Monday; None takes a value back, so that the week is a gap again.

    All or nothing: every week that cannot stand is named in the refusal. A second value corrects the first and keeps it.
    """
    use_case = use_case_of(by, use_case_id, "reading.record")
    row = locked(use_case)
    content = row.content()
    today = use_case.portfolio.today()
    if reasons := _faults(row, content, values, source, today):
        raise Refused(reasons)
    done = _stored(row, content.measure, values, source, note, by)
    if done.created or done.corrected:
        tracking.retrack(row, content, today)
        changes.touched([use_case.id])
    return done


@transaction.atomic
def post_values(
    *, by: Actor, use_case_id: UUID, values: Mapping[date, float | None], source: str = OUTCOMES, note: str = ""
) -> Recorded:  # fmt: skip
    """What outcomes were worth, by Monday, from another room: readings of their own measure `OUTCOME_VALUE`.

    They say what came, and decide nothing: the verdict stays with the one primary measure. Idempotent on (hypothesis,
    measure, week, source). `NotVisible` without a hypothesis, `Refused` as `record`.
    """
    use_case = use_case_of(by, use_case_id, "reading.record")
    row = locked(use_case)
    if reasons := _faults(row, Content(measure=OUTCOME_VALUE), values, source, use_case.portfolio.today()):
        raise Refused(reasons)
    done = _stored(row, OUTCOME_VALUE, values, source, note, by)
    if done.created or done.corrected:
        changes.touched([use_case.id])
    return done


def _stored(
    row: Hypothesis, measure: str, values: Mapping[date, float | None], source: str, note: str, by: Actor
) -> Recorded:  # fmt: skip
    """New weeks added, other values corrected with what they said before. Every week passed `_faults`."""
    known = {
        one.week_on: one
        for one in Reading.objects.select_for_update().filter(
            hypothesis=row, measure=measure, source=source, week_on__in=list(values)
        )
    }
    now, fresh, history, corrected = timezone.now(), [], [], []
    for week, value in values.items():
        old = known.get(week)
        if old is None:
            if value is not None:
                fresh.append(Reading(hypothesis=row, measure=measure, week_on=week, source=source, value=value,
                                     note=note[:300], recorded_at=now, recorded_by_id=by.user_id))  # fmt: skip
        elif old.value != value:
            history.append(Correction(reading=old, was_value=old.value, was_recorded_at=old.recorded_at,
                                      was_recorded_by_id=old.recorded_by_id, by_id=by.user_id))  # fmt: skip
            old.value, old.recorded_at, old.recorded_by_id, old.note = value, now, by.user_id, note[:300]
            corrected.append(old)
    Reading.objects.bulk_create(fresh)
    Correction.objects.bulk_create(history)
    Reading.objects.bulk_update(corrected, ["value", "recorded_at", "recorded_by", "note"])
    return Recorded(len(fresh), len(corrected), len(values) - len(fresh) - len(corrected))


def _faults(
    row: Hypothesis, content: Content, values: Mapping[date, float | None], source: str, today: date
) -> list[Reason]:
    reasons = []
    if source not in SOURCES:
        reasons.append(Reason("unknown_source", f"The source is one of {', '.join(SOURCES)}.", "source"))
    if not content.measure:
        reasons.append(Reason("no_measure", "Name the primary measure first.", "measure"))
    if len(values) > MOST:
        reasons.append(Reason("too_many", f"At most {MOST} weeks at a time.", "readings"))
        return reasons
    frozen = content.baseline_locked_on if row.sign_offs.exists() else None
    for week, value in values.items():
        subject = week.isoformat()
        if week.weekday():
            reasons.append(Reason("not_monday", f"A week is named by its Monday: {track.monday(week)}.", subject))
        elif not EARLIEST <= week <= today:
            reasons.append(Reason("not_yet", "This week has not begun, or is too long ago.", subject))
        if value is not None and (not math.isfinite(value) or abs(value) > 1e15):
            reasons.append(Reason("not_a_number", "This is not a usable number.", subject))
        if frozen is not None and week + timedelta(days=6) <= frozen:
            text = f"The baseline was locked on {frozen} and signed; its weeks stay as they are."
            reasons.append(Reason("baseline_locked", text, subject))
    return reasons


@transaction.atomic
def check_in(*, by: Actor, use_case_id: UUID, day: int, outcome: str, reason: str = "") -> CheckIn:
    """Say at day 30, 60 or 90 whether to continue, scale or stop. Against the rule agreed first it needs a reason.

    Records what was decided at the table; moving the use case is the verb of its page.
    """
    use_case = use_case_of(by, use_case_id, "check_in.record")
    row = locked(use_case)
    content, today = row.content(), use_case.portfolio.today()
    schedule = track.schedule(content, row.check_ins.values_list("day", flat=True))
    found = next((one for one in schedule if one.day == day), None)
    reasons = []
    if found is None:
        reasons.append(Reason("no_such_check_in", f"There is no check-in at day {day}.", "day"))
    elif found.done:
        reasons.append(Reason("already_recorded", f"Day {day} is recorded already.", "day"))
    elif found.due_on > today:
        reasons.append(Reason("not_due", f"Day {day} is on {found.due_on}.", "day"))
    if outcome not in (track.CONTINUE, track.SCALE, track.STOP):
        reasons.append(Reason("unknown_outcome", "Continue, scale or stop.", "outcome"))
    advised = advice_at(row, content, today, day)
    if outcome != advised and not reason.strip():
        text = f"The rule agreed first says {advised}. Say why you decide otherwise."
        reasons.append(Reason("against_rule_without_reason", text, "reason"))
    if reasons:
        raise Refused(reasons)
    assert found is not None
    made = CheckIn.objects.create(
        hypothesis=row, day=day, due_on=found.due_on, verdict=row.verdict, seen=tracking.seen_json(row), advised=advised,
        outcome=outcome, reason=reason.strip(), recorded_on=today, recorded_by_id=by.user_id,
    )  # fmt: skip
    changes.touched([use_case.id])
    _on_record(use_case, made, by)
    return made


def advice_at(row: Hypothesis, content: Content, on: date, day: int) -> str:
    """What the rule agreed first says today."""
    stop = track.stop_met(content, row.seen.get("mean"), on)
    return track.advised(tracking.state_of(row), stop, day >= content.window_days)


def _on_record(use_case: UseCase, made: CheckIn, by: Actor) -> None:
    ledger.append(
        use_case.portfolio_id, "check_in.recorded", by=by, subject=("use_case", use_case.id),
        payload={"day": made.day, "outcome": made.outcome, "advised": made.advised, "verdict": made.verdict},
        private={"reason": made.reason} if made.reason else {},
    )  # fmt: skip
