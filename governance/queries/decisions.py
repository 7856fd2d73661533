"""What was decided, on which facts, and do they still hold?"""

from typing import Any

from governance.facts import gather_one
from governance.models import Decision
from governance.queries.filters import Filters, Page
from governance.rules.snapshot import material
from portfolio.models import Portfolio
from portfolio.rules import Stage, Verb

_WORDS = {
    "lane": "Lane", "lane_version": "Version of the lane", "open_hard": "Open hard items", "overseer": "Overseer",
    "stop_met": "Stop criterion met",
}  # fmt: skip


def log(portfolio: Portfolio, filters: Filters) -> Page:
    """One page of decisions, newest first, with their people and what superseded them: two queries."""
    rows = (
        Decision.objects.filter(portfolio=portfolio)
        .select_related("use_case", "decided_by", "request__author")
        .prefetch_related("superseded_by", "conditions__owner")
        .defer("use_case__details", "use_case__searchable", "use_case__problem")
    )
    return filters.paged(list(rows[filters.window]))


def changed_since(decision: Decision) -> list[dict[str, Any]]:
    """What a go stood on and is no longer so (rules.md 4); empty for other kinds and superseded ones.

    The stage is left out: the decision itself moved it.
    """
    if decision.kind != Verb.GO or decision.use_case.stage != Stage.PRODUCTION or decision.superseded_by.exists():
        return []
    facts, _ = gather_one(decision.use_case_id)
    then, now = decision.snapshot["material"], material(facts)
    return [
        {"fact": words, "then": _shown(then.get(name)), "now": _shown(now[name])}
        for name, words in _WORDS.items()
        if then.get(name) != now[name]
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return f"{len(value)}: {', '.join(value)}" if value else "0"
    return "none" if value is None else str(value)
