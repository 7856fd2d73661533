"""Can a member keep filters under a name, come back to them, rename and delete them, and nobody else?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.queries.person import everything
from ledger.models import Entry
from portfolio.actions import members, saved_views
from portfolio.models import Membership, SavedView
from portfolio.rules import NotVisible, Refused, Stage

ADD = "/p/norwell/views/add/?place=board&stage=pilot&q=letters"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def saved(world, who="vera", name="My pilots", query="stage=pilot", place="board") -> SavedView:
    return saved_views.save_view(
        by=world.actor(who), portfolio_id=world.portfolio.id, name=name, place=place, query=query
    )


def count_of(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_filters_are_named_and_come_back_from_the_menu(world):
    world.use_case("Alpha letters", Stage.PILOT)
    world.use_case("Beta photos", Stage.PILOT)
    client = world.client("vera")
    assert "Save view" not in text_of(client.get("/p/norwell/"))
    assert "/p/norwell/views/add/?stage=pilot&amp;q=letters&amp;place=board" in text_of(
        client.get("/p/norwell/?stage=pilot&q=letters")
    )
    before = Entry.objects.count()
    assert client.post(ADD, {"name": "  My   letters "})["Location"] == "/p/norwell/?stage=pilot&q=letters"
    page = client.get("/p/norwell/decisions/")
    assert '<a href="/p/norwell/?stage=pilot&amp;q=letters"><bdi>My letters</bdi></a>' in text_of(page)
    shown = client.get("/p/norwell/?stage=pilot&q=letters")
    assert [row.title for row in shown.context["page"].rows] == ["Alpha letters"]
    assert 'href="/p/norwell/?stage=pilot&amp;q=letters" aria-current="page"><bdi>My letters' in text_of(shown)
    assert Entry.objects.count() == before  # a habit of one person is nothing to record


@pytest.mark.parametrize("who", ["ana", "ben", "vera", "otto"])
def test_every_role_keeps_its_own_and_sees_nobody_elses(world, who):
    other = saved(world, "ana" if who != "ana" else "ben", name="Theirs")
    client = world.client(who)
    assert client.post(ADD, {"name": "Mine"}).status_code == 302
    page = text_of(client.get("/p/norwell/views/"))
    assert "Mine" in page
    assert "Theirs" not in page
    assert client.post(f"/p/norwell/views/{other.id}/", {"remove": "1"}).status_code == 404
    assert client.post(f"/p/norwell/views/{other.id}/", {"name": "Taken over"}).status_code == 404
    other.refresh_from_db()
    assert other.name == "Theirs"


def test_a_stranger_finds_nothing(world):
    view = saved(world)
    for path in ("/p/norwell/views/", ADD):
        assert world.client("cleo").get(path).status_code == 404
    with pytest.raises(NotVisible):
        saved_views.delete_view(by=world.actor("cleo"), view_id=view.id)


def test_same_name_is_refused_whatever_its_case_but_free_to_another(world):
    saved(world, name="Ärger")
    saved(world, "ben", name="Ärger")
    answer = world.client("vera").post(ADD, {"name": "äRGER"})
    assert answer.status_code == 422
    assert "You have a view called" in text_of(answer)
    assert SavedView.objects.count() == 2


def test_rename_to_itself_in_other_case_and_to_a_taken_name(world):
    one, _two = saved(world, name="one"), saved(world, name="two")
    client = world.client("vera")
    assert client.post(f"/p/norwell/views/{one.id}/", {"name": "ONE"}).status_code == 302
    assert client.post(f"/p/norwell/views/{one.id}/", {"name": "Two"}).status_code == 422
    one.refresh_from_db()
    assert one.name == "ONE"
    assert client.post(f"/p/norwell/views/{one.id}/", {"remove": "1"}).status_code == 302
    assert client.post(f"/p/norwell/views/{one.id}/", {"remove": "1"}).status_code == 404
    assert [view.name for view in SavedView.objects.all()] == ["two"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\x07b", "a" + "\u0301" * 10_000])
def test_names_that_are_none_are_refused(world, name):
    view = saved(world)
    client = world.client("vera")
    refused = 400 if "\x00" in name else 422  # no form ever sees a NUL
    assert client.post(ADD, {"name": name}).status_code == refused
    assert client.post(f"/p/norwell/views/{view.id}/", {"name": name}).status_code == refused
    with pytest.raises(Refused):
        saved(world, name=name)
    assert SavedView.objects.get().name == "My pilots"


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "{{ 7*7 }}", "\u202egnp.exe", "é", "'; --", "💡"])
def test_odd_names_are_shown_as_they_are(world, name):
    client = world.client("vera")
    assert client.post(ADD, {"name": name}).status_code == 302
    assert SavedView.objects.get().name == name
    page = client.get("/p/norwell/views/").content.decode()
    assert "<img src=x" not in page
    assert "<bdi>" in page


def test_twenty_are_enough(world):
    for number in range(saved_views.MOST):
        saved(world, name=f"View {number}")
    answer = world.client("vera").post(ADD, {"name": "One more"})
    assert answer.status_code == 422
    assert "You have 20 saved views here" in text_of(answer)
    assert saved(world, "ben").name == "My pilots"


@pytest.mark.parametrize("query", ["", "?owner=x", "?place=elsewhere", "?stage=nonsense&page=-1", "?lead=%20&q="])
def test_no_filters_are_no_view(world, query):
    client = world.client("vera")
    assert client.get(f"/p/norwell/views/add/{query}").status_code == 200
    answer = client.post(f"/p/norwell/views/add/{query}", {"name": "Nothing"})
    assert answer.status_code == 422
    assert "Set a filter first" in text_of(answer)


def test_a_view_outlives_what_it_names_and_ends_with_the_membership(world):
    ben = Membership.objects.get(user=world.people["ben"])
    saved(world, "vera", query=f"lead={world.people['ben'].id}", place="use_cases")
    saved(world, "ben")
    members.remove_member(by=world.actor("ana"), membership_id=ben.id)
    client = world.client("vera")
    assert "part of it means nothing here any more" in text_of(client.get("/p/norwell/views/"))
    url = SavedView.objects.get().query
    assert client.get(f"/p/norwell/use-cases/?{url}").status_code == 200
    told = [fact for fact in everything(world.people["vera"]) if fact.get("of") == "portfolio.SavedView"]
    assert [fact["row"]["name"] for fact in told] == ["My pilots"]


def test_the_menu_costs_no_query_and_the_page_takes_the_same_for_many(world):
    world.use_case("Alpha letters", Stage.PILOT)
    client = world.client("vera")
    board = count_of(client, "/p/norwell/")
    saved(world, name="View 0")
    before = count_of(client, "/p/norwell/views/")
    for number in range(1, 10):
        saved(world, name=f"View {number}")
    assert (before, count_of(client, "/p/norwell/views/")) == (7, 7)
    assert (board, count_of(client, "/p/norwell/")) == (12, 12)
