"""From stored ranges to "run B, C and E": worths, worlds, re-solves and the words for them; all pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.selection import (
    Candidate,
    Infeasible,
    Limits,
    Pool,
    Worth,
    best_set,
    explain,
    in_worlds,
    pooled,
    robustness,
    weigh,
    words,
)  # fmt: skip
from governance.selection import problem as problems
from governance.selection.why import FEW_WORLDS, MOST_WHY, MOST_WORLDS, round_step
from roi.rules.belief import Learnt

A, B, C, D, E, F = range(6)
NAMES = "ABCDEF"
KNOWN = Candidate(100.0, 100.0, 100.0, 0.6, 0.0, 30.0, 3.0, None, seed=1)
WIDE = replace(KNOWN, p10=0.0, p90=250.0)
NO_POOL = Pool(0.0, None)


def sure(value: float, cost: float, seed: int = 0) -> Worth:
    """A candidate without any doubt."""
    return Worth(value + cost, 0.0, 0.0, 0.0, False, cost, value, seed)


G1 = [sure(v * 1e3, c * 1e3) for v, c in zip((120, 90, 75, 60, 55, 40), (100, 60, 50, 45, 30, 20), strict=True)]


def losses(swaps) -> dict[int, float]:
    return {i: swap.loss for i, swap in swaps.items()}


def test_g1_is_explained_as_in_the_reference():
    found = explain(G1, Limits(3, 150e3))
    assert (found.chosen, found.value, found.cost) == ((B, C, E), 220e3, 140e3)
    assert losses(found.marginal) == {B: 5e3, C: 5e3, E: 15e3}
    assert losses(found.regret) == {A: 5e3, D: 15e3, F: 5e3}
    assert (found.regret[A].leave, found.regret[A].come) == ((B, C), (A, F))
    assert -found.slot.loss == 10e3
    assert (found.step, -found.money.loss) == (30e3, 30e3)
    assert found.shares == (0.0, 1.0, 1.0, 0.0, 1.0, 0.0)


def test_g1_is_read_by_a_leader():
    found = explain(G1, Limits(3, 150e3))
    assert words.answer(
        replace(found, shares=(0.25, 0.75, 0.5, 0.25, 1.0, 0.25)), NAMES, NO_POOL, Limits(3), "EUR"
    ) == [
        "Run B, C and E.",
        "E is right in every world we tried, B in 3 of 4 worlds and C in 1 of 2 worlds.",
        "Taking A and F instead of B and C would cost €5k of expected value.",
        "A fourth slot is worth €10k more; €30k more budget is worth €30k.",
    ]


def test_what_must_run_and_what_may_not_are_kept_to():
    found = explain(G1, Limits(3, 150e3, keep=(D,), without=(E,)))
    assert D in found.chosen and E not in found.chosen
    assert found.barred == (E,)
    assert found.regret[E].loss < 0  # it would add value, were it available
    with pytest.raises(Infeasible):
        explain(G1, Limits(3, 90e3, keep=(A,)))
    with pytest.raises(Infeasible):
        explain(G1, Limits(1, keep=(A, B)))


def test_what_waits_is_out_until_it_is_asked_for():
    assert A not in explain(G1, Limits(3, waiting=(A,))).chosen
    assert A in explain(G1, Limits(3, keep=(A,), waiting=(A,))).chosen
    said = words.answer(explain(G1, Limits(2, waiting=(A,))), NAMES, NO_POOL, Limits(2), "EUR")
    assert said[0] == "Run B and C." and not any("Taking A" in one for one in said)


amounts = st.integers(0, 400).map(lambda n: n / 4)
fields = st.lists(st.tuples(st.integers(-40, 160).map(float), amounts), min_size=1, max_size=8)


@given(fields, st.integers(0, 5), st.none() | amounts)
@settings(max_examples=60, deadline=None)
def test_one_more_slot_or_more_money_never_takes_value_away(pairs, cap, budget):
    found = explain([sure(*pair) for pair in pairs], Limits(cap, budget))
    assert found.slot.loss <= 1e-9
    assert found.money is None or found.money.loss <= 1e-9
    assert all(swap.loss >= -1e-9 for swap in (*found.marginal.values(), *found.regret.values()))


@given(fields, st.integers(0, 5), st.none() | amounts, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(pairs, cap, budget, chance):
    order = list(range(len(pairs)))
    chance.shuffle(order)
    before = explain([sure(*pair) for pair in pairs], Limits(cap, budget))
    after = explain([sure(*pairs[place]) for place in order], Limits(cap, budget))
    assert after.value == pytest.approx(before.value, abs=1e-9)
    assert -after.slot.loss == pytest.approx(-before.slot.loss, abs=1e-9)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_shares_are_those_of_solving_every_world(data):
    """Three ways count the same: by value, by looking at every set, and by the solver."""
    n = data.draw(st.integers(2, 6))
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    costs = rng.uniform(1, 40, n).tolist()
    drawn = rng.normal(10, 30, (12, n))
    budget = data.draw(st.none() | st.floats(20, 90))
    keep = () if budget is not None and budget < costs[0] else data.draw(st.sampled_from([(), (0,)]))
    terms = {"cap": data.draw(st.integers(1, n)), "budget": budget, "mandatory": keep}
    each = np.zeros(n)
    for world in drawn:
        each[list(best_set(world.tolist(), costs, **terms).chosen)] += 1
    assert robustness(drawn, costs, **terms) == pytest.approx((each / 12).tolist())


def test_without_doubt_a_pilot_is_worth_its_net_value_whatever_it_costs():
    """The cost of the pilot is part of the net value: it must not be taken off twice."""
    for cost in (0.0, 30.0, 90.0):
        assert weigh(replace(KNOWN, cost=cost), NO_POOL).value == pytest.approx(100.0)
    assert weigh(replace(KNOWN, mean=-50.0, p10=-50.0, p90=-50.0), NO_POOL).value == pytest.approx(-30.0)  # stopped


def test_doubt_that_a_pilot_can_settle_is_worth_something_and_sunk_money_nothing():
    assert weigh(WIDE, NO_POOL).value > 100.0
    assert weigh(replace(WIDE, share=0.0), NO_POOL).value == pytest.approx(100.0)
    assert weigh(replace(KNOWN, sunk=40.0), NO_POOL).value == pytest.approx(140.0)


def test_readings_move_the_value_and_a_better_look_is_worth_more():
    seen = weigh(replace(WIDE, learnt=Learnt(-80.0, 10.0, 10.0)), NO_POOL)
    assert seen.value < 0 < weigh(WIDE, NO_POOL).value
    sharp, blunt = (weigh(replace(WIDE, learnt=Learnt(None, e, e)), NO_POOL) for e in (5.0, 500.0))
    assert sharp.value > blunt.value
    assert weigh(WIDE, NO_POOL).assumed and not sharp.assumed


def test_a_candidate_is_pulled_towards_the_pool():
    """The reference: 100 +- 30 in a pool of mean 50 and spread 30 is 75."""
    half = 30.0 * 1.2815515655446004
    one = replace(KNOWN, p10=100.0 - half, p90=100.0 + half, cost=0.0)
    assert weigh(one, Pool(50.0, 30.0)).mean == pytest.approx(75.0)


def test_few_are_taken_at_their_word_and_many_that_overlap_are_not_told_apart():
    few = [replace(WIDE, mean=100.0 + place) for place in range(9)]
    assert pooled(few).spread is None and pooled(few).told_apart
    many = pooled([*few, WIDE])
    assert many.spread == 0.0 and not many.told_apart
    weighed = [weigh(one, many) for one in (*few, WIDE)]
    found = explain(weighed, Limits(3), told_apart=False)
    assert found.shares == ()
    said = words.answer(found, [f"N{n}" for n in range(10)], many, Limits(3), "EUR")
    assert (
        "The stated ranges overlap so far that they do not tell these apart: readings, and what their pilots cost, decide."
        in said
    )


def test_the_mean_over_worlds_is_the_value():
    some = [
        weigh(replace(WIDE, mean=mean, learnt=learnt, seed=seed), NO_POOL)
        for seed, mean in enumerate((-60.0, 0.0, 100.0))
        for learnt in (None, Learnt(None, 20.0, 20.0), Learnt(40.0, 60.0, 60.0))
    ]
    drawn = in_worlds(some, 40_000)
    errors = drawn.std(axis=0) / math.sqrt(len(drawn))
    assert np.all(np.abs(drawn.mean(axis=0) - [one.value for one in some]) < 5 * errors)


def test_worlds_are_the_same_for_all_and_for_every_number_of_them():
    some = [weigh(replace(WIDE, seed=seed), NO_POOL) for seed in range(40)]
    drawn = in_worlds(some, 1_000)
    assert np.array_equal(drawn[:100], in_worlds(some, 100))
    assert np.corrcoef(drawn.T)[np.triu_indices(40, 1)].mean() == pytest.approx(0.15, abs=0.06)  # the shared factor


def test_what_is_worked_out_stays_bounded():
    many = [sure(100.0 + place % 7, 10.0 + place % 5) for place in range(200)]
    found = explain(many, Limits(20, 150.0))
    assert len(found.marginal) <= MOST_WHY and len(found.regret) == MOST_WHY
    assert found.worlds == FEW_WORLDS
    assert explain(many, Limits(20)).worlds == MOST_WORLDS


def test_a_set_that_is_not_proven_says_so():
    found = replace(explain(G1, Limits(3, 150e3)), proven=False)
    assert words.answer(found, NAMES, NO_POOL, Limits(3), "EUR")[0] == (
        "Run B, C and E: the best found in the time there was, not proven."
    )
    swap = replace(found.marginal[B], loss=math.nan)
    assert (
        words.why_in(swap, NAMES, "EUR")
        == words.why_out(swap, B, NAMES, "EUR")
        == "Not worked out in the time there was."
    )


@pytest.mark.parametrize(
    ("worths", "cap", "said"),
    [
        ([sure(-5.0, 1.0)] * 4, 3, "Of the four compared none that may run is worth its pilot: run none of them."),
        ([sure(5.0, 1.0)] * 4, 0, "With a cap of 0 no pilot may run."),
        ([sure(-5.0, 1.0)], 3, "A is not worth its pilot, or may not run: run none."),
    ],
)
def test_when_nothing_is_chosen_it_says_so(worths: Sequence[Worth], cap: int, said: str):
    found = explain(worths, Limits(cap))
    assert words.answer(found, NAMES[: len(worths)], NO_POOL, Limits(cap), "EUR")[0] == said
    assert words.together(found, "EUR") == ""


def test_one_candidate_and_few_are_called_a_first_look():
    assert words.answer(explain(G1[:1], Limits(3)), "A", NO_POOL, Limits(3), "EUR")[:2] == [
        "Run A.", "Nothing else has a value to compare it with.",
    ]  # fmt: skip
    assert "Only three could be compared: take it as a first look." in words.answer(
        explain(G1[:3], Limits(2)), "ABC", NO_POOL, Limits(2), "EUR"
    )


def test_a_step_is_named_as_a_person_would():
    assert [round_step(one) for one in (30e3, 27_400.0, 12e3, 0.0, 0.45)] == [30e3, 30e3, 10e3, 0.0, pytest.approx(0.4)]


def test_ties_are_broken_alike_by_looking_and_by_the_reference():
    problem = problems.checked([120, 90, 75, 60, 55, 40], [100, 60, 50, 45, 30, 20], 3, 180, (), (), (), (), 1)
    assert problems.looked_at(problem, np.arange(6)) == (A, C, E)
