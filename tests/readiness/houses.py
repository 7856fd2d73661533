"""How does a test make a use case clear in few words? Through the same actions as everybody."""

from collections.abc import Iterable

from people.models import User
from portfolio.models import Membership, UseCase
from portfolio.rules import Actor, Role
from readiness.actions import answers, evidence
from readiness.queries import facts, sets
from readiness.rules.answers import waits_for
from tests.factories import actor_for, settled


def someone_who_accepts(use_case: UseCase, part: str) -> Actor:
    """Whoever the answer waits for; a leader who did not write it where no seat can."""
    use_case = UseCase.objects.select_related("lane", "portfolio").get(id=use_case.id)
    known = facts.of_use_case(use_case)
    asked = sets.of_lane(use_case.lane).part(part)
    waits = waits_for(asked, known.answers[part], known, use_case.portfolio.policy, use_case.portfolio.today())
    if waits.person is not None:
        return actor_for(User.objects.get(id=waits.person))
    leaders = Membership.objects.filter(portfolio=use_case.portfolio, role=Role.LEADER)
    return actor_for(leaders.exclude(user_id__in=known.answers[part].writers).order_by("made_at").first().user)


def clear(use_case: UseCase, writer: User | Actor, parts: Iterable[str] | None = None) -> None:
    """Answer every required part (or these) and have it accepted by whom it waits for.

    For all parts: monitoring, the hypothesis and the people's side are settled too.
    """
    if parts is None:
        settled(use_case)
    use_case = UseCase.objects.select_related("lane").get(id=use_case.id)
    by = writer if isinstance(writer, Actor) else actor_for(writer)
    for part in sets.of_lane(use_case.lane).required():
        if parts is not None and part.code not in parts:
            continue
        if part.evidence:
            evidence.attach_link(by=by, use_case_id=use_case.id, part=part.code, url="https://example.org/plan")
        answers.submit(by=by, use_case_id=use_case.id, part=part.code, text=f"An answer to {part.code}.")
        answers.accept(by=someone_who_accepts(use_case, part.code), use_case_id=use_case.id, part=part.code)
