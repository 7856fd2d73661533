"""How many fields does a team type from registering to "ready to decide"?

At most 25 in the fast lane and 50 in the standard one (product.md); high-impact has no limit. A team goes the whole way
through the real pages. Each is sent back as it was offered, with only what the team types in addition; what a page had
drafted already is not typed. What leaders do (lane, select, accepting, signing) are acts, not fields.
"""

import pytest

from governance.actions import dates
from governance.actions.assess import reassess
from governance.models import Assessment
from portfolio.models import UseCase
from readiness.queries.sets import shipped
from roi.actions import hypotheses
from roi.rules.value import required_categories
from tests.governance.pages.test_roi import form_of, text

pytestmark = pytest.mark.django_db


class Team:
    """Ben writes, Ana leads; `typed` counts what Ben filled."""

    def __init__(self, world, lane: str) -> None:
        self.world, self.lane, self.client = world, lane, world.client("ben")
        self.typed, self.asked = 0, shipped(lane)
        self.key = ""

    def fill(self, tail: str, status: int = 302, **said: str) -> None:
        """Send a page back with what is typed into its empty fields."""
        url = f"/u/{self.key}/{tail}" if self.key else f"/p/norwell/{tail}"
        offered = form_of(self.client, url)
        assert {name: offered[name] for name in said if offered.get(name)} == {}, "this was drafted, nobody types it"
        self.typed += len(said)
        answer = self.client.post(url, offered | said)
        assert answer.status_code == status, text(answer)

    def id(self, name: str) -> str:
        return str(self.world.people[name].id)

    @property
    def row(self) -> UseCase:
        return UseCase.objects.select_related("lane", "portfolio").get(key=self.key)

    def register(self) -> None:
        self.fill("register/", title="Claims triage", problem="Letters wait for days.")
        self.key = UseCase.objects.get().key
        self.fill(
            "edit/why/", success_statement="First decisions take 24 minutes, not 41.", why_ai="Rules failed twice.",
            stop_criterion="No gain by day 90.",
        )  # fmt: skip
        seats = {"sponsor": self.id("ana"), "finance_partner": self.id("ana")}
        if self.lane != "fast":
            seats["overseer"] = self.id("vera")
        self.fill("edit/people/", **seats)
        dates.choose_lane(use_case_id=self.row.id, by=self.world.actor("ana"), lane=self.lane, reason="as agreed")

    def bring_to_people(self) -> None:
        self.fill("people/plan/", first_on=self.world.later())
        self.fill("people/role/", name="Claims handlers", headcount="34")
        if self.lane != "fast":
            self.fill("people/conversation/", who="The early shift", heard="Sorting takes the morning.")
            self.fill("people/support/", text="A morning together", due_on=self.world.later())
            whole = {"cover": self.id("ana"), "stop_authority": "on", "competence": "Ten years.", "review_days": "30"}
            self.fill("people/oversight/", mode="approves", **(whole if self.lane == "high-impact" else {}))

    def suppose(self) -> None:
        self.fill("roi/edit/promise/")
        states = {f"{category}_state": "none" for category in required_categories(self.lane)}
        self.fill("roi/edit/costs/", build_once="60k", **{k: v for k, v in states.items() if k != "build_state"})
        self.fill(
            "roi/edit/measure/", measure="Time to first decision", kind="time", baseline="41",
            baseline_source="The scan archive, 8 weeks", target="24",
        )  # fmt: skip
        self.fill("roi/edit/benefits/", b0_amount="9k")
        self.fill("roi/edit/measure/")  # locks the baseline, and pays from break-even on
        self.fill("roi/edit/window/")
        for name in ("ana", "ben"):
            hypotheses.sign(by=self.world.actor(name), use_case_id=self.row.id)

    def watch(self) -> None:
        self.fill("feedback/signals/add/", name="Share of drafts rewritten", upper="30", action="Switch it off.")

    def answer(self) -> None:
        for part in self.asked.required():
            drafted = part.draft in ("register", "hypothesis", "monitoring")
            if part.evidence:
                self.fill(f"readiness/{part.code}/evidence/", url="https://example.org/agreement")
            self.fill(f"readiness/{part.code}/", **({} if drafted else {"text": f"An answer to {part.code}."}))
            judge = "vera" if part.accepter == "overseer" else "ana"
            told = self.world.client(judge).post(f"/u/{self.key}/readiness/{part.code}/judge/", {"act": "accept"})
            assert told.status_code == 302, text(told)


@pytest.mark.parametrize(("lane", "count", "most"), [("fast", 24, 25), ("standard", 48, 50), ("high-impact", 61, 61)])
def test_a_team_types_few_fields_up_to_the_gate(world, lane, count, most):
    team = Team(world, lane)
    team.register()
    team.bring_to_people()
    team.suppose()
    chosen = world.client("ana").post(f"/u/{team.key}/select/", {"reason": "Best value for a slot."})
    assert chosen.status_code == 302, text(chosen)
    team.watch()
    team.answer()
    reassess([team.row.id])
    found = Assessment.objects.get(use_case=team.row)
    assert found.status == "ready", found
    assert team.typed == count <= most
    assert shipped(lane).required_fields() == team.typed  # what the page of the lanes says
