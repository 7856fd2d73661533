"""Does the first person get in?"""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from people import actions
from people.models import User

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = io.StringIO()
    call_command("create_admin", *arguments, stdout=out)
    return out.getvalue()


def test_without_password_a_one_time_link_is_printed():
    told = run("Root@Example.org", "--url", "https://pilotage.example/")
    token = re.search(r"^https://pilotage\.example/welcome/([\w-]{43})/$", told, re.MULTILINE)[1]
    user = actions.use_link(token=token)
    assert (user.email, user.is_instance_admin) == ("root@example.org", True)


def test_password_comes_from_standard_input_and_is_not_printed(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse 9\n"))
    told = run("root@example.org", "--password-stdin")
    assert "welcome" not in told
    assert "horse" not in told
    assert User.objects.get().check_password("correct horse 9")


def test_known_person_is_promoted_and_a_weak_password_changes_nothing(monkeypatch):
    actions.create_person(email="ana@example.org", name="Ana", by=actions.CommandLine())
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError):
        run("ana@example.org", "--password-stdin")
    assert not User.objects.get().is_instance_admin
    assert "/welcome/" in run("ANA@example.org")
    assert (User.objects.get().name, User.objects.get().is_instance_admin) == ("Ana", True)


def test_wrong_address_is_a_clear_refusal():
    with pytest.raises(CommandError, match="valid email"):
        run("nobody")
