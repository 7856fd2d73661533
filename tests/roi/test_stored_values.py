"""Is a stored value what its row says it is, worked out by a task of its own and never by a page?"""

import pytest

from governance import tasks
from portfolio.models import Dirty
from roi.actions.values import BULK_DRAWS, record_realised, revalue
from roi.models import HypothesisVersion, Valuation
from roi.queries import again
from roi.rules import value as value_rules
from roi.rules.content import Amount, Benefit
from tests import factories
from tests.roi.test_actions import sign_all
from tests.roi.told import FULL, tell


def _newest(case):
    return Valuation.objects.newest().select_related("hypothesis__use_case").get(hypothesis__use_case=case)


def _figures(found):
    return {name: getattr(found, name) for name in ("p10", "p50", "p90", "mean", "sd", "chance_of_loss")}


@pytest.mark.parametrize("in_bulk", [False, True])
def test_the_stored_row_gives_the_same_figures_again(case, house, in_bulk):
    tell(case)
    if in_bulk:
        assert revalue(house.id, everything=True) == 1
    found = _newest(case)
    assert found.draws == (BULK_DRAWS if in_bulk else 4096)
    made = again(found)
    assert _figures(made) == _figures(found)
    assert made.figures() == found.figures


def test_a_signed_version_is_valued_again_years_and_edits_later(case, acting, house, people):
    tell(case)
    sign_all(case, acting)
    first = _newest(case)
    record_realised(by=factories.actor_for(people["ana"]), use_case_id=case.id, kind="benefits", actual=1_000.0)
    tell(case, benefits=(Benefit("Handler hours released", Amount(9_000.0), 1, 4),))
    second = _newest(case)
    assert (first.number, second.number) == (1, 2)
    assert _figures(again(first)) == _figures(first) != _figures(second)


def test_a_draft_that_was_overwritten_or_another_code_is_not_guessed_at(case):
    tell(case)
    first = _newest(case)
    tell(case, horizon_months=12)
    assert again(first) is None  # nobody signed it: the same version now reads otherwise
    assert HypothesisVersion.objects.count() == 1
    second = _newest(case)
    second.code_version = value_rules.CODE_VERSION + 1
    assert again(second) is None


def test_its_own_task_values_what_changed_and_nothing_else(case, house, settings, monkeypatch):
    tell(case)
    before = _newest(case)
    tasks.slow_revalue()
    assert _newest(case).id == before.id
    settings.ROI_ANNUAL_RATE = 0.1
    Dirty.objects.all().delete()
    tasks.slow_revalue()
    after = _newest(case)
    assert (after.annual_rate, after.p50 < before.p50) == (0.1, True)
    assert Dirty.objects.filter(use_case_id=case.id).exists()  # the board hears of it as of any change
    monkeypatch.setattr("roi.rules.value.value", None)  # nothing changed: nothing is worked out
    tasks.slow_revalue()


def test_one_portfolio_that_fails_does_not_cost_the_others(case, people, settings, monkeypatch, caplog):
    tell(case)
    other = factories.use_case(factories.portfolio(people["ana"], name="Other"), hypothesis=False)
    tell(other)
    settings.ROI_ANNUAL_RATE = 0.1
    real = value_rules.value

    def fails_for_one(content, **given):
        if content.benefits[0].name == "poison":
            raise RuntimeError("not a fault of valuation")
        return real(content, **given)

    tell(case, benefits=(Benefit("poison", Amount(9_000.0), 1, 4),))
    settings.ROI_ANNUAL_RATE = 0.12
    monkeypatch.setattr("roi.rules.value.value", fails_for_one)
    tasks.slow_revalue()
    assert _newest(other).annual_rate == 0.12
    assert f"revalue_failed portfolio={case.portfolio_id}" in caplog.text


def test_a_value_in_bulk_is_that_of_the_page(case, house):
    """The same seed with fewer draws: the range differs by no more than what draws differ by."""
    tell(case, FULL)
    page = _newest(case)
    revalue(house.id, everything=True)
    bulk = _newest(case)
    assert bulk.seed == page.seed
    assert bulk.p50 == pytest.approx(page.p50, abs=0.1 * page.sd)
    assert bulk.figures == page.figures
