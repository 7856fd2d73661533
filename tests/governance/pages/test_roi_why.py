"""Does "Why?" say what another month is worth, what a slot keeps waiting, and who should come next?"""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from portfolio.rules import Stage
from roi.evidence import State
from roi.models import Hypothesis
from roi.rules.track import monday
from tests.governance.pages.test_roi import text
from tests.roi.told import BASELINE, FULL, PILOT, measure, tell

APART = "until the readings alone show it; this advice weighs the expected value"

pytestmark = pytest.mark.django_db


def case(world, title="Claims triage", stage=Stage.PILOT):
    people = world.people
    return world.use_case(title, stage, sponsor=people["ana"], lead=people["ben"], finance_partner=people["ana"])


def why(world, row) -> str:
    return text(world.client("vera").get(f"/u/{row.key}/roi/why/"))


def test_a_month_is_weighed_by_what_was_read_so_far(world):
    row = case(world)
    start = monday(row.portfolio.today()) - timedelta(weeks=4)
    tell(row, day0_on=start)
    measure(row, start - timedelta(weeks=8), BASELINE)
    before = why(world, row)
    for words in ("A month of readings is worth", "knowing for certain would be worth", "Going on, then deciding"):
        assert words in before
    measure(row, start, PILOT[:4])
    after = why(world, row)
    belief = r"sunk cost left out (\S+) to (\S+)"
    assert re.search(belief, before)[0] != re.search(belief, after)[0]  # the belief moved with the readings
    assert not re.search(r"\d\d\.\d+\s%(?! a year)", after)


def test_advice_and_an_open_verdict_are_told_apart(world):
    row = case(world)
    start = monday(row.portfolio.today()) - timedelta(weeks=7)
    tell(row, day0_on=start)
    assert APART not in why(world, row)  # no baseline week yet: nothing is advised
    measure(row, start - timedelta(weeks=8), BASELINE)
    assert APART in why(world, row)
    measure(row, start, PILOT[:4])
    assert Hypothesis.objects.get(use_case=row).verdict == State.NOT_YET_KNOWN
    assert APART in why(world, row)
    Hypothesis.objects.filter(use_case=row).update(verdict=State.ON_TRACK)
    assert APART not in why(world, row)


def test_a_full_house_counts_whom_the_slot_keeps_waiting(world):
    row, other = case(world), case(world, "Mail sorting", Stage.PROPOSED)
    start = monday(row.portfolio.today())
    tell(row, day0_on=start)
    measure(row, start - timedelta(weeks=8), BASELINE)
    tell(other)
    assert "keeps Mail sorting waiting" not in why(world, row)
    world.pilots(2)  # three of three slots
    assert "Its slot keeps Mail sorting waiting, which costs" in why(world, row)


def test_those_who_wait_stand_in_the_order_that_loses_least(world):
    slow, quick = case(world, "Slow one", Stage.PROPOSED), case(world, "Quick one", Stage.PROPOSED)
    tell(slow)
    assert "Nothing else with a value waits." in why(world, slow)
    tell(quick, replace(FULL, window_days=30))
    assert "Of 2 that wait it comes 2nd" in why(world, slow)
    shown = why(world, quick)
    assert "Of 2 that wait it comes 1st" in shown
    best, came = re.search(r"the queue loses €([\d.]+)k .* registered, €([\d.]+)k", shown).groups()
    assert float(best) < float(came)
    assert "waiting costs" not in why(world, case(world, "Without a value", Stage.PROPOSED))
