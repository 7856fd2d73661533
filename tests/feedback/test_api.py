"""Do programs find what was agreed, counted and learnt at the REST door, with its codes?"""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from feedback import fold, ingest
from feedback.models import Ring

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


class Api:
    def __init__(self, live):
        self.base = f"/api/v1/use-cases/{live.use_case.key}/"
        self.client = Client()
        self.client.force_login(live.portfolio.memberships.get(role="leader").user)

    def __call__(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            method, self.base + path, data="" if body is None else json.dumps(body),
            content_type="application/json", headers=named,
        )  # fmt: skip
        return answer, answer.json() if answer.content else None


@pytest.fixture
def api(live):
    return Api(live)


def test_the_plan_is_agreed_with_if_match(api):
    first, plan = api("GET", "feedback/plan/")
    assert (plan["watches"], plan["band_low"], plan["minimum_sample"]) == ("override", None, 20)
    assert api("PATCH", "feedback/plan/", {"band_low": 0.08, "band_high": 0.18})[0].status_code == 428
    changed, plan = api("PATCH", "feedback/plan/", {"band_low": 0.08, "band_high": 0.18}, If_Match=first["ETag"])
    assert (changed.status_code, plan["band_high"], plan["version"]) == (200, 0.18, 2)
    assert api("PATCH", "feedback/plan/", {"watches": "modified"}, If_Match=first["ETag"])[0].status_code == 412
    refused, said = api("PATCH", "feedback/plan/", {"band_low": 0.5}, If_Match=changed["ETag"])
    assert (refused.status_code, said["reasons"][0]["code"]) == (409, "bad_band")
    assert api("PATCH", "feedback/plan/", {"band": 1}, If_Match="*")[0].status_code == 400
    assert api("GET", "feedback/summary/")[1]["band"] == {
        "low": 0.08,
        "high": 0.18,
        "watches": "override",
        "state": "not_known",
    }


def test_a_signal_comes_and_goes(api, live):
    made, said = api("POST", "signals/", {"code": "drift", "name": "Input drift", "upper": "0.20"})
    assert (made.status_code, said["state"], said["lacks"]) == (201, "unknown", ["an owner", "an agreed action"])
    assert said["upper"] == "0.2"
    one = f"signals/{said['id']}/"
    changed, said = api("PATCH", one, {"owner": str(live.leader.user_id), "action": "Retrain."}, If_Match=made["ETag"])
    assert (changed.status_code, said["lacks"]) == (200, [])
    assert [row["code"] for row in api("GET", "signals/")[1]["results"]] == ["drift"]
    assert api("POST", "signals/", {"code": "x", "name": "X", "upper": 1})[0].status_code == 400
    assert api("DELETE", one, If_Match="*")[0].status_code == 204
    assert api("GET", one)[0].status_code == 404


def test_an_exception_is_seen_assigned_and_closed(api, live):
    event = {"id": "1", "type": "exception", "exception": "late", "state": "opened", "at": NOW.isoformat(), "case": "L-1",
             "kind": "no_policy_number"}  # fmt: skip
    ingest.store_one(live.id, event, NOW)
    fold.fold(live.id)
    [seen] = api("GET", "exceptions/")[1]["results"]
    assert (seen["exception"], seen["title"], seen["case"]) == ("late", "No policy number", "L-1")
    assert (seen["owner"], seen["overdue"]) == (str(live.leader.user_id), False)
    assert (
        api("POST", "exceptions/assign/", {"exception": "late", "owner": None, "due_at": NOW.isoformat()})[
            0
        ].status_code
        == 204
    )
    refused, said = api("POST", "exceptions/close/", {"exception": "late", "change": "nothing"})
    assert (refused.status_code, said["reasons"][0]["code"]) == (409, "no_note")
    closed, said = api("POST", "exceptions/close/", {"exception": "late", "change": "learning", "note": "Ask for it."})
    assert (closed.status_code, said["change"]) == (200, "learning")
    assert (
        api("POST", "exceptions/close/", {"exception": "other", "change": "nothing", "note": "x"})[0].status_code == 404
    )
    fold.fold(live.id)
    assert api("GET", "exceptions/")[1]["results"] == []
    [learnt] = api("GET", "learning-actions/")[1]["results"]
    assert (learnt["text"], learnt["taught_on"]) == ("Ask for it.", None)


def test_what_was_learnt_gets_its_day(api, live):
    made, said = api("POST", "learning-actions/", {"text": "Show the confidence", "reason": "not_sure"})
    assert made.status_code == 201
    one, day = f"learning-actions/{said['id']}/", live.portfolio.today().isoformat()
    taught, said = api("PATCH", one, {"text": "Shown", "taught_on": day}, If_Match=made["ETag"])
    assert (taught.status_code, said["taught_on"], said["version"]) == (200, day, 2)
    assert api("PATCH", one, {"text": "Shown", "taught_on": day}, If_Match=made["ETag"])[0].status_code == 412


def test_an_alarm_is_acknowledged_once(api, live):
    ring = Ring.objects.create(use_case=live.use_case, direction="up", rang_on=live.portfolio.today(), rate=0.3)
    assert api("GET", "alarms/")[1]["results"][0]["direction"] == "up"
    path = f"alarms/{ring.id}/acknowledge/"
    assert api("POST", path, {"note": "A new code."})[1]["note"] == "A new code."
    again, said = api("POST", path, {"note": "Again."})
    assert (again.status_code, said["reasons"][0]["code"]) == (409, "acknowledged")


def test_a_summary_is_fresh_and_asks_the_same_number_of_queries_however_many_events(
    api, live, django_assert_num_queries
):
    for number in range(30):
        event = {
            "id": f"{number}",
            "type": "decision",
            "case": f"{number}",
            "action": "accepted",
            "at": NOW.isoformat(),
        }
        ingest.store_one(live.id, event, NOW)
    said = api("GET", "feedback/summary/")[1]
    assert (said["decided"], said["accepted"], said["override_rate"], said["pending"]) == (30, 30, 0.0, 0)
    assert api("GET", "feedback/summary/?from=2020-01-01&to=2020-02-01")[1]["decided"] == 0
    assert api("GET", "feedback/summary/?from=yesterday")[0].status_code == 400
    fold.fold(live.id)
    with django_assert_num_queries(7):  # session, person, roles, use case; plan, is anything waiting, the summary
        assert api("GET", "feedback/summary/")[1]["decided"] == 30
