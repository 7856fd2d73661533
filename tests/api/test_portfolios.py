"""Do portfolios, their people, policy, board and ledger answer by REST?"""

import pytest

from governance.actions.assess import reassess
from people.models import User
from portfolio.models import Dirty, Job, Membership, PolicyVersion, Portfolio, UseCase
from portfolio.rules import Role, Stage
from tests.api.conftest import Api, codes, in_days, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_admin(db):
    return Api(person("ada", is_instance_admin=True))


def test_list_and_detail_of_portfolios(as_ben, home, abroad):
    home.use_case(stage=Stage.PILOT)
    (row,) = as_ben.get("portfolios/").json()["results"]
    assert row == as_ben.get("portfolios/home/").json()
    assert {name: row[name] for name in ("slug", "cap", "slots_taken", "policy_version", "my_role", "currency")} == {
        "slug": "home", "cap": 3, "slots_taken": 1, "policy_version": 1, "my_role": "contributor", "currency": "EUR",
    }  # fmt: skip


def test_opening_a_portfolio_is_for_the_instance_administrator(as_admin, as_ana, ana):
    body = {"name": "North", "leader": "ana@example.org", "cap": 2, "currency": "USD", "time_zone": "Europe/Berlin"}
    assert as_ana.post("portfolios/", body).status_code == 403
    made = as_admin.post("portfolios/", body)
    assert (made.status_code, made.json()["slug"], made.json()["cap"], made.json()["my_role"]) == (
        201,
        "north",
        2,
        None,
    )
    assert as_ana.get("portfolios/north/").json()["my_role"] == "leader"
    assert as_admin.get("portfolios/north/").status_code == 404  # sees no content
    assert codes(as_admin.post("portfolios/", body | {"slug": "north"})) == ["slug_taken"]
    for wrong in ({"leader": "nobody@example.org"}, {"time_zone": "Mars/Base"}, {"currency": "euro"}, {"cap": -1}):
        assert as_admin.post("portfolios/", body | wrong).status_code == 400
    assert as_admin.post("portfolios/north/archive/").status_code == 204
    assert as_ana.get("portfolios/north/").status_code == 404
    assert Portfolio.objects.filter(name="North").count() == 1


def test_members_are_invited_changed_removed(as_ana, as_ben, home, abroad):
    path = "portfolios/home/members/"
    new = as_ana.post(path, {"email": "Nina@Example.org", "role": "viewer", "name": "Nina"})
    assert (new.status_code, new.json()["user"]["email"]) == (201, "nina@example.org")
    assert new.json()["link"].startswith("/welcome/")
    known = as_ana.post(path, {"email": "cleo@example.org", "role": "auditor"})
    assert (known.status_code, known.json()["link"]) == (201, None)  # a link would sign Ana in as Cleo
    assert codes(as_ana.post(path, {"email": "cleo@example.org", "role": "viewer"})) == ["already_member"]
    assert as_ana.post(path, {"email": "nobody", "role": "viewer"}).status_code == 400
    assert as_ben.post(path, {"email": "x@example.org", "role": "viewer"}).status_code == 403
    assert not User.objects.filter(email="x@example.org").exists()
    one = f"{path}{new.json()['id']}/"
    assert as_ana.patch(one, {"role": "contributor"}).status_code == 428
    changed = as_ana.patch(one, {"role": "contributor"}, If_Match=as_ana.get(one)["ETag"])
    assert (changed.status_code, changed.json()["role"]) == (200, "contributor")
    stale = as_ana.patch(one, {"role": "viewer"}, If_Match=new["ETag"])
    assert (stale.status_code, stale.json()["present"]["role"]) == (412, "contributor")
    assert as_ana.delete(one, If_Match="*").status_code == 204
    me = Membership.objects.get(portfolio=home.portfolio, user=home.ana)
    assert codes(as_ana.delete(f"{path}{me.id}/", If_Match="*")) == ["last_leader"]
    assert len(as_ben.get(path).json()["results"]) == 3


def test_an_administrator_manages_memberships_except_their_own(as_admin, home):
    path = "portfolios/home/members/"
    assert as_admin.post(path, {"email": "ada@example.org", "role": "leader"}).status_code == 403
    assert as_admin.post(path, {"email": "olga@example.org", "role": "leader"}).status_code == 201
    assert as_admin.get(path).status_code == 200
    assert as_admin.get("portfolios/home/triage/").status_code == 404


def test_policy_changes_make_versions(as_ana, as_ben, home):
    path = "portfolios/home/policy/"
    first = as_ben.get(path)
    assert (first.json()["version"], first.json()["pilot_cap"]) == (1, 3)
    assert as_ben.patch(path, {"pilot_cap": 9}, If_Match="*").status_code == 403
    assert as_ana.patch(path, {"pilot_cap": 9}).status_code == 428
    changed = as_ana.patch(path, {"pilot_cap": 2, "holidays": ["2026-12-25"]}, If_Match=first["ETag"])
    assert (changed.status_code, changed.json()["version"], changed.json()["holidays"]) == (200, 2, ["2026-12-25"])
    stale = as_ana.patch(path, {"pilot_cap": 4}, If_Match=first["ETag"])
    assert (stale.status_code, stale.json()["present"]["pilot_cap"]) == (412, 2)
    for wrong in (
        {"pilot_cap": "2"},
        {"pilot_cap": -1},
        {"cap": 2},
        {"holidays": ["x"]},
        {"version": 9},
        {"due_date_floors": 1},
    ):
        assert as_ana.patch(path, wrong, If_Match="*").status_code == 400, wrong
    assert PolicyVersion.objects.filter(portfolio=home.portfolio).count() == 2


def test_triage_has_the_promised_shape_and_order(as_ben, home, abroad):
    home.use_case("Paused", stage=Stage.PAUSED)
    home.use_case("Proposed")
    home.use_case("Live", stage=Stage.PRODUCTION)
    pilots = [home.use_case(f"Pilot {number}", stage=Stage.PILOT) for number in range(4)]
    home.use_case("Gone", stage=Stage.STOPPED)
    abroad.use_case("Foreign pilot", stage=Stage.PILOT)
    board = as_ben.get("portfolios/home/triage/").json()
    assert set(board) == {"computed_at", "cap", "slots_taken", "warnings", "rows", "next"}
    assert (board["cap"], board["slots_taken"], board["next"]) == (3, 4, None)
    assert [row["title"] for row in board["rows"]] == [*(row.title for row in pilots), "Live", "Proposed", "Paused"]
    assert set(board["rows"][0]) == {
        "id", "key", "title", "stage", "lane", "status", "status_text", "value", "readiness", "blocking", "forecast",
        "no_date_reason", "agreed_on", "recommendation", "reason",
    }  # fmt: skip
    assert board["rows"][3]["recommendation"] == "pause"
    assert board["rows"][0]["blocking"] == {"open": 1, "overdue": 0}
    over = board["warnings"][0]
    assert (over["code"], over["subjects"][0]["title"]) == ("over_cap", "Pilot 3")
    assert not Dirty.objects.filter(use_case_id__in=[row.id for row in pilots]).exists()
    assert as_ben.get("portfolios/home/warnings/").json()["warnings"] == board["warnings"]


def test_triage_takes_the_same_queries_for_one_row_and_three(as_ana, home, django_assert_num_queries):
    home.use_case(stage=Stage.PILOT)
    for _ in range(2):
        reassess(list(UseCase.objects.values_list("id", flat=True)))
        with django_assert_num_queries(9):
            as_ana.get("portfolios/home/triage/")
        for number in range(2):
            home.use_case(f"More {number}", stage=Stage.PILOT)


def test_pause_the_rest_keeps_some_and_staggers_the_others(as_ana, as_ben, home, abroad):
    pilots = [home.use_case(f"Pilot {number}", stage=Stage.PILOT) for number in range(5)]
    foreign = abroad.use_case(stage=Stage.PILOT)
    body = {"keep": [pilots[0].key, str(pilots[1].id)], "reason": "Focus", "restart_condition": "A slot is free",
            "review_on": in_days(30), "per_row": {pilots[4].key: {"review_on": in_days(99)}}}  # fmt: skip
    path = "portfolios/home/pause-the-rest/"
    assert as_ben.post(path, body).status_code == 403
    for wrong in ({"keep": [foreign.key]}, {"keep": ["UC-999999"]}, {"keep": "UC-1"}, {"per_row": {"UC-999999": {}}},
                  {"per_row": {pilots[4].key: {"stage": "x"}}}, {"review_on": None}):  # fmt: skip
        assert as_ana.post(path, body | wrong).status_code == 400, wrong
    assert codes(as_ana.post(path, body | {"keep": [row.key for row in pilots[:4]]})) == ["over_cap"]
    done = as_ana.post(path, body).json()["decisions"]
    assert [decision["terms"]["review_on"] for decision in done] == [in_days(30), in_days(37), in_days(99)]
    assert len({decision["round_id"] for decision in done}) == 1
    assert codes(as_ana.post(path, body)) == ["nothing_to_pause"]


def test_ledger_lines_and_verification(as_ana, as_ben, home):
    row = home.use_case()
    as_ana.post(f"use-cases/{row.id}/decline/", {"reason": "Too early"})
    lines = as_ben.get("portfolios/home/ledger/").json()["results"]
    assert [line["seq"] for line in lines] == [3, 2, 1]
    assert (lines[0]["event"], lines[0]["texts"]) == ("use_case.declined", {"reason": "Too early"})
    assert lines[0]["previous_hash"] == lines[1]["hash"]
    assert as_ben.get("portfolios/home/ledger/verify/").status_code == 403
    for caller in (as_ana, Api(home.member("odd", Role.AUDITOR)), Api(token=home.token("ledger:read"))):
        assert caller.get("portfolios/home/ledger/verify/").json()["ok"] is True


def test_decision_rights_default_to_any_leader(as_ben, home):
    rights = as_ben.get("portfolios/home/decision-rights/").json()["results"]
    assert len(rights) == 4 * 11  # three lanes and no lane yet
    assert {tuple(right["roles"]) for right in rights} == {("leader",)}
    assert {right["kind"] for right in rights if right["second_person"]} == {"go"}


def test_job_is_seen_by_members_only(as_ben, as_cleo, home):
    job = Job.objects.create(portfolio=home.portfolio, kind="import", total=9)
    assert as_ben.get(f"jobs/{job.id}/").json()["state"] == "waiting"
    assert as_cleo.get(f"jobs/{job.id}/").status_code == 404


@pytest.mark.parametrize(
    "path", ["portfolios/home/members/", "portfolios/home/lanes/", "portfolios/home/policy/", "portfolios/home/ledger/"]
)
def test_every_list_refuses_other_parameters(as_ana, home, path):
    assert as_ana.get(f"{path}?x=1").status_code == 400
    assert as_ana.get(f"{path}?cursor=abc").status_code == 400
