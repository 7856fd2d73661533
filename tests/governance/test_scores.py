"""Do the pages that score us say which way of forecasting did better, and by how much we are off?"""

import math

import pytest

from governance.queries.scores import better, ways_of
from governance.queries.scoring import _errors
from portfolio.rules import Policy
from readiness.backtest import MIN_TO_SWITCH, Report, Score
from roi.models import Realised


def score(crps: float | None, forecasts: int = 60) -> Score:
    return Score(forecasts, (60, 60, 60), (0.5, 0.85, 0.95), crps, 3.0, crps, 20.0, 0.2)


def report(floor: float | None, bare: float | None, late: float | None, forecasts: int = 60) -> Report:
    return Report(6, score(floor, forecasts), score(bare, forecasts), score(late, forecasts), score(14.0, forecasts))


def test_the_better_of_with_and_without_due_dates_is_named_only_where_the_policy_says_otherwise():
    with_floor, without = Policy(due_date_floors=True), Policy(due_date_floors=False)
    assert better(report(10.0, 12.0, 11.0), with_floor) == []
    (said,) = better(report(12.0, 10.0, 12.0), with_floor)
    assert "without due dates are the better ones (10.0 against 12.0 days)" in said
    assert better(report(12.0, 10.0, 12.0), without) == []
    (said,) = better(report(10.0, 12.0, 11.0), without)
    assert "with a due date as the earliest day" in said
    assert better(report(None, None, None), with_floor) == []


@pytest.mark.parametrize(
    ("late", "forecasts", "told"), [(9.4, 60, True), (9.6, 60, False), (5.0, MIN_TO_SWITCH - 1, False)]
)
def test_days_past_the_due_date_earn_their_place_by_five_in_a_hundred(late, forecasts, told):
    said = better(report(10.0, 12.0, late, forecasts), Policy())
    assert [bool(said)] == [told]
    assert all("at least 5 % better" in text for text in said)
    assert [way.crps for _, way in ways_of(report(10.0, 12.0, late))] == [10.0, 12.0, late, 14.0]


def cases(ratios: list[float], kind: str = "benefits", spread: float = 1.3) -> list[Realised]:
    return [
        Realised(kind=kind, forecast=100.0, actual=100.0 * r, p10=100 * 0.8 / spread, p90=80 * spread) for r in ratios
    ]


def test_errors_compare_ours_with_the_plan_and_with_the_others():
    found = _errors(cases([0.7, 0.75, 0.8, 0.8, 0.8, 0.85, 0.9, 0.78, 0.82, 0.8]))
    assert found is not None and found.cases == 10
    assert found.ours < found.at_its_word  # the plan is a fifth too high each time, our middle is not
    assert found.at_its_word == pytest.approx(
        math.expm1(-sum(map(math.log, [0.7, 0.75, 0.8, 0.8, 0.8, 0.85, 0.9, 0.78, 0.82, 0.8])) / 10)
    )
    exact = _errors([replace_range(row) for row in cases([1.0] * 10)])
    assert exact is not None and exact.ours == exact.at_its_word == exact.as_others == exact.middle == 0.0


def replace_range(row: Realised) -> Realised:
    row.p10 = row.p90 = row.forecast
    return row


def test_few_cases_or_one_of_its_kind_say_nothing_and_nothing_realised_is_no_fault():
    assert _errors(cases([0.8] * 9)) is None
    assert _errors([*cases([0.8] * 10), *cases([1.2], "costs")]) is None
    found = _errors([*cases([0.8] * 10), *cases([0.0, 0.0], "costs")])
    assert found is not None and math.isfinite(found.ours)
