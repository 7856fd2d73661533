"""What do signals, gaps, status and alarms follow from? Rules by table, no database."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from feedback.rules import watch
from feedback.rules.facts import FeedbackFacts, reasons_to_act, reasons_to_watch
from feedback.rules.gaps import gaps
from feedback.rules.signals import SignalFact, standing
from portfolio.rules import Policy, Severity

DRIFT = SignalFact("drift", "Input drift", None, Decimal("0.20"), uuid4(), "Retrain.", Decimal("0.10"))
LOOSE = replace(DRIFT, action="")
ON = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("value", "lower", "upper", "state"),
    [
        ("0.10", None, "0.20", "inside"),
        ("0.18", None, "0.20", "near"),
        ("0.20", None, "0.20", "near"),
        ("0.21", None, "0.20", "outside"),
        ("800", "800", "1800", "near"),
        ("799", "800", "1800", "outside"),
        ("1240", "800", "1800", "inside"),
        ("-1", "0", None, "outside"),
        ("7", None, None, "inside"),
        (None, None, "1", "unknown"),
    ],
)
def test_a_value_stands_inside_near_or_outside_its_limits(value, lower, upper, state):
    lower, upper, value = (None if one is None else Decimal(one) for one in (lower, upper, value))
    assert standing(replace(DRIFT, lower=lower, upper=upper, value=value)) == state
    assert standing(replace(DRIFT, lower=lower, upper=upper, value=value, silent=True)) == "silent"


@pytest.mark.parametrize(
    ("signals", "lane", "found"),
    [
        ((), None, []),
        ((), "standard", [("no_signal", Severity.HARD)]),
        ((), "fast", [("no_signal", Severity.HARD)]),
        ((DRIFT,), "high-impact", []),
        ((LOOSE,), "standard", [("no_signal", Severity.HARD), ("signal_incomplete", Severity.ADVISORY)]),
        ((DRIFT, LOOSE), "standard", [("signal_incomplete", Severity.ADVISORY)]),
    ],
)
def test_a_gap_is_open_until_one_signal_has_thresholds_owner_and_action(signals, lane, found):
    named = gaps(FeedbackFacts(signals=signals), lane, Policy(), ON)
    assert [(gap.code, gap.severity) for gap in named] == found


def test_live_status_has_its_reasons_in_order():
    assert (reasons_to_act(FeedbackFacts()), reasons_to_watch(FeedbackFacts())) == ((), ())
    high = replace(DRIFT, value=Decimal(1))
    facts = FeedbackFacts(
        signals=(high, replace(DRIFT, name="Cost", silent=True)), alarm="down", overdue_exceptions=2, new_model="r 4"
    )
    assert reasons_to_act(facts) == ()  # the owner has the agreed action and the clock runs
    assert reasons_to_watch(facts) == (
        "overrides almost stopped", "Input drift outside its limit", "2 overdue exceptions", "Cost silent",
        "new model r 4 since the go",
    )  # fmt: skip
    assert reasons_to_act(replace(facts, breaches_overdue=("Input drift",))) == (
        "Input drift outside its limit, nothing done",
    )
    assert reasons_to_act(FeedbackFacts(signals=(replace(LOOSE, value=Decimal(1)),))) != ()


@pytest.mark.parametrize(
    ("rate", "decided", "state"),
    [(0.05, 100, "below"), (0.08, 100, "inside"), (0.18, 100, "inside"), (0.19, 100, "above"), (0.5, 19, "too_few"),
     (None, 100, "not_known")],
)  # fmt: skip
def test_a_rate_is_a_sentence_only_with_enough_decisions(rate, decided, state):
    assert watch.band_state(rate, decided, (0.08, 0.18), 20) == state
    assert watch.band_state(rate, decided, None, 20) == "none"


def days(rate, count, seed, decided=20):
    draw = random.Random(seed)
    return [(ON + timedelta(days=n), sum(draw.random() < rate for _ in range(decided)), decided) for n in range(count)]


def test_the_alarm_is_silent_inside_the_band_and_rings_both_ways_outside():
    inside = [watch.first_ring((0.08, 0.18), days(0.13, 365, seed)) for seed in range(20)]
    assert sum(ring is not None for ring in inside) <= 2
    up = [watch.first_ring((0.08, 0.18), days(0.40, 60, seed)) for seed in range(10)]
    down = [watch.first_ring((0.08, 0.18), days(0.01, 60, seed)) for seed in range(10)]
    assert {ring[1] for ring in up} == {"up"}
    assert {ring[1] for ring in down} == {"down"}
    assert sorted((ring[0] - ON).days for ring in up)[5] <= 10


def test_run_lengths_between_false_alarms_keep_the_promise():
    """At the very edge of the band, 20 decisions a day: on average at most one false alarm a year, both ways together."""
    runs = []
    for seed in range(12):
        ring = watch.first_ring((0.1, 0.1), days(0.1, 1_500, seed))
        runs.append((ring[0] - ON).days + 1 if ring else 1_500)
    assert sum(runs) / len(runs) >= 365


def test_a_reason_dominates_when_it_is_over_a_fifth_for_four_weeks():
    week = (30, {"new code": 9, "not sure": 6, "": 15})
    assert watch.dominant([week] * 4) == ("new code",)
    assert watch.dominant([week] * 3) == ()
    assert watch.dominant([week] * 3 + [(30, {"new code": 6})]) == ()
    assert watch.dominant([(4, {"new code": 4})] * 4) == ()


def test_a_lesson_moved_the_rate_when_the_intervals_part():
    assert watch.moved((79, 1000), (31, 1000)) == "moved"
    assert watch.moved((52, 1000), (50, 1000)) == "no_change"
    assert watch.moved((52, 1000), (0, 0)) == "too_early"


@pytest.mark.parametrize(
    ("label", "major"),
    [("router 3.2", "router 3"), ("router 3.10.1", "router 3"), ("gpt-5.1-mini", "gpt 5"), ("model-v2", "model 2"),
     ("claims@2026.1", "claims 2026"), ("plain", "plain")],
)  # fmt: skip
def test_the_major_version_is_read_from_a_label(label, major):
    assert watch.major(label) == major


def test_a_new_major_version_is_one_that_came_after_the_go():
    def seen(*models):
        return [(model, ON + timedelta(days=first), ON + timedelta(days=last)) for model, first, last in models]

    old, minor, new = ("r 3.1", -30, 5), ("r 3.2", 5, 20), ("r 4.0", 10, 30)
    assert watch.new_major(seen(old, minor), ON) == ""
    assert watch.new_major(seen(old, minor, new), ON) == "r 4"
    assert watch.new_major(seen(old, minor, new), ON + timedelta(days=10)) == ""
    assert watch.new_major(seen(new), ON) == ""  # the first model ever connected is the one that was decided on
    assert watch.new_major(seen(old, new), None) == ""
