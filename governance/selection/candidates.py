"""What is each candidate worth as a pilot that may be stopped, now and in every world we try?

From a stored range to a value that can be compared (methods 2): shrunk towards the pool, moved by what readings showed,
then valued as an option. A pilot's whole cost is gone by the day of its decision, so that it weighs once: in the value of
the pilot, and no more in whether to go on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.selection.worth import pilot_value, pool, shrink, standard_error
from roi import valuation
from roi.laws import Floats, normal_cdf
from roi.rules.belief import Learnt, believe

FEWEST_TO_POOL = 10
"""Among fewer, Paule & Mandel mostly find no spread at all and would call all alike: each is taken at its word
(assumption; the best of so few promises little too much)."""


@dataclass(frozen=True)
class Candidate:
    """One estimate, money of today. mean, p10, p90: of its net value as stored; share: of its variance that readings can
    teach; sunk: paid already; cost, months: of its pilot from today to its decision; learnt: what readings say, None
    without two baseline weeks; seed: of its stored valuation."""

    mean: float
    p10: float
    p90: float
    share: float
    sunk: float
    cost: float
    months: float
    learnt: Learnt | None
    seed: int


@dataclass(frozen=True)
class Worth:
    """A candidate ready to compare. mean, taught, rest: of going on after the pilot (`roi.rules.belief`), its cost taken
    as paid; error: of what the pilot will show; assumed: nobody can say that error yet; value: of piloting it."""

    mean: float
    taught: float
    rest: float
    error: float
    assumed: bool
    cost: float
    value: float
    seed: int


@dataclass(frozen=True)
class Pool:
    """What the candidates have in common. spread: between their true values; None where they are too few to say."""

    mean: float
    spread: float | None

    @property
    def told_apart(self) -> bool:
        """Do the ranges differ by more than their own width explains?"""
        return self.spread is None or self.spread > 0.0


def pooled(candidates: Sequence[Candidate]) -> Pool:
    """Paule & Mandel over the candidates that state a range."""
    stated = [(one.mean, se) for one in candidates if (se := standard_error(one.p10, one.p90)) > 0.0]
    if len(stated) < FEWEST_TO_POOL:
        return Pool(math.fsum(one.mean for one in candidates) / max(1, len(candidates)), None)
    return Pool(*pool([mean for mean, _ in stated], [se for _, se in stated]))


def weigh(one: Candidate, shared: Pool) -> Worth:
    """The candidate's value as a pilot. Until two baseline weeks say otherwise, its pilot settles half of the doubt that
    readings can settle (assumption)."""
    mean, sd = one.mean, standard_error(one.p10, one.p90)
    if shared.spread is not None:
        mean, sd = shrink(mean, sd, shared.mean, shared.spread)
    held = believe(mean, sd, one.share, one.sunk + one.cost, one.learnt)
    error = held.taught if one.learnt is None else one.learnt.month / math.sqrt(one.months)
    value = pilot_value(held.mean, held.taught, error, one.cost)
    return Worth(held.mean, held.taught, held.rest, error, one.learnt is None, one.cost, value, one.seed)


def in_worlds(found: Sequence[Worth], count: int) -> Floats:
    """What each candidate's pilot brings in each of `count` worlds (rows): its value there times the chance that the
    pilot shows it, less its cost. The mean over worlds is `Worth.value`; world i is the same for every candidate."""
    drawn = np.empty((count, len(found)))
    for place, one in enumerate(found):
        good, alone = valuation.worlds(one.seed, count)
        shown = one.mean + one.taught * good
        drawn[:, place] = (shown + one.rest * alone) * _going_on(one, shown) - one.cost
    return drawn


def _going_on(one: Worth, shown: Floats) -> Floats:
    """Chance that the pilot's data leave an expected value above 0, in worlds where they show this on average."""
    if not one.taught > 0.0:
        return np.full(shown.shape, float(one.mean > 0.0))
    trust = (one.taught / math.hypot(one.taught, one.error)) ** 2
    expected = one.mean + trust * (shown - one.mean)
    if not one.error > 0.0:
        return np.asarray(expected > 0.0, dtype=float)
    return normal_cdf(expected / (trust * one.error))
