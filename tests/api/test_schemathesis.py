"""Does every operation keep what the schema says, whatever is sent? Inputs made from the schema by Schemathesis."""

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
EXAMPLES = 4  # each operation and role
LIMITS = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def headers_of(role: str, home: walk.World) -> dict[str, str]:
    if role == "token":
        token = walk.lend(home.portfolio, home.leader, "use-cases:write")
        return {"Authorization": f"Bearer {walk.text_of(token)}"}
    abroad = walk.world("abroad", walk.CANARY)
    client = walk.caller(role, home, abroad).client
    csrf = _get_new_csrf_string()
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={csrf}", "X-CSRFToken": csrf}


@pytest.fixture
def one_connection():
    """The bare WSGI application shares the test's connection, as Django's own test client arranges."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["leader", "viewer", "token"])
def test_every_operation_keeps_its_schema(role, one_connection):
    home = walk.world("home", "Home")
    headers = headers_of(role, home)
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    seen = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        seen += 1

        @LIMITS
        @given(case=operation.as_strategy())
        def keeps(case):
            for name in case.path_parameters or {}:
                case.path_parameters[name] = str(home.values[name])
            with transaction.atomic():
                response = case.call(headers=headers)
                transaction.set_rollback(True)
            case.validate_response(response, checks=CHECKS)

        keeps()
    assert seen >= 40
