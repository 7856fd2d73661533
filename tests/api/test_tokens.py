"""Does a token lend exactly a person's narrowed right, and end when it should?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import User
from portfolio.models import Membership, Token, UseCase
from portfolio.rules import Role
from tests.api.conftest import Api, codes

pytestmark = pytest.mark.django_db
PATH = "portfolios/home/tokens/"
NEW = {"name": "Pipeline", "scopes": ["gate:read"], "days": 30}


def test_the_text_is_shown_once_and_never_stored(as_ana, home):
    made = as_ana.post(PATH, NEW)
    assert made.status_code == 201
    text = made.json()["token"]
    row = home.use_case()
    assert Api(token=text).get(f"use-cases/{row.key}/gate/").status_code == 200
    (listed,) = as_ana.get(PATH).json()["results"]
    assert set(listed) == set(made.json()) - {"token"}
    stored = Token.objects.get()
    secret = text.split("_")[3].encode()
    assert secret not in bytes(stored.secret_hmac)
    assert listed["scopes"] == ["gate:read"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"scopes": ["all"]}, "unknown_scope"), ({"scopes": []}, "no_scope"), ({"days": 366}, "bad_lifetime"),
     ({"days": 0}, "bad_lifetime")],
)  # fmt: skip
def test_rules_refuse_with_their_reason(as_ana, home, body, code):
    answer = as_ana.post(PATH, NEW | body)
    assert (answer.status_code, codes(answer)) == (409, [code])
    assert not Token.objects.exists()


def test_a_foreign_use_case_is_answered_like_an_unknown_one(as_ana, home, abroad):
    foreign = as_ana.post(PATH, NEW | {"use_case": abroad.use_case().key})
    assert foreign.status_code == 400
    assert foreign.content == as_ana.post(PATH, NEW | {"use_case": "UC-999999"}).content


def test_a_lead_lends_feedback_scopes_for_the_own_use_case_only(as_ana, as_ben, home):
    assert as_ben.get(PATH).status_code == 403
    mine, other = home.use_case(lead=home.ben), home.use_case("Other")
    body = {"name": "Feed", "scopes": ["use-cases:read"], "use_case": mine.key}
    assert codes(as_ben.post(PATH, body)) in (["lead_scope"], ["unknown_scope", "lead_scope"])
    assert as_ben.post(PATH, NEW).status_code == 403
    assert as_ben.post(PATH, body | {"use_case": other.key}).status_code == 403
    whole = as_ana.post(PATH, NEW).json()
    assert as_ben.get(PATH).json()["results"] == []
    assert as_ben.delete(f"{PATH}{whole['id']}/").status_code == 404


def test_revoking_ends_it_at_once_and_twice_changes_nothing(as_ana, home):
    made = as_ana.post(PATH, NEW).json()
    caller = Api(token=made["token"])
    for _ in range(2):
        assert as_ana.delete(f"{PATH}{made['id']}/").status_code == 204
    answer = caller.get("use-cases/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Pilotage"')


def test_expired_disabled_and_demoted_makers(home):
    text = home.token("use-cases:read", "use-cases:write", by=home.ana)
    row = home.use_case()
    caller = Api(token=text)
    body = {"portfolio": "home", "title": "x", "problem": "y"}
    assert caller.post("use-cases/", body).status_code == 201
    Membership.objects.filter(user=home.ana).update(role=Role.VIEWER)
    assert caller.post("use-cases/", body).status_code == 403
    assert caller.get(f"use-cases/{row.key}/").status_code == 200
    Membership.objects.filter(user=home.ana).delete()
    assert caller.get(f"use-cases/{row.key}/").status_code == 404
    User.objects.filter(id=home.ana.id).update(is_active=False)
    assert caller.get("use-cases/").status_code == 401
    User.objects.filter(id=home.ana.id).update(is_active=True)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert caller.get("use-cases/").status_code == 401


def test_a_token_sees_its_portfolio_only_though_its_maker_sees_more(home, abroad):
    Membership.objects.create(portfolio=abroad.portfolio, user=home.ana, role=Role.LEADER)
    foreign = abroad.use_case("Elsewhere")
    caller = Api(token=home.token("use-cases:read", "gate:read"))
    assert caller.get(f"use-cases/{foreign.key}/").status_code == 404
    assert caller.get("portfolios/abroad/").status_code == 404
    assert [row["slug"] for row in caller.get("portfolios/").json()["results"]] == ["home"]
    assert caller.get("use-cases/").json()["results"] == []


def test_a_token_limited_to_a_use_case_sees_nothing_else(home):
    mine, other = home.use_case("Mine"), home.use_case("Other")
    caller = Api(token=home.token("use-cases:read", "use-cases:write", "ledger:read", "gate:read", use_case_id=mine.id))
    assert caller.get(f"use-cases/{mine.key}/").status_code == 200
    assert caller.get(f"use-cases/{other.key}/").status_code == 404
    assert [row["title"] for row in caller.get("use-cases/").json()["results"]] == ["Mine"]
    for path in ("", "triage/", "warnings/", "members/", "ledger/", "ledger/verify/", "policy/"):
        assert caller.get(f"portfolios/home/{path}").status_code == 403, path
    body = {"portfolio": "home", "title": "x", "problem": "y"}
    assert caller.post("use-cases/", body).status_code == 403
    assert UseCase.objects.count() == 2


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer apg_live_x_y_z", "Bearer " + "x" * 5000, "Bearer é", "Token abc",
     "Bearer apg_live_aaaaaaaa_" + "b" * 43 + "_00000000"],
)  # fmt: skip
def test_anything_else_in_the_header_is_401(home, header):
    answer = Api()("GET", "use-cases/", Authorization=header)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_wrong_secret_with_a_right_check_sum_and_token_in_the_query_are_refused(home):
    from portfolio.access import tokens

    text = home.token("use-cases:read")
    parts = text.split("_")
    forged = "_".join([*parts[:3], "A" * 43])
    assert Api(token=f"{forged}_{tokens._crc(forged)}").get("use-cases/").status_code == 401
    assert Api().get(f"use-cases/?token={text}").status_code == 401
