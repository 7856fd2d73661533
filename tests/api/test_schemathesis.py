"""Does every operation keep what the schema says, whatever is sent? Inputs made from the schema by Schemathesis."""

from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.middleware.csrf import _get_new_csrf_string
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from config.wsgi import application
from tests.house import walk

CHECKS = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
          checks.response_schema_conformance]  # fmt: skip
EXAMPLES = 5  # each operation and role
LIMITS = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def one_connection():
    """The bare WSGI application shares the test's connection, as Django's own test client arranges."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def identity_of(role: str, home: walk.World) -> dict[str, dict[str, str]]:
    """The headers and cookies that say who is asking."""
    if role == "token":
        token = walk.lend(home.portfolio, home.leader, "use-cases:write")
        return {"headers": {"Authorization": f"Bearer {walk.text_of(token)}"}, "cookies": {}}
    client = walk.caller(role, home, walk.world("abroad", walk.CANARY)).client
    csrf = _get_new_csrf_string()
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": csrf}
    return {"headers": {"X-CSRFToken": csrf}, "cookies": cookies}


def keeps_its_schema(operation, home: walk.World, who, limits: settings, statuses: Counter[int]) -> int:
    """Send what the schema allows; every answer must keep it and nothing stays. How many answers were a success."""
    succeeded = 0

    @limits
    @given(case=operation.as_strategy())
    def keeps(case):
        nonlocal succeeded
        for parameter in case.path_parameters or {}:
            case.path_parameters[parameter] = str(home.values[parameter])
        case.headers = {"If-Match": "*"} | who["headers"]
        case.cookies = who["cookies"]
        with transaction.atomic():
            response = case.call()
            transaction.set_rollback(True)
        statuses[response.status_code] += 1
        succeeded += response.status_code < 300
        case.validate_response(response, checks=CHECKS)

    keeps()
    return succeeded


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "fewest"), [("leader", 25), ("viewer", 15), ("token", 0)])
def test_every_operation_keeps_its_schema(role, fewest, one_connection):
    """`fewest`: in how many operations at least one answer must be a success, so that the walk is not idle."""
    home = walk.world("home", "Home")
    who = identity_of(role, home)
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    statuses: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    succeeded = {one.label: keeps_its_schema(one, home, who, LIMITS, statuses) for one in operations}
    assert statuses[401] == 0
    assert len(succeeded) >= 40
    assert sum(count > 0 for count in succeeded.values()) >= fewest, succeeded
