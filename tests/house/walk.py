"""Which routes are there, who could knock, and what must the table answer each? Data for `test_routes`.

A new room needs nothing here unless its paths bring a new parameter: then `World.values` learns its name.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from feedback.models import DecisionFile, FrontlineLink, LearningAction, Ring, Signal
from governance.actions import verbs
from governance.forms.use_cases import SECTIONS
from governance.models import Condition, Delegation, Request
from people.models import User
from portfolio.access import TABLE, can, identity, tokens
from portfolio.access.middleware import _OWN_DOOR
from portfolio.actions import portfolios, use_cases
from portfolio.models import ImportRun, Job, Membership, Portfolio, SavedView, Token, UseCase
from portfolio.rules import SYSTEM, Actor, Role, Stage
from tests.house import walk_readiness as readiness
from tests.house import walk_roi as roi

CANARY = "Zweifelstein"  # stands in every text of the portfolio abroad; no word, no time zone
OF_PORTFOLIO = frozenset({"slug", "job_id"})  # parameters that say: about a whole portfolio
UNSEEN_BY_OTHERS = frozenset({"api:saved-view", "saved_view"})  # 404 for another's, whatever the role
OF_INSTANCE = frozenset({"user_id"})  # about an account, not a portfolio: only an administrator learns which there are
OWN_ONLY = frozenset({"api:withdraw", "withdraw"})  # whose object it is decides too: 403 for another's
CHILDREN = frozenset(
    {
        "member_id",
        "token_id",
        "request_id",
        "decision_id",
        "run_id",
        "past_id",
        "delegation_id",
        "signal_id",
        "ring_id",
        "action_id",
        "link_id",
        "lent_id",
        "condition_id",
        "view_id",
    }
) | frozenset(readiness.CHILDREN + roi.CHILDREN)


@dataclass(frozen=True)
class Route:
    name: str
    path: str  # /api/v1/use-cases/{ref}/
    parameters: tuple[str, ...]
    view: Any

    def at(self, values: dict[str, Any]) -> str:
        missing = set(self.parameters) - set(values)
        assert not missing, f"{self.name}: tests/house/walk.py knows no value for {missing}"
        return self.path.format(**values)

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")


def routes() -> list[Route]:
    """Every route of the instance except those that bring their own door."""
    return [route for route in _walk(get_resolver(), "/", "") if not route.name.startswith(_OWN_DOOR)]


def _walk(resolver: URLResolver, path: str, space: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern).removeprefix("^").removesuffix("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            named = re.findall(r"<(?:\w+:)?(\w+)>", here)
            yield Route(
                f"{space}{entry.name}", re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", here), tuple(named), entry.callback
            )


@dataclass
class World:
    """A portfolio with one of everything that a path can name."""

    portfolio: Portfolio
    leader: User
    values: dict[str, Any] = field(default_factory=dict)


def world(slug: str, mark: str) -> World:
    """`mark` stands in every text."""
    leader, other = _person(f"leader-{slug}", mark), _person(f"member-{slug}", mark)
    portfolio = portfolios.create_portfolio(by=SYSTEM, name=f"{mark} portfolio", slug=slug, leaders=[leader])
    member = Membership.objects.create(portfolio=portfolio, user=other, role=Role.CONTRIBUTOR)
    by = identity.person(leader)
    row = use_cases.register(by=by, portfolio_id=portfolio.id, title=f"{mark} title", problem=f"{mark} problem")
    UseCase.objects.filter(id=row.id).update(stage=Stage.PILOT)
    decision = verbs.pause(
        use_case_id=row.id, by=by, reason=f"{mark} reason", restart_condition=f"{mark} condition",
        review_on=portfolio.today() + timedelta(days=30),
    )  # fmt: skip
    asked = Request.objects.create(use_case=row, kind="resume", reason=f"{mark} ask", author=other)
    values = {
        "user_id": other.id, "section": next(iter(SECTIONS)), "slug": slug, "ref": str(row.id), "member_id": member.id, "decision_id": decision.id, "request_id": asked.id,
        "token_id": lend(portfolio, leader, "use-cases:read").id,
        "condition_id": Condition.objects.create(
            decision=decision, text=f"{mark} condition", owner=other, due_on=portfolio.today()
        ).id,
        "lane": "fast", "kind": "go", "people_part": "plan", "delegation_id": Delegation.objects.create(
            portfolio=portfolio, giver=leader, taker=other, until_on=portfolio.today(), reason=f"{mark} lent"
        ).id,
        "view_id": SavedView.objects.create(
            membership=portfolio.memberships.get(user=leader), name=f"{mark} view", place="board", query="stage=pilot"
        ).id,
        "past_id": DecisionFile.objects.create(use_case=row, file_name=f"{mark}.csv").id,
        "run_id": ImportRun.objects.create(portfolio=portfolio, file_name=f"{mark}.csv").id,
        "job_id": Job.objects.create(portfolio=portfolio, kind="import", text=f"{mark} job").id,
    }  # fmt: skip
    values |= {
        "signal_id": Signal.objects.create(use_case=row, code="drift", name=f"{mark} drift").id,
        "ring_id": Ring.objects.create(use_case=row, direction="up", rang_on=portfolio.today()).id,
        "action_id": LearningAction.objects.create(use_case=row, text=f"{mark} lesson").id,
        "lent_id": lend(portfolio, leader, "feedback:write", row.id).id,
        "link_id": FrontlineLink.objects.create(use_case=row, digest=row.id.bytes * 2, name=mark, made_by=leader).id,
    }
    return World(portfolio, leader, values | readiness.values(portfolio, row, leader, mark) | roi.values(row, mark))


def nowhere(known: World) -> dict[str, Any]:
    """Values of the same kinds that name nothing."""
    return {
        name: {"slug": "no-such-portfolio", "section": value, "lane": "no-such-lane", "part": value, "kind": value, "people_part": value, "roi_section": value, "day": value}.get(name)
        or uuid.uuid4()
        for name, value in known.values.items()
    }  # fmt: skip


def _person(name: str, mark: str) -> User:
    return User.objects.create_user(email=f"{mark.lower()}-{name}@example.org", name=f"{mark} {name}")


_texts: dict[uuid.UUID, str] = {}


def lend(portfolio: Portfolio, maker: User, scope: str, use_case_id: Any = None) -> Token:
    text, public_id, digest = tokens.mint()
    token = Token.objects.create(
        public_id=public_id, secret_hmac=digest, name="t", scopes=[scope], portfolio=portfolio, made_by=maker,
        use_case_id=use_case_id, expires_at=timezone.now() + timedelta(days=1), last_used_at=timezone.now(),
    )  # fmt: skip
    _texts[token.id] = text
    return token


def text_of(token: Token) -> str:
    return _texts[token.id]


@dataclass
class Caller:
    """One of the actors of the walk."""

    client: Client
    actor: Actor | None  # None: nobody
    headers: dict[str, str] = field(default_factory=dict)

    def knock(self, method: str, route: Route, values: dict[str, Any]) -> tuple[Any, int]:
        """The answer, and how many rows the request wrote; undone afterwards."""
        self.client.cookies.pop("messages", None)  # what an earlier answer had to say is not this one's
        with transaction.atomic():
            before = _written()
            body = {"data": "{}", "content_type": "application/json"} if route.is_api and method != "GET" else {}
            answer = self.client.generic(method, route.at(values), headers=self.headers, **body)
            if getattr(answer, "streaming", False):
                body = b"".join(answer.streaming_content)
                answer = HttpResponse(body, status=answer.status_code, headers=dict(answer.headers))
            written = _written() - before
            transaction.set_rollback(True)
        return answer, written


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]


CALLERS = (
    "anonymous", "stranger", "viewer", "contributor", "leader", "auditor", "leader abroad", "feedback token",
    "reading token", "removed member", "instance administrator",
)  # fmt: skip


def caller(name: str, home: World, abroad: World) -> Caller:
    """Make the actor, fully wired: a session or a token."""
    client = Client(raise_request_exception=True)
    if name == "anonymous":
        return Caller(client, None)
    if name in ("feedback token", "reading token"):
        scope, use_case_id = (
            ("feedback:write", home.values["ref"]) if name == "feedback token" else ("use-cases:read", None)
        )
        token = lend(home.portfolio, home.leader, scope, use_case_id)
        return Caller(client, identity.bearer(token), {"Authorization": f"Bearer {text_of(token)}"})
    if name in ("leader", "leader abroad"):
        user = home.leader if name == "leader" else abroad.leader
    else:
        user = _person(name.replace(" ", "-"), "Home")
    if name in [role.value for role in Role] and name != "leader":
        Membership.objects.create(portfolio=home.portfolio, user=user, role=name)
    if name == "instance administrator":
        user.is_instance_admin = True
        user.save()
    client.force_login(user)
    if name == "removed member":
        member = Membership.objects.create(portfolio=home.portfolio, user=user, role=Role.LEADER)
        member.delete()
    return Caller(client, identity.person(user))


DONE = "done, or refused by shape or rule"


def expected(route: Route, method: str, actor: Actor | None, place: World | None) -> int | str:
    """401, 403, 404 or DONE, from access.yaml alone. `place` None: the path names nothing."""
    if actor is None or not (actor.is_person or route.is_api):
        return 401  # a page knows only sessions
    verb = TABLE.verb_of(route.name, method)
    assert verb is not None
    right = TABLE.rights[verb]
    if not set(route.parameters) - OF_INSTANCE:
        if not _anywhere(actor, verb):
            return 403
        return 404 if route.parameters and place is None else DONE
    if place is None:
        return 404
    administers = actor.is_person and actor.is_instance_admin and right.admin and "slug" in route.parameters
    if actor.role_in(place.portfolio.id) is None and not administers:
        return 404
    if actor.use_case_id is not None and OF_PORTFOLIO & set(route.parameters):
        return 403
    return DONE if can(actor, verb, place.portfolio.id).allowed else 403


def _anywhere(actor: Actor, verb: str) -> bool:
    if can(actor, verb).allowed:
        return True
    return actor.use_case_id is None and any(can(actor, verb, place).allowed for place in actor.portfolio_ids())
