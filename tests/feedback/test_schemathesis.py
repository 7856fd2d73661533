"""Do the routes of feedback keep what the schema says, whatever is sent, by whom they are made for?

The walk over all routes (tests/api) sends a few examples each; these are more, with the rights that reach the inside.
"""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from config.wsgi import application
from feedback import limits
from tests.api.test_schemathesis import identity_of, keeps_its_schema, one_connection  # noqa: F401  (a fixture)
from tests.house import walk

MINE = ("/feedback/", "/signals/", "/alarms/", "/exceptions/", "/learning-actions/")
LIMITS = settings(
    max_examples=25, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "fewest"), [("leader", 9), ("feedback token", 1)])
def test_routes_of_feedback_keep_their_schema(role, fewest, one_connection, monkeypatch):  # noqa: F811
    monkeypatch.setattr(limits, "PRODUCER", limits.Limit("schemathesis", requests=10**6, seconds=3600))
    home = walk.world("home", "Home")
    if role == "leader":
        who = identity_of(role, home)
    else:
        token = walk.lend(home.portfolio, home.leader, "feedback:write", home.values["ref"])
        who = {"headers": {"Authorization": f"Bearer {walk.text_of(token)}"}, "cookies": {}}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    statuses: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    mine = [one for one in operations if any(part in one.path for part in MINE)]
    succeeded = {one.label: keeps_its_schema(one, home, who, LIMITS, statuses) for one in mine}
    assert len(mine) == 25
    assert statuses[401] == 0
    assert succeeded["POST /api/v1/use-cases/{ref}/feedback/batch/"] > 0, statuses
    assert sum(count > 0 for count in succeeded.values()) >= fewest, succeeded
