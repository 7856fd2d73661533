"""Is a go past an open hard item, one's own answer, waiver or request refused through every door with the same codes?

Doors: page, REST, many at once, import. There is no Django admin (docs/adr/0002): that is asked here too.
"""

import json
import re

import pytest
from django.apps import apps
from django.test import Client

from governance.actions import dates
from governance.models import Decision
from ledger.models import Entry
from people.models import User
from portfolio.actions import imports
from portfolio.models import UseCase
from portfolio.rules import Stage, Verb
from readiness.actions import answers, items
from readiness.models import Answer, BlockingItem, Waiver
from tests.portfolio.importing import made
from tests.readiness.conftest import house  # noqa: F401 — the same people and pilot
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db


class Doors:
    """One person at the page and at REST: each act answers its codes."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def page(self, path: str, **said) -> list[str]:
        answer = self.client.post(path, said)
        assert answer.status_code == 422, (path, answer.status_code)
        found = re.findall(r'<div class="notice" data-s="stop".*?</ul>', answer.content.decode(), re.DOTALL)
        return re.findall(r'data-code="([a-z_]+)"', found[0])

    def rest(self, path: str, **said) -> list[str]:
        answer = self.client.post(f"/api/v1/{path}", json.dumps(said), content_type="application/json")
        assert answer.status_code == 409, (path, answer.status_code, answer.content)
        return [reason["code"] for reason in answer.json()["reasons"]]


def lines(house) -> int:  # noqa: F811
    return Entry.objects.of_chain(house.portfolio.id).count()


@pytest.fixture
def almost(house):  # noqa: F811
    """Everything is clear but question 4; a go is asked for."""
    clear(house.row, house.ben, ["1", "2", "3"])
    dates.ask(use_case_id=house.row.id, by=house.as_(house.ben), kind=Verb.GO, reason="Ready")
    house.settle()
    assert [item.code for item in BlockingItem.objects.open().filter(severity="hard")] == ["question_not_clear"]
    return house


def test_a_go_past_one_open_hard_item_is_refused_by_page_and_rest_alike(almost):
    ana, before, key = Doors(almost.ana), lines(almost), almost.row.key
    assert (
        ana.page(f"/u/{key}/go/", reason="r") == ana.rest(f"use-cases/{key}/go/", reason="r") == ["question_not_clear"]
    )
    gate = ana.client.get(f"/api/v1/use-cases/{key}/gate/").json()
    assert (gate["allowed"], [reason["code"] for reason in gate["reasons"]]) == (False, ["question_not_clear"])
    assert UseCase.objects.get(id=almost.row.id).stage == Stage.PILOT
    assert not Decision.objects.filter(kind=Verb.GO).exists()
    assert lines(almost) == before


def test_what_moves_many_at_once_moves_nothing_to_production(almost):
    """Pause the rest keeps it in pilot; many items at once take owners and dates, and neither close nor waive."""
    ana, slug = Doors(almost.ana), almost.portfolio.slug
    said = {"keep": [str(almost.row.id)], "reason": "r", "restart_condition": "c", "review_on": "2100-01-01"}
    kept = ana.client.post(
        f"/api/v1/portfolios/{slug}/pause-the-rest/", json.dumps(said), content_type="application/json"
    )
    assert kept.status_code in (200, 409), kept.content
    assert UseCase.objects.get(id=almost.row.id).stage == Stage.PILOT
    item = BlockingItem.objects.open().get(severity="hard")
    for more in ({"closed_on": "2026-01-01"}, {"waived_until": "2100-01-01"}, {"severity": "advisory"}):
        body = json.dumps({"items": [str(item.id)], **more})
        answer = ana.client.post(f"/api/v1/portfolios/{slug}/blocking-items/", body, content_type="application/json")
        assert answer.status_code == 400
        ana.client.post(f"/p/{slug}/items/many/", {"items": [str(item.id)], **more})
    item.refresh_from_db()
    assert (item.closed_on, item.severity, item.waivers.count()) == (None, "hard", 0)


@pytest.mark.parametrize("field", ["stage", "status", "kept_at", "gone_on"])
def test_no_plain_edit_moves_a_stage(almost, field):
    ana, path = Doors(almost.ana), f"/api/v1/use-cases/{almost.row.key}/"
    etag = ana.client.get(path)["ETag"]
    body = json.dumps({field: "production"})
    answer = ana.client.patch(path, body, content_type="application/json", headers={"If-Match": etag})
    assert answer.status_code == 400
    assert UseCase.objects.get(id=almost.row.id).stage == Stage.PILOT


def test_an_import_that_says_live_is_reported_and_left(almost):
    row = almost.row
    rows = made.rows_of(made.table(["Name", "Stage", "Agency"], [row.title, "Deployed", row.organisation]))
    outcome = imports.bring(by=almost.as_(almost.ana), portfolio=almost.portfolio, rows=rows)
    assert [note.code for note in outcome.notes] == ["stage_differs"]
    assert UseCase.objects.get(id=row.id).stage == Stage.PILOT
    assert not Decision.objects.filter(kind=Verb.GO).exists()


def test_there_is_no_admin_to_go_around_the_rules():
    assert not apps.is_installed("django.contrib.admin")
    assert Client().get("/admin/").status_code == 404


def test_ones_own_answer_is_refused_by_page_and_rest_alike(house):  # noqa: F811
    ana = Doors(house.ana)  # leader and sponsor: the named accepter
    answers.submit(by=house.as_(house.ana), use_case_id=house.row.id, part="1", text="Letters are sorted.")
    found = Answer.objects.get(use_case=house.row, part="1")
    before, base = lines(house), f"use-cases/{house.row.key}/answers/{found.id}"
    page = ana.page(f"/u/{house.row.key}/readiness/1/judge/", act="accept")
    assert page == ana.rest(f"{base}/accept/") == ["own_answer"]
    found.refresh_from_db()
    assert found.state == "waiting"
    assert lines(house) == before


def test_ones_own_waiver_is_refused_by_page_and_rest_alike(house):  # noqa: F811
    ana, item = Doors(house.ana), BlockingItem.objects.filter(use_case=house.row).first()
    until = house.today().replace(year=house.today().year + 1)
    items.ask_waiver(by=house.as_(house.ana), item_id=item.id, reason="Soon", until_on=until)
    before = lines(house)
    page = ana.page(f"/u/{house.row.key}/items/{item.id}/waive/")
    rest = ana.rest(f"use-cases/{house.row.key}/blocking-items/{item.id}/waive/", approve=True)
    assert page == rest == ["own_waiver"]
    assert Waiver.objects.get().approved_at is None
    assert lines(house) == before


def test_the_requesters_own_go_is_refused_by_page_and_rest_alike(house):  # noqa: F811
    clear(house.row, house.ben)
    dates.ask(use_case_id=house.row.id, by=house.as_(house.ana), kind=Verb.GO, reason="Ready")
    ana, key, before = Doors(house.ana), house.row.key, lines(house)
    assert ana.page(f"/u/{key}/go/", reason="r") == ana.rest(f"use-cases/{key}/go/", reason="r") == ["own_request"]
    assert lines(house) == before
    olga = Doors(house.olga)
    assert olga.client.post(f"/u/{key}/go/", {"reason": "r"}).status_code == 302
    assert UseCase.objects.get(id=house.row.id).stage == Stage.PRODUCTION
