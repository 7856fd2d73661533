"""Do the routes of feedback keep what the schema says, whatever is sent, by whom they are made for?

The walk over all routes (tests/api) sends a few examples each; these are more, with the rights that reach the inside.
"""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from config.wsgi import application
from feedback import limits
from tests.api.test_schemathesis import identity_of, one_connection  # noqa: F401  (a fixture)
from tests.house import walk

CHECKS = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
          checks.response_schema_conformance]  # fmt: skip
MINE = ("/feedback/", "/signals/", "/alarms/", "/exceptions/", "/learning-actions/")
LIMITS = settings(
    max_examples=25, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "fewest"), [("leader", 9), ("feedback token", 1)])
def test_routes_of_feedback_keep_their_schema(role, fewest, one_connection, monkeypatch):  # noqa: F811
    from django.db import transaction

    monkeypatch.setattr(limits, "PRODUCER", limits.Limit("schemathesis", requests=10**6, seconds=3600))
    home = walk.world("home", "Home")
    if role == "leader":
        who = identity_of(role, home)
    else:
        token = walk.lend(home.portfolio, home.leader, "feedback:write", home.values["ref"])
        who = {"headers": {"Authorization": f"Bearer {walk.text_of(token)}"}, "cookies": {}}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    succeeded: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    walked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if not any(part in operation.path for part in MINE):
            continue
        walked += 1

        @LIMITS
        @given(case=operation.as_strategy())
        def keeps(case):
            for parameter in case.path_parameters or {}:
                case.path_parameters[parameter] = str(home.values[parameter])
            case.headers = {"If-Match": "*"} | who["headers"]
            case.cookies = who["cookies"]
            with transaction.atomic():
                response = case.call()
                transaction.set_rollback(True)
            statuses[response.status_code] += 1
            succeeded[case.operation.label] += response.status_code < 300
            case.validate_response(response, checks=CHECKS)

        keeps()
    assert walked == 18
    assert statuses[401] == 0
    assert succeeded["POST /api/v1/use-cases/{ref}/feedback/batch/"] > 0, statuses
    assert sum(count > 0 for count in succeeded.values()) >= fewest, succeeded
