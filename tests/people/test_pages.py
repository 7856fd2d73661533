"""Does a welcome link set a password once, and do own settings change only one's own?"""

import pytest
from django.test import Client

from people import actions
from people.models import SignInLink

BY = actions.CommandLine()


@pytest.fixture
def dan(db):
    return actions.create_person(email="dan@example.org", name="Dan", by=BY)


def link(user, hours=24):
    return actions.make_link(user=user, purpose=SignInLink.Purpose.FIRST_SIGN_IN, hours=hours, by=BY)


def test_link_sets_a_password_and_signs_in_once(dan):
    path = f"/welcome/{link(dan)}/"
    client = Client()
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200  # looking at it does not spend it
    words = {"new_password1": "seven green kettles", "new_password2": "seven green kettles"}
    assert client.post(path, words).headers["Location"] == "/"
    assert client.get("/me/").status_code == 200
    again = Client().post(path, words)
    assert again.status_code == 410
    assert Client().login(username="dan@example.org", password="seven green kettles")


@pytest.mark.parametrize(
    "words", [("short", "short"), ("seven green kettles", "other words here"), ("dan@example.org", "dan@example.org")]
)
def test_weak_password_is_refused_and_the_link_still_works(dan, words):
    path = f"/welcome/{link(dan)}/"
    client = Client()
    assert client.post(path, dict(zip(("new_password1", "new_password2"), words, strict=True))).status_code == 422
    assert client.get(path).status_code == 200


def test_unknown_and_old_links_look_alike(dan):
    token = link(dan)
    SignInLink.objects.update(made_at="2020-01-01T00:00Z", expires_at="2020-01-02T00:00Z")
    old, unknown = Client().get(f"/welcome/{token}/"), Client().get("/welcome/nothing/")
    assert (old.status_code, unknown.status_code) == (410, 410)
    assert "no longer works" in old.content.decode()


def test_settings_are_kept_and_shown(dan):
    client = Client()
    client.force_login(dan, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/me/").status_code == 200
    assert client.post("/me/", {"name": "Dan B", "time_zone": "Mars/Olympus", "theme": "dark"}).status_code == 422
    client.post("/me/", {"name": "Dan B", "time_zone": "Europe/Berlin", "theme": "dark"})
    dan.refresh_from_db()
    assert (dan.name, dan.time_zone, dan.theme, dan.shortcuts) == ("Dan B", "Europe/Berlin", "dark", False)
    page = client.get("/me/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-shortcuts="off"' in page
