"""Are lanes edited in the browser, compared before they are saved, and do use cases move without losing answers?"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.models import Lane, UseCase
from readiness.models import Answer
from readiness.queries.sets import shipped
from readiness.rules.sets import plain
from readiness.yaml_text import dump
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db
MORE = """- code: '4.1'
  text: Who reads the signals each week?
  good: The shift lead, on Mondays.
  bad: The team.
  accepter: sponsor
"""


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def path(house) -> str:
    return f"/p/{house.portfolio.slug}/lanes/fast/"


def fast(**said) -> dict[str, str]:
    return {"text": dump(plain(shipped("fast"))), "version": "1", "act": "save", **said}


def test_a_set_is_looked_at_before_it_is_saved(house, path):
    ana = signed_in(house.ana)
    longer = fast()["text"] + MORE
    seen = ana.post(path, fast(text=longer, act="look"))
    assert seen.status_code == 200
    assert "Who reads the signals each week?" in text_of(seen)
    assert "As before: 1, 2, 3, 4." in text_of(seen)
    assert Lane.objects.filter(portfolio=house.portfolio, code="fast").count() == 1  # only looked
    assert ana.post(path, fast(text=longer)).status_code == 302
    assert "4.1" in text_of(ana.get(path))


def test_faults_are_named_in_place_and_a_stale_version_keeps_what_was_typed(house, path):
    ana, ben = signed_in(house.ana), signed_in(house.ben)
    assert ben.get(path).status_code == 403
    assert ana.post(path, fast(text="parts: [")).status_code == 422
    unknown = ana.post(path, fast(text=fast()["text"] + "  surprise: 1\n"))
    assert unknown.status_code == 422
    assert "parts/3/surprise" in text_of(unknown)
    changed = fast()["text"].replace("Share of drafts rewritten", "Share of letters rewritten")
    assert ana.post(path, fast(text=changed)).status_code == 302
    stale = ana.post(path, fast(text=changed))
    assert stale.status_code == 422
    assert "Somebody saved another version meanwhile" in text_of(stale)
    assert "Share of letters rewritten" in text_of(stale)
    assert "version 2" in text_of(ana.get(f"/p/{house.portfolio.slug}/lanes/"))


def test_a_yaml_file_comes_in_and_goes_out_and_what_is_permitted_is_edited(house, path):
    ana = signed_in(house.ana)
    file = SimpleUploadedFile("fast.yaml", (fast()["text"] + MORE).encode())
    assert ana.post(path, fast(file=file, live_data="Copies only", rollback="A switch")).status_code == 302
    made = Lane.objects.get(portfolio=house.portfolio, code="fast", version=2)
    assert (made.permits["live_data"], made.adds["rollback"]) == ("Copies only", "A switch")
    assert "Copies only" in text_of(ana.get(f"/p/{house.portfolio.slug}/lanes/"))
    out = ana.get(f"/api/v1/portfolios/{house.portfolio.slug}/question-sets/fast/yaml/")
    assert "Who reads the signals each week?" in text_of(out)
    for content in (b"\xff\xfe", b"a: &a [1]\nparts: [*a]", b"x" * 900_000):
        bad = ana.post(path, fast(version="2", file=SimpleUploadedFile("x.yaml", content)))
        assert bad.status_code == 422


def test_moving_to_the_newest_version_shows_what_changes_and_keeps_valid_answers(house, path):
    ana = signed_in(house.ana)
    clear(house.row, house.ben, ["1", "2", "4"])
    page = f"/u/{house.row.key}/lane/newest/"
    assert "It answers the newest questions" in text_of(ana.get(page))
    asked = plain(shipped("fast"))
    asked["parts"][1]["evidence"] = True  # accepted without: to be accepted again
    both = ana.post(path, fast(text=dump(asked) + MORE))  # evidence and a question: one field too many
    assert both.status_code == 422
    assert "26 required fields; the fast lane asks at most 25." in text_of(both)
    assert ana.post(path, fast(text=dump(asked) + MORE + "  required: false\n")).status_code == 302
    assert "See what the newest asks" in text_of(ana.get(f"/u/{house.row.key}/readiness/"))
    assert "1 use case on an older version" in text_of(ana.get(f"/p/{house.portfolio.slug}/lanes/"))
    shown = text_of(ana.get(page))
    assert "Who reads the signals each week?" in shown
    assert "evidence is needed now" in shown
    assert "1, 4 stay clear." in shown
    assert UseCase.objects.get(id=house.row.id).lane.version == 1
    assert signed_in(house.ben).post(page).status_code == 403
    ana.post(page)
    assert UseCase.objects.get(id=house.row.id).lane.version == 2
    states = dict(Answer.objects.filter(use_case=house.row).values_list("part", "state"))
    assert states == {"1": "clear", "2": "not_clear", "4": "clear"}


def test_lane_pages_take_the_same_queries_whatever_the_versions(house, path, django_assert_num_queries):
    ana = signed_in(house.ana)
    for url, count in ((f"/p/{house.portfolio.slug}/lanes/", 7), (path, 6), (f"/u/{house.row.key}/lane/newest/", 7)):
        ana.get(url)
        with django_assert_num_queries(count):
            ana.get(url)
