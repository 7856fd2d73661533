"""What is believed of going on, and what may readings teach? (methods 6, ADR 19)"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from roi.rules import belief, track
from roi.rules.content import Content
from roi.valuation import Swing

DAY0 = date(2026, 3, 2)
SAID = Content(measure="Minutes", baseline=41.0, target=21.0, threshold=31.0, day0_on=DAY0, window_days=90)
BEFORE = (40.0, 42.0, 41.0, 41.0)


def weeks(*pilot: float) -> track.Weeks:
    return track.Weeks(BEFORE, pilot)


def test_only_the_learnable_part_is_narrowed():
    before = belief.believe(100.0, 50.0, 0.64, 20.0, None)
    assert (before.mean, before.taught, before.rest) == pytest.approx((120.0, 40.0, 30.0))
    after = belief.believe(100.0, 50.0, 0.64, 20.0, belief.Learnt(140.0, 40.0, 10.0))
    assert (after.mean, after.rest) == pytest.approx((140.0, 30.0))  # half way to 140 + 20
    assert after.taught == pytest.approx(40.0 / 2**0.5)


def test_what_hangs_on_the_benefits_can_be_learnt():
    swings = [Swing("Hours", 0.0, 80.0), Swing("Build", 0.0, 60.0)]
    assert belief.learnable({"Hours"}, swings) == pytest.approx(0.64)
    assert belief.learnable(set(), swings) == belief.learnable({"Hours"}, []) == 0.0


@pytest.mark.parametrize(("days", "months"), [(0, 3), (1, 3), (30, 2), (31, 2), (89, 1), (90, 0), (120, -1)])
def test_months_are_counted_to_the_end_of_the_window(days, months):
    assert belief.months_left(SAID, DAY0 + timedelta(days=days)) == months


def test_before_day_0_the_whole_window_is_ahead():
    assert belief.months_left(replace(SAID, day0_on=None), DAY0) == 3


def test_a_unit_of_the_measure_is_worth_its_share_of_the_benefit():
    seen = belief.learnt(SAID, weeks(36.0, 36.0), pvb=200.0, pvc=80.0)
    assert seen.estimate == pytest.approx(5 * 10.0 - 80.0)  # 5 of 20 minutes better, at 10 each
    assert seen.error > 0 and seen.month < seen.error
    assert belief.learnt(SAID, weeks(), pvb=200.0, pvc=80.0).estimate is None
    worse = belief.learnt(replace(SAID, higher_is_better=True), weeks(36.0), pvb=200.0, pvc=80.0)
    assert worse.estimate == pytest.approx(-50.0 - 80.0)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (SAID, track.Weeks((41.0,), (36.0,))),  # one baseline week has no spread
        (SAID, track.Weeks((41.0, 41.0), (36.0,))),
        (replace(SAID, target=None), weeks(36.0)),
        (replace(SAID, target=41.0), weeks(36.0)),  # nothing is promised: a unit has no worth
    ],
)
def test_where_it_cannot_be_said_nothing_is(said, told):
    assert belief.learnt(said, told, pvb=200.0, pvc=80.0) is None
