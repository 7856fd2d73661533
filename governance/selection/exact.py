"""How is the best set found exactly, also among ten thousand candidates?

HiGHS proves the optimum (gap 0) of a core of a few dozen candidates. The others are left out in two ways that cannot lose the
optimum. First, those beaten by as many others as there are slots. Second, by a bound: price the budget by a multiplier, forget the side constraints, and what any set holding a candidate could reach at
most is known (Lagrangian relaxation; Fisher 1981). A candidate whose bound exceeds the set in hand joins the core.
"""

from __future__ import annotations

import heapq
import math

import highspy
import numpy as np
from numpy.typing import NDArray

from governance.selection.problem import SLACK, Floats, Problem, few, fits, looked_at, settled, slots_of, total

WORTH_REDUCING = 12  # candidates; among fewer there is nothing to gain
SMALL = 150  # candidates that go to the solver as they are
CORE_EXTRA = 60  # candidates beyond those the prices favour that the first solve sees


def solve(problem: Problem) -> tuple[tuple[int, ...], bool]:
    """(chosen indices, sorted; is it proven best?). Raises Infeasible."""
    problem = settled(problem)
    if not problem.priced():
        return _earliest(problem, _dearest(problem)), True
    candidates = _undominated(problem, _candidates(problem))
    if few(problem, len(candidates)):
        chosen, proven = looked_at(problem, candidates), True
    elif len(candidates) <= SMALL:
        chosen, proven = _highs(problem, candidates)
    else:
        core, bounds = _core(problem, candidates)
        chosen, proven = _highs(problem, core)
        reach = total(problem.values, chosen)
        more = candidates[bounds > reach - SLACK * max(1.0, abs(reach))]
        if len(missed := np.setdiff1d(more, core)):
            # Bounds fall as the set in hand improves, so a second solve over all that might be better is final.
            chosen, proven = _highs(problem, np.union1d(missed, core))
    return _earliest(problem, chosen), proven


def _candidates(problem: Problem) -> NDArray[np.intp]:
    """Those still open to choice: not settled, fitting beside the mandatory ones, and of some use."""
    keep = np.ones(len(problem.values), dtype=bool)
    tied, mandatory = problem.tied(), list(problem.mandatory)
    useless = problem.values <= 0.0
    useless[list(tied)] = False  # may be needed by another
    keep[useless] = False
    keep[[*mandatory, *problem.banned]] = False
    for weights, limit in problem.limits():
        keep &= weights <= limit - math.fsum(weights[mandatory]) + SLACK * max(1.0, abs(limit))
    return np.flatnonzero(keep)


def _dearest(problem: Problem) -> tuple[int, ...]:
    """The most valuable ones, where slots alone are scarce: no solver is needed for that."""
    free = _candidates(problem)
    slots = slots_of(problem, len(free))
    best = free[np.argsort(-problem.values[free], kind="stable")[:slots]]
    return tuple(sorted([*problem.mandatory, *best.tolist()]))


def _undominated(problem: Problem, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Without those that as many others as there are slots beat in value at no more cost.

    A best set holding such a one lacks one of the others: swap. Only candidates free of other constraints count.
    """
    if problem.cap is None or problem.rows or len(candidates) <= WORTH_REDUCING:
        return candidates
    slots = problem.cap - len(problem.mandatory)
    tied = np.isin(candidates, list(problem.tied()))
    free, keep = candidates[~tied], candidates[tied].tolist()
    order = free[np.lexsort((free, problem.costs[free], -problem.values[free]))]
    costs = problem.costs[order]
    keep += order[:slots].tolist()
    cheapest = (-costs[:slots]).tolist()  # the lowest costs seen so far, negated: a heap whose head is the dearest
    heapq.heapify(cheapest)
    place = slots
    while cheapest and (ahead := np.flatnonzero(costs[place:] < -cheapest[0])[:1]).size:
        place += int(ahead[0]) + 1
        keep.append(int(order[place - 1]))
        heapq.heapreplace(cheapest, -float(costs[place - 1]))
    return np.sort(np.array(keep, dtype=np.intp))


def _core(problem: Problem, candidates: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats]:
    """(first core, for each candidate the most that a set holding it can be worth)."""
    mandatory = list(problem.mandatory)
    values, costs = problem.values[candidates], problem.costs[candidates]
    slots = len(candidates) if problem.cap is None else min(len(candidates), problem.cap - len(mandatory))
    money = math.inf if problem.budget is None else problem.budget - math.fsum(problem.costs[mandatory])

    def priced(price: float) -> tuple[Floats, NDArray[np.intp]]:
        scores = values - price * costs
        best = np.argpartition(-scores, slots - 1)[:slots] if slots < len(scores) else np.arange(len(scores))
        return scores, best[scores[best] > 0.0]

    low, high = 0.0, float(np.max(values / np.maximum(costs, 1e-12 * (1.0 + costs.max()))))
    if costs[priced(0.0)[1]].sum() <= money:
        high = 0.0  # the budget does not bind
    for _ in range(50 if high else 0):
        middle = (low + high) / 2.0
        low, high = (middle, high) if costs[priced(middle)[1]].sum() > money else (low, middle)
    scores, best = priced(high)
    bound = float(scores[best].sum()) + (high * money if high else 0.0) + total(problem.values, mandatory)
    # Holding one more means giving up the last of the best, when all slots are taken.
    last = float(scores[best].min()) if len(best) == slots else 0.0
    bounds = bound - np.maximum(last - scores, 0.0)
    order = np.argsort(-scores, kind="stable")[: len(best) + CORE_EXTRA]
    tied = np.fromiter(problem.tied(), dtype=np.intp)
    return np.union1d(candidates[order], np.intersect1d(candidates, tied)), bounds


def _highs(problem: Problem, candidates: NDArray[np.intp]) -> tuple[tuple[int, ...], bool]:
    """The best set over these candidates and the mandatory ones, checked against the limits in exact sums."""
    place = {int(i): at for at, i in enumerate(candidates)}
    mandatory = list(problem.mandatory)
    rows: list[tuple[list[int], list[float], float]] = []  # positions, weights, upper limit
    for weights, limit in problem.limits():
        part = weights[candidates]
        held = np.flatnonzero(part)
        rows.append((held.tolist(), part[held].tolist(), limit - math.fsum(weights[mandatory])))
    for group in problem.excludes:
        held_group = sorted({place[i] for i in group if i in place})
        rows.append((held_group, [1.0] * len(held_group), 1.0))
    for i, j in problem.requires:
        if i in place and j not in problem.mandatory:
            # j is missing here only when it cannot be chosen at all
            rows.append(([place[i], place[j]], [1.0, -1.0], 0.0) if j in place else ([place[i]], [1.0], 0.0))
    while len(candidates):
        picked, proven = _run(problem.values[candidates], [row for row in rows if row[0]], problem.seconds)
        chosen = [*mandatory, *(int(candidates[at]) for at in picked)]
        if fits(problem, chosen):
            return tuple(sorted(chosen)), proven
        # The solver's tolerance let a set slip through that is too dear by a hair: forbid that set, solve again.
        rows.append((picked, [1.0] * len(picked), len(picked) - 1.0))
    return tuple(sorted(mandatory)), True


def _run(values: Floats, rows: list[tuple[list[int], list[float], float]], seconds: float) -> tuple[list[int], bool]:
    """(positions at 1, proven) of one binary program: max values . x under rows."""
    highest = float(np.abs(values).max())
    scale = 1.0 if 1.0 <= highest <= 1e7 else 1e4 / highest if highest else 1.0  # the solver's tolerances are absolute
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(values), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = values * scale
    model.col_lower_, model.col_upper_ = np.zeros(len(values)), np.ones(len(values))
    model.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    model.row_upper_ = np.array([limit for _, _, limit in rows])
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(values)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(at) for at, _, _ in rows)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([i for at, _, _ in rows for i in at], dtype=np.int32)
    model.a_matrix_.value_ = np.array([w for _, weights, _ in rows for w in weights])
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, setting in (
        ("output_flag", False),
        ("log_to_console", False),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.0),
        ("threads", 1),
        ("random_seed", 0),
        ("time_limit", seconds),
    ):
        solver.setOptionValue(option, setting)
    if solver.passModel(model) == highspy.HighsStatus.kError:  # running it then would end the process
        raise RuntimeError("The solver refused the selection.")
    solver.run()
    found = solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not found:
        return [], False  # nothing beside the mandatory ones is always allowed, and known
    x = np.asarray(solver.getSolution().col_value)
    return np.flatnonzero(x > 0.5).tolist(), solver.getModelStatus() == highspy.HighsModelStatus.kOptimal


def _earliest(problem: Problem, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Of candidates alike in value, cost and weights and free of side constraints, the earlier ones: answers repeat."""
    fixed = problem.tied() | problem.mandatory | problem.banned
    columns = np.column_stack([problem.values, problem.costs, *(weights for weights, _ in problem.rows)]) + 0.0  # no -0
    movable = [i for i in chosen if i not in fixed]
    result = set(chosen).difference(movable)
    wanted: dict[bytes, int] = {}
    for i in movable:
        key = columns[i].tobytes()
        wanted[key] = wanted.get(key, 0) + 1
    for key, count in wanted.items():
        alike = np.flatnonzero((columns == np.frombuffer(key)).all(axis=1)).tolist()
        result.update([i for i in alike if i not in fixed][:count])
    return tuple(sorted(result))
