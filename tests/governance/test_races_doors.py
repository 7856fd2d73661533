"""When twenty signed-in people press Select on the last slot at once, half by page and half by REST, who wins?"""

import json
import threading

import pytest
from django.db import transaction
from django.test import Client

from governance.models import Decision
from ledger import queries
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Stage
from tests import factories
from tests.threads import PATIENCE, beside, blocked, until
from tests.witness import lines

pytestmark = pytest.mark.django_db(transaction=True)


def _by_page(user, use_case):
    client = Client()
    client.force_login(user)
    return lambda: client.post(f"/u/{use_case.key}/select/", {"reason": "Mine."})


def _by_rest(user, use_case):
    client = Client()
    client.force_login(user)
    body = json.dumps({"reason": "Mine."})
    return lambda: client.post(f"/api/v1/use-cases/{use_case.key}/select/", body, content_type="application/json")


def test_twenty_signed_in_selects_through_page_and_rest_one_wins(norwell, ana, dora):
    """The portfolio's row is held until all twenty are seen waiting for it: no luck is involved."""
    factories.several(norwell, 2, Stage.PILOT)
    wanted = factories.several(norwell, 20)
    before = len(lines(norwell.id))
    presses = [(_by_page if n % 2 else _by_rest)((ana, dora)[n % 4 > 1], one) for n, one in enumerate(wanted)]
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Portfolio.objects.lock_for_slots(norwell.id)
            held.set()
            assert release.wait(PATIENCE)

    with beside(hold):
        assert held.wait(PATIENCE)
        with beside(*presses) as answers:
            until(lambda: blocked() == 20)
            release.set()
    pages, rests = answers[1::2], answers[0::2]
    won = [one for one in rests if one.status_code == 200] + [one for one in pages if one.status_code == 302]
    assert len(won) == 1
    lost_rest = [one for one in rests if one.status_code == 409]
    lost_page = [one for one in pages if one.status_code == 422]
    assert len(lost_rest) + len(lost_page) == 19
    assert all([r["code"] for r in one.json()["reasons"]] == ["pilot_cap"] for one in lost_rest)
    assert all(b"3 of 3 slots are taken" in one.content for one in lost_page)
    assert UseCase.objects.in_pilot().filter(portfolio=norwell).count() == 3
    assert Decision.objects.count() == 1
    assert lines(norwell.id)[before:] == ["use_case.selected"]
    assert queries.verified(norwell.id).ok
