"""What happens when people draft, edit, sign, measure and check in? The change, its ledger line, the refusal."""

import pytest

from ledger.models import Entry
from portfolio.models import Dirty
from portfolio.rules import Conflict, NotPermitted, NotVisible, Refused
from roi.actions import hypotheses
from roi.models import HypothesisVersion, SignOff, Valuation
from roi.queries import facts_of
from roi.rules.content import Amount, Benefit, Cost
from tests import factories
from tests.roi.told import FULL, tell


def lines(case):
    return list(Entry.objects.filter(chain_id=case.portfolio_id).order_by("seq").values_list("event_type", flat=True))


def sign_all(case, acting):
    for name in ("ana", "ben", "fay"):
        hypotheses.sign(by=acting[name], use_case_id=case.id)


def signed(case):
    return roi_facts(case).signed_number


def roi_facts(case, on=None):
    return facts_of([case], {case.portfolio_id: on or case.portfolio.today()})[case.id]


def test_a_draft_is_quiet_and_valued(case, acting):
    before = lines(case)
    row = tell(case, by=acting["ben"])
    assert (row.number, row.version) == (1, 2)
    assert row.content() == FULL
    assert lines(case) == before
    assert Dirty.objects.filter(use_case_id=case.id).exists()
    stored = Valuation.objects.newest().get(hypothesis=row)
    assert stored.p10 < stored.p50 < stored.p90
    assert stored.figures["total_cost"] == pytest.approx(2 * 20_000 + 24 * 1_500)


def test_saving_the_same_again_changes_nothing(case, acting):
    first = tell(case, by=acting["ben"])
    again = tell(case, by=acting["ben"])
    assert (again.version, Valuation.objects.count()) == (first.version, 1)


def test_two_editors_lose_nothing(case, acting):
    row = tell(case)
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, version=row.version, target=23.0)
    with pytest.raises(Conflict) as conflict:
        hypotheses.edit(by=acting["fay"], use_case_id=case.id, version=row.version, target=22.0)
    assert conflict.value.present.target == 23.0
    row.refresh_from_db()
    assert row.target == 23.0


def test_a_second_first_draft_is_a_conflict(case, acting):
    tell(case)
    with pytest.raises(Conflict):
        hypotheses.edit(by=acting["ben"], use_case_id=case.id, version=0, then_text="other")


def test_a_model_metric_writes_nothing(case, acting):
    with pytest.raises(Refused) as refused:
        hypotheses.edit(by=acting["ben"], use_case_id=case.id, measure="F1 score", target=50, baseline=40)
    assert {reason.code for reason in refused.value.reasons} == {"model_metric", "target_not_better"}


def test_strangers_and_viewers_do_not_edit(case, house, acting, people):
    with pytest.raises(NotVisible):
        tell(case, by=acting["cleo"])
    viewer = factories.actor_for(factories.join(house, people["cleo"], "viewer"))
    with pytest.raises(NotPermitted):
        tell(case, by=viewer)


def test_signing_needs_a_whole_page_and_a_seat(case, acting, house, people):
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, then_text="it is quicker", measure="Minutes")
    with pytest.raises(Refused) as refused:
        hypotheses.sign(by=acting["ben"], use_case_id=case.id)
    codes = [reason.code for reason in refused.value.reasons]
    assert {"no_baseline", "no_target", "cost_open"} <= set(codes) and "no_seat" not in codes
    tell(case)
    other = factories.actor_for(factories.join(house, people["cleo"], "leader"))
    with pytest.raises(Refused) as refused:
        hypotheses.sign(by=other, use_case_id=case.id)
    assert [reason.code for reason in refused.value.reasons] == ["no_seat"]


def test_all_seats_make_it_signed_and_each_is_on_record(case, acting):
    tell(case)
    hypotheses.sign(by=acting["ben"], use_case_id=case.id)
    assert (signed(case), roi_facts(case).unsigned) == (None, ("finance_partner", "sponsor"))
    sign_all(case, acting)
    assert (signed(case), lines(case).count("hypothesis.signed")) == (1, 3)
    assert hypotheses.sign(by=acting["ben"], use_case_id=case.id) == []
    assert SignOff.objects.count() == 3


def test_the_benefit_owner_may_sign_for_the_lead(case, acting, people):
    case.benefit_owner = people["ana"]
    case.save()
    tell(case)
    hypotheses.sign(by=acting["ana"], use_case_id=case.id)
    assert roi_facts(case).unsigned == ("finance_partner",)


def test_a_figure_voids_signatures_and_a_comma_does_not(case, acting):
    tell(case)
    sign_all(case, acting)
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, because="most of the delay, is waiting")
    assert signed(case) == 1
    version = HypothesisVersion.objects.get()
    assert version.worded_at is not None and version.worded_by_id == acting["ben"].user_id
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, target=22.0)
    assert roi_facts(case).unsigned == ("lead", "finance_partner", "sponsor")
    assert lines(case)[-1] == "hypothesis.signatures_void"
    now, then = HypothesisVersion.objects.all()
    assert (now.number, now.as_content().target, then.number, then.as_content().target) == (2, 22.0, 1, 24.0)
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, target=21.0)
    assert HypothesisVersion.objects.count() == 2  # nobody signed version 2 yet


def test_putting_the_figure_back_brings_the_signatures_back(case, acting):
    tell(case)
    sign_all(case, acting)
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, target=22.0)
    hypotheses.edit(by=acting["ben"], use_case_id=case.id, target=24.0)
    assert roi_facts(case).unsigned == ()


def test_lines_are_put_and_taken_out(case, acting):
    tell(case)
    by = {"by": acting["ben"], "use_case_id": case.id}
    row = hypotheses.change_lines(**by, put=Cost("exit", amount=Amount(5_000.0)))
    row = hypotheses.change_lines(**by, put=Cost("build", timing="monthly", amount=Amount(100.0)))
    assert [cost.timing for cost in row.content().costs if cost.category == "build"] == ["monthly", "once"]
    row = hypotheses.change_lines(**by, put=Cost("build", state="none"))
    assert [cost.state for cost in row.content().costs if cost.category == "build"] == ["none"]
    row = hypotheses.change_lines(**by, drop=row.cost_lines.get(category="exit").id)
    assert not row.cost_lines.filter(category="exit").exists()
    row = hypotheses.change_lines(**by, benefits=[Benefit("a", Amount(1.0)), Benefit("b", Amount(2.0))])
    row = hypotheses.change_lines(**by, benefits=[Benefit("b", Amount(2.0))])
    assert [line.name for line in row.benefit_lines.all()] == ["b"]


def test_a_missing_category_hides_the_value(case):
    tell(case, costs=FULL.costs[1:])
    assert roi_facts(case).value is None
    assert roi_facts(case).open_categories == ("build",)
    tell(case)
    assert roi_facts(case).value is not None
