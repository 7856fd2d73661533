"""Does the board say the cap in words, rank the pilots, keep its filters in the address and its queries few?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from governance.actions import sweep
from governance.models import PortfolioState
from governance.queries import board
from governance.rules.warnings import MOST_SUBJECTS
from portfolio.models import Dirty, UseCase
from portfolio.rules import Stage

BOARD_QUERIES = 12
LIVE_QUERIES = 7
LIST_QUERIES = 8
USE_CASE_QUERIES = 23
RECORD_QUERIES = {"/p/norwell/decisions/": 19, "/p/norwell/ledger/": 11}


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def count(client, path) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_cap_is_said_in_words_and_is_a_row_of_the_table(world):
    world.pilots(8)
    page = text_of(world.client("vera").get("/p/norwell/"))
    assert "8 pilots active, the cap is 3" in page
    assert 'role="rowheader"><div>Pilot cap: 3</div>' in page
    assert "8 pilots active, the cap is 3: 5 too many." in page


def test_leader_may_decide_on_each_row_and_viewer_only_reads(world):
    world.pilots(4)
    assert text_of(world.client("ana").get("/p/norwell/")).count("Choice for Pilot") == 4
    viewer = text_of(world.client("vera").get("/p/norwell/"))
    assert "Choice for" not in viewer
    assert "Pause the rest</a>" not in viewer


def test_advice_is_preselected_and_labelled_rough(world):
    world.pilots(4)
    page = text_of(world.client("ana").get("/p/norwell/"))
    assert page.count('value="run" checked') == 3
    assert page.count('value="pause" checked') == 1
    assert '<span class="kind">rough</span>' in page


@pytest.mark.parametrize("stage", [Stage.PILOT, Stage.PROPOSED, Stage.PRODUCTION, Stage.PAUSED])
def test_queries_do_not_grow_with_rows(world, stage):
    world.use_case("First", stage)
    client = world.client("ana")
    one = count(client, "/p/norwell/")
    for number in range(3):
        world.use_case(f"More {number}", stage)
    assert (one, count(client, "/p/norwell/")) == (BOARD_QUERIES, BOARD_QUERIES)


def test_queries_of_the_list_and_of_a_poll_do_not_grow(world):
    world.use_case()
    client = world.client("ana")
    before = count(client, "/p/norwell/use-cases/"), count(client, "/p/norwell/live/")
    world.pilots(3)
    assert before == (count(client, "/p/norwell/use-cases/"), count(client, "/p/norwell/live/"))
    assert before == (LIST_QUERIES, LIVE_QUERIES)


def test_queries_of_the_records_do_not_grow(world):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client("ana")
    page = f"/u/{use_case.key}/"
    body = {"reason": "Waits.", "restart_condition": "Data.", "review_on": world.later()}
    client.post(f"{page}pause/", body)
    before = {path: count(client, path) for path in (page, *RECORD_QUERIES)}
    client.post(f"{page}resume/", {"reason": "It came."})
    client.post(f"{page}pause/", body)
    assert {path: count(client, path) for path in before} == before
    assert before == {page: USE_CASE_QUERIES} | RECORD_QUERIES


def test_changed_facts_are_settled_before_they_are_shown(world):
    use_case = world.use_case(stage=Stage.PILOT)
    UseCase.objects.filter(id=use_case.id).update(stop_met_on=world.today)
    Dirty.objects.create(use_case_id=use_case.id)
    assert "Stop criterion met" in text_of(world.client("vera").get("/p/norwell/"))
    assert not Dirty.objects.exists()


def test_too_many_changes_are_left_to_the_worker(world, monkeypatch):
    monkeypatch.setattr(sweep.settle_portfolio, "__defaults__", (1,))
    for use_case in world.pilots(2):
        Dirty.objects.create(use_case_id=use_case.id)
    assert "brought up to date within a minute" in text_of(world.client("vera").get("/p/norwell/"))
    assert Dirty.objects.count() == 1


def test_poll_answers_204_until_something_changes(world):
    world.pilots(1)
    client = world.client("vera")
    seen = PortfolioState.objects.get(portfolio=world.portfolio).version
    assert client.get(f"/p/norwell/live/?seen={seen}&rows={seen}").status_code == 204
    world.pilots(1)
    answer = client.get(f"/p/norwell/live/?seen={seen}&rows={seen}", headers={"HX-Request": "true"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'id="figures"' in page
    assert 'hx-swap-oob="true"' in page
    assert "2 pilots active" in page
    assert "Show them anew" in page
    assert "<table" not in page
    assert "HX-Request" in answer.headers["Vary"]


def test_filters_narrow_and_what_is_unknown_is_named(world):
    world.use_case("Alpha letters", Stage.PILOT, lead=world.people["ben"])
    world.use_case("Beta photos", Stage.PILOT)
    client = world.client("vera")
    for query in ("q=letters", f"lead={world.people['ben'].id}", "stage=pilot&q=ALPHA"):
        rows = client.get(f"/p/norwell/?{query}").context["page"].rows
        assert [row.title for row in rows] == ["Alpha letters"], query
    odd = client.get("/p/norwell/?owner=nonsense&status=fine&lead=x&page=0")
    assert odd.status_code == 200
    assert "Beta photos" in text_of(odd)
    for part in ("“owner” is no filter here", "status “fine”", "lead “x”", "page “0”"):
        assert part in text_of(odd)


def test_filter_without_a_hit_offers_to_clear(world):
    world.pilots(1)
    page = text_of(world.client("vera").get("/p/norwell/?q=zzz"))
    assert "No pilot fits these filters" in page
    assert "Clear filters" in page


def test_empty_portfolio_teaches(world):
    assert "Register the first use case" in text_of(world.client("ben").get("/p/norwell/"))
    assert "Register the first use case" not in text_of(world.client("vera").get("/p/norwell/"))
    leaders = text_of(world.client("ana").get("/p/norwell/"))
    assert leaders.count("btn-primary") == 1, "one primary button a page"
    assert f'href="{reverse("imports", args=["norwell"])}">Import a spreadsheet</a>' in leaders


def test_warning_never_claims_a_number_that_its_cut_list_does_not_have():
    def linked(count):
        subjects = [{"key": f"NW-{n}", "title": f"Pilot {n}"} for n in range(count)]
        return board._linked({"code": "x", "text": "Some are.", "subjects": subjects})["more"]

    assert [linked(count) for count in (2, 3, 5, MOST_SUBJECTS)] == ["", "", "2 more", "others"]


def test_long_lists_are_paged(world, monkeypatch):
    from governance.queries import filters

    monkeypatch.setattr(filters, "PAGE_SIZE", 2)
    world.pilots(5)
    client = world.client("vera")
    first = text_of(client.get("/p/norwell/use-cases/"))
    assert 'rel="next" href="?page=2"' in first
    last = text_of(client.get("/p/norwell/use-cases/?page=3"))
    assert 'rel="prev" href="?page=2"' in last
    assert 'rel="next"' not in last
    assert "Pilot 1<" in last
