"""Does the door itself answer in problem+json, whatever knocks?"""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    body = json.loads(answer.content)
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert body["status"] == status
    return body


@pytest.mark.parametrize(
    "path",
    ["nowhere/", "use-cases", "use-cases/UC-1", "portfolios/home", "use-cases/UC-99999999999999999999/",
     "use-cases/%20/",
     f"use-cases/{10**30}/", "use-cases/%F0%9F%92%A9/", "use-cases/a%2Fb/", "use-cases//", "use-cases/;x/", "../admin/",
     "use-cases/UC-1/fly/", "use-cases/UC-1/decisions/not-a-uuid/", "%ff/", "use-cases/%ff/"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_unknown_paths_are_the_same_404(as_ana, home, method, path):
    answer = as_ana(method, path, {} if method != "GET" else None)
    if answer.status_code == 405:  # a known route without this method
        return
    assert problem(answer, 404)["code"] == "not_found"
    assert answer.content == as_ana.get("use-cases/UC-424242/").content


def test_nul_in_a_path_is_400(as_ana, home):
    problem(as_ana.get("use-cases/%00/"), 400)


@pytest.mark.parametrize("method", ["PUT", "TRACE", "PROPFIND", "QUERY", "SEEN"])
def test_other_methods_are_405(as_ana, home, method):
    row = home.use_case()
    problem(as_ana(method, f"use-cases/{row.key}/"), 405)


def test_a_method_override_overrides_nothing(as_ana, home):
    row = home.use_case()
    answer = as_ana.post(f"use-cases/{row.key}/", {}, X_HTTP_Method_Override="DELETE", X_Method_Override="DELETE")
    problem(answer, 405)


def test_head_and_options(as_ana, home):
    row = home.use_case()
    head = as_ana("HEAD", f"use-cases/{row.key}/")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", row.etag)
    for path in (f"use-cases/{row.key}/", "use-cases/UC-999999/"):
        options = as_ana("OPTIONS", path)
        assert (options.status_code, options.content) == (204, b"")
        assert "PATCH" in options["Allow"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_other_media_types_are_415(as_ana, home, kind):
    answer = as_ana.client.generic("POST", "/api/v1/use-cases/", data=b"payload=null", content_type=kind)
    problem(answer, 415)


def test_another_accept_is_406(as_ana, home):
    problem(as_ana.get("use-cases/", Accept="text/html"), 406)


def test_a_large_body_is_413_and_utf16_is_400(as_ana, home):
    problem(as_ana("POST", "use-cases/", '{"title": "' + "x" * (5 * 1024 * 1024) + '"}'), 413)
    problem(as_ana("POST", "use-cases/", '{"title": "x"}'.encode("utf-16")), 400)


def test_a_session_without_csrf_token_is_403_and_nobody_is_401(home):
    client = Client(enforce_csrf_checks=True)
    client.force_login(home.ana)
    body = json.dumps({"portfolio": "home", "title": "x", "problem": "y"})
    assert (
        problem(client.post("/api/v1/use-cases/", body, content_type="application/json"), 403)["code"] == "csrf_failed"
    )
    nobody = Api().get("use-cases/")
    problem(nobody, 401)
    assert nobody["WWW-Authenticate"].startswith("Bearer")


def test_foreign_and_unknown_are_byte_equal(as_ana, home, abroad):
    foreign = abroad.use_case()
    unknown = as_ana.get("use-cases/UC-424242/")
    for path in (f"use-cases/{foreign.id}/", f"use-cases/{foreign.key}/gate/", "portfolios/abroad/", "portfolios/x/"):
        answer = as_ana.get(path)
        assert (answer.status_code, answer.content) == (404, unknown.content)
        drop = {"X-Request-Id", "Content-Length"}
        assert set(answer.headers) - drop == set(unknown.headers) - drop


def test_an_archived_portfolio_is_gone(as_ana, home):
    row = home.use_case()
    token = Api(token=home.token("use-cases:read"))
    home.portfolio.archived_at = home.portfolio.created_at
    home.portfolio.save()
    for path in ("portfolios/home/", f"use-cases/{row.key}/", "portfolios/home/members/"):
        assert as_ana.get(path).status_code == 404
    assert as_ana.get("use-cases/").json()["results"] == []
    assert token.get("use-cases/").status_code == 401


def test_the_schema_is_valid_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert "openapi: 3.1" in (tmp_path / "schema.yaml").read_text()


def test_schema_and_docs_are_public_and_the_page_needs_no_script():
    assert Api().get("schema/").status_code == 200
    page = Client().get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "/api/v1/use-cases/{ref}/select/" in text
    for banned in ("<style", "style=", "onclick", "https://", "http://"):
        assert banned not in text, banned
