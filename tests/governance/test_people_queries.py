"""How many queries does each page and call about people, rights and the record take, for little and for much to show?"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from adoption import actions as adoption
from governance.actions import dates, rights, verbs
from governance.models import Condition, Decision
from notices import actions as notices
from portfolio.models import Membership
from portfolio.rules import Role, Stage, Verb
from tests import factories
from tests.readiness.houses import clear

pytestmark = pytest.mark.django_db

GET = {
    "/notices/": 5,
    "/notices/settings/": 5,
    "/me/": 4,
    "/p/{slug}/members/": 6,
    "/p/{slug}/members/{member}/decisions/": 18,
    "/p/{slug}/members/{member}/hand-over/": 8,
    "/p/{slug}/members/{member}/hand-over/?leaving=1": 9,
    "/p/{slug}/rights/": 9,
    "/p/{slug}/rights/fast/go/": 8,
    "/p/{slug}/ledger/verify/": 13,
    "/d/{decision}/": 23,
    "/conditions/{condition}/met/": 5,
    "/people/{user}/leaves/": 8,
    "/u/{key}/people/plan/": 8,
    "/u/{key}/people/conversation/": 5,
    "/u/{key}/people/oversight/": 8,
    "/api/v1/notices/": 4,
    "/api/v1/people/": 4,
    "/api/v1/portfolios/{slug}/members/": 5,
    "/api/v1/portfolios/{slug}/decision-rights/": 6,
    "/api/v1/portfolios/{slug}/delegations/": 5,
    "/api/v1/portfolios/{slug}/queue/": 12,
    "/api/v1/portfolios/{slug}/sample/?seed=x": 6,
    "/api/v1/portfolios/{slug}/ledger/": 6,
    "/api/v1/portfolios/{slug}/ledger/verify/": 6,
    "/api/v1/portfolios/{slug}/replay/": 16,
    "/api/v1/use-cases/{key}/requests/": 5,
    "/api/v1/use-cases/{key}/decisions/": 21,
    "/api/v1/use-cases/{key}/decisions/{decision}/": 20,
    "/api/v1/use-cases/{key}/decisions/{decision}/conditions/": 6,
    "/api/v1/use-cases/{key}/engagements/": 5,
    "/api/v1/use-cases/{key}/affected-roles/": 5,
    "/api/v1/use-cases/{key}/support-actions/": 5,
    "/api/v1/use-cases/{key}/adoption-plan/": 5,
    "/api/v1/use-cases/{key}/oversight/": 5,
}
OF_ADMIN = ("/people/", "/api/v1/people/")
POST = {
    "/notices/settings/": (10, {"mail": "at-once", "digest_at": "07:30", "muted": ["item"]}),
    "/notices/seen/": (4, {"upto": "999999"}),
    "/me/": (8, {"name": "Ana", "time_zone": "Europe/Berlin", "theme": "", "shortcuts": "on"}),
}


class House:
    """A live use case gone under a condition, and more around it with every round."""

    def __init__(self, portfolio, ana, dora, ben):
        self.portfolio, self.ana, self.dora, self.ben = portfolio, ana, dora, ben
        self.by_ana, self.by_dora, self.by_ben = (factories.actor_for(one) for one in (ana, dora, ben))
        self.live = factories.use_case(portfolio, Stage.PILOT, title="Live", lead=ben)
        dates.choose_lane(use_case_id=self.live.id, by=self.by_ana, lane="fast")
        clear(self.live, ben)
        dates.ask(use_case_id=self.live.id, by=self.by_ben, kind=Verb.GO, reason="Nothing blocks it.")
        due = verbs.Due("Show the first month", ben, factories.in_days(portfolio, 30))
        verbs.go(use_case_id=self.live.id, by=self.by_dora, reason="It pays.", conditions=(due,))
        self.rounds = 0

    def more(self) -> None:
        self.rounds += 1
        n, today, soon = self.rounds, self.portfolio.today(), factories.in_days(self.portfolio, 30)
        somebody = factories.join(self.portfolio, factories.person(f"some{n}"), Role.LEADER)
        pilot = factories.use_case(self.portfolio, Stage.PILOT, title=f"Pilot {n}", lead=self.ben, sponsor=somebody)
        terms = {"reason": "Rest.", "restart_condition": "Data.", "review_on": soon}
        paused = factories.use_case(self.portfolio, Stage.PILOT, title=f"Paused {n}", lead=self.ben)
        verbs.pause(use_case_id=paused.id, by=self.by_dora, **terms)
        dates.ask(use_case_id=pilot.id, by=self.by_ben, kind=Verb.STOP, reason="Enough.")
        rights.delegate(portfolio_id=self.portfolio.id, by=self.by_ana, taker=somebody, until_on=soon, reason="Away.")
        key = {"use_case_id": self.live.id, "by": self.by_ben}
        role = adoption.set_role(**key, name=f"Team {n}", headcount=9, reached=n)
        adoption.add_support(**key, role=role, text="A day", owner=self.ana, due_on=today)
        adoption.log_engagement(**key, on=today, who="Leeds", heard="Fine.")
        decision = Decision.objects.get(use_case=self.live, kind=Verb.GO)
        Condition.objects.create(decision=decision, text=f"More {n}", owner=self.ben, due_on=soon)
        notices.read_on()

    def names(self) -> dict:
        """What the paths name."""
        decision = Decision.objects.get(use_case=self.live, kind=Verb.GO)
        return {
            "slug": self.portfolio.slug, "key": self.live.key, "decision": decision.id, "user": self.ben.id,
            "member": Membership.objects.get(portfolio=self.portfolio, user=self.ben).id,
            "condition": Condition.objects.filter(decision=decision).first().id,
        }  # fmt: skip


@pytest.fixture
def house(norwell, ana, dora, ben):
    return House(norwell, ana, dora, ben)


def _as(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _count(client: Client, ask: str, path: str, body: dict) -> int:
    """Queries of the second time; the first may fill what is kept."""
    answers = {200} if ask == "get" else {302}
    assert getattr(client, ask)(path, body).status_code in answers, path
    with CaptureQueriesContext(connection) as seen:
        getattr(client, ask)(path, body)
    return len(seen)


def test_pages_take_the_same_queries_for_few_and_many(house):
    ira, ana = _as(factories.person("ira", is_instance_admin=True)), _as(house.ana)
    for rounds in (1, 3):
        for _ in range(rounds):
            house.more()
        names = house.names()
        found = {
            path: _count(ira if path.startswith(OF_ADMIN) else ana, "get", path.format(**names), {}) for path in GET
        }
        assert found == GET
        assert {path: _count(ana, "post", path, body) for path, (_, body) in POST.items()} == {
            path: count for path, (count, _) in POST.items()
        }
