"""Are saved views kept, listed, renamed and deleted by REST, each by whom it belongs to?"""

import pytest

from portfolio.models import SavedView
from portfolio.rules import Role
from tests.api.conftest import Api, codes

pytestmark = pytest.mark.django_db
PATH = "portfolios/home/views/"
BODY = {"name": "My pilots", "filters": {"stage": "pilot", "q": "mail & more"}}


def test_a_viewer_keeps_lists_renames_and_deletes_their_own(home):
    as_vera = Api(home.member("vera", Role.VIEWER))
    made = as_vera.post(PATH, BODY)
    assert made.status_code == 201
    row = made.json()
    assert {name: row[name] for name in ("name", "place", "filters", "url")} == BODY | {
        "place": "board", "url": "/p/home/?stage=pilot&q=mail+%26+more",
    }  # fmt: skip
    assert as_vera.get(PATH).json()["results"] == [row]
    assert as_vera.patch(f"{PATH}{row['id']}/", {"name": "Pilots"}).json()["name"] == "Pilots"
    assert as_vera.delete(f"{PATH}{row['id']}/").status_code == 204
    assert as_vera.get(PATH).json()["results"] == []


def test_anothers_view_is_not_there_and_a_token_has_none(as_ana, as_ben, home, abroad):
    view = as_ben.post(PATH, BODY).json()
    one = f"{PATH}{view['id']}/"
    assert as_ana.get(PATH).json()["results"] == []
    assert as_ana.patch(one, {"name": "Mine"}).status_code == 404
    assert as_ana.delete(one).status_code == 404
    assert as_ben.delete(f"portfolios/abroad/views/{view['id']}/").status_code == 404
    assert Api(token=home.token("use-cases:read")).get(PATH).status_code == 403
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": "my PILOTS"}, 409, "name_taken"),
        ({"name": "  "}, 409, "no_name"),
        ({"name": "x" * 61}, 409, "name_too_long"),
        ({"name": "a\u0007b"}, 409, "odd_characters"),
        ({"name": "Other", "filters": {}}, 409, "no_filters"),
        ({"name": "Other", "filters": {"stage": "nonsense"}}, 400, "unknown_filter"),
        ({"name": "Other", "filters": {"owner__password__startswith": "a"}}, 400, "unknown_field"),
        ({"name": "Other", "filters": "stage=pilot"}, 400, "invalid"),
        ({"name": "Other", "place": "ledger"}, 400, "invalid_choice"),
        ({"name": 7}, 400, "invalid"),
    ],
)
def test_refused_with_the_reason_and_nothing_kept(as_ben, change, status, code):
    as_ben.post(PATH, BODY)
    answer = as_ben.post(PATH, BODY | change)
    assert answer.status_code == status, answer.content
    assert code in (codes(answer) if status == 409 else [fault["code"] for fault in answer.json()["errors"]])
    assert SavedView.objects.count() == 1
