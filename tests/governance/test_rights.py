"""Can anybody take their own go by any path? The matrix is generated; the doors are asked one by one."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from django.test import Client

from governance.actions import dates, rights, verbs
from governance.models import Decision, DecisionRight, Request
from governance.queries.decisions import changed_since
from governance.rules import moves
from governance.rules.rights import Lent, Right, Rights, may_decide, usable
from portfolio.models import Membership, UseCase
from portfolio.rules import Refused, Role, Stage, Verb
from tests import factories
from tests.governance import samples
from tests.readiness.houses import clear

ME, ASKER, LEAD, THIRD, SPONSOR = (UUID(int=number) for number in range(101, 106))
GIVERS = {"none": None, "asker": ASKER, "lead": LEAD, "third": THIRD}


@pytest.mark.parametrize("kind", [Verb.GO, Verb.STOP])
def test_nobody_takes_their_own(kind):
    """Requester, lead, seat, role, delegation, second person, expiry: every combination against what rules.md says."""
    asked = 0
    for requester, lead, role, seat, seat_counts, giver, days, second in product(
        (ME, ASKER, None), (ME, LEAD), (Role.LEADER, Role.CONTRIBUTOR, None), (ME, SPONSOR), (True, False), GIVERS,
        (-1, 0, 1), (True, False),
    ):  # fmt: skip
        second = second or kind is Verb.GO
        right = Right(frozenset({Role.LEADER}), frozenset({"sponsor"} if seat_counts else ()), second)
        lender = GIVERS[giver]
        lent = (Lent(lender, ME, "", "", samples.day(days), Role.LEADER),) if lender else ()
        facts = samples.facts(
            stage=Stage.PILOT, lane="fast", lead_id=lead, requests=(samples.asked(requester, kind),) if requester else ()
        )  # fmt: skip
        known = Rights({("fast", kind): right}, lent)
        ruling = may_decide(kind, facts, known, {"sponsor": seat, "lead": lead}, ME, role)
        verdict = ruling.verdict
        if kind is Verb.GO:
            verdict += moves.may_go(facts, ME, ruling.on_behalf_of)
        in_force = lender is not None and days >= 0
        holds = role is Role.LEADER or (role is not None and seat_counts and seat == ME) or in_force
        clean = requester is not None and requester != ME and not (in_force and lender == requester)
        if kind is Verb.GO:
            clean = clean and lead != ME and not (in_force and lender == lead)
        assert verdict.allowed == (holds and (clean or not second)), (requester, lead, role, seat, giver, days, second)
        asked += 1
    assert asked == 3 * 2 * 3 * 2 * 2 * 4 * 3 * 2


def test_right_that_nobody_could_use_or_that_opens_the_gate_is_refused():
    codes = lambda kind, right: {reason.code for reason in usable(kind, right).reasons}  # noqa: E731
    assert codes(Verb.STOP, Right(frozenset())) == {"nobody_decides"}
    assert codes(Verb.GO, Right()) == {"go_needs_second"}
    assert codes(Verb.GO, Right(seats=frozenset({"lead"}), second_person=True)) == {"lead_decides"}
    assert codes(Verb.PAUSE, Right(second_person=True)) == {"pause_needs_none"}
    assert codes(Verb.STOP, Right(second_person=True)) == set()


def test_delegation_of_another_lane_or_kind_or_from_somebody_who_left_gives_nothing():
    facts = samples.facts(stage=Stage.PILOT, lane="fast")
    lent = Lent(THIRD, ME, "fast", "stop", samples.day(1), Role.LEADER)
    for change, allowed in (
        ({}, True), ({"lane": "standard"}, False), ({"kind": "go"}, False), ({"giver_role": None}, False),
        ({"giver_role": Role.VIEWER}, False), ({"taker_id": LEAD}, False),
    ):  # fmt: skip
        known = Rights({}, (replace(lent, **change),))
        assert may_decide(Verb.STOP, facts, known, {}, ME, Role.CONTRIBUTOR).verdict.allowed is allowed, change


def code(raised):
    return {reason.code for reason in raised.value.reasons}


@pytest.fixture
def gated(norwell, by_ana, by_ben):
    """A pilot that a go is asked for by Ben; Ana leads it."""
    made = factories.use_case(norwell, Stage.PILOT)
    dates.choose_lane(use_case_id=made.id, by=by_ana, lane="fast")
    dates.ask(use_case_id=made.id, by=by_ben, kind=Verb.GO, reason="Ready.")
    return made


def set_right(portfolio, by, kind, *, roles=(), seats=(), second=False, lane="fast"):
    return rights.change_right(
        portfolio_id=portfolio.id,
        by=by,
        lane=lane,
        kind=kind,
        roles=list(roles),
        seats=list(seats),
        second_person=second,
    )


@pytest.mark.django_db
def test_right_given_to_a_seat_binds_leaders_and_lets_the_seat_in(norwell, gated, ben, by_ben, by_ana, by_dora):
    UseCase.objects.filter(id=gated.id).update(sponsor=ben)
    set_right(norwell, by_ana, Verb.STOP, seats=["sponsor"])
    with pytest.raises(Refused) as raised:
        verbs.stop(use_case_id=gated.id, by=by_dora, reason="", learnt="Much.")
    assert code(raised) == {"not_decider", "no_reason"}  # all reasons at once
    verbs.stop(use_case_id=gated.id, by=by_ben, reason="No gain.", learnt="Much.")
    assert Decision.objects.get(kind="stop").decided_by == ben


@pytest.mark.django_db
def test_delegation_is_decided_in_the_givers_name_and_ends(norwell, gated, ana, dora, by_ana, by_dora):
    UseCase.objects.filter(id=gated.id).update(sponsor=ana)
    set_right(norwell, by_ana, Verb.STOP, seats=["sponsor"])
    terms = {"portfolio_id": norwell.id, "by": by_ana, "taker": dora, "reason": "Away."}
    lent = rights.delegate(**terms, until_on=factories.in_days(norwell, 3), kind="stop")
    rights.end_delegation(delegation_id=lent.id, by=by_ana)
    act = {"use_case_id": gated.id, "by": by_dora, "reason": "No gain.", "learnt": "Much."}
    with pytest.raises(Refused) as raised:
        verbs.stop(**act)
    assert code(raised) == {"not_decider"}
    rights.delegate(**terms, until_on=factories.in_days(norwell, 0))
    decision = verbs.stop(**act)
    assert (decision.decided_by, decision.on_behalf_of) == (dora, ana)


@pytest.mark.django_db
def test_delegation_needs_another_leader_and_an_end(norwell, ana, ben, by_ana):
    for taker, days, wanted in (
        (ana, 1, "to_oneself"),
        (ben, 1, "not_a_leader"),
        (ben, -1, "no_end"),
        (ben, 400, "no_end"),
    ):
        with pytest.raises(Refused) as raised:
            rights.delegate(
                portfolio_id=norwell.id, by=by_ana, taker=taker, until_on=factories.in_days(norwell, days), reason="Away."
            )  # fmt: skip
        assert wanted in code(raised)


@pytest.mark.django_db
def test_a_party_cannot_lend_the_go_to_another(norwell, gated, dora, by_ana, by_dora):
    """Ana leads the use case: whoever holds her delegation does not decide its go (rules.md 1)."""
    rights.delegate(
        portfolio_id=norwell.id, by=by_ana, taker=dora, until_on=factories.in_days(norwell, 3), reason="Away."
    )
    with pytest.raises(Refused) as raised:
        verbs.go(use_case_id=gated.id, by=by_dora, reason="It pays.")
    assert "delegated_by_party" in code(raised)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ana", "dora"])
def test_no_door_lets_the_lead_or_the_requester_go(who, norwell, gated, ana, dora, by_dora, by_ana):
    """Page and REST; Ana is the lead, Dora asked. The bulk act pauses only, an import never decides."""
    Request.objects.update(author=dora)
    client = Client()
    client.force_login({"ana": ana, "dora": dora}[who], backend="django.contrib.auth.backends.ModelBackend")
    wanted = {"ana": "lead_decides", "dora": "own_request"}[who]
    page = client.post(f"/u/{gated.key}/go/", {"reason": "It pays."})
    api = client.post(f"/api/v1/use-cases/{gated.key}/go/", {"reason": "It pays."}, content_type="application/json")
    assert (page.status_code, api.status_code) == (422, 409)
    assert wanted in {reason["code"] for reason in api.json()["reasons"]}
    assert not Decision.objects.filter(kind="go").exists()


@pytest.mark.django_db
def test_right_removed_while_the_form_is_open_takes_effect_at_once(norwell, gated, dora, by_ana):
    client = Client()
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/u/{gated.key}/stop/").status_code == 200
    set_right(norwell, by_ana, Verb.STOP, seats=["sponsor"])
    answer = client.post(f"/u/{gated.key}/stop/", {"reason": "No gain.", "learnt": "Much."})
    assert answer.status_code == 422
    assert b"This is not yours to decide" in answer.content
    Membership.objects.filter(user=dora).delete()
    assert client.post(f"/u/{gated.key}/pause/", {}).status_code == 404


@pytest.mark.django_db
def test_page_previews_who_that_means_and_saves(norwell, gated, ana):
    client = Client()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/p/{norwell.slug}/rights/fast/stop/"
    shown = client.post(page, {"seats": ["sponsor"], "preview": "1"})
    assert b"sponsor of 1 use case" in shown.content
    assert not DecisionRight.objects.exists()
    assert client.post(page, {"seats": ["sponsor"]}).status_code == 302
    assert client.post(page, {}).status_code == 422
    table = client.get(f"/p/{norwell.slug}/rights/").content
    assert b"the sponsor" in table
    assert b"asked by Ben" in client.get(f"/p/{norwell.slug}/queue/").content
    rows = client.get(f"/api/v1/portfolios/{norwell.slug}/decision-rights/").json()["results"]
    mine = next(row for row in rows if (row["lane"], row["kind"]) == ("fast", "stop"))
    assert (mine["roles"], mine["seats"]) == ([], ["sponsor"])


@pytest.mark.django_db
def test_request_lapses_when_its_decision_makes_no_sense_any_more(gated, by_dora):
    verbs.stop(use_case_id=gated.id, by=by_dora, reason="No gain.", learnt="Much.")
    asked = Request.objects.get()
    assert (asked.closed_as, asked.closed_at is None) == (Request.LAPSED, False)


@pytest.mark.django_db
def test_decision_is_outdated_by_a_change_not_by_itself(norwell, gated, ben, by_dora):
    clear(gated, ben)
    decision = verbs.go(use_case_id=gated.id, by=by_dora, reason="It pays.")
    assert changed_since(decision) == []
    UseCase.objects.filter(id=gated.id).update(overseer=ben)
    assert [one["fact"] for one in changed_since(decision)] == ["Overseer"]
    review = norwell.today() + timedelta(days=30)
    terms = {"reason": "Drift.", "restart_condition": "Mended.", "review_on": review}
    verbs.pause(use_case_id=gated.id, by=by_dora, **terms)
    assert changed_since(decision) == []  # no longer in force: history
