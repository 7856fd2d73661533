"""Which pilot is kept first, and does the advice keep within the cap whatever the pilots are?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.rules.advice import PAUSE, RUN, STOP, Ranked, advise, pause_order
from governance.rules.status import standing
from portfolio.rules import Policy, Stage
from tests.governance.samples import BEN, day, facts, item

GOOD = {"stage": Stage.PILOT, "lane": "fast", "named_sponsor": True, "business_outcome": True, "real_users": 40,
        "magnitude": 2}  # fmt: skip
DATED = {"owner_id": BEN, "due_on": day(5)}
OPEN = {"items": (item(**DATED),), "agreed_on": day(9)}

# From the first to pause to the first to keep (rules.md 4): each row alone is enough to be paused before the next.
PAUSE_FIRST = [
    ("stop criterion met", {"stop_met_on": day(-1)}),
    ("past its date", {**OPEN, "agreed_on": day(-1)}),
    ("no date", {"lane": None}),
    ("at risk", {**OPEN, "forecast_p85_on": day(20)}),
    ("no sponsor", {"named_sponsor": False}),
    ("no outcome", {"business_outcome": False}),
    ("no users", {"real_users": 0}),
    ("magnitude unknown", {"magnitude": None}),
    ("lowest magnitude", {"magnitude": 0}),
    ("lower magnitude", {"magnitude": 1}),
    ("runs longer than registered", {"running_since": day(-60)}),
    ("longer in pilot", {"stage_since_on": day(-30)}),
    ("best", {}),
]


def ranked(number, changes, waiting=False):
    one = facts(**GOOD | changes)
    stands = standing(one, Policy())
    return Ranked(number, number, pause_order(one, stands), stands.text, stands.why_no_date, waiting)


@pytest.mark.parametrize(("first", "then"), list(pairwise(PAUSE_FIRST)), ids=lambda row: row[0])
def test_each_weakness_is_paused_before_the_next(first, then):
    given_ = advise([ranked(1, first[1]), ranked(2, then[1])], cap=9)
    assert [one.id for one in given_] == [2, 1]


def test_whole_order_and_recommendations_under_the_cap_line():
    pilots = [ranked(number, changes) for number, (_, changes) in enumerate(PAUSE_FIRST)]
    given_ = advise(pilots, cap=3)
    assert [one.id for one in given_] == list(range(len(PAUSE_FIRST) - 1, -1, -1))
    assert [one.recommendation for one in given_] == [RUN] * 3 + [PAUSE] * 8 + [STOP] * 2


def test_tie_keeps_the_older_key():
    assert [one.id for one in advise([ranked(12, {}), ranked(7, {}), ranked(9, {})], cap=1)] == [7, 9, 12]


def test_cap_zero_runs_nobody():
    assert [one.recommendation for one in advise([ranked(1, {}), ranked(2, {})], cap=0)] == [PAUSE, PAUSE]


def test_one_that_waits_too_long_is_paused_and_leaves_its_place():
    given_ = advise([ranked(1, {}, waiting=True), ranked(2, {})], cap=1)
    assert [(one.id, one.recommendation) for one in given_] == [(1, PAUSE), (2, RUN)]
    assert given_[0].reason == "It has waited longer than a pilot may keep its slot."


@pytest.mark.parametrize(
    ("changes", "cap", "reason", "rough"),
    [
        ({}, 5, "It fits under the cap.", True),
        ({"lane": None}, 5, "It fits under the cap. No date: no lane chosen.", True),
        ({"stop_met_on": day(-1)}, 5, "Stop criterion met: say what was learnt and stop it.", False),
        ({**OPEN, "agreed_on": day(-1)}, 5, "Past its date: say what was learnt and stop it.", False),
        ({}, 0, "Below the cap line: worth less, or longer in pilot.", True),
        ({"named_sponsor": False}, 0, "Below the cap line: it has no sponsor.", True),
        ({"named_sponsor": False, "business_outcome": False, "real_users": None}, 0,
         "Below the cap line: it has no sponsor, no business outcome and no real users.", True),
        ({**OPEN, "forecast_p85_on": day(20)}, 0, "At risk: 85 % sure only after its agreed date.", False),
        ({"lane": None}, 0, "Below the cap line: worth less, or longer in pilot. No date: no lane chosen.", True),
    ],
)  # fmt: skip
def test_reason_is_one_sentence_about_this_pilot(changes, cap, reason, rough):
    (one,) = advise([ranked(1, changes)], cap)
    assert (one.reason, one.rough) == (reason, rough)


def test_kept_one_over_a_full_cap_says_what_it_lacks():
    best, _ = advise([ranked(1, {"real_users": 0}), ranked(2, {"business_outcome": False})], cap=1)
    assert best.reason == "Among the best known so far, though it has no real users."


PILOTS = st.lists(
    st.fixed_dictionaries(
        {
            "stop_met_on": st.sampled_from([None, day(-1)]),
            "lane": st.sampled_from([None, "fast"]),
            "agreed_on": st.sampled_from([None, day(-1), day(9)]),
            "items": st.sampled_from([(), (item(),), (item(**DATED),)]),
            "forecast_p85_on": st.sampled_from([None, day(20)]),
            "named_sponsor": st.booleans(),
            "business_outcome": st.booleans(),
            "real_users": st.sampled_from([None, 0, 5]),
            "magnitude": st.sampled_from([None, 0, 3]),
            "stage_since_on": st.sampled_from([day(-5), day(-50)]),
        }
    ),
    max_size=7,
)


@given(PILOTS, st.integers(0, 5), st.randoms(use_true_random=False))
def test_ranking_is_a_total_order_that_no_shuffling_changes(rows, cap, random):
    pilots = [ranked(number, row, waiting=number % 3 == 2) for number, row in enumerate(rows)]
    shuffled = random.sample(pilots, len(pilots))
    given_ = advise(pilots, cap)
    assert advise(shuffled, cap) == given_
    assert [one.rank for one in given_] == list(range(1, len(pilots) + 1))
    assert {one.id for one in given_} == {pilot.id for pilot in pilots}


@given(PILOTS, st.integers(0, 5))
def test_never_more_run_than_the_cap_and_no_place_is_left_empty(rows, cap):
    pilots = [ranked(number, row) for number, row in enumerate(rows)]
    told = [one.recommendation for one in advise(pilots, cap)]
    fit = sum(one != STOP for one in told)
    assert told.count(RUN) == min(cap, fit)
    assert all(one.reason.endswith(".") and 0 < len(one.reason) <= 300 for one in advise(pilots, cap))


@given(PILOTS, st.integers(0, 4))
def test_a_higher_cap_never_takes_a_run_away(rows, cap):
    pilots = [ranked(number, row) for number, row in enumerate(rows)]

    def running(limit):
        return {one.id for one in advise(pilots, limit) if one.recommendation == RUN}

    assert running(cap) <= running(cap + 1)
