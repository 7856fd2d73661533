"""Does the register answer programs as it answers people?"""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.actions.assess import reassess
from ledger.models import Entry
from portfolio.models import UseCase
from portfolio.rules import Role, Stage
from tests.api.conftest import Api, codes, in_days

pytestmark = pytest.mark.django_db

NEW = {"portfolio": "home", "title": "Sort mail", "problem": "It is slow"}


def test_register_needs_portfolio_title_and_problem_only(as_ben):
    made = as_ben.post("use-cases/", NEW)
    assert made.status_code == 201
    body = made.json()
    assert (body["stage"], body["title"], body["lead"], body["waiting"]) == ("proposed", "Sort mail", None, None)
    assert made["ETag"] == f'"{body["id"]}-1"'
    assert as_ben.get(f"use-cases/{body['key'].lower()}/").json()["id"] == body["id"]
    assert as_ben.get(made["Location"]).json() | {"status": 0} == as_ben.get(f"use-cases/{body['id']}/").json() | {
        "status": 0
    }


@pytest.mark.parametrize("left_out", ["portfolio", "title", "problem"])
def test_register_without_a_required_field_names_it_and_writes_nothing(as_ben, left_out):
    body = {name: value for name, value in NEW.items() if name != left_out}
    answer = as_ben.post("use-cases/", body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(f"/{left_out}", "required")]
    assert not UseCase.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        None, [], "text", 3, '{"title": 1, "title": 2}', '{"title": "\\u0000"}', '{"title": "\\ud800"}', "{", "[" * 50,
        NEW | {"colour": "red"}, NEW | {"stage": "production"}, NEW | {"version": 7}, NEW | {"title": 5},
        NEW | {"title": "x" * 501}, NEW | {"tags": ["x" * 61]}, NEW | {"tags": "x"}, NEW | {"real_users": True},
        NEW | {"real_users": 10**12}, NEW | {"running_since": "2026-02-30"}, NEW | {"running_since": "9999-12-31"},
        NEW | {"running_since": "2026-01-01T00:00:00Z"}, NEW | {"magnitude": "huge"}, NEW | {"lead": "ana"},
        '{"real_users": 1e999}', '{"real_users": NaN}', '{"title": ' + "9" * 30 + "}",
    ],
)  # fmt: skip
def test_register_with_an_unusable_body_is_400_and_writes_nothing(as_ben, body):
    answer = as_ben("POST", "use-cases/", "null" if body is None else body)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not UseCase.objects.exists()


def test_a_foreign_portfolio_or_person_is_answered_like_an_unknown_one(as_ben, abroad):
    foreign = as_ben.post("use-cases/", NEW | {"portfolio": "abroad"})
    assert foreign.status_code == 400
    assert foreign.content == as_ben.post("use-cases/", NEW | {"portfolio": "nowhere"}).content
    stranger = as_ben.post("use-cases/", NEW | {"lead": str(abroad.ana.id), "sponsor": str(uuid.uuid4())})
    assert stranger.status_code == 400
    assert {fault["code"] for fault in stranger.json()["errors"]} == {"does_not_exist"}
    assert len({fault["text"] for fault in stranger.json()["errors"]}) == 1
    assert not UseCase.objects.exists()


def test_patch_needs_the_present_version(as_ben, home):
    row = home.use_case()
    path = f"use-cases/{row.key}/"
    assert as_ben.patch(path, {"title": "New"}).status_code == 428
    stale = as_ben.patch(path, {"title": "New"}, If_Match=f'"{row.id}-99"')
    assert stale.status_code == 412
    assert stale.json()["present"]["title"] == "Sort mail"
    assert stale["ETag"] == row.etag
    assert as_ben.patch(path, {"title": "New"}, If_Match=f'"{uuid.uuid4()}-1"').status_code == 412
    done = as_ben.patch(path, {"title": "New", "tags": ["a", " a ", "b"]}, If_Match=row.etag)
    assert (done.status_code, done.json()["tags"], done["ETag"]) == (200, ["a", "b"], f'"{row.id}-2"')
    assert as_ben.patch(path, {"title": "Newer"}, If_Match="*").status_code == 200
    assert as_ben.patch(path, {"titel": "x"}, If_Match="*").status_code == 400


def test_patch_of_anything_not_on_the_list_is_refused(as_ana, home):
    row = home.use_case()
    allowed = {"title", "problem", "waiting", "stop_met", "review_on", "organisation", "tags", "external_id",
               "success_statement", "why_ai", "stop_criterion", "business_outcome", "magnitude", "running_since",
               "real_users", "sponsor_name", "sponsor", "lead", "benefit_owner", "finance_partner",
               "overseer"}  # fmt: skip
    for field in [field.name for field in UseCase._meta.get_fields()]:
        if field not in allowed:
            answer = as_ana.patch(f"use-cases/{row.id}/", {field: "1"}, If_Match=row.etag)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_field"), field
    row.refresh_from_db()
    assert row.version == 1


def test_patch_sets_waiting_stop_met_and_seats(as_ana, home):
    row = home.use_case(stage=Stage.PILOT)
    path = f"use-cases/{row.id}/"
    done = as_ana.patch(path, {"waiting": {"reason": "Data", "until_on": in_days(5)}, "stop_met": True,
                               "lead": str(home.ben.id)}, If_Match="*").json()  # fmt: skip
    assert done["waiting"] == {"reason": "Data", "until_on": in_days(5)}
    assert (done["stop_met"], done["lead"]) == (True, str(home.ben.id))
    late = as_ana.patch(path, {"waiting": {"reason": "Data", "until_on": in_days(90)}}, If_Match="*")
    assert (late.status_code, codes(late)) == (409, ["waiting_too_long"])
    assert as_ana.patch(path, {"waiting": None, "stop_met": False}, If_Match="*").json()["waiting"] is None


def test_delete_is_for_leaders_with_the_version_and_writes_a_line(as_ana, as_ben, home):
    row = home.use_case()
    path = f"use-cases/{row.id}/"
    assert as_ben.delete(path, If_Match=row.etag).status_code == 403
    assert as_ana.delete(path).status_code == 428
    assert as_ana.delete(path, If_Match=f'"{row.id}-9"').status_code == 412
    assert as_ana.delete(path, If_Match=row.etag).status_code == 204
    assert as_ana.get(path).status_code == 404
    assert Entry.objects.of_chain(home.portfolio.id).last().event_type == "use_case.deleted"


def test_list_filters_by_what_is_on_the_list(as_ana, home, abroad):
    mail = home.use_case("Sort mail", tags=["ops"], lead=home.ben)
    home.use_case("Read forms", stage=Stage.PILOT, sponsor=home.ana)
    abroad.use_case("Sort letters")
    lists = {
        "": {"Sort mail", "Read forms"}, "portfolio=home": {"Sort mail", "Read forms"}, "portfolio=abroad": set(),
        "stage=pilot": {"Read forms"}, "stage=pilot,proposed": {"Sort mail", "Read forms"}, "status=ready": set(),
        "status=no_date": {"Sort mail", "Read forms"}, "lane=fast": set(), f"lead={home.ben.id}": {"Sort mail"},
        f"sponsor={home.ana.id}": {"Read forms"}, "tag=ops": {"Sort mail"}, "tag=op": set(), "q=sort": {"Sort mail"},
        f"q={mail.key}": {"Sort mail"}, "q=sort+forms": set(), "q=%25": set(),
        "updated_since=2999-01-01T00:00:00Z": set(),
        "updated_since=2020-01-01T00:00:00%2B02:00": {"Sort mail", "Read forms"},
    }  # fmt: skip

    reassess(list(UseCase.objects.values_list("id", flat=True)))
    for query, titles in lists.items():
        answer = as_ana.get(f"use-cases/?{query}")
        assert answer.status_code == 200, query
        assert {row["title"] for row in answer.json()["results"]} == titles, query


@pytest.mark.parametrize(
    "query",
    [
        "stage=nowhere", "status=", "lane=slow", "lead=ana", "sponsor=1", "updated_since=2026-01-01T00:00:00",
        "updated_since=yesterday",
        "updated_since=9999-12-31T23:59:59-23:59", "updated_since=0001-01-01T00:00:00%2B23:59",
        "ordering=password", "ordering=-portfolio__tokens__secret_hmac", "owner__password__startswith=a",
        "lead__password__startswith=a", "_connector=OR%201=1", "id__in=1,2",
        "page=-1", "page=0", "page_size=1000000000",
        "limit=5", "format=xml", "stage=pilot&stage=paused", "cursor=abc", "cursor=", "cursor=abc:def:ghi", "q=%00",
        "%00=1", "q=" + "x" * 401, "tag=" + "x" * 61,
    ],
)  # fmt: skip
def test_list_refuses_any_other_query(as_ana, home, query):
    home.use_case()
    answer = as_ana.get(f"use-cases/?{query}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["q=%ff", "q=%25_%5C", "q=%F0%9F%92%A9", "tag=%27%3B--"])
def test_list_takes_odd_text_as_text(as_ana, home, query):
    home.use_case()
    answer = as_ana.get(f"use-cases/?{query}")
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    "ordering", ["updated", "created", "title", "key", "stage", "status", "-updated", "-title", "-status"]
)
def test_pages_hold_every_row_once_forwards_and_back(as_ana, home, ordering, monkeypatch):
    monkeypatch.setattr(
        "portfolio.api.pages.page.__kwdefaults__", {"descending": False, "tie": "id", "name": "", "size": 2}
    )
    wanted = {home.use_case(f"Case {number % 2}").key for number in range(5)}
    seen, pages, link = [], [], f"use-cases/?ordering={ordering}"
    while link:
        answer = as_ana.get(link).json()
        seen += [row["key"] for row in answer["results"]]
        pages.append(answer)
        link = answer["next"]
    assert len(seen) == 5
    assert set(seen) == wanted
    assert pages[0]["previous"] is None
    back = as_ana.get(pages[-1]["previous"]).json()
    assert [row["key"] for row in back["results"]] == [row["key"] for row in pages[1]["results"]]
    first = as_ana.get(back["previous"]).json()
    assert ([row["key"] for row in first["results"]], first["previous"]) == (seen[:2], None)
    other = link_with(pages[0]["next"], ordering, "created" if ordering != "created" else "title")
    assert as_ana.get(other).status_code == 400


def link_with(link: str, ordering: str, other: str) -> str:
    return link.replace(f"ordering={ordering}", f"ordering={other}")


def test_list_and_detail_take_the_same_few_queries_for_any_number(as_ana, home, django_assert_num_queries):
    token = Api(token=home.token("use-cases:read"))
    first = home.use_case()
    token.get("use-cases/")  # writes last_used_at, once a minute
    for _ in range(2):
        with django_assert_num_queries(3):
            token.get("use-cases/?portfolio=home&stage=proposed")
        with django_assert_num_queries(4):
            as_ana.get("use-cases/?q=mail")
        with django_assert_num_queries(4):
            token.get(f"use-cases/{first.key}/")
        for number in range(2):
            home.use_case(f"Mail {number}")


def test_viewers_read_and_do_not_write(home):
    vera = Api(home.member("vera", Role.VIEWER))
    row = home.use_case()
    assert vera.get(f"use-cases/{row.key}/").status_code == 200
    for answer in (
        vera.post("use-cases/", NEW),
        vera.patch(f"use-cases/{row.key}/", {"title": "x"}, If_Match="*"),
        vera.delete(f"use-cases/{row.key}/", If_Match="*"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_updated_since_finds_what_changed_after(as_ana, home):
    row = home.use_case()
    UseCase.objects.filter(id=row.id).update(updated_at=timezone.now() - timedelta(days=3))
    since = (timezone.now() - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert as_ana.get(f"use-cases/?updated_since={since}").json()["results"] == []
