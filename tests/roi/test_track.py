"""When may one say on track, off track, stop; and when is a check-in due?"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from roi.evidence import State
from roi.rules import track
from roi.rules.gaps import RoiFacts, gaps
from tests.roi.told import BASELINE, FULL, PILOT

DAY0 = date(2026, 3, 4)  # a Wednesday: its week counts as the first of the pilot
START = date(2026, 3, 2)
LIVE = replace(FULL, day0_on=DAY0)


def _readings(before=BASELINE, after=PILOT):
    first = START - timedelta(weeks=len(before))
    return {first + timedelta(weeks=n): v for n, v in enumerate((*before, *after)) if v is not None}


def test_weeks_are_split_at_day_0_and_gaps_stay_gaps():
    found = track.weeks(_readings(after=(38.0, None, 34.0)), LIVE)
    assert found.baseline == BASELINE
    assert found.pilot == (38.0, None, 34.0)
    assert (found.pilot_count, found.pilot_mean) == (2, 36.0)


def test_burn_in_and_a_restart_leave_weeks_out():
    assert track.weeks(_readings(), replace(LIVE, burn_in_weeks=2)).pilot == PILOT[2:]
    assert track.weeks(_readings(), LIVE, evidence_from=START + timedelta(weeks=4)).pilot == PILOT[4:]


def test_without_day_0_everything_is_baseline():
    assert track.weeks(_readings(), FULL).pilot == ()


def test_the_verdict_is_that_of_the_evidence():
    seen = track.verdict(track.weeks(_readings(), LIVE), LIVE)
    assert seen is not None and seen.state is State.NOT_YET_KNOWN
    strong = track.verdict(track.weeks(_readings(after=(20.0, 20.5, 19.5) * 3), LIVE), LIVE)
    assert strong is not None and strong.state is State.ON_TRACK
    weak = track.verdict(track.weeks(_readings(after=(41.0, 40.5, 41.5) * 4), LIVE), LIVE)
    assert weak is not None and weak.state is State.OFF_TRACK


def test_one_baseline_week_leaves_the_locked_figure():
    only = track.weeks(_readings(before=(41.0,), after=(20.0, 20.5, 19.5) * 3), LIVE)
    seen = track.verdict(only, LIVE)
    assert seen is not None and seen.improvement == pytest.approx(21.0)


def test_there_is_no_verdict_without_terms_or_readings():
    assert track.verdict(track.weeks({}, LIVE), LIVE) is None
    assert track.verdict(track.weeks(_readings(), LIVE), replace(LIVE, threshold=None)) is None


def test_a_verdict_is_latched_until_the_terms_change():
    on = track.verdict(track.weeks(_readings(after=(20.0, 20.5, 19.5) * 3), LIVE), LIVE)
    weak = track.verdict(track.weeks(_readings(after=(41.0, 40.5, 41.5) * 4), LIVE), LIVE)
    first = track.latched(None, on, "terms", DAY0)
    assert first is not None and first.state is State.ON_TRACK
    assert track.latched(first, weak, "terms", DAY0 + timedelta(days=30)) == first
    again = track.latched(first, weak, "other terms", DAY0 + timedelta(days=30))
    assert again is not None and again.state is State.OFF_TRACK
    assert track.latched(first, None, "other terms", DAY0) is None


@pytest.mark.parametrize(
    ("mean", "days", "met"),
    [(30.4, 90, False), (31.0, 90, False), (31.1, 90, True), (31.1, 89, False), (None, 90, False)],
)
def test_the_stop_threshold_is_met_at_the_end_of_the_window(mean, days, met):
    assert track.stop_met(LIVE, mean, DAY0 + timedelta(days=days)) is met


def test_higher_is_better_turns_the_threshold_round():
    up = replace(LIVE, higher_is_better=True, baseline=41.0, threshold=50.0, target=60.0)
    assert track.stop_met(up, 49.0, DAY0 + timedelta(days=90))
    assert not track.stop_met(up, 51.0, DAY0 + timedelta(days=90))


@pytest.mark.parametrize(("window", "days"), [(90, [30, 60, 90]), (60, [30, 60]), (45, [30, 45]), (30, [30])])
def test_check_ins_follow_the_window(window, days):
    found = track.schedule(replace(LIVE, window_days=window), recorded=[30])
    assert [one.day for one in found] == days
    assert found[0].done and not found[0].is_due(DAY0 + timedelta(days=99))
    assert [one.is_due(DAY0 + timedelta(days=60)) for one in found[1:]] == [one.day <= 60 for one in found[1:]]


def test_no_day_0_no_check_ins():
    assert track.schedule(FULL) == ()


@pytest.mark.parametrize(
    ("state", "stop", "last", "says"),
    [
        (State.ON_TRACK, False, False, "continue"), (State.ON_TRACK, False, True, "scale"),
        (State.OFF_TRACK, False, False, "stop"), (State.NOT_YET_KNOWN, True, True, "stop"),
        (State.NOT_YET_KNOWN, False, True, "continue"), (None, False, False, "continue"),
    ],
)  # fmt: skip
def test_the_rule_says_what_follows(state, stop, last, says):
    assert track.advised(state, stop, last) == says


def test_what_a_window_can_show():
    found = track.what_can_be_shown(FULL, BASELINE[:6], by_day=30)
    assert found is not None and (found["weeks"], found["baseline_weeks"]) == (4, 6)
    assert 0.0 < found["chance"] < 1.0
    longer = track.what_can_be_shown(FULL, BASELINE[:6], by_day=90)
    assert longer is not None and longer["chance"] > found["chance"]
    assert track.what_can_be_shown(FULL, BASELINE[:1]) is None
    assert track.what_can_be_shown(FULL, (41.0, 41.0)) is None


DRAFTED = RoiFacts(drafted=True)


def test_no_hypothesis_is_one_gap_not_a_dozen():
    (gap,) = gaps(RoiFacts(open_categories=("build", "exit")), "standard", DAY0)
    assert (gap.code, gap.kind, gap.severity) == ("no_signed_hypothesis", "write", "hard")


def test_missing_signatures_and_open_costs_are_gaps():
    found = gaps(replace(DRAFTED, unsigned=("sponsor",), open_categories=("exit",)), "standard", DAY0)
    assert [(gap.code, gap.subject_id, gap.severity) for gap in found] == [
        ("no_signed_hypothesis", "hypothesis", "hard"),
        ("cost_open", "exit", "hard"),
    ]
    assert found[0].text == "The hypothesis is not signed by: sponsor."
    assert gaps(replace(DRAFTED, open_categories=("exit",)), "fast", DAY0)[1].severity == "condition"


def test_a_signed_and_priced_one_has_no_gap():
    assert gaps(replace(DRAFTED, signed_number=2), "high-impact", DAY0) == ()
