"""Does every route, by every method, answer every kind of caller what access.yaml says, and nothing more?"""

import re

import pytest

from portfolio.access import TABLE
from tests.house import walk

ROUTES = walk.routes()
CLOSED = [route for route in ROUTES if route.name not in TABLE.public]


def test_every_route_is_named_in_the_table():
    named = set(TABLE.routes) | TABLE.public
    assert {route.name for route in ROUTES} - named == set(), "add them to portfolio/access.yaml"
    assert named - {route.name for route in ROUTES} == set(), "these routes are gone"


def test_every_method_of_a_view_has_its_verb():
    for route in CLOSED:
        view = getattr(route.view, "view_class", None) or getattr(route.view, "cls", None)
        if view is None:
            continue
        has = {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}
        assert has == set(TABLE.routes[route.name]), route.name


@pytest.fixture
def home(db):
    return walk.world("home", "Home")


@pytest.fixture
def abroad(db):
    return walk.world("abroad", walk.CANARY)


@pytest.mark.parametrize("who", walk.CALLERS)
def test_every_caller_gets_what_the_table_says(who, home, abroad):
    caller = walk.caller(who, home, abroad)
    sees_abroad = caller.actor is not None and abroad.portfolio.id in caller.actor.portfolio_ids()
    places = {"home": (home, home.values), "abroad": (abroad, abroad.values), "nowhere": (None, walk.nowhere(home))}
    faults = []
    for route in CLOSED:
        for method in TABLE.routes[route.name]:
            bodies = {}
            for where, (place, values) in places.items():
                answer, written = caller.knock(method, route, values)
                wanted = walk.expected(route, method, caller.actor, place)
                said = f"{method} {route.path} {where}: {answer.status_code}"
                if not _fits(answer, wanted, route):
                    faults.append(f"{said}, not {wanted}")
                if wanted != walk.DONE and written:
                    faults.append(f"{said} wrote {written} rows")
                if (
                    not sees_abroad
                    and not _administers(caller, method, route)
                    and walk.CANARY.encode() in answer.content
                ):
                    faults.append(f"{said} shows something of abroad")
                bodies[where] = (answer.status_code, _without_tokens(answer.content))
            if bodies["abroad"][0] == 404 and bodies["abroad"] != bodies["nowhere"]:
                faults.append(f"{method} {route.path}: foreign and unknown differ")
    assert faults == []


def _fits(answer, wanted, route) -> bool:
    if wanted == walk.DONE and route.name in walk.OWN_ONLY and answer.status_code == 403:
        return True
    if wanted == walk.DONE and route.name in walk.UNSEEN_BY_OTHERS and answer.status_code == 404:
        return True
    if wanted == walk.DONE:
        return answer.status_code < 500 and answer.status_code not in (401, 403, 404, 405)
    if wanted == 401 and not route.is_api:  # a page sends people to sign in, htmx fragments get 401
        return answer.status_code == 302 and "/accounts/login/" in answer["Location"]
    return answer.status_code == wanted


def _without_tokens(content: bytes) -> bytes:
    """A page carries a CSRF token that is masked anew each time."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", content)


def _administers(caller, method, route) -> bool:
    """An instance administrator manages people everywhere, so sees their names."""
    verb = TABLE.verb_of(route.name, method)
    rights = TABLE.rights[verb].admin or route.name == "home"  # names of portfolios only
    return caller.actor is not None and caller.actor.is_instance_admin and rights


@pytest.mark.parametrize("who", ["leader", "leader abroad"])
def test_a_child_under_another_parent_is_not_there(who, home, abroad):
    caller = walk.caller(who, home, abroad)
    faults = []
    for route in CLOSED:
        children = walk.CHILDREN & set(route.parameters)
        if not children or children == set(route.parameters):
            continue  # no parent in the path that could be another's
        for method in TABLE.routes[route.name]:
            for parent, child in ((home, abroad), (abroad, home)):
                mixed = parent.values | {name: child.values[name] for name in children}
                answer, written = caller.knock(method, route, mixed)
                if answer.status_code != 404 or written or b"reason" in answer.content:
                    faults.append(f"{method} {route.path}: {answer.status_code}, {written} rows")
    assert faults == []


def test_the_walk_would_notice_a_wrong_answer(home, abroad):
    """The walk itself: a leader's refusal of a route for leaders must be a fault."""
    route = next(route for route in CLOSED if route.name == "api:pause-the-rest")
    caller = walk.caller("viewer", home, abroad)
    answer, written = caller.knock("POST", route, home.values)
    assert (answer.status_code, written) == (403, 0)
    assert not _fits(answer, walk.DONE, route)
    leader = walk.caller("leader", home, abroad)
    archive = next(route for route in CLOSED if route.name == "api:token")
    gone, written = leader.knock("DELETE", archive, home.values)
    assert gone.status_code == 204
    assert written > 0
