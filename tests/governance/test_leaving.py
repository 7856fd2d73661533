"""Does somebody who leaves hand over everything and lose every way in, and is it all on record?"""

import pytest
from django.test import Client

from governance.actions import leaving
from ledger.models import Entry
from ledger.queries import verified
from people.actions import make_link
from people.models import SignInLink, User
from portfolio.access import tokens
from portfolio.models import Membership, UseCase
from portfolio.queries import INSTANCE_CHAIN
from portfolio.rules import SYSTEM, NotPermitted, Refused, Stage
from readiness.actions import items
from readiness.models import BlockingItem, ItemEvent
from tests import factories
from tests.house import walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ira():
    """An instance administrator, member of nothing."""
    return factories.person("ira", is_instance_admin=True)


@pytest.fixture
def zed(norwell):
    """Leads a pilot and sponsors another, has a token, a session and an unused link."""
    user = factories.join(norwell, factories.person("zed"), "leader")
    factories.use_case(norwell, Stage.PILOT, lead=user)
    factories.use_case(norwell, Stage.PROPOSED, sponsor=user)
    return user


def codes(refused) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_leaving_hands_over_and_ends_every_way_in(norwell, ana, ira, zed):
    client = Client()
    client.force_login(zed)
    token = walk.lend(norwell, zed, "use-cases:read")
    make_link(user=zed, purpose=SignInLink.Purpose.INVITATION, hours=1, by=factories.actor_for(ana))
    done = leaving.deactivate(user_id=zed.id, by=factories.actor_for(ira), heirs={norwell.id: ana.id})
    assert not done.is_active
    assert {UseCase.objects.get(stage=Stage.PILOT).lead, UseCase.objects.get(stage=Stage.PROPOSED).sponsor} == {ana}
    assert not Membership.objects.filter(user=zed).exists()
    assert client.get("/me/").status_code == 302
    assert tokens.find(walk.text_of(token)) is None
    token.refresh_from_db()
    assert token.revoked_at is not None
    written = list(
        Entry.objects.filter(actor_id=ira.id).order_by("chain_id", "seq").values_list("event_type", flat=True)
    )
    moved = "use_case.responsibilities_changed"
    assert written == ["person.deactivated", moved, moved, "member.removed", "token.revoked"]
    assert verified(norwell.id).ok
    assert verified(INSTANCE_CHAIN).ok


def owned(user, use_case, text="Read the terms"):
    """An open item of this person."""
    new = items.NewItem(text, user, factories.in_days(use_case.portfolio, 9))
    return items.add(by=SYSTEM, use_case_id=use_case.id, item=new)


def test_open_items_go_with_the_seat_else_to_the_lead(norwell, ana, ben, ira, zed):
    led = UseCase.objects.get(lead=zed)
    other = factories.use_case(norwell, Stage.PILOT, lead=ben)
    unled = factories.use_case(norwell)
    UseCase.objects.filter(id=unled.id).update(lead=None)
    mine, helped, alone = (owned(zed, use_case) for use_case in (led, other, unled))
    closed = items.close(by=SYSTEM, item_id=owned(zed, led, "Done long ago").id)
    untouched = owned(ben, led, "Somebody else's")
    [place] = leaving.places_of(zed)
    assert place.items == 3
    leaving.deactivate(user_id=zed.id, by=factories.actor_for(ira), heirs={norwell.id: ana.id})
    owners = {item.id: BlockingItem.objects.get(id=item.id).owner for item in (mine, helped, alone, closed, untouched)}
    assert owners == {mine.id: ana, helped.id: ben, alone.id: ana, closed.id: zed, untouched.id: ben}
    told = Entry.objects.filter(event_type="items.changed", actor_id=ira.id).values_list("payload", flat=True)
    assert {line["owner"]: line["items"] for line in told} == {
        str(ana.id): sorted([str(mine.id), str(alone.id)]), str(ben.id): [str(helped.id)]
    }  # fmt: skip
    change = ItemEvent.objects.get(item=helped, act="changed")
    assert (change.field, change.was, change.now, change.by) == ("owner", str(zed.id), str(ben.id), ira)
    assert verified(norwell.id).ok


def test_items_stay_where_that_is_wished_or_nobody_could_take_them(norwell, ana, ira, zed):
    item = owned(zed, UseCase.objects.get(lead=zed))
    kept = Entry.objects.filter(event_type="items.changed").count()
    leaving.deactivate(user_id=zed.id, by=factories.actor_for(ira), heirs={norwell.id: ana.id}, items=False)
    assert BlockingItem.objects.get(id=item.id).owner == zed
    yan = factories.join(norwell, factories.person("yan"), "contributor")
    unled = factories.use_case(norwell)
    UseCase.objects.filter(id=unled.id).update(lead=None)
    item = owned(yan, unled)
    leaving.deactivate(user_id=yan.id, by=factories.actor_for(ira), heirs={})
    assert BlockingItem.objects.get(id=item.id).owner == yan
    assert Entry.objects.filter(event_type="items.changed").count() == kept


def test_a_leader_takes_somebody_out_with_their_items(norwell, ana, ben, zed):
    client = Client()
    client.force_login(ana)
    item = owned(zed, UseCase.objects.get(lead=zed))
    member = Membership.objects.get(user=zed)
    address = f"/p/{norwell.slug}/members/{member.id}/hand-over/"
    assert "open item" not in client.get(address).content.decode(), "the seats alone are handed over there"
    assert "Hand over the open item too" in client.get(f"{address}?leaving=1").content.decode()
    client.post(f"{address}?leaving=1", {"to": ben.id, "items": "on"})
    assert BlockingItem.objects.get(id=item.id).owner == ben
    assert not Membership.objects.filter(user=zed).exists()
    yan = factories.join(norwell, factories.person("yan"), "contributor")
    item = owned(yan, UseCase.objects.get(lead=ben))
    out = f"/p/{norwell.slug}/members/{Membership.objects.get(user=yan).id}/"
    assert "Their 1 open item went to" in client.post(out, {"remove": "1"}, follow=True).content.decode()
    assert BlockingItem.objects.get(id=item.id).owner == ben


def test_return_lets_sign_in_again_but_revives_nothing(norwell, ana, ira, zed):
    by = factories.actor_for(ira)
    client = Client()
    client.force_login(zed)
    make_link(user=zed, purpose=SignInLink.Purpose.INVITATION, hours=1, by=by)
    leaving.deactivate(user_id=zed.id, by=by, heirs={norwell.id: ana.id})
    assert leaving.reactivate(user_id=zed.id, by=by).is_active
    assert client.get("/me/").status_code == 302, "the old session stays ended"
    assert not SignInLink.objects.exists()
    assert not Membership.objects.filter(user=zed).exists()
    with pytest.raises(Refused) as refused:
        leaving.reactivate(user_id=zed.id, by=by)
    assert codes(refused) == ["active"]


def test_every_reason_is_named_and_nothing_is_written(ana, ira):
    factories.use_case(factories.portfolio(ana, name="Alone"), Stage.PILOT, lead=ana)
    before = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        leaving.deactivate(user_id=ana.id, by=factories.actor_for(ira), heirs={})
    assert codes(refused) == ["last_leader", "no_heir"]
    with pytest.raises(Refused) as refused:
        leaving.deactivate(user_id=ira.id, by=factories.actor_for(ira), heirs={})
    assert codes(refused) == ["own_account"]
    assert Entry.objects.count() == before
    assert User.objects.filter(is_active=True, id__in=[ana.id, ira.id]).count() == 2


def test_heir_must_be_a_member_there(norwell, ira, zed, cleo):
    with pytest.raises(Refused) as refused:
        leaving.deactivate(user_id=zed.id, by=factories.actor_for(ira), heirs={norwell.id: cleo.id})
    assert codes(refused) == ["not_a_member"]
    assert User.objects.get(id=zed.id).is_active


def test_only_an_administrator_may(ana, zed):
    with pytest.raises(NotPermitted):
        leaving.deactivate(user_id=zed.id, by=factories.actor_for(ana), heirs={})


def test_pages_lead_from_the_list_to_the_hand_over_and_back(norwell, ana, ira, zed):
    client = Client()
    client.force_login(ira)
    page = client.get("/people/?q=ZED").content.decode()
    assert "leader in" in page
    assert ana.email not in page
    address = f"/people/{zed.id}/leaves/"
    owned(zed, UseCase.objects.get(lead=zed))
    assert "Hand over the open item too" in client.get(address).content.decode()
    assert client.post(address).status_code == 422, "the heir is asked for"
    assert User.objects.get(id=zed.id).is_active
    assert client.post(address, {str(norwell.id): str(ana.id)})["Location"] == "/people/"
    assert "shut out" in client.get("/people/").content.decode()
    client.post(f"/people/{zed.id}/returns/")
    assert User.objects.get(id=zed.id).is_active


@pytest.mark.parametrize("extra", [1, 4])
def test_the_list_costs_the_same_for_any_number(ira, norwell, django_assert_num_queries, extra):
    for number in range(extra):
        factories.join(norwell, factories.person(f"more{number}"), "viewer")
    client = Client()
    client.force_login(ira)
    with django_assert_num_queries(5):
        client.get("/people/")


def test_rest_says_the_same(norwell, ana, ira, zed):
    client = Client()
    client.force_login(ira)
    listed = client.get("/api/v1/people/").json()["results"]
    assert zed.email in {row["email"] for row in listed}
    address = f"/api/v1/people/{zed.id}/deactivate/"
    refused = client.post(address, {}, content_type="application/json")
    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (409, "no_heir")
    heirs = {"heirs": [{"portfolio": str(norwell.id), "to": str(ana.id)}]}
    assert client.post(address, heirs, content_type="application/json").json()["is_active"] is False
    again = client.post(f"/api/v1/people/{zed.id}/reactivate/", {}, content_type="application/json")
    assert again.json()["is_active"] is True
