"""What was decided, on which facts, and do they still hold?"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from governance.facts import gather
from governance.models import Condition, Decision
from governance.queries.filters import Filters, Page
from governance.rules.snapshot import material
from portfolio.models import Portfolio
from portfolio.rules import Stage, Verb

_WORDS = {
    "stage": "Stage",
    "lane": "Lane", "lane_version": "Version of the lane", "open_hard": "Open hard items", "overseer": "Overseer",
    "stop_met": "Stop criterion met", "hypothesis": "Signed version of the hypothesis",
    "new_model": "New major model since the go",
}  # fmt: skip
_LATER = frozenset({"new_model"})  # stands among the facts only once there is one


def log(portfolio: Portfolio, filters: Filters) -> Page:
    """One page of decisions, newest first, with their people and what superseded them, and what changed since."""
    rows = (
        Decision.objects.filter(portfolio=portfolio)
        .select_related("use_case", "decided_by", "request__author")
        .prefetch_related("superseded_by", "conditions__owner")
        .defer("use_case__details", "use_case__searchable", "use_case__problem")
    )
    page = filters.paged(list(rows[filters.window]))
    outdated = changes(page.rows)
    for row in page.rows:
        row.changed = outdated.get(row.id, [])
    return page


def owed(portfolio: Portfolio) -> QuerySet[Condition]:
    """Conditions of a go that are not met yet, the one due first first."""
    rows = Condition.objects.filter(decision__portfolio=portfolio, met_at=None)
    return rows.select_related("decision__use_case", "owner").order_by("due_on", "id")


def changed_since(decision: Decision) -> list[dict[str, Any]]:
    """What this decision stood on and is no longer so; empty while it holds, and for decisions of the past."""
    return changes([decision]).get(decision.id, [])


def changes(decisions: Iterable[Decision]) -> dict[UUID, list[dict[str, Any]]]:
    """{decision: its differences} of those outdated among these (rules.md 4), in as many queries for one as for many.

    Only a decision still in force can be outdated: the newest of its use case, and the go of what is live.
    """
    given = list(decisions)
    cases = {one.use_case_id for one in given}
    newest = set(
        Decision.objects.filter(use_case_id__in=cases)
        .order_by("use_case_id", "-decided_at", "-id")
        .distinct("use_case_id")
        .values_list("id", flat=True)
    )
    superseded = set(
        Decision.objects.filter(supersedes__in=[one.id for one in given]).values_list("supersedes_id", flat=True)
    )
    facts = gather(cases).facts
    found = {}
    for one in given:
        now = facts[one.use_case_id]
        live_go = one.kind == Verb.GO and now.stage == Stage.PRODUCTION and one.id not in superseded
        if one.id in newest or live_go:
            if differences := differing(one.material, material(now)):
                found[one.id] = differences
    return found


def differing(then: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    """The material facts that differ, in words; none where nothing was kept."""
    return [
        {"fact": words, "then": _shown(then.get(name)), "now": _shown(now.get(name))}
        for name, words in _WORDS.items()
        if _comparable(name, then, now) and then.get(name) != now.get(name)
    ]


def _comparable(name: str, then: dict[str, Any], now: dict[str, Any]) -> bool:
    """Both kept it; or it is a fact that only exists once there is one."""
    return (name in then and name in now) or (bool(then) and name in _LATER)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return f"{len(value)}: {', '.join(value)}" if value else "0"
    return "none" if value is None else str(value)
