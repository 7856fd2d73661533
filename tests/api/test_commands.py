"""Do the commands do what the interfaces promise?"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from governance.models import Assessment, Quarantine
from people.models import User
from portfolio.models import Dirty, Portfolio, Token
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_create_portfolio_makes_the_leader_when_new():
    text = run("create_portfolio", "North", "--slug", "north", "--cap", "2", "--currency", "USD", "--time-zone",
               "Europe/Berlin", "--leader", "Lea@Example.org")  # fmt: skip
    made = Portfolio.objects.get(slug="north")
    assert (made.policy.pilot_cap, made.currency, made.time_zone) == (2, "USD", "Europe/Berlin")
    assert made.memberships.get().user == User.objects.get(email="lea@example.org")
    assert "/welcome/" in text
    again = run("create_portfolio", "South", "--slug", "south", "--leader", "lea@example.org")
    assert "/welcome/" not in again


def test_the_link_leads_to_where_the_pages_are_served(settings):
    settings.SITE_URL = "http://127.0.0.1:8431"
    text = run("create_portfolio", "North", "--slug", "north", "--leader", "lea@example.org")
    assert "http://127.0.0.1:8431/welcome/" in text


@pytest.mark.parametrize("wrong", [["--cap", "-1"], ["--currency", "euro"], ["--time-zone", "Mars"], ["--leader", "x"]])
def test_create_portfolio_refuses_and_leaves_nothing(wrong):
    with pytest.raises(CommandError):
        run("create_portfolio", "North", "--slug", "north", "--leader", "lea@example.org", *wrong)
    assert not Portfolio.objects.exists()
    assert not User.objects.exists()


def test_create_token_prints_it_as_the_last_word(home):
    row = home.use_case()
    text = run("create_token", "--user", "ana@example.org", "--portfolio", "home", "--scope", "gate:read",
               "--scope", "use-cases:read", "--days", "7")  # fmt: skip
    assert Api(token=text.split()[-1]).get(f"use-cases/{row.key}/gate/").status_code == 200
    assert Token.objects.get().scopes == ["gate:read", "use-cases:read"]
    for user, portfolio, scope in (("ben", "home", "gate:read"), ("ana", "x", "gate:read"), ("ana", "home", "all")):
        with pytest.raises(CommandError):
            run("create_token", "--user", f"{user}@example.org", "--portfolio", portfolio, "--scope", scope)


def test_recompute_settles_the_dirty_or_all(home):
    row = home.use_case()
    Quarantine.objects.create(use_case=row, attempts=5)
    assert "1 use cases looked at" in run("recompute")
    assert Assessment.objects.get().status == "no_date"
    assert not Dirty.objects.exists()
    assert not Quarantine.objects.exists()
    assert "0 use cases looked at" in run("recompute")
    assert "1 use cases looked at, 0" in run("recompute", "--all")
