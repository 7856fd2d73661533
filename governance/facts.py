"""What are the facts of these use cases on that day? The sole reader of the other rooms, always in sets.

The number of queries does not depend on the number of use cases (at most 15; the test states the literal).
"""

import zoneinfo
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Max
from django.utils import timezone

from governance.models import Decision, Request
from governance.rules.facts import Facts, Item, OpenRequest
from portfolio.models import CapException, PolicyVersion, Portfolio, UseCase
from portfolio.models.use_cases import MAGNITUDES
from portfolio.rules import Gap, Policy, Severity, Stage, Verb

_MAGNITUDE = {code: order for order, (code, _) in enumerate(MAGNITUDES)}
_VIEWS = ("readiness", "roi", "feedback")  # adoption keeps its facts already; no guard asks for them yet


@dataclass(frozen=True)
class Picture:
    """The facts of a set of use cases and the policies they stand under."""

    facts: dict[UUID, Facts] = field(default_factory=dict)
    policies: dict[UUID, Policy] = field(default_factory=dict)  # by portfolio

    def policy_of(self, use_case_id: UUID) -> Policy:
        return self.policies[self.facts[use_case_id].portfolio_id]


def rooms() -> frozenset[str]:
    """Which views of a use case this instance has."""
    return frozenset(name for name in _VIEWS if apps.is_installed(name))


def gather(ids: Iterable[UUID], on: date | None = None) -> Picture:
    """The facts of `ids` as they stand now, for the day `on` (default: each portfolio's today).

    Read inside the caller's transaction and after its locks. Ids that are not there are left out.
    """
    wanted = list(ids)
    use_cases = list(
        UseCase.objects.filter(id__in=wanted).select_related("lane").defer("details", "searchable", "problem")
    )
    portfolio_ids = {use_case.portfolio_id for use_case in use_cases}
    zones = dict(Portfolio.objects.filter(id__in=portfolio_ids).values_list("id", "time_zone"))
    now = timezone.now()
    local = {pid: zoneinfo.ZoneInfo(name) for pid, name in zones.items()}
    days = {pid: on or now.astimezone(zone).date() for pid, zone in local.items()}
    policies = policies_of(portfolio_ids)
    slots = dict(
        UseCase.objects.in_pilot()
        .filter(portfolio_id__in=portfolio_ids)
        .values_list("portfolio_id")
        .annotate(taken=Count("id"))
    )
    exceptions = dict(
        CapException.objects.filter(use_case_id__in=wanted, ended_at=None)
        .values_list("use_case_id")
        .annotate(until=Max("until_on"))
    )
    requests, waited = _requests(use_cases, local, days)
    gone = dict(
        Decision.objects.filter(use_case_id__in=wanted, kind=Verb.GO, superseded_by=None)
        .values_list("use_case_id")
        .annotate(last=Max("decided_on"))
    )
    installed = rooms()
    facts = {}
    for use_case in use_cases:
        zone, day = local[use_case.portfolio_id], days[use_case.portfolio_id]
        gaps = _register_gaps(use_case)
        facts[use_case.id] = Facts(
            on=day,
            use_case_id=use_case.id,
            portfolio_id=use_case.portfolio_id,
            key=use_case.key,
            title=use_case.title,
            stage=Stage(use_case.stage),
            stage_since_on=use_case.stage_since.astimezone(zone).date(),
            stage_left=Stage(use_case.stage_left) if use_case.stage_left else None,
            registered_as=Stage(use_case.registered_as),
            rooms=installed,
            lane=use_case.lane.code if use_case.lane else None,
            lane_version=use_case.lane.version if use_case.lane else None,
            success_statement=bool(use_case.success_statement),
            why_ai=bool(use_case.why_ai),
            stop_criterion=bool(use_case.stop_criterion),
            stop_met_on=use_case.stop_met_on,
            sponsor_id=use_case.sponsor_id,
            lead_id=use_case.lead_id,
            overseer_id=use_case.overseer_id,
            business_outcome=bool(use_case.business_outcome or use_case.success_statement),
            magnitude=_MAGNITUDE.get(use_case.magnitude),
            named_sponsor=bool(use_case.sponsor_id or use_case.sponsor_name),
            running_since=use_case.running_since,
            real_users=use_case.real_users,
            agreed_on=use_case.agreed_on,
            review_on=use_case.review_on,
            reviews_missed=use_case.reviews_missed,
            waiting_until_on=use_case.waiting_until_on,
            last_recorded_on=use_case.updated_at.astimezone(zone).date(),
            slots_taken=slots.get(use_case.portfolio_id, 0),
            cap_exception_until=exceptions.get(use_case.id),
            requests=requests.get(use_case.id, ()),
            gone_on=gone.get(use_case.id),
            governance_days=waited.get(use_case.id, 0),
            gaps=gaps,
            items=tuple(Item(gap.key, gap.severity, gap.kind, gap.text) for gap in gaps),
        )
    return Picture(facts, policies)


def gather_one(use_case_id: UUID) -> tuple[Facts, Policy]:
    """The special case of one."""
    picture = gather([use_case_id])
    return picture.facts[use_case_id], picture.policy_of(use_case_id)


def policies_of(portfolio_ids: Iterable[UUID]) -> dict[UUID, Policy]:
    """The newest policy of each portfolio: one query."""
    newest = (
        PolicyVersion.objects.filter(portfolio_id__in=portfolio_ids)
        .order_by("portfolio_id", "-number")
        .distinct("portfolio_id")
    )
    found = {row.portfolio_id: row.as_policy() for row in newest}
    return {pid: found.get(pid, Policy()) for pid in portfolio_ids}


def _register_gaps(use_case: UseCase) -> tuple[Gap, ...]:
    """What the register itself finds missing. Without a lane nothing else can be asked yet (rules.md 2)."""
    if use_case.lane_id is None and use_case.stage in (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION):
        return (Gap("portfolio", "no_lane", use_case.key, Severity.HARD, "decide", "No lane is chosen yet."),)
    return ()


def _requests(
    use_cases: list[UseCase], zones: dict[UUID, zoneinfo.ZoneInfo], days: dict[UUID, date]
) -> tuple[dict[UUID, tuple[OpenRequest, ...]], dict[UUID, int]]:
    """Open requests, and on how many days a request waited since the present stage began."""
    by_id = {use_case.id: use_case for use_case in use_cases}
    found: dict[UUID, list[OpenRequest]] = defaultdict(list)
    spans: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for row in Request.objects.filter(use_case_id__in=by_id).order_by("opened_at"):
        use_case = by_id[row.use_case_id]
        zone, today = zones[use_case.portfolio_id], days[use_case.portfolio_id]
        opened_on = row.opened_at.astimezone(zone).date()
        closed_on = row.closed_at.astimezone(zone).date() if row.closed_at else today
        if row.closed_at is None:
            found[row.use_case_id].append(OpenRequest(row.id, row.kind, row.author_id, opened_on))
        since = use_case.stage_since.astimezone(zone).date()
        spans[row.use_case_id].append((max(opened_on, since), min(closed_on, today)))
    waited = {use_case_id: _covered_days(parts) for use_case_id, parts in spans.items()}
    return {use_case_id: tuple(rows) for use_case_id, rows in found.items()}, waited


def _covered_days(spans: list[tuple[date, date]]) -> int:
    """Days covered by at least one span [start, end) (they are sorted by start)."""
    total, until = 0, date.min
    for start, end in spans:
        begin = max(start, until)
        if end > begin:
            total += (end - begin).days
            until = end
    return total
