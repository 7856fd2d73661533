"""What does the page of one use case show?"""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from governance.actions.assess import settle_if_dirty
from governance.facts import gather_one
from governance.models import AgreedDate, Assessment, Decision, Request
from governance.queries.board import days_in_stage
from governance.queries.timeline import Line, about
from governance.rules.facts import Facts
from governance.rules.next_step import NextStep, next_step
from portfolio.models import UseCase
from portfolio.rules import Policy

DECISIONS = 10


@dataclass(frozen=True)
class Picture:
    """One use case as its page shows it; `days` in its stage, `since` when."""

    facts: Facts
    policy: Policy
    assessment: Assessment | None
    step: NextStep
    decisions: list[Decision]
    requests: list[Request]
    slips: list[AgreedDate]
    lines: list[Line]
    days: int
    since: date
    today: date


def picture(use_case: UseCase) -> Picture:
    """Settled first, so that what is shown is never stale."""
    settle_if_dirty([use_case.id])
    facts, policy = gather_one(use_case.id)
    decisions = (
        Decision.objects.filter(use_case=use_case)
        .select_related("decided_by", "request__author")
        .prefetch_related("superseded_by", "conditions__owner")
    )
    requests = Request.objects.open().filter(use_case=use_case).select_related("author")
    today = facts.on
    days = days_in_stage(use_case, today, ZoneInfo(use_case.portfolio.time_zone))
    return Picture(
        facts,
        policy,
        Assessment.objects.filter(use_case=use_case).first(),
        next_step(facts, policy),
        list(decisions[:DECISIONS]),
        list(requests),
        list(AgreedDate.objects.filter(use_case=use_case).select_related("made_by")[:5]),
        about(use_case),
        days,
        today - timedelta(days=days),
        today,
    )
