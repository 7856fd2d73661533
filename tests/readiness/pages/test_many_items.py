"""Can a person give many items an owner or a date at once, link them, and end a waiver, on the page?"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from people.models import User
from readiness.actions import items
from readiness.models import BlockingItem
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(house):
    return f"/p/{house.portfolio.slug}/items/"


def ids(house) -> list[str]:
    return [str(one) for one in BlockingItem.objects.filter(use_case=house.row).values_list("id", flat=True)]


def test_chosen_items_get_an_owner_and_a_date_together(house, page):
    ben, due = signed_in(house.ben), house.today() + timedelta(days=9)
    chosen = ids(house)[:3]
    shown = ben.get(page, {"of": "nobodys"}).content.decode()
    assert all(one in shown for one in ids(house))
    answer = ben.post(
        f"{page}many/", {"of": "all", "items": chosen, "owner": str(house.ben.id), "due_on": due.isoformat()}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"{page}?of=all")
    changed = BlockingItem.objects.filter(owner=house.ben, due_on=due)
    assert {str(row.id) for row in changed} == set(chosen)
    assert changed.first().events.filter(act="changed").count() == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [({"due_on": "2026-13-01"}, "Choose at least one item."), ({"owner": ""}, "Choose at least one item.")],
)
def test_without_a_choice_nothing_changes(house, page, said, words):
    answer = signed_in(house.ben).post(f"{page}many/", {"of": "all", **said})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_nothing_to_change_and_a_closed_item_are_refused_for_all(house, page):
    ben = signed_in(house.ben)
    nothing = ben.post(f"{page}many/", {"of": "all", "items": ids(house)})
    assert nothing.status_code == 422
    assert "only an owner or a due date" in nothing.content.decode()
    present = ids(house)
    made = items.add(by=house.as_(house.ben), use_case_id=house.row.id, item=items.NewItem("Rehearse"))
    items.close(by=house.as_(house.ben), item_id=made.id)
    due = (house.today() + timedelta(days=3)).isoformat()
    closed = ben.post(f"{page}many/", {"of": "all", "items": [*present, str(made.id)], "due_on": due})
    assert closed.status_code == 422
    assert "This item is closed." in closed.content.decode()
    shown = closed.content.decode()
    assert all(f'id="pick-{one}" checked' in shown for one in present)  # what is still shown stays chosen
    assert not BlockingItem.objects.exclude(due_on=None).exists()


def test_an_unknown_and_a_foreign_item_are_answered_alike(house, page):
    abroad = factories.portfolio(house.cleo, name="Abroad")
    row = factories.use_case(abroad)
    other = items.add(by=house.as_(house.cleo), use_case_id=row.id, item=items.NewItem("Theirs"))
    due = (house.today() + timedelta(days=3)).isoformat()
    answers = [
        signed_in(house.ben).post(f"{page}many/", {"items": [one], "due_on": due}).status_code
        for one in (str(other.id), str(uuid4()))
    ]
    assert answers == [404, 404]
    assert BlockingItem.objects.get(id=other.id).due_on is None


def test_one_item_waits_on_another_and_a_ring_is_refused_in_place(house):
    ben, base = signed_in(house.ben), f"/u/{house.row.key}"
    one, two = ids(house)[:2]
    assert ben.post(f"{base}/items/{one}/", {"waits_on": [two], "version": "1"}).status_code == 302
    assert BlockingItem.objects.get(id=one).waits_on == [BlockingItem.objects.get(id=two).id]
    assert "begins after" in ben.get(f"{base}/readiness/").content.decode()
    ring = ben.post(f"{base}/items/{two}/", {"waits_on": [one], "version": "1"})
    assert ring.status_code == 422
    assert "It would wait on itself." in ring.content.decode()


def test_a_waiver_is_taken_back_by_its_requester_and_ended_by_a_leader_only(house):
    ben, ana, base = signed_in(house.ben), signed_in(house.ana), f"/u/{house.row.key}/items"
    item = BlockingItem.objects.filter(use_case=house.row).first()
    asked = {"reason": "Soon", "until_on": (house.today() + timedelta(days=9)).isoformat()}
    ben.post(f"{base}/{item.id}/waiver/", asked)
    ben.post(f"{base}/{item.id}/waiver/end/")
    assert not item.waivers.filter(ended_at=None).exists()
    ben.post(f"{base}/{item.id}/waiver/", asked)
    ana.post(f"{base}/{item.id}/waive/")
    assert ben.post(f"{base}/{item.id}/waiver/end/").status_code == 403
    assert item.waivers.filter(ended_at=None).exists()
    assert "End the waiver" in ana.get(f"/u/{house.row.key}/readiness/").content.decode()
    ana.post(f"{base}/{item.id}/waiver/end/")
    assert not item.waivers.filter(ended_at=None).exists()


def test_my_items_takes_the_same_queries_for_one_and_many(house, page, django_assert_num_queries):
    ben = signed_in(house.ben)
    ben.get(page)
    with django_assert_num_queries(13):
        ben.get(page, {"of": "all"})
    for number in range(5):
        new = items.NewItem(f"More {number}", house.ben)
        items.add(by=house.as_(house.ben), use_case_id=house.row.id, item=new)
    ben.get(page)
    with django_assert_num_queries(13):
        ben.get(page, {"of": "all"})
