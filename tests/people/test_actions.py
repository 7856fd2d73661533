"""Can people be kept, changed and shut out, and does a link let in exactly once?"""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import authenticate, get_user
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from people import actions
from people.adapter import ClosedSignup
from people.models import SignInLink, User

BY = actions.CommandLine()


@pytest.fixture
def ana(db):
    return actions.create_person(email="Ana@Example.org ", name="Ana", password="correct horse 9", by=BY)


def link(user, hours=24):
    return actions.make_link(user=user, purpose=SignInLink.Purpose.INVITATION, hours=hours, by=BY)


def test_person_is_kept_by_lower_case_address_and_signs_in_by_any_spelling(ana):
    assert ana.email == "ana@example.org"
    assert authenticate(None, username="ANA@example.org", password="correct horse 9") == ana
    assert authenticate(None, username="ana@example.org", password="wrong horse 9") is None


def test_person_without_password_cannot_sign_in_by_one(db):
    ben = actions.create_person(email="ben@example.org", by=BY)
    assert not ben.has_usable_password()
    assert not User.objects.create_user("cleo@example.org").has_usable_password()


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "ANA@example.org"), ("email", "no address"), ("time_zone", "Mars/Olympus"), ("password", "short")],
)
def test_wrong_person_is_refused(ana, field, value):
    with pytest.raises(ValidationError):
        actions.create_person(**({"email": "ben@example.org", "by": BY} | {field: value}))
    assert User.objects.count() == 1


def test_database_refuses_a_second_spelling_of_an_address(ana):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="ANA@example.org")])


def test_settings_change_only_what_is_given(ana):
    actions.change_settings(user_id=ana.id, by=BY, theme="dark", shortcuts=False)
    actions.change_settings(user_id=ana.id, by=BY, time_zone="Europe/Berlin", theme="")
    ana.refresh_from_db()
    assert (ana.name, ana.time_zone, ana.theme, ana.shortcuts) == ("Ana", "Europe/Berlin", "", False)


@pytest.mark.parametrize(("field", "value"), [("time_zone", "../etc/passwd"), ("theme", "neon")])
def test_wrong_setting_is_refused_and_nothing_kept(ana, field, value):
    with pytest.raises(ValidationError):
        actions.change_settings(user_id=ana.id, by=BY, shortcuts=False, **{field: value})
    ana.refresh_from_db()
    assert ana.shortcuts is True


def test_deactivated_person_is_out_at_the_next_request(ana, client, rf):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    request = rf.get("/")
    request.session = client.session
    assert get_user(request) == ana
    actions.deactivate(user_id=ana.id, by=BY)
    assert get_user(request).is_anonymous
    assert authenticate(None, username=ana.email, password="correct horse 9") is None


def test_only_an_active_instance_administrator_has_the_rights_of_djangos_admin(ana):
    assert not any((ana.is_staff, ana.is_superuser, ana.has_perm("people.view_user")))
    ana.is_instance_admin = True
    assert ana.is_staff
    assert ana.is_superuser
    assert ana.has_perm("people.view_user")
    ana.is_active = False
    assert not ana.has_module_perms("people")


def test_sign_up_is_closed(rf):
    assert ClosedSignup().is_open_for_signup(rf.get("/accounts/signup/")) is False


def test_link_lets_in_once_and_its_token_is_not_stored(ana):
    token = link(ana)
    assert token.encode() not in bytes(SignInLink.objects.get().token_hash)
    assert actions.use_link(token=token) == ana
    assert refusal(token) == "link_used"


def test_link_that_is_unknown_expired_or_of_a_deactivated_person_lets_nobody_in(ana):
    assert refusal("guessed") == "link_unknown"
    old = link(ana)
    SignInLink.objects.update(made_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1))
    assert refusal(old) == "link_expired"
    token = link(ana)
    actions.deactivate(user_id=ana.id, by=BY)
    assert refusal(token) == "person_inactive"
    assert SignInLink.objects.with_token(token).get().used_at is None


def test_link_must_expire_after_it_is_made(ana):
    with pytest.raises(ValidationError):
        link(ana, hours=-1)
    with pytest.raises(ValidationError):
        actions.make_link(user=ana, purpose="anything", hours=1, by=BY)


def refusal(token):
    with pytest.raises(actions.LinkRefused) as caught:
        actions.use_link(token=token)
    return caught.value.code


@pytest.mark.django_db(transaction=True)
def test_one_of_twenty_parallel_accepts_wins():
    user = actions.create_person(email=f"{uuid4().hex}@example.org", by=BY)
    token = link(user)
    start, outcomes = threading.Barrier(20), []

    def accept():
        try:
            start.wait()
            outcomes.append(actions.use_link(token=token).id)
        except Exception as error:  # a thread's exception would otherwise be lost
            outcomes.append(getattr(error, "code", error))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted([str(user.id), *["link_used"] * 19])
