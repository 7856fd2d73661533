"""Does any answer, download or cached page hold what its reader must not have? (B3, B13, B14, B25)

Rows of docs/reference/past-vulnerabilities.md. What is asked is found through the resolver, not by a list.
"""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from feedback.models import FrontlineLink
from people.actions import make_link
from people.models import SignInLink
from portfolio.access import TABLE
from portfolio.models import Membership, Portfolio, Token, UseCase
from portfolio.rules import SYSTEM
from readiness.models import CalendarFeed
from tests.house import walk

SECRET_KEY = re.compile(
    r"pass(word|phrase)|secret|hmac|digest|salt|otp|private|session|csrf|api_?key|hash", re.IGNORECASE
)
# Checksums of what the reader sees anyway: of the ledger's lines, which anybody may verify, and of evidence
CHECKSUMS = {"hash", "previous_hash", "entry_hash", "prev_hash", "snapshot_hash", "material_hash", "head_hash"}


@pytest.fixture
def home(db):
    return walk.world("home", "Home")


@pytest.fixture
def abroad(db):
    return walk.world("abroad", walk.CANARY)


def asked(method: str = "GET") -> list[walk.Route]:
    return [route for route in walk.routes() if route.name not in TABLE.public and method in TABLE.routes[route.name]]


def _keys(told) -> set[str]:
    if isinstance(told, dict):
        return set(told) | {key for value in told.values() for key in _keys(value)}
    return {key for value in told for key in _keys(value)} if isinstance(told, list) else set()


# ------------------------------------------------------------------------------------------------- B3: downloads


_downloads: list[walk.Route] = []  # found once: asking every route takes seconds


def downloads(home, abroad) -> list[walk.Route]:
    """Every route that gives its reader a file."""
    if not _downloads:
        leader = walk.caller("leader", home, abroad)
        gives = [
            route for route in asked() if "attachment" in _answer(leader, route, home).get("Content-Disposition", "")
        ]
        _downloads.extend(gives)
    names = {route.name for route in _downloads}
    assert {"evidence_file", "api:evidence-file", "api:import-skipped", "api:ledger-export", "ledger_export"} <= names
    return _downloads


def _answer(caller, route, place):
    return caller.knock("GET", route, place.values)[0]


STRANGERS = ("anonymous", "stranger", "leader abroad", "removed member", "feedback token", "instance administrator")


@pytest.mark.parametrize("who", STRANGERS)
def test_a_download_is_for_members_only(home, abroad, who):
    caller = walk.caller(who, home, abroad)
    for route in downloads(home, abroad):
        answer = _answer(caller, route, home)
        assert answer.status_code in (302, 401, 403, 404), (route.name, answer.status_code)
        assert b"Home" not in answer.content, route.name


def test_a_download_ends_with_its_portfolio_and_its_use_case(home, abroad):
    leader = walk.caller("leader", home, abroad)
    found = downloads(home, abroad)
    of_a_use_case = [route for route in found if "ref" in route.parameters]
    foreign = home.values | {"ref": abroad.values["ref"]}
    for route in of_a_use_case:
        assert leader.knock("GET", route, foreign)[0].status_code == 404, route.name
    Portfolio.objects.filter(id=home.portfolio.id).update(archived_at=timezone.now())
    for route in found:
        assert _answer(leader, route, home).status_code == 404, route.name


def test_a_stored_file_has_no_address_of_its_own(home, abroad):
    leader = walk.caller("leader", home, abroad)
    for path in (
        "/media/evidence/walk-home",
        "/files/evidence/walk-home",
        "/static/evidence/walk-home",
        "/evidence/walk-home",
    ):
        assert leader.client.get(path).status_code == 404


# ------------------------------------------------------------------------------------- B13: rules of forms, by REST

TOMORROW = timedelta(days=1)
# (fields of the page's form, the same by REST): each breaks one rule that a form states
BROKEN = [
    ({"section": "what", "title": ""}, {"title": ""}),
    ({"section": "what", "title": "x" * 501}, {"title": "x" * 501}),
    ({"section": "what", "tags": "y" * 61}, {"tags": ["y" * 61]}),
    ({"section": "facts", "real_users": "-1"}, {"real_users": -1}),
    ({"section": "facts", "running_since": "0308-01-01"}, {"running_since": "0308-01-01"}),
    ({"section": "facts", "running_since": "tomorrow"}, {"running_since": "tomorrow"}),
    ({"section": "facts", "magnitude": "a_lot"}, {"magnitude": "a_lot"}),
]


@pytest.mark.parametrize(("form", "body"), BROKEN, ids=lambda one: "-".join(list(one)[-1:]))
def test_what_a_form_refuses_rest_refuses_too(home, abroad, form, body):
    row = UseCase.objects.get(id=home.values["ref"])
    day = (home.portfolio.today() + TOMORROW).isoformat()
    form, body = ({name: day if value == "tomorrow" else value for name, value in one.items()} for one in (form, body))
    client = walk.caller("leader", home, abroad).client
    said = {"title": row.title, "problem": row.problem, "version": row.version} | form
    page = client.post(f"/u/{row.key}/edit/{said.pop('section')}/", said)
    assert page.status_code == 422, page.content
    headers = {"If-Match": f'"{row.id}-{row.version}"'}
    answer = client.patch(f"/api/v1/use-cases/{row.key}/", body, content_type="application/json", headers=headers)
    assert answer.status_code in (400, 409), answer.content
    assert UseCase.objects.get(id=row.id).version == row.version


# --------------------------------------------------------------------------------------- B14: secrets in an answer


def _secrets(home) -> dict[str, bytes]:
    """What is kept and must never leave, whatever it is called."""
    make_link(user=home.leader, purpose=SignInLink.Purpose.INVITATION, hours=1, by=SYSTEM)
    home.leader.password = "pbkdf2$Geheimnis$Geheimnis"
    home.leader.save()
    CalendarFeed.objects.create(portfolio=home.portfolio, user=home.leader, digest="c" * 64)
    token = Token.objects.get(id=home.values["token_id"])
    link = FrontlineLink.objects.get(id=home.values["link_id"])
    return {
        "password": b"Geheimnis",
        "token": bytes(token.secret_hmac).hex().encode(),
        "text of a token": walk.text_of(token).encode(),
        "link": bytes(SignInLink.objects.get().token_hash).hex().encode(),
        "calendar": b"c" * 64,
        "frontline": bytes(link.digest).hex().encode(),
    }


@pytest.mark.parametrize("who", ["leader", "instance administrator", "reading token"])
def test_no_answer_holds_a_secret(home, abroad, who):
    kept = _secrets(home)
    caller = walk.caller(who, home, abroad)
    faults, looked = [], 0
    for route in asked():
        answer = _answer(caller, route, home)
        if answer.status_code != 200:
            continue
        looked += 1
        faults += [f"{route.name} shows the {name}" for name, text in kept.items() if text in answer.content]
        if answer.get("Content-Type") == "application/json":
            named = {key for key in _keys(answer.json()) if SECRET_KEY.search(key)} - CHECKSUMS
            faults += [f"{route.name}: {name}" for name in sorted(named)]
    assert faults == []
    assert looked > (10 if who == "reading token" else 3)


def test_the_look_at_keys_would_notice_one():
    assert any(SECRET_KEY.search(key) for key in _keys({"user": [{"password_hash": "x"}]}))


# ------------------------------------------------------------------------- B25: figures of others, or cached for all


@pytest.mark.parametrize("first", ["leader", "leader abroad"])
def test_the_same_address_shows_everybody_their_own_in_any_order(home, abroad, settings, first):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    order = (first, "leader abroad" if first == "leader" else "leader", first)
    callers = {name: walk.caller(name, home, abroad) for name in order}
    own = {"leader": b"Home portfolio", "leader abroad": f"{walk.CANARY} portfolio".encode()}
    faults, shown = [], set()
    for route in asked():
        if route.parameters:
            continue
        for name in order:
            other = "leader abroad" if name == "leader" else "leader"
            answer = _answer(callers[name], route, home)
            if own[other] in answer.content:
                faults.append(f"{route.name} shows {name} what is of {other}")
            if own[name] in answer.content:
                shown.add((route.name, name))
            if answer.status_code == 200 and not re.search("no-store|private", answer.get("Cache-Control", "")):
                faults.append(f"{route.name} may be kept by a proxy: {answer.get('Cache-Control')}")
    assert faults == []
    assert {("home", name) in shown or ("api:portfolios", name) in shown for name in order} == {True}


def test_figures_follow_a_role_at_once(home, abroad):
    """Nothing that was worked out for a member is shown to them once they are out."""
    member = walk.caller("viewer", home, abroad)
    path = f"/api/v1/portfolios/{home.portfolio.slug}/triage/"
    assert member.client.get(path).status_code == 200
    Membership.objects.filter(user_id=member.actor.user_id).delete()
    assert member.client.get(path).status_code == 404
