"""Why is a candidate in the best set or out of it, and what would one more slot or more money change?

Each answer is an exact re-solve of a few hundred candidates at most, so their number is bounded: what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.selection.best import best_set, robustness
from governance.selection.candidates import Worth, in_worlds
from governance.selection.problem import Infeasible, Problem, checked, settled
from governance.selection.worlds import are_few

MOST_WHY = 12  # of the chosen, and of the others: the most valuable ones, each with a solve of its own
MOST_WORLDS, FEW_WORLDS = 1_000, 50  # the few: where every world needs a solver
BUDGET_STEP = 0.2  # how much more money is tried, as a share of the budget
SECONDS = 1.0  # of one solve; what is not proven by then says so


@dataclass(frozen=True)
class Limits:
    """What the set has to keep to. keep must be in, without cannot, waiting cannot yet (all by 0-based index)."""

    cap: int
    budget: float | None = None
    keep: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()

    def terms(self, **other: Any) -> dict[str, Any]:
        """As the solver takes them; `other` replaces some."""
        kept = set(self.keep)
        terms = {
            "cap": self.cap,
            "budget": self.budget,
            "mandatory": self.keep,
            "unavailable": tuple(one for one in (*self.without, *self.waiting) if one not in kept),
            "seconds": SECONDS,
        }
        return terms | other


@dataclass(frozen=True)
class Swap:
    """What another set costs (below 0: it would gain), and who leaves and who comes in by it. loss is nan when the time
    ran out, infinite when there is no such set."""

    loss: float
    leave: tuple[int, ...] = ()
    come: tuple[int, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The best set and why. marginal: each chosen one without which; regret: each other one forced in; slot, money: one
    more slot, and `step` more budget; shares: of the worlds in which each candidate is right, none where no world can tell them apart."""

    chosen: tuple[int, ...]
    barred: tuple[int, ...]  # may not run: left out, or waiting
    value: float
    cost: float
    proven: bool
    marginal: Mapping[int, Swap]
    regret: Mapping[int, Swap]
    slot: Swap
    money: Swap | None
    step: float
    shares: tuple[float, ...]
    worlds: int


def explain(found: Sequence[Worth], limits: Limits, *, told_apart: bool = True) -> Answer:
    """The best set of these candidates. Raises Infeasible when what must run does not fit.

    told_apart: False when the pool says that the ranges hide any difference; then no world can tell them apart either.
    """
    values, costs = [one.value for one in found], [one.cost for one in found]
    best = best_set(values, costs, **limits.terms())
    chosen = best.chosen

    def other(**terms: Any) -> Swap:
        try:
            changed = best_set(values, costs, **limits.terms(**terms))
        except Infeasible:
            return Swap(math.inf)
        loss = best.value - changed.value if changed.proven and best.proven else math.nan
        leave, come = set(chosen) - set(changed.chosen), set(changed.chosen) - set(chosen)
        return Swap(loss, tuple(sorted(leave)), tuple(sorted(come)))

    def by_value(some: Sequence[int]) -> list[int]:
        return sorted(some, key=lambda i: (-values[i], i))[:MOST_WHY]

    barred = limits.terms()["unavailable"]
    rest = [i for i in range(len(found)) if i not in set(chosen)]
    step = round_step(BUDGET_STEP * limits.budget) if limits.budget else 0.0
    count = _count(values, costs, limits)
    return Answer(
        chosen=chosen,
        barred=barred,
        value=best.value,
        cost=math.fsum(costs[i] for i in chosen),
        proven=best.proven,
        marginal={
            i: other(mandatory=tuple(set(limits.keep) - {i}), unavailable=(*barred, i)) for i in by_value(chosen)
        },
        regret={
            i: other(mandatory=(*limits.keep, i), unavailable=tuple(j for j in barred if j != i))
            for i in by_value(rest)
        },
        slot=other(cap=limits.cap + 1),
        money=other(budget=(limits.budget or 0.0) + step) if step else None,
        step=step,
        shares=robustness(in_worlds(found, count), costs, **limits.terms()) if found and told_apart else (),
        worlds=count,
    )


def round_step(amount: float) -> float:
    """To one figure, as a person would name it: 27,400 is 30,000."""
    if amount <= 0.0:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(amount))
    return round(amount / unit) * unit


def _count(values: Sequence[float], costs: Sequence[float], limits: Limits) -> int:
    """How many worlds can be tried while somebody waits for the page."""
    terms = limits.terms()
    problem: Problem = settled(
        checked(values, costs, limits.cap, limits.budget, (), terms["mandatory"], (), (), SECONDS, terms["unavailable"])
    )
    return MOST_WORLDS if not problem.priced() or are_few(problem) else FEW_WORLDS
