"""Load the demo through the same actions as everybody: nothing here writes around a rule."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.actions import dates, nightly, verbs
from governance.demo import adoption, feedback, readiness, roi
from people import actions as people
from people.models import User
from portfolio.access.identity import person
from portfolio.actions import members, portfolios
from portfolio.actions.declare import Declared, declare
from portfolio.models import Portfolio, UseCase
from portfolio.rules import SYSTEM, Actor, Policy, Role, Stage, Verb
from roi.actions import values

_FACTS = {"organisation": "organisation", "problem": "problem", "success": "success_statement", "why_ai": "why_ai",
          "stop": "stop_criterion", "outcome": "business_outcome", "magnitude": "magnitude", "users": "real_users",
          "tags": "tags", "restart": "restart_condition"}  # fmt: skip


def story() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "norwell.yaml").read_text())


def logins() -> list[tuple[str, str, str]]:
    """(role, mail address, password), one for each role."""
    found: dict[str, str] = {}
    password = _password()
    for nick, one in story()["people"].items():
        found.setdefault(one["role"], _mail(nick))
    return [(role, mail, password) for role, mail in found.items()]


def _password() -> str:
    """One password for the demo's accounts, made at first use and kept in this instance's home."""
    path = settings.PILOTAGE_HOME / "demo-password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text()


def _mail(nick: str) -> str:
    return f"{nick}@norwell.example"


@transaction.atomic
def load() -> Portfolio:
    """The whole demo, in one transaction. Refused by `create_portfolio` when it is already there."""
    told = story()
    passwords = {mail: password for _, mail, password in logins()}
    users = {
        nick: people.create_person(
            email=_mail(nick),
            name=one["name"],
            by=SYSTEM,
            password=passwords.get(_mail(nick)),
            time_zone="Europe/Berlin",
        )
        for nick, one in told["people"].items()
    }
    plan = dict(told["portfolio"])
    leaders = [users[nick] for nick, one in told["people"].items() if one["role"] == "leader"]
    policy = Policy(pilot_cap=plan.pop("pilot_cap"))
    portfolio = portfolios.create_portfolio(by=SYSTEM, leaders=leaders, policy=policy, **plan)
    for nick, one in told["people"].items():
        if one["role"] != "leader":
            role = Role(one["role"])
            members.add_member(by=SYSTEM, portfolio_id=portfolio.id, user=users[nick], role=role)
    made = declare(by=SYSTEM, portfolio=portfolio, rows=[_declared(row, users) for row in told["use_cases"]])
    leader, other = person(users["helena"]), person(users["ruben"])
    sources = readiness.map_data(portfolio, told["data"], users)
    pairs = list(zip(told["use_cases"], made, strict=True))
    priced, peopled = roi.story(), adoption.story()
    for row, use_case in pairs:
        if "lane" in row:
            dates.choose_lane(
                use_case_id=use_case.id, by=leader, lane=row["lane"], reason="Agreed in the steering round."
            )
        readiness.tell(row, use_case, users, sources)
        if row["title"] in priced:
            roi.tell(priced[row["title"]], use_case, users)
        if row["title"] in peopled:
            adoption.tell(peopled[row["title"]], use_case, users)
        if row.get("watched"):
            feedback.agree(use_case, users)
    nightly.recompute(everything=True)  # opens the items
    for row, use_case in pairs:
        readiness.plan(row, use_case, users)
        _decide(row, use_case, leader, other, users)
        if row.get("watched"):
            feedback.stream(use_case, users)
    values.nightly(portfolio.id, portfolio.today())
    nightly.recompute(everything=True)
    return portfolio


def _declared(row: dict[str, Any], users: dict[str, User]) -> Declared:
    today = timezone.now()
    facts = {field: row[name] for name, field in _FACTS.items() if name in row}
    facts |= {seat: users[row[seat]] for seat in ("lead", "sponsor", "overseer") if seat in row}
    if "review" in row:
        facts["review_on"] = (today + timedelta(days=row["review"])).date()
    if row.get("stop_met"):
        facts["stop_met_on"] = (today - timedelta(days=6)).date()
    since = today - timedelta(days=row["since"]) if "since" in row else None
    if row.get("agreed", 0) < 0:  # agreed before, and passed
        facts["agreed_on"] = (today + timedelta(days=row["agreed"])).date()
    if "readiness" in row:  # named in the last round as one to keep: its gaps are work
        facts["kept_at"] = since
    return Declared(row["title"], Stage(row.get("stage", "proposed")), since=since, facts=facts)


def _decide(row: dict[str, Any], use_case: UseCase, leader: Actor, other: Actor, users: dict[str, User]) -> None:
    """The few decisions that people made in the demo: dates, a go asked for, a go given."""
    if row.get("agreed", 0) > 0:
        agreed_on = use_case.portfolio.today() + timedelta(days=row["agreed"])
        dates.agree_date(use_case_id=use_case.id, by=leader, agreed_on=agreed_on)
    if row.get("ask_go") or row.get("go"):
        asker = person(users["priya"])
        dates.ask(use_case_id=use_case.id, by=asker, kind=Verb.GO, reason="Nothing blocks it any more.")
    if row.get("go"):
        owed = verbs.Due(
            "A second reader for letters from courts", users["daniel"], use_case.portfolio.today() + timedelta(days=21)
        )
        reason = "Every letter of the test month reached its team."
        verbs.go(use_case_id=use_case.id, by=other, reason=reason, conditions=(owed,))
