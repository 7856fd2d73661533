"""Do items open, close, reopen by themselves in the database, and does nothing go live around them?"""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from governance.actions import dates, rounds, verbs
from governance.actions.assess import reassess
from governance.facts import gather
from governance.models import Assessment, Decision
from ledger.models import Entry
from portfolio.models import Dirty, UseCase
from portfolio.rules import NotPermitted, Refused, Stage, Verb
from readiness.actions import answers, items
from readiness.actions.curves import history
from readiness.models import BlockingItem, ItemEvent, Waiver
from tests import factories
from tests.readiness.houses import clear


def open_subjects(row) -> list[str]:
    return list(BlockingItem.objects.open().filter(use_case=row).order_by("subject").values_list("subject", flat=True))


def test_choosing_a_lane_opened_an_item_for_each_question_with_proposals(house):
    assert open_subjects(house.row) == ["1", "2", "3", "4"]
    item = BlockingItem.objects.get(use_case=house.row, subject="1")
    assert (item.owner_id, item.due_on) == (None, None)
    assert item.proposed_owner_id == house.ben.id
    assert item.proposed_due_on > house.today()
    assert Assessment.objects.get(use_case=house.row).no_date_reason == "4 items without owner or due date"


def test_clearing_closes_withdrawing_and_expiry_reopen_the_same_item(house):
    item = BlockingItem.objects.get(use_case=house.row, subject="1")
    clear(house.row, house.ben, ["1"])
    house.settle()
    item.refresh_from_db()
    assert (item.closed_on, item.closed_as) == (house.today(), "resolved")
    answers.withdraw(by=house.as_(house.ana), use_case_id=house.row.id, part="1", reason="The handbook changed.")
    house.settle()
    item.refresh_from_db()
    assert item.closed_on is None
    soon = house.today() + timedelta(days=5)
    answers.submit(by=house.as_(house.ben), use_case_id=house.row.id, part="1", expires_on=soon)
    answers.accept(by=house.as_(house.ana), use_case_id=house.row.id, part="1")
    house.settle()
    assert open_subjects(house.row) == ["2", "3", "4"]
    house.settle(soon)
    assert open_subjects(house.row) == ["2", "3", "4"]  # the last day still counts
    house.settle(soon + timedelta(days=1))
    assert open_subjects(house.row) == ["1", "2", "3", "4"]
    acts = list(ItemEvent.objects.filter(item=item).order_by("at", "id").values_list("act", flat=True))
    assert acts == ["opened", "closed", "reopened", "closed", "reopened"]


def test_a_closed_item_teaches_the_days_that_it_was_open_once(house):
    """Closing moves the last spell to the earlier ones; it must not count twice in what curves learn from."""
    opened = house.today()
    with time_machine.travel(datetime.combine(opened + timedelta(days=7), time(12), UTC), tick=False):
        clear(house.row, house.ben, ["1"])
        house.settle()
        item = BlockingItem.objects.get(use_case=house.row, subject="1")
        assert item.age(house.today()) == item.age(house.today() + timedelta(days=90)) == 7
        assert [past.days for past in history(house.portfolio.id, house.today()) if past.resolved] == [7.0]


def test_settling_again_changes_nothing(house):
    before = list(BlockingItem.objects.order_by("id").values())
    house.settle()
    house.settle()
    assert list(BlockingItem.objects.order_by("id").values()) == before


def test_a_proposed_one_has_gaps_but_no_items(house):
    row = factories.settled(factories.use_case(house.portfolio, Stage.PROPOSED))
    dates.choose_lane(use_case_id=row.id, by=house.as_(house.ana), lane="fast")
    reassess([row.id])
    assert open_subjects(row) == []
    found = Assessment.objects.get(use_case=row)
    assert (found.status, found.blocking_open) == ("no_date", 4)


def test_an_imported_pilot_has_no_items_until_it_is_kept(house):
    one, other = factories.several(house.portfolio, 2, Stage.PILOT)
    for row in (one, other):
        factories.settled(row)
        dates.choose_lane(use_case_id=row.id, by=house.as_(house.ana), lane="fast")
        reassess([row.id])
        assert open_subjects(row) == []
    rounds.pause_the_rest(
        portfolio_id=house.portfolio.id, by=house.as_(house.ana), keep=[one.id, house.row.id], reason="Focus",
        restart_condition="A slot is free", review_on=house.today() + timedelta(days=30),
    )  # fmt: skip
    reassess([one.id, other.id])
    assert open_subjects(one) == ["1", "2", "3", "4"]
    assert open_subjects(other) == []


def test_accepting_all_proposals_gives_every_item_an_owner_and_a_date_and_the_use_case_a_forecast(house):
    dates.agree_date(use_case_id=house.row.id, by=house.as_(house.ana), agreed_on=house.today() + timedelta(days=85))
    assert items.accept_proposals(by=house.as_(house.ben), use_case_id=house.row.id) == 4
    assert items.accept_proposals(by=house.as_(house.ben), use_case_id=house.row.id) == 0
    house.settle()
    found = Assessment.objects.get(use_case=house.row)
    assert found.status == "on_course"
    assert house.today() < found.forecast_p50_on <= found.forecast_p85_on <= found.forecast_p95_on
    assert found.forecast_p85_on < house.today() + timedelta(days=80)
    assert found.forecast_driver
    assert found.readiness == 0


def test_six_fresh_items_of_mixed_kinds_in_a_new_portfolio_forecast_weeks_not_a_year(house):
    clear(house.row, house.ben)
    for kind in ("name_person", "write", "sign", "test", "data_access", "other"):
        item = items.NewItem(kind, house.ben, house.today() + timedelta(days=3), kind)
        items.add(by=house.as_(house.ben), use_case_id=house.row.id, item=item)
    house.settle()
    found = Assessment.objects.get(use_case=house.row)
    assert timedelta(weeks=2) < found.forecast_p50_on - house.today() < timedelta(weeks=8)
    assert found.forecast_p85_on - house.today() < timedelta(weeks=16)


def test_pausing_freezes_and_stopping_ends_items(house):
    ana = house.as_(house.ana)
    later = house.today() + timedelta(days=20)
    verbs.pause(use_case_id=house.row.id, by=ana, reason="r", restart_condition="c", review_on=later)
    house.settle()
    assert len(open_subjects(house.row)) == 4
    verbs.stop(use_case_id=house.row.id, by=ana, reason="r", learnt="much")
    house.settle()
    assert open_subjects(house.row) == []
    assert set(BlockingItem.objects.values_list("closed_as", flat=True)) == {"ended"}  # teaches as censored


def test_no_go_items_become_blocking_items(house):
    clear(house.row, house.ben)
    due = house.today() + timedelta(days=9)
    verbs.no_go(
        use_case_id=house.row.id, by=house.as_(house.ana), reason="Not yet", agreed_on=due,
        items=(verbs.Due("Rehearse the fallback", house.ben, due),),
    )  # fmt: skip
    item = BlockingItem.objects.get(origin="manual")
    assert (item.code, item.text, item.owner, item.due_on) == ("no_go", "Rehearse the fallback", house.ben, due)
    assert [gap.text for gap in gather([house.row.id]).facts[house.row.id].open_hard()] == ["Rehearse the fallback"]


def _go(house, by):
    return verbs.go(use_case_id=house.row.id, by=house.as_(by), reason="Ready")


def test_go_is_refused_until_clear_and_trusts_no_table(house):
    dates.ask(use_case_id=house.row.id, by=house.as_(house.ben), kind=Verb.GO, reason="Ready")
    BlockingItem.objects.filter(use_case=house.row).delete()  # a table that lies
    with pytest.raises(Refused) as refused:
        _go(house, house.ana)
    assert [reason.code for reason in refused.value.reasons] == ["question_not_clear"] * 4
    assert not Decision.objects.filter(kind=Verb.GO).exists()
    clear(house.row, house.ben)
    assert _go(house, house.olga).to_stage == Stage.PRODUCTION


def test_a_waiver_needs_another_person_and_lets_go_pass_until_it_ends(house):
    clear(house.row, house.ben, ["1", "2", "3"])
    house.settle()
    item = BlockingItem.objects.open().get(use_case=house.row)
    until = house.today() + timedelta(days=10)
    ana, olga = house.as_(house.ana), house.as_(house.olga)
    items.ask_waiver(by=ana, item_id=item.id, reason="The signal is live next week.", until_on=until)
    with pytest.raises(Refused) as refused:
        items.waive(by=ana, item_id=item.id)
    assert [reason.code for reason in refused.value.reasons] == ["own_waiver"]
    with pytest.raises(NotPermitted):
        items.waive(by=house.as_(house.ben), item_id=item.id)
    assert gather([house.row.id]).facts[house.row.id].open_hard()
    items.waive(by=olga, item_id=item.id)
    house.settle()
    assert Assessment.objects.get(use_case=house.row).status == "ready"
    facts = gather([house.row.id], until + timedelta(days=1)).facts[house.row.id]
    assert [found.key[2] for found in facts.open_hard()] == ["4"]


def test_nobody_accepts_their_own_answer_whatever_their_role(house):
    ana = house.as_(house.ana)  # leader and sponsor: the named accepter
    answers.save_draft(by=ana, use_case_id=house.row.id, part="1", text="Ana wrote a word.")
    answers.submit(by=house.as_(house.ben), use_case_id=house.row.id, part="1")
    with pytest.raises(Refused) as refused:
        answers.accept(by=ana, use_case_id=house.row.id, part="1")
    assert [reason.code for reason in refused.value.reasons] == ["own_answer"]
    with pytest.raises(Refused) as refused:
        answers.accept(by=house.as_(house.ben), use_case_id=house.row.id, part="1")
    assert [reason.code for reason in refused.value.reasons] == ["own_answer"]
    answers.accept(by=house.as_(house.olga), use_case_id=house.row.id, part="1")


def test_after_three_working_days_the_deputy_may_answer(house):
    with time_machine.travel("2026-11-19T09:00:00Z", tick=False):  # a Thursday
        answers.submit(by=house.as_(house.ben), use_case_id=house.row.id, part="1", text="x")
        with pytest.raises(Refused) as refused:
            answers.accept(by=house.as_(house.olga), use_case_id=house.row.id, part="1")
        assert [reason.code for reason in refused.value.reasons] == ["not_accepter"]
    with time_machine.travel("2026-11-25T09:00:00Z", tick=False):
        assert answers.accept(by=house.as_(house.olga), use_case_id=house.row.id, part="1").state == "clear"


def test_links_in_a_ring_are_refused(house):
    ben = house.as_(house.ben)
    one, two = BlockingItem.objects.filter(use_case=house.row)[:2]
    items.edit(by=ben, item_id=one.id, waits_on=[two.id])
    with pytest.raises(Refused) as refused:
        items.edit(by=ben, item_id=two.id, waits_on=[one.id])
    assert [reason.code for reason in refused.value.reasons] == ["waits_in_ring"]


def test_derived_words_are_not_edited_and_derived_items_not_closed_by_hand(house):
    item = BlockingItem.objects.filter(use_case=house.row).first()
    for act in (lambda: items.edit(by=house.as_(house.ben), item_id=item.id, text="Nothing"),
                lambda: items.close(by=house.as_(house.ben), item_id=item.id)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            act()
        assert [reason.code for reason in refused.value.reasons] == ["derived"]


def test_facts_take_the_same_queries_for_one_and_many(house, django_assert_num_queries):
    rows = factories.several(house.portfolio, 3, Stage.PILOT)
    for row in rows:
        dates.choose_lane(use_case_id=row.id, by=house.as_(house.ana), lane="standard")
    gather([house.row.id, *(row.id for row in rows)])  # warms the question sets, which never change
    with django_assert_num_queries(11):
        gather([house.row.id])
    with django_assert_num_queries(11):
        gather([house.row.id, *(row.id for row in rows)])


def test_acts_write_their_ledger_lines(house):
    ben, ana = house.as_(house.ben), house.as_(house.ana)
    item = BlockingItem.objects.filter(use_case=house.row).first()
    items.edit(by=ben, item_id=item.id, due_on=house.today() + timedelta(days=4))
    answers.save_draft(by=ben, use_case_id=house.row.id, part="1", text="Typing")
    answers.submit(by=ben, use_case_id=house.row.id, part="1")
    answers.accept(by=ana, use_case_id=house.row.id, part="1")
    kinds = list(Entry.objects.of_chain(house.portfolio.id).order_by("seq").values_list("event_type", flat=True))
    assert kinds[-2:] == ["item.changed", "answer.accepted"]  # typing and sending write none
    assert Waiver.objects.count() == 0
    assert Dirty.objects.filter(use_case_id=house.row.id).exists()
    assert UseCase.objects.get(id=house.row.id).version == house.row.version
