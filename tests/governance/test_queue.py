"""Is everything that waits in the queue, for whom and how long; and do pack, sample and people pages say what came?"""

import pytest
from django.test import Client

from governance.actions import dates, verbs
from governance.models import Condition, Decision
from governance.queries import pack, queue
from governance.queries.decisions import differing
from ledger.queries import verified
from portfolio.rules import NotVisible, Refused, Stage, Verb
from roi.actions import hypotheses
from tests import factories
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse():
    def of(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


@pytest.fixture
def live(norwell, ben, by_ana, by_ben, by_dora):
    """Gone by Dora under a condition that Ben owns."""
    pilot = factories.use_case(norwell, Stage.PILOT)
    dates.choose_lane(use_case_id=pilot.id, by=by_ana, lane="fast")
    clear(pilot, ben)
    dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.GO, reason="Nothing blocks it.")
    due = verbs.Due("Show the first month", ben, factories.in_days(norwell, 30))
    verbs.go(use_case_id=pilot.id, by=by_dora, reason="It pays.", conditions=(due,))
    return pilot


def test_queue_names_who_can_end_each_wait(norwell, ana, dora, by_ana, by_ben):
    pilot = factories.use_case(norwell, Stage.PILOT)
    dates.ask(use_case_id=pilot.id, by=by_ben, kind=Verb.GO, reason="Ready.")
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    found = {one.title: one for one in queue.waits(norwell)}
    assert found["Go"].on == {dora.id}, "Ana leads it"
    assert found["Stop"].on == {dora.id}, "Ana asked"
    assert found["Stop"].who == "Dora"


def test_finished_hypothesis_waits_for_each_seat_until_it_signed(norwell, ana, dora, ben, by_ana):
    pilot = factories.use_case(norwell, Stage.PILOT, lead=ben, sponsor=ana, finance_partner=dora)
    hypotheses.edit(by=by_ana, use_case_id=pilot.id, **factories.DRAFT)
    assert queue.waits(norwell) == [], "a draft waits for nobody"
    hypotheses.edit(by=by_ana, use_case_id=pilot.id, **factories.WHOLE)
    assert {one.title: one.on for one in queue.waits(norwell)} == {
        "Sign as lead": {ben.id}, "Sign as sponsor": {ana.id}, "Sign as finance partner": {dora.id},
    }  # fmt: skip
    hypotheses.sign(by=by_ana, use_case_id=pilot.id)
    assert {one.title for one in queue.waits(norwell)} == {"Sign as lead", "Sign as finance partner"}
    hypotheses.edit(by=by_ana, use_case_id=pilot.id, target=factories.WHOLE["target"] + 1)
    assert len(queue.waits(norwell)) == 3, "the figures are no longer what was signed"
    norwell.memberships.filter(user=dora).delete()
    assert {one.title: one.who for one in queue.waits(norwell)}["Sign as finance partner"] == "nobody"


def test_condition_is_met_once_by_its_owner_or_a_leader_and_is_recorded(norwell, live, by_ben, by_ana, by_cleo):
    row = Condition.objects.get()
    other = factories.actor_for(factories.join(norwell, factories.person("otto"), "contributor"))
    with pytest.raises(NotVisible):
        dates.meet_condition(condition_id=row.id, by=by_cleo, note="Seen.")
    for by, note, code in ((other, "Seen.", "not_owner"), (by_ben, " ", "no_note")):
        with pytest.raises(Refused) as raised:
            dates.meet_condition(condition_id=row.id, by=by, note=note)
        assert [reason.code for reason in raised.value.reasons] == [code]
    dates.meet_condition(condition_id=row.id, by=by_ben, note="The report of the first month.")
    with pytest.raises(Refused) as raised:
        dates.meet_condition(condition_id=row.id, by=by_ana, note="Again.")
    assert [reason.code for reason in raised.value.reasons] == ["already_met"]
    assert verified(norwell.id).ok


def test_pages_of_people_pack_and_sample(norwell, live, ana, dora, ben, by_ana, browse):
    other = factories.use_case(norwell, Stage.PILOT, title="Invoices")
    dates.ask(use_case_id=other.id, by=by_ana, kind=Verb.STOP, reason="It never paid.")
    base = f"/p/{norwell.slug}"
    mine = browse(dora).get(f"{base}/mine/").content.decode()
    assert "Stop: Invoices 1" in mine
    assert "It pays." in mine
    assert "stands as decided" in mine
    assert "0 of 1 conditions met" in mine
    member = norwell.memberships.get(user=ben)
    bens = browse(ana).get(f"{base}/members/{member.id}/decisions/").content.decode()
    assert "Show the first month" in bens
    printed = browse(ana).get(f"{base}/pack/").content.decode()
    for words in ("Stop: Invoices 1", "It never paid.", "to be decided by Dora", "Show the first month", "It pays."):
        assert words in printed or words in printed.replace("\xa0", " "), words
    assert "Do it" in browse(dora).get(f"{base}/queue/").content.decode()
    assert "Remind" in browse(ben).get(f"{base}/queue/").content.decode()
    assert browse(ben).get(f"{base}/sample/").status_code == 403
    assert browse(ben).get(f"{base}/audit/").status_code == 403
    start = browse(ana).get(f"{base}/audit/").content.decode()
    for address in ("ledger/export/", "ledger/verify/", "replay/", "sample/"):
        assert f"{base}/{address}" in start, address
    assert f"python verify_ledger.py ledger-{norwell.slug}.jsonl" in start
    assert f"{base}/audit/" in browse(ana).get(f"{base}/ledger/").content.decode()
    assert browse(ana).get(f"{base}/sample/?seed=x&size=0").status_code == 422
    assert live.title in browse(ana).get(f"{base}/sample/?seed=x&size=3").content.decode()


def test_the_decision_log_names_what_is_still_owed_and_whether_the_chain_is_whole(norwell, live, by_ben, browse, dora):
    page = browse(dora)
    log = page.get(f"/p/{norwell.slug}/decisions/").content.decode()
    owed = log.partition("Conditions to be met")[2].partition("</section>")[0]
    assert "1 open" in owed
    assert "Show the first month" in owed
    assert f"/p/{norwell.slug}/ledger/verify/" in log
    row = Condition.objects.get(decision__use_case=live)
    dates.meet_condition(condition_id=row.id, by=by_ben, note="The report of the first month.")
    assert "Conditions to be met" not in page.get(f"/p/{norwell.slug}/decisions/").content.decode()


def test_deciding_from_the_queue_leads_back_to_it(norwell, by_ana, dora, browse):
    pilot = factories.use_case(norwell, Stage.PILOT)
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    path = f"/u/{pilot.key}/stop/?from=queue"
    page = browse(dora)
    assert f'action="{path}"' in page.get(path).content.decode()
    done = page.post(path, {"reason": "Enough.", "learnt": "Ask early."})
    assert (done.status_code, done["Location"]) == (302, f"/p/{norwell.slug}/queue/#queue-h")
    assert queue.waits(norwell) == []
    assert [row["person"] for row in queue.times(norwell)] == ["Dora"]


def test_sample_is_the_same_for_the_same_seed_and_keeps_its_order_when_more_is_decided(norwell, by_ana):
    def decide(count):
        for pilot in factories.several(norwell, count, Stage.PILOT):
            verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")

    decide(6)
    drawn, count = pack.sample(norwell, "board of June", 6)
    again, _ = pack.sample(norwell, "board of June", 3)
    assert (count, again) == (6, drawn[:3])
    assert pack.sample(norwell, "another", 6)[0] != drawn
    decide(3)
    later, _ = pack.sample(norwell, "board of June", 9)
    assert [one for one in later if one in drawn] == drawn


def test_outdated_says_what_differs_also_when_a_model_is_new():
    then = {"stage": "production", "hypothesis": 1}
    now = {"stage": "production", "hypothesis": 2, "new_model": "router 3"}
    assert [(row["fact"], row["now"]) for row in differing(then, now)] == [
        ("Signed version of the hypothesis", "2"), ("New major model since the go", "router 3"),
    ]  # fmt: skip
    assert differing({}, now) == []


@pytest.mark.parametrize(
    ("path", "queries"), [("queue", 16), ("pack", 21), ("mine", 27), ("sample/?seed=x&size=9", 7), ("audit", 7)]
)
def test_queries_do_not_grow(path, queries, norwell, ana, by_ana, by_dora, browse, django_assert_num_queries):
    page = browse(ana)
    where = f"/p/{norwell.slug}/{path}" + ("" if "?" in path else "/")
    for count in (1, 3):
        for pilot in factories.several(norwell, count, Stage.PILOT, title=f"Some {count}"):
            dates.ask(use_case_id=pilot.id, by=by_dora, kind=Verb.STOP, reason="Enough.")
        for pilot in factories.several(norwell, count, Stage.PILOT, title=f"Other {count}"):
            verbs.stop(use_case_id=pilot.id, by=by_ana, reason="Enough.", learnt="Much.")
        page.get(where)
        with django_assert_num_queries(queries):
            assert page.get(where).status_code == 200
    assert Decision.objects.count() == 4
