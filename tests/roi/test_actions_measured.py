"""Do readings, check-ins and stored values keep what people told, and what followed from it?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from portfolio.rules import Refused
from roi.actions import hypotheses, readings
from roi.actions.values import add_up, rebuild_factors, record_realised, revalue
from roi.models import CheckIn, Correction, Reading, Valuation
from roi.queries import check_ins_due, facts_of
from roi.rules import signing, track
from roi.rules.content import Content
from tests import factories
from tests.roi.test_actions import lines, roi_facts, sign_all
from tests.roi.told import BASELINE, FULL, PILOT, facts, measure, tell


def _live(case, weeks_ago=6):
    """Told, measured before, with its day 0 on a Monday some weeks ago."""
    today = case.portfolio.today()
    start = track.monday(today) - timedelta(weeks=weeks_ago)
    tell(case, day0_on=start)
    measure(case, start - timedelta(weeks=len(BASELINE)), BASELINE)
    return start


def test_readings_are_kept_once_and_corrections_keep_history(case, acting):
    start = _live(case)
    told = {start: 33.0, start + timedelta(weeks=2): 31.0}
    done = readings.record(by=acting["ben"], use_case_id=case.id, values=told)
    assert (done.created, done.corrected, done.unchanged) == (2, 0, 0)
    again = readings.record(by=acting["ben"], use_case_id=case.id, values=told | {start: 32.0})
    assert (again.created, again.corrected, again.unchanged) == (0, 1, 1)
    assert [row.was_value for row in Correction.objects.all()] == [33.0]
    row = case.hypothesis
    row.refresh_from_db()
    assert (row.seen["weeks"], row.seen["mean"]) == (2, 31.5)
    readings.record(by=acting["ben"], use_case_id=case.id, values={start: None})
    row.refresh_from_db()
    assert (row.seen["weeks"], row.seen["mean"], Reading.objects.filter(value=None).count()) == (1, 31.0, 1)


def test_a_reading_from_another_door_counts_when_it_is_newer(case):
    start = _live(case)
    measure(case, start, (33.0,))
    measure(case, start, (30.0,), source="outcomes")
    assert Reading.objects.by_week()[start] == 30.0


def test_unusable_readings_are_named_each_and_none_is_stored(case, acting):
    start = _live(case)
    before = Reading.objects.count()
    future = start + timedelta(weeks=60)
    told = {start: 30.0, start + timedelta(days=1): 1.0, future: 2.0, start + timedelta(weeks=1): float("inf")}
    with pytest.raises(Refused) as refused:
        readings.record(by=acting["ben"], use_case_id=case.id, values=told)
    assert [reason.code for reason in refused.value.reasons] == ["not_monday", "not_yet", "not_a_number"]
    assert Reading.objects.count() == before


def test_a_signed_baseline_stays(case, acting):
    start = _live(case)
    tell(case, day0_on=start, baseline_locked_on=start - timedelta(days=1))
    sign_all(case, acting)
    with pytest.raises(Refused) as refused:
        readings.record(by=acting["ben"], use_case_id=case.id, values={start - timedelta(weeks=1): 60.0})
    assert refused.value.reasons[0].code == "baseline_locked"


def test_a_verdict_is_latched_against_later_weeks(case):
    start = _live(case, weeks_ago=12)
    measure(case, start, (20.0, 20.5, 19.5, 20.0, 20.2))
    assert roi_facts(case).verdict == "on_track"
    measure(case, start + timedelta(weeks=5), (45.0,) * 5)
    assert roi_facts(case).verdict == "on_track"


def test_changing_what_pays_after_readings_starts_the_evidence_again(case, acting):
    start = _live(case)
    tell(case, day0_on=start)
    sign_all(case, acting)
    measure(case, start, (20.0, 20.5, 19.5, 20.0, 20.2))
    tell(case, day0_on=start, threshold=30.0)
    row = case.hypothesis
    row.refresh_from_db()
    assert (row.verdict, row.seen["weeks"], row.evidence_from > start) == ("", 0, True)


def test_the_stop_threshold_is_a_fact_of_the_day(case):
    start = _live(case, weeks_ago=12)
    measure(case, start, (41.0, 28.0) * 6)
    end = start + timedelta(days=90)
    assert not roi_facts(case, end - timedelta(days=1)).stop_met
    assert roi_facts(case, end).stop_met
    assert roi_facts(case, end).behind


def test_check_ins_are_due_recorded_once_and_against_the_rule_say_why(case, acting):
    start = _live(case)
    measure(case, start, PILOT)
    today = case.portfolio.today()
    assert [check.day for _, check in check_ins_due([case], today)] == [30]
    by = {"by": acting["ben"], "use_case_id": case.id, "day": 30}
    with pytest.raises(Refused) as refused:
        readings.check_in(**by, outcome="stop")
    assert refused.value.reasons[0].code == "against_rule_without_reason"
    made = readings.check_in(**by, outcome="stop", reason="The vendor leaves the market.")
    assert (made.advised, made.verdict, lines(case)[-1]) == ("continue", "not_yet_known", "check_in.recorded")
    with pytest.raises(Refused) as refused:
        readings.check_in(**by, outcome="continue")
    assert refused.value.reasons[0].code == "already_recorded"
    with pytest.raises(Refused) as refused:
        readings.check_in(**by | {"day": 60}, outcome="continue")
    assert refused.value.reasons[0].code == "not_due"
    assert check_ins_due([case], today) == [] and CheckIn.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_facts_take_one_query_for_any_number(house, count, django_assert_num_queries):
    cases = factories.several(house, count, hypothesis=False)
    for one in cases:
        tell(one)
    with django_assert_num_queries(1):
        found = facts_of(cases, {house.id: house.today()})
    assert all(one.drafted for one in found.values())


def test_pilots_are_added_up_by_joint_draws_once(house, django_assert_num_queries):
    cases = factories.several(house, 3, "pilot", hypothesis=False)
    for one in cases:
        tell(one)
    together = add_up(house.id)
    alone = [one.hypothesis.valuations.get() for one in cases]
    assert together.count == 3
    assert sum(one.p10 for one in alone) < together.p10  # not all are bad at once
    assert together.p90 < sum(one.p90 for one in alone)
    with django_assert_num_queries(2):
        assert add_up(house.id).p50 == together.p50


def test_a_pilot_with_an_open_category_is_not_added_up(house):
    whole, other = factories.several(house, 2, "pilot", hypothesis=False)
    tell(whole)
    tell(other, replace(FULL, costs=FULL.costs[1:]))
    assert add_up(house.id).count == 1


def test_what_came_of_it_teaches_the_next(house, people):
    cases = factories.several(house, 3, "pilot", hypothesis=False)
    by = factories.actor_for(people["ana"])
    for one in cases:
        tell(one)
    first = Valuation.objects.newest().get(hypothesis__use_case=cases[0])
    stated = first.figures["total_benefit"]
    made = record_realised(by=by, use_case_id=cases[0].id, kind="benefits", actual=stated / 2)
    assert made.forecast == stated
    learnt = rebuild_factors(house.id, house.today())
    assert learnt.number == 1 and learnt.sums["benefits"]["n"] == 1
    assert learnt.factor("benefits").median < 0.8
    assert rebuild_factors(house.id, house.today()).number == 1
    assert revalue(house.id) == 3
    assert revalue(house.id) == 0
    after = Valuation.objects.newest().get(hypothesis__use_case=cases[0])
    assert after.p50 < first.p50 and after.factor_version == 1
    record_realised(by=by, use_case_id=cases[0].id, kind="benefits", actual=stated)
    made.refresh_from_db()
    assert (made.forecast, made.actual) == (stated, stated)  # the forecast stays the first one


def test_nothing_stated_nothing_realised(case, acting):
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, then_text="something")
    with pytest.raises(Refused) as refused:
        record_realised(by=acting["ben"], use_case_id=case.id, kind="benefits", actual=-1.0)
    assert [reason.code for reason in refused.value.reasons] == ["not_a_number", "nothing_stated"]


def test_facts_of_content_helper_covers_every_field():
    assert set(facts()) == set(hypotheses.FIELDS)
    assert signing.is_drafted(FULL) and not signing.is_drafted(Content())
