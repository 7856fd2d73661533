"""Which status holds first, which warnings follow, and what makes a decision outdated?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.rules import status
from governance.rules import warnings as warning_rules
from governance.rules.snapshot import digest, material, snapshot
from governance.rules.status import Status
from portfolio.rules import Policy, Severity, Stage
from tests.governance.samples import ANA, BEN, DORA, TODAY, day, facts, item

POLICY = Policy()
DATED = {"owner_id": BEN, "due_on": day(5)}
LANE = {"lane": "fast"}
OPEN = {"items": (item(**DATED),)}

# One row a rule of rules.md 4, each with everything that a later row would need, so that the order shows.
BEFORE_GO = [
    ({"stop_met_on": day(-1), **LANE}, Status.STOP_ADVISED, "Stop criterion met", ""),
    ({**LANE, **OPEN, "agreed_on": day(-1)}, Status.STOP_ADVISED, "Past its date", ""),
    ({"agreed_on": day(-1), "items": (item("no_lane"),)}, Status.STOP_ADVISED, "Past its date", ""),
    ({**LANE, "agreed_on": day(-1)}, Status.READY, "Ready to decide", ""),
    ({**LANE}, Status.READY, "Ready to decide", ""),
    ({**LANE, "items": (item(waived_until=day(0)),)}, Status.READY, "Ready to decide", ""),
    ({**LANE, "items": (item(severity=Severity.ADVISORY),)}, Status.READY, "Ready to decide", ""),
    ({"agreed_on": day(9)}, Status.NO_DATE, "No date possible", "no lane chosen"),
    ({**LANE, "items": (item(),), "agreed_on": day(9)}, Status.NO_DATE, "No date possible", "1 item without owner or due date"),
    ({**LANE, "items": (item("a", owner_id=BEN), item("b", due_on=day(1)), item("c", **DATED)), "agreed_on": day(9)},
     Status.NO_DATE, "No date possible", "2 items without owner or due date"),
    ({**LANE, **OPEN}, Status.NO_DATE, "No date possible", "no date agreed"),
    ({**LANE, **OPEN, "agreed_on": day(9), "forecast_p85_on": day(10)}, Status.AT_RISK, "At risk", ""),
    ({**LANE, **OPEN, "agreed_on": day(9), "forecast_p85_on": day(9)}, Status.ON_COURSE, "On course", ""),
    ({**LANE, **OPEN, "agreed_on": day(0)}, Status.ON_COURSE, "On course", ""),
]  # fmt: skip


@pytest.mark.parametrize("stage", [Stage.PROPOSED, Stage.PILOT])
@pytest.mark.parametrize(("changes", "code", "text", "why"), BEFORE_GO)
def test_first_that_holds_is_the_status(changes, code, text, why, stage):
    assert status.standing(facts(stage=stage, **changes), POLICY) == status.Standing(code, text, why)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, Status.STEADY),
        ({"items": (item(),)}, Status.WATCH),
        ({"stop_met_on": day(0), "items": (item(),)}, Status.ACT),
    ],
)
def test_live_status(changes, code):
    assert status.standing(facts(stage=Stage.PRODUCTION, **changes), POLICY).status is code


@pytest.mark.parametrize("stage", [Stage.PAUSED, Stage.DECLINED, Stage.STOPPED, Stage.RETIRED])
def test_paused_and_closed_have_none(stage):
    assert status.standing(facts(stage=stage, stop_met_on=day(-1), items=(item(),)), POLICY).status is None


def test_overdue_counts_open_hard_items_past_their_day():
    items = (
        item("a", due_on=day(-1)),
        item("b", due_on=day(0)),
        item("c", due_on=day(-9), waived_until=day(2)),
        item("d"),
    )
    assert status.overdue(facts(items=items)) == 1


FLAGS = [
    ("exception_ending", {"stage": Stage.PILOT, "cap_exception_until": day(0)}),
    ("exception_ending", {"stage": Stage.PILOT, "cap_exception_until": day(7)}),
    ("exception_ended", {"stage": Stage.PILOT, "cap_exception_until": day(-1)}),
    ("no_date", {"stage": Stage.PILOT, "lane": None}),
    ("review_missed", {"stage": Stage.PAUSED, "stage_left": Stage.PILOT, "review_on": day(-1)}),
    ("paused_too_long", {"stage": Stage.PAUSED, "stage_left": Stage.PILOT, "stage_since_on": day(-181)}),
    ("paused_too_long", {"stage": Stage.PAUSED, "stage_left": Stage.PILOT, "reviews_missed": 2}),
    ("purgatory", {"stage": Stage.PILOT, "stage_since_on": day(-91)}),
    ("purgatory", {"stage": Stage.PILOT, "running_since": day(-91)}),
    ("waiting_too_long", {"stage": Stage.PILOT, "waiting_until_on": day(-1)}),
    ("never_gated", {"stage": Stage.PRODUCTION}),
    ("waiting_on_us", {"stage": Stage.PILOT, "governance_days": 7}),
    ("silent", {"stage": Stage.PILOT, "last_recorded_on": day(-31)}),
]
QUIET = [
    {"stage": Stage.PILOT, "cap_exception_until": day(8)},
    {"stage": Stage.PROPOSED, "cap_exception_until": day(-1), "lane": None},
    {"stage": Stage.PAUSED, "stage_left": Stage.PILOT, "review_on": day(0), "reviews_missed": 1, "stage_since_on": day(-180)},
    {"stage": Stage.PILOT, "stage_since_on": day(-90), "waiting_until_on": day(0), "last_recorded_on": day(-30)},
    {"stage": Stage.PILOT, "governance_days": 6},
    {"stage": Stage.PILOT, "governance_days": 4, "stage_since_on": day(-5)},
    {"stage": Stage.PRODUCTION, "gone_on": day(-1)},
    {"stage": Stage.PRODUCTION, "agreed_on": day(9)},
    {"stage": Stage.STOPPED, "stage_since_on": day(-900), "last_recorded_on": day(-900)},
]  # fmt: skip


def _flags(changes):
    one = facts(**{"lane": "fast"} | changes)
    return warning_rules.flags(one, status.standing(one, POLICY), POLICY)


@pytest.mark.parametrize(("code", "changes"), FLAGS)
def test_flag_is_raised_by_its_condition_alone(code, changes):
    assert _flags(changes) == [code]


@pytest.mark.parametrize("changes", QUIET)
def test_nothing_is_flagged_on_the_last_day_that_is_still_good(changes):
    assert _flags(changes) == []


def test_every_flag_has_a_case_here():
    assert {code for code, _ in FLAGS} == set(warning_rules.FLAGS)


def _subjects(count):
    return [warning_rules.Subject(str(number), f"UC-{number}", f"Case {number}") for number in range(count)]


def _warnings(flagged=None, taken=0, pause_first=(), overloaded=(), policy=POLICY):
    return warning_rules.warnings(flagged or {}, taken, policy, pause_first, overloaded)


def test_over_the_cap_says_by_how_many_and_which_to_pause_first():
    (warning,) = _warnings(taken=5, pause_first=_subjects(4))
    assert (warning.code, warning.text) == (
        "over_cap",
        "5 pilots active, the cap is 3: 2 too many. Pause Case 0 first.",
    )
    assert [subject.key for subject in warning.subjects] == ["UC-0", "UC-1"]


@pytest.mark.parametrize(
    ("taken", "cap", "codes"), [(2, 3, []), (3, 3, ["at_cap"]), (4, 3, ["over_cap"]), (0, 0, ["at_cap"])]
)
def test_cap_warning_stands_at_and_over_the_cap(taken, cap, codes):
    assert [warning.code for warning in _warnings(taken=taken, policy=Policy(pilot_cap=cap))] == codes


@pytest.mark.parametrize("code", list(warning_rules.FLAGS))
def test_warning_of_each_flag_names_one_or_counts_many(code):
    *_, one = _warnings({code: _subjects(1)}, taken=4)
    *_, many = _warnings({code: _subjects(60)}, taken=4)
    assert (one.code, len(one.subjects)) == (code, 1)
    assert "Case 0" in one.text
    assert (many.code, len(many.subjects)) == (code, warning_rules.MOST_SUBJECTS)
    assert "60" in many.text
    assert one.mend
    assert "{" not in one.text + many.text


def test_ended_exception_is_silent_once_back_under_the_cap():
    assert _warnings({"exception_ended": _subjects(1)}, taken=2) == []


def test_two_people_of_one_name_are_two_warnings():
    found = _warnings(overloaded=[("Kim Lee", 3), ("Kim Lee", 4)])
    assert [(warning.code, warning.text) for warning in found] == [
        ("too_many_pilots", "Kim Lee leads or sponsors 3 active pilots; the limit is 2."),
        ("too_many_pilots", "Kim Lee leads or sponsors 4 active pilots; the limit is 2."),
    ]


def _hash(one):
    return digest(material(one))


MATERIAL = [
    {"stage": Stage.PRODUCTION}, {"lane": "standard"}, {"lane_version": 2}, {"items": (item("other"),)}, {"items": ()},
    {"overseer_id": DORA}, {"stop_met_on": day(-3)},
]  # fmt: skip
STOOD_ON = facts(stage=Stage.PILOT, lane="fast", lane_version=1, items=(item(),), overseer_id=ANA)


@pytest.mark.parametrize("changes", MATERIAL)
def test_material_change_makes_a_decision_outdated(changes):
    assert _hash(replace(STOOD_ON, **changes)) != _hash(STOOD_ON)


@given(
    st.integers(0, 4000),
    st.fixed_dictionaries(
        {}, optional={"forecast_p85_on": st.dates(), "agreed_on": st.dates(), "slots_taken": st.integers(0, 9),
                      "reviews_missed": st.integers(0, 9), "governance_days": st.integers(0, 99),
                      "last_recorded_on": st.dates(), "running_since": st.dates(), "title": st.text(max_size=5)}
    ),
)  # fmt: skip
def test_ages_dates_and_forecasts_never_outdate_a_decision(days, changes):
    later = replace(STOOD_ON, on=day(days), **changes)
    assert _hash(later) == _hash(STOOD_ON)


def test_order_of_items_does_not_matter_and_stop_day_does_not_either():
    a, b = item("a"), item("b")
    assert _hash(facts(items=(a, b))) == _hash(facts(items=(b, a)))
    assert _hash(facts(stop_met_on=day(-1))) == _hash(facts(stop_met_on=day(-9)))


def test_snapshot_holds_ids_and_plain_values_only():
    one = facts(agreed_on=day(3), forecast_p85_on=day(4), lane="fast", overseer_id=DORA)
    kept = snapshot(one, status.standing(one, POLICY), Policy(pilot_cap=2, version=5), {"recommendation": "run"})
    assert (kept["on"], kept["agreed_on"], kept["forecast_p85_on"]) == (TODAY.isoformat(), "2026-06-18", "2026-06-19")
    assert kept["seats"] == {"sponsor": str(ANA), "lead": str(BEN), "overseer": str(DORA)}
    assert kept["policy"] == {"version": 5, "pilot_cap": 2}
    assert "Letters" not in str(kept)
    assert len(digest(kept)) == 64
