"""Is there any path by which one person takes their own go? Every combination, through every door.

Pat may be requester, lead, sponsor, leader or less, and hold a delegation from a third leader, from whoever asked or
from the lead, in force or ended; the right lies with leaders or with the sponsor's seat. The oracle says in its own
words who may; page and API must agree with it on all of them, bulk acts and imports must never decide.
"""

import itertools
import os
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from governance.actions import dates
from governance.models import Decision, DecisionRight, Delegation, Request
from portfolio.models import Membership, UseCase
from portfolio.rules import Role, Stage, Verb
from tests import factories
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db


class Case(NamedTuple):
    role: str  # pat's role here; "" none
    asked: str  # pat, rita or nobody
    lead: str  # pat or lou
    sponsor: str  # pat or hal
    right: str  # leaders or sponsor
    lent: str  # "", hal, rita or lou: who delegates to pat
    ended: bool  # the delegation's last day was yesterday


CASES = [
    case
    for case in itertools.starmap(
        Case,
        itertools.product(
            [*(role.value for role in Role), ""], ["pat", "rita", ""], ["pat", "lou"], ["pat", "hal"],
            ["leaders", "sponsor"], ["", "hal", "rita", "lou"], [False, True],
        ),
    )
    if case.lent or not case.ended
]  # fmt: skip


def may(case: Case) -> bool:
    """The oracle: does pat decide this go?"""
    if not case.role:
        return False
    if case.role != "leader" and "pat" not in (case.lead, case.sponsor):
        return False  # the door: a leader, or somebody with a seat
    if case.asked in ("", "pat") or case.lead == "pat":
        return False
    lender = "" if case.ended else case.lent
    if lender in (case.asked, case.lead) and lender:
        return False  # who decides for a party decides for themselves
    if case.right == "leaders":
        return case.role == "leader" or lender == "hal"
    return case.sponsor == "pat" or (lender == "hal" and case.sponsor == "hal")


@pytest.fixture
def world(db):
    """A pilot that nothing blocks, and four people."""
    people = {name: factories.person(name) for name in ("pat", "rita", "lou", "hal", "ben")}
    leaders = [people[name] for name in ("rita", "lou", "hal")]
    place = factories.portfolio(*leaders, contributors=(people["ben"],))
    pilot = factories.use_case(place, Stage.PILOT, lead=people["lou"], sponsor=people["hal"])
    dates.choose_lane(use_case_id=pilot.id, by=factories.actor_for(people["hal"]), lane="fast")
    clear(pilot, people["ben"])
    client = Client()
    client.force_login(people["pat"], backend="django.contrib.auth.backends.ModelBackend")
    return people, place, pilot, client


def arrange(case: Case, people, place, pilot):
    """The rows as they would be; written directly, since a role may have been lost after a delegation was made."""
    if case.role:
        Membership.objects.create(portfolio=place, user=people["pat"], role=case.role)
    if case.asked:
        Request.objects.create(use_case=pilot, kind=Verb.GO, reason="Ready.", author=people[case.asked])
    UseCase.objects.filter(id=pilot.id).update(lead=people[case.lead], sponsor=people[case.sponsor])
    roles, seats = (["leader"], []) if case.right == "leaders" else ([], ["sponsor"])
    DecisionRight.objects.create(
        portfolio=place, lane="fast", kind=Verb.GO, roles=roles, seats=seats, second_person=True
    )
    if case.lent:
        until = place.today() - timedelta(days=1) if case.ended else place.today()
        Delegation.objects.create(
            portfolio=place, giver=people[case.lent], taker=people["pat"], until_on=until, reason="Away."
        )


def test_combinations_are_complete():
    assert len(CASES) == 5 * 3 * 2 * 2 * 2 * (1 + 3 * 2)
    assert sum(map(may, CASES)) > 20
    assert not any(may(case) for case in CASES if "pat" in (case.asked, case.lead) or not case.asked)


@pytest.mark.parametrize("door", ["page", "api"])
def test_every_combination_is_answered_as_the_oracle_says(door, world):
    people, place, pilot, client = world
    path = f"/u/{pilot.key}/go/" if door == "page" else f"/api/v1/use-cases/{pilot.id}/go/"
    body = {"data": {"reason": "It pays."}} | ({} if door == "page" else {"content_type": "application/json"})
    some = door == "page" and os.environ.get("PILOTAGE_FULL") != "1"
    wrong = []
    for case in CASES[::7] if some else CASES:  # the page calls the same action; all of it with `./dev test --full`
        with transaction.atomic():
            arrange(case, people, place, pilot)
            answer = client.post(path, **body)
            went = UseCase.objects.get(id=pilot.id).stage == Stage.PRODUCTION
            taken = Decision.objects.filter(kind=Verb.GO).exists()
            transaction.set_rollback(True)
        if went != may(case) or taken != went:
            wrong.append((case, answer.status_code, went))
    assert wrong == []


def pause_the_rest(client, place, pilot, tmp_path):
    kept = {"keep": [str(pilot.id)], "verb": "go", "reason": "r", "restart_condition": "r", "review_on": "2030-01-01"}
    client.post(f"/api/v1/portfolios/{place.slug}/pause-the-rest/", kept, content_type="application/json")


def edit(client, place, pilot, tmp_path):
    client.patch(
        f"/api/v1/use-cases/{pilot.id}/", {"stage": "production"}, content_type="application/json",
        headers={"If-Match": "*"},
    )  # fmt: skip


def bring_in_again(client, place, pilot, tmp_path):
    file = tmp_path / "again.csv"
    file.write_text(f"title,stage\n{pilot.title},production\n")
    call_command("import_use_cases", str(file), "--portfolio", place.slug)


@pytest.mark.parametrize("door", [pause_the_rest, edit, bring_in_again])
def test_bulk_edit_and_import_decide_no_go_at_all(door, world, tmp_path):
    """Whoever asks, whatever their right: the same combinations, and never a go."""
    people, place, pilot, client = world
    went = []
    for case in CASES if os.environ.get("PILOTAGE_FULL") == "1" else CASES[::29]:
        with transaction.atomic():
            arrange(case, people, place, pilot)
            door(client, place, pilot, tmp_path)
            if UseCase.objects.get(id=pilot.id).stage != Stage.PILOT or Decision.objects.filter(kind=Verb.GO).exists():
                went.append(case)
            transaction.set_rollback(True)
    assert went == []
