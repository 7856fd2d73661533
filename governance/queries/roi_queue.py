"""What does waiting for a slot cost, and who should come next? One queue, ordered by Smith's rule (methods.md 6)."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from portfolio import formats
from portfolio.models import UseCase
from portfolio.rules import Stage
from roi import continuing, queries
from roi.models import Hypothesis, Valuation

DAYS_A_MONTH = 30
_WAITS = (Stage.PROPOSED, Stage.PAUSED)


@dataclass(frozen=True)
class Waiter:
    """A use case that waits. `delay`: expected value that a month of waiting loses; `months`: what its pilot takes."""

    use_case: UseCase
    delay: float
    months: float


def waiters(use_case: UseCase) -> list[Waiter]:
    """Everything of the portfolio that waits for a slot and has a whole value, in the order it was registered: 2 queries."""
    waiting = UseCase.objects.filter(portfolio_id=use_case.portfolio_id, stage__in=_WAITS).select_related("lane")
    by_id = {row.id: row for row in waiting.order_by("created_at", "id")}
    priced = queries.facts_of(by_id.values(), {use_case.portfolio_id: use_case.portfolio.today()})
    newest = Valuation.objects.newest().filter(hypothesis=OuterRef("pk"))
    rows = Hypothesis.objects.filter(use_case_id__in=[key for key, facts in priced.items() if facts.value])
    found = {
        key: Waiter(by_id[key], max(mean, 0.0) / horizon, window / DAYS_A_MONTH)
        for key, mean, horizon, window in rows.annotate(mean=Subquery(newest.values("mean")[:1])).values_list(
            "use_case_id", "mean", "horizon_months", "window_days"
        )
    }
    return [found[key] for key in by_id if key in found]


def sentence(use_case: UseCase, queue: list[Waiter]) -> str:
    """What waiting costs this use case and where it stands; empty when it does not wait or has no value yet."""
    mine = next((place for place, one in enumerate(queue) if one.use_case.id == use_case.id), None)
    if mine is None:
        return ""
    money = lambda amount: formats.money(amount, use_case.portfolio.currency)  # noqa: E731
    said = f"Each month of waiting costs about {money(queue[mine].delay)} of expected value."
    if len(queue) == 1:
        return f"{said} Nothing else with a value waits."
    delays, months = [one.delay for one in queue], [one.months for one in queue]
    order = continuing.queue_order(delays, months)
    best, came = (continuing.queue_cost(ranks, delays, months) for ranks in (order, range(len(queue))))
    said += f" Of {len(queue)} that wait it comes {_ordinal(order.index(mine) + 1)}: what waiting costs, over what its pilot takes."
    if money(best) == money(came):
        return said
    return f"{said} In that order the queue loses {money(best)} until all have their answer; as they were registered, {money(came)}."


def blocked(use_case: UseCase, queue: list[Waiter]) -> Waiter | None:
    """Whom this pilot's slot keeps waiting: the first of the queue, when no slot is free."""
    if use_case.stage != Stage.PILOT or not queue:
        return None
    taken = UseCase.objects.filter(portfolio_id=use_case.portfolio_id, stage=Stage.PILOT).count()
    if taken < use_case.portfolio.policy.pilot_cap:
        return None
    first = continuing.queue_order([one.delay for one in queue], [one.months for one in queue])[0]
    return queue[first] if queue[first].delay > 0 else None


def _ordinal(place: int) -> str:
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
