"""Can a leader bring a real portfolio under its cap in one act, and is the record of it provable?

2,186 use cases as published by US federal agencies (shared data, not in this repository).
"""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from governance.actions import rounds
from governance.models import Assessment, PortfolioState
from portfolio.access.identity import person
from portfolio.models import Portfolio, UseCase

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "us-federal-ai-2025/2025_individually_reported_AI_use_cases.subset.csv"


def _told(*arguments) -> dict:
    said = io.StringIO()
    call_command("import_use_cases", *arguments, "--json", stdout=said)
    return json.loads(said.getvalue())


def test_a_federal_portfolio_is_brought_under_its_cap_and_can_be_proved(shared_data, norwell, ana):
    path = shared_data / FILE
    if not path.exists():
        pytest.skip("the federal inventory is not in the shared data")
    first = _told(str(path), "--portfolio", norwell.slug, "--by-column", "agency_name")
    assert first["rows"] == 2186
    assert first["created"] + first["updated"] + first["unchanged"] + len(first["skipped"]) == 2186
    assert first["stages"] == {"proposed": 1298, "production": 512, "pilot": 284, "retired": 92}
    assert first["unmapped_stages"] == {"": 282}
    assert sum(first["portfolios"].values()) == 2186
    second = _told(str(path), "--portfolio", norwell.slug, "--by-column", "agency_name")
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 2186)

    crowded = max(Portfolio.objects.all(), key=lambda one: one.use_cases.in_pilot().count())
    pilots = crowded.use_cases.in_pilot().count()
    cap = crowded.policy.pilot_cap
    assert pilots > cap
    warning = PortfolioState.objects.get(portfolio=crowded).warnings[0]
    assert warning["code"] == "over_cap"
    assert f"{pilots} pilots active, the cap is {cap}: {pilots - cap} too many." in warning["text"]
    assert f"Pause {warning['subjects'][0]['title']} first." in warning["text"]

    advised = Assessment.objects.filter(portfolio=crowded, recommendation="run")
    keep = list(advised.values_list("use_case_id", flat=True))
    assert len(keep) == cap
    rounds.pause_the_rest(
        portfolio_id=crowded.id, by=person(ana), keep=keep, reason="Two or three at a time.",
        restart_condition="A slot is free and a sponsor is named.", review_on=crowded.today() + timedelta(days=30),
    )  # fmt: skip
    assert set(UseCase.objects.in_pilot().filter(portfolio=crowded).values_list("id", flat=True)) == set(keep)
    call_command("verify_ledger", "--portfolio", crowded.slug, stdout=io.StringIO())
    _change_a_byte(crowded, seq=2)
    said = io.StringIO()
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_ledger", "--portfolio", crowded.slug, stdout=said, stderr=said)
    assert "2" in said.getvalue()
    assert crowded.slug in said.getvalue()


def _change_a_byte(portfolio, seq: int) -> None:
    """As somebody with the owner's password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        cursor.execute(
            "UPDATE ledger_entry SET canonical = set_byte(canonical, 40, get_byte(canonical, 40) # 1)"
            " WHERE chain_id = %s AND seq = %s",
            [portfolio.id, seq],
        )
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_append_only")
        cursor.execute("SET session_replication_role = 'origin'")
