"""Who decides what today, by name; what waits for a decision, and since when?"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count

from governance.actions.rights import load
from governance.models import Delegation, Request
from governance.models.rights import LANES
from governance.rules.rights import NO_LANE, SEATS, Right
from people.models import User
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.rules import MOVES, Stage, Verb

_LIVE = (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION, Stage.PAUSED)


def table(portfolio: Portfolio) -> list[dict[str, Any]]:
    """One row a kind, one cell a lane: its right as set, or as it is by default."""
    known = load(portfolio.id, None)
    return [
        {
            "kind": verb,
            "label": MOVES[verb].label,
            "cells": [
                {"lane": lane, "label": label, "right": known.of(lane, verb), "words": words(known.of(lane, verb))}
                for lane, label in LANES
            ],
        }
        for verb in Verb
    ]


def words(right: Right) -> str:
    """The right in a few words."""
    who = [f"any {role}" for role in sorted(right.roles)]
    who += [f"the {seat.replace('_', ' ')}" for seat in SEATS if seat in right.seats]
    return " or ".join(who) + (", asked for by another" if right.second_person else "")


def today(portfolio: Portfolio, lane: str, right: Right) -> list[dict[str, Any]]:
    """Who that means today: people with the role, and who holds each seat on how many use cases of the lane."""
    rows = Membership.objects.filter(portfolio=portfolio, role__in=right.roles, user__is_active=True)
    found = [
        {"user": row.user, "as": row.role, "on": None} for row in rows.select_related("user").order_by("user__name")
    ]
    cases = UseCase.objects.filter(portfolio=portfolio, stage__in=_LIVE)
    cases = cases.filter(lane=None) if lane == NO_LANE else cases.filter(lane__code=lane)
    for seat in (seat for seat in SEATS if seat in right.seats):
        held = dict(
            cases.exclude(**{seat: None})
            .order_by()
            .values_list(seat)
            .annotate(held=Count("id"))
            .values_list(seat, "held")
        )
        people = User.objects.filter(id__in=held, is_active=True, memberships__portfolio=portfolio).order_by(
            "name"
        )  # a seat counts only for a present member
        found += [{"user": user, "as": seat.replace("_", " "), "on": held[user.id]} for user in people]
    return found


def delegations(portfolio: Portfolio) -> list[Delegation]:
    """Those in force, soonest to end first."""
    rows = Delegation.objects.filter(portfolio=portfolio, ended_at=None, until_on__gte=portfolio.today())
    return list(rows.select_related("giver", "taker").order_by("until_on", "id"))


class Deciding:
    """Who may decide what in a portfolio now, by role, seat or delegation: three queries for any number of questions."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.known, self.lent = load(portfolio.id, None), delegations(portfolio)
        rows = Membership.objects.filter(portfolio=portfolio, user__is_active=True).select_related("user")
        self.members = {row.user_id: row for row in rows}

    def right(self, use_case: UseCase, kind: Verb) -> Right:
        return self.known.of(use_case.lane.code if use_case.lane else None, kind)

    def holders(self, use_case: UseCase, right: Right) -> set[UUID]:
        """By role or seat; a seat counts only for a present member."""
        found = {user_id for user_id, row in self.members.items() if row.role in right.roles}
        return found | {who for seat in right.seats if (who := getattr(use_case, f"{seat}_id")) in self.members}

    def instead(self, use_case: UseCase, kinds: Iterable[Verb], holders: set[UUID]) -> list[Delegation]:
        """Delegations in force from these holders for this lane and one of these kinds."""
        lane = use_case.lane.code if use_case.lane else NO_LANE
        return [
            one for one in self.lent
            if one.giver_id in holders and one.taker_id in self.members and one.lane in ("", lane)
            and (not one.kind or one.kind in kinds)
        ]  # fmt: skip

    def may(self, use_case: UseCase, kind: Verb, authors: set[UUID]) -> frozenset[UUID]:
        """Who may decide it when these asked: no party to it, and nobody who stands in for a party."""
        right = self.right(use_case, kind)
        parties = authors | ({use_case.lead_id} if kind is Verb.GO and use_case.lead_id else set())
        holders = self.holders(use_case, right)
        takers = {one.taker_id for one in self.instead(use_case, [kind], holders - parties)}
        bound = {one.taker_id for one in self.instead(use_case, [kind], parties)} if right.second_person else set()
        return frozenset((holders | takers) - parties - bound)

    def names(self, users: Iterable[UUID]) -> list[str]:
        return sorted(str(self.members[user].user) for user in users if user in self.members)


def of_use_case(use_case: UseCase) -> list[dict[str, Any]]:
    """Who decides what of this use case today, by name: roles, seats held, delegations in force."""
    deciding = Deciding(use_case.portfolio)
    groups: dict[Right, list[Verb]] = {}
    for verb in Verb:
        groups.setdefault(deciding.right(use_case, verb), []).append(verb)
    return [
        {
            "labels": [MOVES[verb].label for verb in verbs], "words": words(right), "second": right.second_person,
            "people": deciding.names(holders), "instead": deciding.instead(use_case, verbs, holders),
        }
        for right, verbs in groups.items()
        for holders in [deciding.holders(use_case, right)]
    ]  # fmt: skip


def deciders(use_case: UseCase, kind: Verb) -> frozenset[UUID]:
    """Who may decide this now, and is no party to the open request."""
    asked = Request.objects.open().filter(use_case=use_case, kind=kind).values_list("author_id", flat=True)
    return Deciding(use_case.portfolio).may(use_case, kind, set(asked))
