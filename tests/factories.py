"""How does a test get people, portfolios and use cases in few words? Plain functions over the real actions."""

from datetime import date, timedelta
from typing import Any

from adoption import actions as adoption
from adoption.rules import Mode
from feedback.models import Signal
from people import actions as people
from people.models import User
from portfolio import changes
from portfolio.access import identity
from portfolio.actions import members, portfolios, use_cases
from portfolio.actions.declare import Declared, declare
from portfolio.models import Portfolio, UseCase
from portfolio.rules import SYSTEM, Actor, Policy, Role, Stage
from roi.actions import hypotheses
from roi.rules.content import Amount, Benefit, Cost
from roi.valuation import CostCategory

# What select asks for beside a slot and the two seats.
COMPLETE = {
    "success_statement": "Half the letters answered within a day.",
    "why_ai": "Rules failed on free text twice.",
    "stop_criterion": "Fewer than 60 % of drafts are kept.",
}
# The least that counts as a drafted hypothesis; nothing to value yet.
DRAFT = {"then_text": "letters are answered in a day", "measure": "Days to an answer", "kind": "time", "baseline": 9.0,
         "target": 1.0}  # fmt: skip
WHOLE = {
    **DRAFT, "if_text": "drafts are suggested", "because": "most letters repeat", "population": "9,000 letters a year",
    "noticed_by": "who wrote", "baseline_source": "Mail log", "baseline_locked_on": date(2026, 1, 5), "threshold": 4.0,
    "decision_rule": "Scale when it pays at day 90.", "costs": [Cost(one, state="none") for one in CostCategory],
    "benefits": [Benefit("Hours", Amount(500.0))],
}  # fmt: skip
_TEXTS = {**COMPLETE, "problem": "Letters wait nine days."}


def person(name: str, **more: Any) -> User:
    """Somebody called `name`, who signs in by name@example.org."""
    return people.create_person(email=f"{name}@example.org", name=name.title(), by=SYSTEM, **more)


def actor_for(user: User) -> Actor:
    """The signed-in person with their memberships as they are now."""
    return identity.person(user)


def portfolio(
    *leaders: User, name: str = "Norwell", contributors: tuple[User, ...] = (), viewers: tuple[User, ...] = (),
    time_zone: str = "UTC", **limits: Any,
) -> Portfolio:  # fmt: skip
    """A portfolio with these people; `limits` are those of its policy, such as pilot_cap=1."""
    made = portfolios.create_portfolio(
        by=SYSTEM, name=name, leaders=list(leaders), policy=Policy(**limits), time_zone=time_zone
    )
    for role, users in ((Role.CONTRIBUTOR, contributors), (Role.VIEWER, viewers)):
        for user in users:
            join(made, user, role)
    return made


def join(where: Portfolio, user: User, role: Role) -> User:
    """Make somebody a member; actors made before do not know of it."""
    members.add_member(by=SYSTEM, portfolio_id=where.id, user=user, role=role)
    return user


def use_case(
    where: Portfolio, stage: Stage = Stage.PROPOSED, *, title: str = "Letters", complete: bool = True,
    hypothesis: bool | None = None, **facts: Any,
) -> UseCase:  # fmt: skip
    """One use case in `stage`; complete: all that select asks for, seats held by the leader first in the alphabet.

    `hypothesis`: draft one, and start the adoption plan; by default where select would ask for it.
    """
    return several(where, 1, stage, title=title, complete=complete, hypothesis=hypothesis, **facts)[0]


def several(
    where: Portfolio, count: int, stage: Stage = Stage.PROPOSED, *, title: str = "Letters", complete: bool = True,
    hypothesis: bool | None = None, **facts: Any,
) -> list[UseCase]:  # fmt: skip
    """`count` use cases in `stage`: registered when proposed, else declared as an import does it."""
    if complete:
        leader = where.memberships.filter(role=Role.LEADER).order_by("user__email").first().user
        facts = {**_TEXTS, "lead": leader, "sponsor": leader, **facts}
    drafts = (complete and stage == Stage.PROPOSED) if hypothesis is None else hypothesis
    made = _made(where, count, Stage(stage), title, facts)
    if drafts:
        for one in made:
            hypotheses.edit(by=SYSTEM, use_case_id=one.id, **DRAFT)
            planned_adoption(one)
    return made


def _made(where: Portfolio, count: int, stage: Stage, title: str, facts: dict[str, Any]) -> list[UseCase]:
    if stage == Stage.PROPOSED:
        facts = {"problem": "", **facts}
        return [
            use_cases.register(by=SYSTEM, portfolio_id=where.id, title=f"{title} {number}", **facts)
            for number in range(1, count + 1)
        ]
    since, left = facts.pop("since", None), facts.pop("stage_left", None)
    rows = [
        Declared(f"{title} {number}", stage, since=since, stage_left=left, facts=facts)
        for number in range(1, count + 1)
    ]
    return declare(by=SYSTEM, portfolio=where, rows=rows)


def signed_hypothesis(use_case: UseCase) -> UseCase:
    """A whole hypothesis, signed by all seats, so that nothing of ROI blocks; empty seats are filled."""
    row = UseCase.objects.select_related("portfolio").get(id=use_case.id)
    leader = row.portfolio.memberships.filter(role=Role.LEADER).order_by("user__email").first().user
    others = row.portfolio.memberships.filter(role=Role.CONTRIBUTOR).order_by("user__email")
    lead = next((member.user for member in others), leader)  # a lead does not decide, so rather no leader
    proposed = {"lead": lead, "sponsor": leader, "finance_partner": leader}
    empty = {seat: user for seat, user in proposed.items() if getattr(row, f"{seat}_id") is None}
    if empty:
        row = use_cases.edit(by=SYSTEM, use_case_id=row.id, **empty)
    hypotheses.edit(by=SYSTEM, use_case_id=row.id, **WHOLE)
    for user in {row.lead, row.sponsor, row.finance_partner}:
        hypotheses.sign(by=actor_for(user), use_case_id=row.id)
    use_case.refresh_from_db()
    return use_case


def _leader(use_case: UseCase) -> User:
    return use_case.portfolio.memberships.filter(role=Role.LEADER).order_by("user__email").first().user


def planned_adoption(use_case: UseCase) -> UseCase:
    """What select asks for on the people's side: an owner, a first day, one role."""
    key = {"by": SYSTEM, "use_case_id": use_case.id}
    adoption.start_plan(**key, owner=_leader(use_case), first_on=use_case.portfolio.today())
    adoption.set_role(**key, name="Clerks", headcount=4, reached=4, using=2)
    return use_case


def heard_and_overseen(use_case: UseCase) -> UseCase:
    """Nothing of the people's side blocks: planned, heard, supported, overseen; an empty overseer's seat is filled."""
    row = planned_adoption(UseCase.objects.select_related("portfolio").get(id=use_case.id))
    leader, today = _leader(row), row.portfolio.today()
    by, key = actor_for(leader), {"use_case_id": row.id}
    adoption.log_engagement(**key, by=by, on=today, who="The clerks", heard="It reads well.", changed="The font.")
    role = row.affected_roles.get(name="Clerks")
    adoption.add_support(**key, by=by, role=role, text="A morning together", owner=leader, due_on=today)
    if row.overseer_id is None:
        use_cases.edit(by=SYSTEM, use_case_id=row.id, overseer=leader)
    others = row.portfolio.memberships.exclude(user__in=[row.overseer_id, leader]).order_by("user__email")
    cover = next((member.user for member in others), None)
    adoption.set_oversight(
        **key, by=by, mode=Mode.SAMPLES, cover=cover, stop_authority=True, competence="Ten years.", review_days=30
    )
    use_case.refresh_from_db()
    return use_case


def settled(use_case: UseCase) -> UseCase:
    """A signed hypothesis, a watched signal, people heard, an overseer: nothing but readiness blocks."""
    return heard_and_overseen(watched(signed_hypothesis(use_case)))


def watched(use_case: UseCase) -> UseCase:
    """One complete signal in the monitoring plan, owned by the lead, so that nothing of monitoring blocks."""
    Signal.objects.get_or_create(
        use_case=use_case,
        code="cost",
        defaults={"name": "Cost", "upper": 1, "owner": use_case.lead, "action": "Look at the last week."},
    )
    changes.touched([use_case.id])
    return use_case


def in_days(where: Portfolio, days: int) -> date:
    """The portfolio's local day so many days from today."""
    return where.today() + timedelta(days=days)
