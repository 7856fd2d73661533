"""Who decides what today, by name; what waits for a decision, and since when?"""

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


def queue(portfolio: Portfolio, reader: UUID | None) -> list[dict[str, Any]]:
    """What waits for a decision, longest first, with the days it waited and whether the reader asked for it."""
    rows = (
        Request.objects.open()
        .filter(use_case__portfolio=portfolio)
        .select_related("use_case__lane", "author")
        .order_by("opened_at", "id")
    )
    known, now = load(portfolio.id, None), portfolio.today()
    return [
        {
            "request": row,
            "days": max((now - row.opened_at.date()).days, 0),
            "own": row.author_id == reader,
            "words": words(known.of(row.use_case.lane.code if row.use_case.lane else None, Verb(row.kind))),
            "route": f"verb_{row.kind.replace('-', '_')}",
        }
        for row in rows
    ]


def of_use_case(use_case: UseCase) -> list[dict[str, Any]]:
    """Who decides what of this use case today, by name: roles, seats held, delegations in force."""
    portfolio = use_case.portfolio
    known = load(portfolio.id, None)
    lane = use_case.lane.code if use_case.lane else None
    members = {
        row.user_id: row
        for row in Membership.objects.filter(portfolio=portfolio, user__is_active=True).select_related("user")
    }
    lent = delegations(portfolio)
    groups: dict[Right, list[Verb]] = {}
    for verb in Verb:
        groups.setdefault(known.of(lane, verb), []).append(verb)
    found = []
    for right, verbs in groups.items():
        holders = {user_id for user_id, row in members.items() if row.role in right.roles}
        holders |= {holder for seat in right.seats if (holder := getattr(use_case, f"{seat}_id")) in members}
        instead = [
            one for one in lent
            if one.giver_id in holders and one.taker_id in members and one.lane in ("", lane or NO_LANE)
            and (not one.kind or one.kind in verbs)
        ]  # fmt: skip
        found.append({
            "labels": [MOVES[verb].label for verb in verbs], "words": words(right), "second": right.second_person,
            "people": sorted(str(members[holder].user) for holder in holders), "instead": instead,
        })  # fmt: skip
    return found


def deciders(use_case: UseCase, kind: Verb) -> frozenset[UUID]:
    """Who may decide this now: role, seat or delegation, an active member, and no party to the request."""
    portfolio, lane = use_case.portfolio, use_case.lane.code if use_case.lane else None
    right = load(portfolio.id, None).of(lane, kind)
    members = dict(Membership.objects.filter(portfolio=portfolio, user__is_active=True).values_list("user_id", "role"))
    asked = Request.objects.open().filter(use_case=use_case, kind=kind).values_list("author_id", flat=True)
    parties = set(asked) | ({use_case.lead_id} if kind is Verb.GO else set())
    holders = {user for user, role in members.items() if role in right.roles}
    holders |= {holder for seat in right.seats if (holder := getattr(use_case, f"{seat}_id")) in members}
    lent = [one for one in delegations(portfolio) if one.lane in ("", lane or NO_LANE) and one.kind in ("", kind)]
    takers = {one.taker_id for one in lent if one.giver_id in holders - parties and one.taker_id in members}
    bound = {one.taker_id for one in lent if one.giver_id in parties} if right.second_person else set()
    return frozenset((holders | takers) - parties - bound)
