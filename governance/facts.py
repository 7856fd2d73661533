"""What are the facts of these use cases on that day? The sole reader of the other rooms, always in sets.

The number of queries does not depend on the number of use cases: one that says which rooms have rows, and at most 15.
"""

import zoneinfo
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Max
from django.utils import timezone

from adoption.queries import facts_of as adoption_of
from adoption.rules import NOTHING_SAID
from adoption.rules import gaps as adoption_gaps
from feedback.facts import facts_of as feedback_of
from feedback.rules.facts import NOTHING_KNOWN
from feedback.rules.gaps import gaps as feedback_gaps
from governance.models import Decision, Request
from governance.presence import present
from governance.rules.blocking import blocking
from governance.rules.dates import Dates, dates_of_many
from governance.rules.facts import Facts, Item, OpenRequest
from portfolio.models import CapException, PolicyVersion, Portfolio, UseCase
from portfolio.models.use_cases import MAGNITUDES
from portfolio.rules import Gap, Policy, Severity, Stage, Verb
from readiness.queries import facts as readiness_facts
from readiness.queries import sets
from readiness.rules.answers import share
from readiness.rules.facts import ReadinessFacts
from readiness.rules.gaps import gaps as readiness_gaps
from readiness.rules.items import mode_of
from readiness.rules.sets import QuestionSet
from roi import queries as roi_queries
from roi.rules.gaps import NO_FACTS
from roi.rules.gaps import gaps as roi_gaps

_MAGNITUDE = {code: order for order, (code, _) in enumerate(MAGNITUDES)}
_VIEWS = ("readiness", "roi", "adoption")

_ASKED = (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION)


@dataclass(frozen=True)
class Picture:
    """The facts of a set of use cases, the policies they stand under, and what readiness was asked and told."""

    facts: dict[UUID, Facts] = field(default_factory=dict)
    policies: dict[UUID, Policy] = field(default_factory=dict)  # by portfolio
    asked: dict[UUID, QuestionSet] = field(default_factory=dict)  # by use case, only with a lane
    readiness: dict[UUID, ReadinessFacts] = field(default_factory=dict)

    def policy_of(self, use_case_id: UUID) -> Policy:
        return self.policies[self.facts[use_case_id].portfolio_id]


def rooms() -> frozenset[str]:
    """Which views of a use case this instance has."""
    return frozenset(name for name in _VIEWS if apps.is_installed(name))


def gather(
    ids: Iterable[UUID],
    on: date | None = None,
    *,
    policies: Mapping[UUID, Policy] | None = None,
    curves: Mapping[UUID, int] | None = None,
) -> Picture:
    """The facts of `ids` as they stand now, for the day `on` (default: each portfolio's today).

    Read inside the caller's transaction and after its locks. Ids that are not there are left out. `policies` and
    `curves` (versions), by portfolio, stand in for the newest: the self-audit recomputes with what was used then.
    """
    wanted = list(ids)
    have = present(wanted)
    use_cases = list(
        UseCase.objects.filter(id__in=wanted).select_related("lane").defer("details", "searchable", "problem")
    )
    portfolio_ids = {use_case.portfolio_id for use_case in use_cases}
    places = Portfolio.objects.filter(id__in=portfolio_ids).annotate(curve=Max("curve_versions__number"))
    zones, newest = {}, {}
    for portfolio_id, zone_name, curve in places.values_list("id", "time_zone", "curve"):
        zones[portfolio_id], newest[portfolio_id] = zone_name, curve or 0
    versions = {**newest, **(curves or {})}
    now = timezone.now()
    local = {pid: zoneinfo.ZoneInfo(name) for pid, name in zones.items()}
    days = {pid: on or now.astimezone(zone).date() for pid, zone in local.items()}
    limits = {**policies_of(portfolio_ids), **(policies or {})}
    slots = dict(
        UseCase.objects.in_pilot()
        .filter(portfolio_id__in=portfolio_ids)
        .values_list("portfolio_id")
        .annotate(taken=Count("id"))
    )
    exceptions = _of(_exceptions, have["exceptions"])
    asking = set(have["requests"])
    requests, waited = _requests([one for one in use_cases if one.id in asking], local, days)
    decided = _of(_decided, have["decisions"])
    live = dict.fromkeys(wanted, NOTHING_KNOWN)
    gone = {row_id: decided.get((row_id, Verb.GO)) for row_id in have["feedback"]}
    live |= _of(lambda found: feedback_of(found, gone), have["feedback"])
    asked_of = sets.of_lanes(use_case.lane for use_case in use_cases if use_case.lane)
    answers = _of(readiness_facts.answers_of, have["answers"])
    needs = _of(readiness_facts.needs_of, have["needs"])
    stored = _of(readiness_facts.items_of, have["items"])
    installed = rooms()
    told = {
        use_case.id: ReadinessFacts(
            answers.get(use_case.id, {}),
            tuple(needs.get(use_case.id, ())),
            readiness_facts.seats_of(use_case),
            unwatched=not any(signal.complete for signal in live[use_case.id].signals),
        )
        for use_case in use_cases
    }
    asked = {use_case.id: asked_of[use_case.lane_id] for use_case in use_cases if use_case.lane_id}
    priced, peopled = set(have["roi"]), set(have["adoption"])
    valued = [one for one in use_cases if one.id in priced]
    worth = _of(lambda found: roi_queries.facts_of(found, days), valued) if "roi" in installed else {}
    # An overseer is known without a row of that room.
    seen_to = [one.id for one in use_cases if one.id in peopled or one.overseer_id]
    people = _of(adoption_of, seen_to) if "adoption" in installed else {}
    modes, gaps_of, items_of = {}, {}, {}
    for use_case in use_cases:
        row_id, day = use_case.id, days[use_case.portfolio_id]
        selected = (row_id, Verb.SELECT) in decided
        modes[row_id] = mode_of(Stage(use_case.stage), selected, use_case.kept_at is not None)
        gaps_of[row_id] = _gaps(use_case, told[row_id], asked.get(row_id), limits[use_case.portfolio_id], day)
        if "roi" in installed and use_case.stage in _ASKED and use_case.lane is not None:
            gaps_of[row_id] += roi_gaps(worth.get(row_id, NO_FACTS), use_case.lane.code, day)
        if use_case.stage in _ASKED:
            lane = use_case.lane.code if use_case.lane else None
            gaps_of[row_id] += feedback_gaps(live[row_id], lane, limits[use_case.portfolio_id], day)
            if "adoption" in installed:
                since_on = use_case.stage_since.astimezone(local[use_case.portfolio_id]).date()
                stage = Stage(use_case.stage)
                gaps_of[row_id] += adoption_gaps(
                    people.get(row_id, NOTHING_SAID), lane=lane, stage=stage, since_on=since_on, on=day
                )
        items_of[row_id] = blocking(gaps_of[row_id], stored.get(row_id, ()), modes[row_id], day)
    dates = _dates(use_cases, items_of, days, limits, versions)
    facts = {}
    for use_case in use_cases:
        zone, day = local[use_case.portfolio_id], days[use_case.portfolio_id]
        date_ = dates.get(use_case.id)
        questions = asked.get(use_case.id)
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
            gone_on=decided.get((use_case.id, Verb.GO)),
            governance_days=waited.get(use_case.id, 0),
            mode=modes[use_case.id],
            gaps=gaps_of[use_case.id],
            items=items_of[use_case.id],
            feedback=live[use_case.id],
            readiness=share(told[use_case.id], questions, day) if questions else None,
            forecast_p50_on=date_.p50_on if date_ else None,
            forecast_p85_on=date_.p85_on if date_ else None,
            forecast_p95_on=date_.p95_on if date_ else None,
            forecast_driver=date_.driver.text if date_ else "",
            curve_version=versions[use_case.portfolio_id],
            worth=worth.get(use_case.id, NO_FACTS),
            adoption=people.get(use_case.id, NOTHING_SAID),
        )
    return Picture(facts, limits, asked, told)


def _of[Asked, Key, Told](told_of: Callable[[list[Asked]], Mapping[Key, Told]], about: list[Asked]) -> dict[Key, Told]:
    """What a room tells about these; nothing is put together to ask about none."""
    return dict(told_of(about)) if about else {}


def _exceptions(ids: list[UUID]) -> dict[UUID, date]:
    """Until when each is running above the cap."""
    rows = CapException.objects.filter(use_case_id__in=ids, ended_at=None).values_list("use_case_id")
    return dict(rows.annotate(until=Max("until_on")))


def _decided(ids: list[UUID]) -> dict[tuple[UUID, str], date]:
    """The day of the newest go and of the newest selection that stand."""
    rows = Decision.objects.filter(use_case_id__in=ids, kind__in=(Verb.GO, Verb.SELECT), superseded_by=None)
    found = rows.values_list("use_case_id", "kind").annotate(last=Max("decided_on"))
    return {(use_case_id, kind): last for use_case_id, kind, last in found}


def _gaps(
    use_case: UseCase, told: ReadinessFacts, asked: QuestionSet | None, policy: Policy, on: date
) -> tuple[Gap, ...]:  # fmt: skip
    """Every room's gaps. What rests or is closed has none: nothing is asked of it."""
    if use_case.stage not in _ASKED:
        return ()
    if asked is None:  # nothing else can be asked yet (rules.md 2)
        return (Gap("portfolio", "no_lane", use_case.key, Severity.HARD, "other", "No lane is chosen yet."),)
    return readiness_gaps(told, asked, policy, on)


def _dates(
    use_cases: Iterable[UseCase], items: Mapping[UUID, tuple[Item, ...]], days: Mapping[UUID, date],
    policies: Mapping[UUID, Policy], versions: Mapping[UUID, int],
) -> dict[UUID, Dates | None]:  # fmt: skip
    """The forecast of each pilot and proposal, portfolio by portfolio: use cases that share curves go together."""
    by_portfolio: dict[UUID, list[UUID]] = defaultdict(list)
    for use_case in use_cases:
        if use_case.stage in (Stage.PROPOSED, Stage.PILOT) and items[use_case.id]:
            by_portfolio[use_case.portfolio_id].append(use_case.id)
    curves = readiness_facts.curves_of({pid: versions[pid] for pid in by_portfolio})
    found: dict[UUID, Dates | None] = {}
    for pid, ids in by_portfolio.items():
        cases = [(items[use_case_id], days[pid], policies[pid]) for use_case_id in ids]
        found.update(zip(ids, dates_of_many(cases, curves[pid]), strict=True))
    return found


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


def _requests(
    use_cases: list[UseCase], zones: dict[UUID, zoneinfo.ZoneInfo], days: dict[UUID, date]
) -> tuple[dict[UUID, tuple[OpenRequest, ...]], dict[UUID, int]]:
    """Open requests, and on how many days a request waited since the present stage began."""
    if not use_cases:
        return {}, {}
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
