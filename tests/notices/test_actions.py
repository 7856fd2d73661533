"""Is everybody told what concerns them, once, and nobody else; and what do the pages say?"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from governance.actions import dates, rights, verbs
from governance.models import Request
from governance.queries.rights import deciders
from notices import actions
from notices.models import Cursor, Message, Notice, Wish
from notices.rules import Mail
from people import actions as people
from portfolio.actions import members
from portfolio.rules import SYSTEM, Refused, Stage, Verb
from readiness.actions import items
from tests import factories

pytestmark = pytest.mark.django_db
SOON = timedelta(days=2)


@pytest.fixture
def pilot(norwell, ben):
    return factories.use_case(norwell, Stage.PILOT, lead=ben)


@pytest.fixture
def mailed(settings):
    settings.MAIL_CONFIGURED, settings.SITE_URL = True, "https://pilotage.example"


def told(kind=None):
    rows = Notice.objects.order_by("user__email")
    return [row.user.name for row in (rows.filter(kind=kind) if kind else rows)]


def run(after=timedelta(0)):
    now = datetime.now(UTC)
    actions.read_on(now)
    actions.tell_the_day(now)
    actions.put_together(now + after)
    return actions.send_due(now + after)


def test_request_is_told_to_whoever_may_decide_and_once(pilot, by_ana):
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    assert actions.read_on() == 1
    assert (actions.read_on(), told("decision")) == (0, ["Dora"])
    Cursor.objects.update(seq=0)  # a reader that lost its place tells nothing twice
    assert (actions.read_on(), told("decision")) == (0, ["Dora"])


def test_deciders_are_no_party_and_follow_rights_and_delegations(norwell, pilot, ana, dora, by_dora):
    dates.ask(use_case_id=pilot.id, by=by_dora, kind=Verb.GO, reason="Ready.")
    assert deciders(pilot, Verb.GO) == {ana.id}
    erin = factories.join(norwell, factories.person("erin"), "leader")
    until = factories.in_days(norwell, 3)
    rights.delegate(portfolio_id=norwell.id, by=by_dora, taker=erin, until_on=until, reason="Away.")
    assert deciders(pilot, Verb.GO) == {ana.id}, "who holds a delegation from the asker does not decide"
    assert deciders(pilot, Verb.STOP) == {ana.id, dora.id, erin.id}


def test_slip_and_decision_reach_the_seats_but_not_whoever_did_it(norwell, pilot, ana, by_ana, by_dora):
    for days in (5, 9, 7):
        on = factories.in_days(norwell, days)
        dates.agree_date(use_case_id=pilot.id, by=by_ana, agreed_on=on, cause="Works council.")
    verbs.stop(use_case_id=pilot.id, by=by_dora, reason="Enough.", learnt="Ask early.")
    actions.read_on()
    assert (told("slip"), told("decided")) == (["Ben"], ["Ana", "Ben"])
    assert not any("council" in row.text for row in Notice.objects.all())


def test_what_is_due_is_told_once_and_again_when_it_is_late(norwell, pilot, ben, by_ana):
    new = items.NewItem("Rehearse the fallback", ben, factories.in_days(norwell, 2), "test")
    item = items.add(by=by_ana, use_case_id=pilot.id, item=new)
    assert [actions.tell_the_day(), actions.tell_the_day()] == [1, 0]
    type(item).objects.filter(id=item.id).update(due_on=factories.in_days(norwell, -1))
    assert [actions.tell_the_day(), actions.tell_the_day()] == [1, 0]
    assert told("item") == ["Ben", "Ben"]


def test_request_is_reminded_once_a_day_and_waits_are_told(pilot, by_ana, by_dora):
    asked = dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    actions.read_on()
    dates.remind(request_id=asked.id, by=by_ana)
    assert (actions.read_on(), told("decision")) == (1, ["Dora", "Dora"])
    with pytest.raises(Refused) as raised:
        dates.remind(request_id=asked.id, by=by_ana)
    assert [reason.code for reason in raised.value.reasons] == ["reminded_today"]
    Request.objects.update(opened_at=datetime.now(UTC) - timedelta(days=4))
    assert [actions.tell_the_day(), actions.tell_the_day()] == [1, 0]
    verbs.stop(use_case_id=pilot.id, by=by_dora, reason="Enough.", learnt="Ask early.")
    with pytest.raises(Refused):
        dates.remind(request_id=asked.id, by=by_ana)


def test_access_is_asked_again_when_the_mail_goes_out(norwell, pilot, dora, by_ana, mailed):
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    actions.read_on()
    member = norwell.memberships.get(user=dora)
    members.remove_member(by=SYSTEM, membership_id=member.id)
    actions.put_together(datetime.now(UTC) + SOON)
    assert actions.send_due(datetime.now(UTC) + SOON) == 0
    assert (mail.outbox, Message.objects.get().state) == ([], Message.DROPPED)


def test_digest_is_one_mail_and_at_once_is_at_once(norwell, pilot, ana, dora, by_ana, by_ben, mailed):
    actions.wish(user_id=ana.id, by=by_ana, mail=Mail.AT_ONCE, digest_at=Wish().digest_at)
    for kind in (Verb.STOP, Verb.PAUSE):
        dates.ask(use_case_id=pilot.id, by=by_ben, kind=kind, reason="Enough.")
        run()
    assert [one.to for one in mail.outbox] == [["ana@example.org"]] * 2
    assert run(SOON) == 1
    digest = mail.outbox[-1]
    assert (digest.to, digest.subject) == (["dora@example.org"], "2 notices from Pilotage")
    assert f"https://pilotage.example/u/{pilot.key}/stop/" in digest.body
    assert digest.extra_headers["Message-ID"] == Message.objects.get(user=dora).message_id
    assert run(SOON) == 0


def test_without_mail_set_up_nothing_is_tried(pilot, by_ana):
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    assert run(SOON) == 0
    assert Message.objects.get().tries == 0


def test_pages_show_mark_and_keep_wishes(pilot, by_ana, dora, elsewhere, cleo):
    dates.ask(use_case_id=pilot.id, by=by_ana, kind=Verb.STOP, reason="Enough.")
    actions.read_on()
    pages = {}
    for user in (dora, cleo):
        pages[user] = Client()
        pages[user].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    text = f"{pilot.title}: stop waits for a decision."
    assert text in pages[dora].get("/notices/").content.decode()
    assert text not in pages[cleo].get("/notices/").content.decode()
    upto = Notice.objects.get().id
    pages[cleo].post("/notices/seen/", {"upto": upto})
    assert Notice.objects.get().seen_at is None
    pages[dora].post("/notices/seen/", {"upto": upto})
    assert Notice.objects.get().seen_at
    half = {"mail": "at-once", "digest_at": "07:30", "quiet_from": "22:00"}
    assert pages[dora].post("/notices/settings/", half).status_code == 422
    assert pages[dora].post("/notices/settings/", half | {"quiet_until": "06:00", "muted": ["item"]}).status_code == 302
    kept = actions.wishes_of([dora.id])[dora.id]
    assert (kept.mail, kept.quiet_until.hour, kept.muted) == (Mail.AT_ONCE, 6, frozenset({"item"}))
    people.deactivate(user_id=dora.id, by=SYSTEM)
    assert not Notice.objects.still_seen().exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries(count, pilot, by_ana, dora, django_assert_num_queries):
    for kind in (Verb.STOP, Verb.PAUSE, Verb.RETURN)[:count]:
        dates.ask(use_case_id=pilot.id, by=by_ana, kind=kind, reason="Enough.")
    actions.read_on()
    page = Client()
    page.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_num_queries(5):  # session, person, roles, the notices; the rail's portfolios
        assert page.get("/notices/").status_code == 200
