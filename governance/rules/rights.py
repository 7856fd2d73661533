"""Who decides this kind of thing in this lane, and may this person, for whom?

Decision rights are data of a portfolio: (lane, kind) → roles, seats, whether a second person must have asked. What is
not set is decided by any leader. Never one's own request (rules.md 1); the role alone opens the door (access.yaml), the
right decides: lack of it is `not_decider`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from governance.rules.facts import Facts
from governance.rules.moves import open_request
from portfolio.rules import Reason, Role, Stage, Verb, Verdict

ANY = ""  # a lane, or a kind, of a delegation: all of them
NO_LANE = "none"  # use cases that have no lane yet
SEATS = ("sponsor", "lead", "benefit_owner", "finance_partner", "overseer")


@dataclass(frozen=True)
class Right:
    """Any one of `roles` decides, and whoever holds one of `seats` on the use case."""

    roles: frozenset[Role] = frozenset({Role.LEADER})
    seats: frozenset[str] = frozenset()
    second_person: bool = False  # an open request by another person is needed


_DEFAULT = Right()
_DEFAULTS = {
    Verb.GO: Right(second_person=True),
    Verb.PAUSE: Right(seats=frozenset({"overseer"})),
}


@dataclass(frozen=True)
class Lent:
    """A delegation in force: `giver` lets `taker` decide through `until_on`."""

    giver_id: UUID
    taker_id: UUID
    lane: str
    kind: str
    until_on: date
    giver_role: Role | None = None  # the giver's present role: what they lost they cannot lend

    def covers(self, lane: str, kind: Verb, on: date) -> bool:
        return self.lane in (ANY, lane) and self.kind in (ANY, kind) and on <= self.until_on


@dataclass(frozen=True)
class Rights:
    """The rights of one portfolio, and the delegations to whoever acts."""

    stored: Mapping[tuple[str, Verb], Right] = field(default_factory=dict)
    lent: tuple[Lent, ...] = ()

    def of(self, lane: str | None, kind: Verb) -> Right:
        return self.stored.get((lane or NO_LANE, kind)) or _DEFAULTS.get(kind, _DEFAULT)


@dataclass(frozen=True)
class Ruling:
    """May they decide, and for whom when only by delegation?"""

    verdict: Verdict
    on_behalf_of: UUID | None = None


def usable(kind: Verb, right: Right) -> Verdict:
    """May a right be set so?"""
    reasons = []
    if not right.roles and not right.seats:
        reasons.append(Reason("nobody_decides", "Name a role or a seat that decides.", "roles"))
    if kind is Verb.GO and not right.second_person:
        text = "A go always needs two people: one asks, another decides."
        reasons.append(Reason("go_needs_second", text, "second_person"))
    if kind is Verb.GO and "lead" in right.seats:
        reasons.append(Reason("lead_decides", "The lead does not decide the go of their own use case.", "seats"))
    if kind is Verb.PAUSE and right.second_person:
        reasons.append(Reason("pause_needs_none", "A pause is harmless: it waits for nobody.", "second_person"))
    return Verdict(tuple(reasons))


def may_decide(
    kind: Verb, facts: Facts, rights: Rights, seats: Mapping[str, UUID | None], decider: UUID | None, role: Role | None
) -> Ruling:
    """Does this person decide `kind` here today? A go's own rules (request, lead) stand in `moves.may_decide_go`."""
    right = rights.of(facts.lane, kind)
    holds, behalf = holder(kind, facts.lane, facts.stage, facts.on, rights, seats, decider, role)
    if not holds:
        return Ruling(Verdict((Reason("not_decider", _who_decides(kind, facts, right), facts.key),)))
    if not right.second_person:
        return Ruling(Verdict(), behalf)
    lent = [one for one in rights.lent if one.taker_id == decider and one.covers(facts.lane or NO_LANE, kind, facts.on)]
    return Ruling(_second(kind, facts, lent, decider, behalf), behalf)


def holder(
    kind: Verb, lane: str | None, stage: Stage, on: date, rights: Rights, seats: Mapping[str, UUID | None],
    person: UUID | None, role: Role | None,
) -> tuple[bool, UUID | None]:  # fmt: skip
    """Does this person hold the right, and by whose delegation if not by their own? For buttons too."""
    right = rights.of(lane, kind)
    if kind is Verb.PAUSE and stage != Stage.PRODUCTION:  # the overseer may pause only what is live (rules.md 1)
        right = replace(right, seats=right.seats - {"overseer"})
    if _holds(right, seats, person, role):
        return True, None
    for one in rights.lent:
        if one.taker_id == person and one.covers(lane or NO_LANE, kind, on):
            if _holds(right, seats, one.giver_id, one.giver_role):
                return True, one.giver_id
    return False, None


def _holds(right: Right, seats: Mapping[str, UUID | None], person: UUID | None, role: Role | None) -> bool:
    """A seat counts only for somebody who is still a member."""
    if person is None or role is None:
        return False
    return role in right.roles or any(seats.get(seat) == person for seat in right.seats)


def _who_decides(kind: Verb, facts: Facts, right: Right) -> str:
    who = [f"a {role}" for role in sorted(right.roles)]
    who += [f"the {seat.replace('_', ' ')}" for seat in SEATS if seat in right.seats]
    lane = f"in the {facts.lane} lane" if facts.lane else "without a lane"
    return f"This is not yours to decide: {kind} {lane} is decided by {' or '.join(who)}."


def _second(kind: Verb, facts: Facts, lent: list[Lent], decider: UUID | None, behalf: UUID | None) -> Verdict:
    """Another person must have asked, and the decider holds no delegation from them (nor, for a go, from the lead)."""
    request = open_request(facts, kind)
    reasons = []
    if kind is not Verb.GO:  # a go says these two itself
        if request is None:
            reasons.append(Reason("no_request", f"Another person must ask for this {kind} first.", facts.key))
        elif request.author_id in (decider, behalf):
            reasons.append(Reason("own_request", "Whoever asked for it does not decide it.", facts.key))
    parties = {request.author_id} if request else set()
    if kind is Verb.GO and facts.lead_id is not None:
        parties.add(facts.lead_id)
    if any(one.giver_id in parties for one in lent):
        text = "You hold a delegation from whoever asked for it or leads it: somebody else decides."
        reasons.append(Reason("delegated_by_party", text, facts.key))
    return Verdict(tuple(reasons))
