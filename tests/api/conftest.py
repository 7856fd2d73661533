"""Whom do the API's tests know? Ana leads, Ben contributes, Vera views, Odd audits, Cleo is a stranger."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from people.models import User
from portfolio.access import identity
from portfolio.actions import portfolios, tokens, use_cases
from portfolio.models import Membership, Portfolio, Token, UseCase
from portfolio.rules import SYSTEM, Actor, Role, Stage
from roi.actions import hypotheses
from tests.factories import DRAFT, planned_adoption

SLOT_FACTS = {"success_statement": "Half the time", "why_ai": "Rules failed", "stop_criterion": "No gain by May"}


def person(name: str, **more: Any) -> User:
    return User.objects.create_user(email=f"{name}@example.org", name=name.title(), **more)


@dataclass
class World:
    """A portfolio with its people."""

    portfolio: Portfolio
    ana: User
    ben: User

    def member(self, name: str, role: Role) -> User:
        user = person(name)
        Membership.objects.create(portfolio=self.portfolio, user=user, role=role)
        return user

    def use_case(self, title: str = "Sort mail", stage: Stage = Stage.PROPOSED, **facts: Any) -> UseCase:
        made = use_cases.register(
            by=identity.person(self.ana), portfolio_id=self.portfolio.id, title=title, problem="Slow", **facts
        )
        if stage != Stage.PROPOSED:
            left = Stage.PILOT if stage == Stage.PAUSED else ""
            UseCase.objects.filter(id=made.id).update(stage=stage, registered_as=stage, stage_left=left)
            made.refresh_from_db()
        return made

    def ready(self, title: str = "Sort mail", hypothesis: bool = True, **facts: Any) -> UseCase:
        """A proposed use case that could be selected; without `hypothesis` only that is missing."""
        made = self.use_case(title, **SLOT_FACTS, sponsor=self.ana, lead=self.ben, **facts)
        if hypothesis:
            hypotheses.edit(by=SYSTEM, use_case_id=made.id, **DRAFT)
        planned_adoption(made)
        return made

    def token(self, *scopes: str, by: User | None = None, **more: Any) -> str:
        actor = identity.person(by or self.ana)
        return tokens.create_token(by=actor, portfolio_id=self.portfolio.id, name="t", scopes=list(scopes), **more)[1]


def world(slug: str, ana: User, ben: User | None = None) -> World:
    made = portfolios.create_portfolio(by=SYSTEM, name=f"Portfolio {slug}", slug=slug, leaders=[ana])
    if ben is not None:
        Membership.objects.create(portfolio=made, user=ben, role=Role.CONTRIBUTOR)
    return World(made, ana, ben or ana)


@pytest.fixture
def ana(db) -> User:
    return person("ana")


@pytest.fixture
def ben(db) -> User:
    return person("ben")


@pytest.fixture
def cleo(db) -> User:
    return person("cleo")


@pytest.fixture
def home(ana, ben) -> World:
    return world("home", ana, ben)


@pytest.fixture
def abroad(cleo) -> World:
    return world("abroad", cleo)


class Api:
    """A caller of the REST door: by session or by token; JSON in and out."""

    def __init__(self, user: User | None = None, token: str | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        if user is not None:
            self.client.force_login(user)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return self.client.generic(method, url, headers=self.headers | named, **_encoded(data))

    def get(self, path: str, **headers: str):
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str):
        return self("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str):
        return self("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str):
        return self("DELETE", path, **headers)


def _encoded(data: dict[str, Any]) -> dict[str, Any]:
    import json

    if data and not isinstance(data["data"], str | bytes):
        data["data"] = json.dumps(data["data"], default=str)
    return data


@pytest.fixture
def as_ana(home) -> Api:
    return Api(home.ana)


@pytest.fixture
def as_ben(home) -> Api:
    return Api(home.ben)


@pytest.fixture
def as_cleo(abroad) -> Api:
    return Api(abroad.ana)


def codes(response) -> list[str]:
    return [reason["code"] for reason in response.json()["reasons"]]


def in_days(count: int) -> str:
    return (timezone.now().date() + timedelta(days=count)).isoformat()


def actor(user: User) -> Actor:
    return identity.person(user)


__all__ = ["Api", "Token", "World", "actor", "codes", "in_days", "person", "world"]
