"""Do page and REST say and take the same, in a few queries?"""

import pytest
from django.test import Client

from adoption import actions
from portfolio.rules import Stage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(norwell):
    return factories.use_case(norwell, Stage.PILOT)


@pytest.fixture
def as_ben(ben):
    client = Client()
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_rest_takes_the_page_shows(norwell, pilot, ana, ben, as_ben):
    today = norwell.today().isoformat()

    def send(path, status=200, **body):
        answer = as_ben.post(f"/api/v1/use-cases/{pilot.key}/{path}/", body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    send("adoption-plan", owner=str(ben.id), first_on=today)
    role = send("affected-roles", name="Motor handlers", headcount=64, reached=52, using=41)
    again = send("affected-roles", name="Motor handlers", headcount=64, reached=60, using=41)
    assert (again["id"], again["reached"]) == (role["id"], 60)
    send("support-actions", 201, role=role["id"], text="Two hours of training", owner=str(ana.id), due_on=today)
    send("engagements", 201, on=today, who="Leeds", heard="It hides the form.", changed="Form first.")
    send("oversight", mode="samples", cover=str(ana.id), stop_authority=True, competence="Ten years.", review_days=30)
    send("affected-roles", 409, name="Few", headcount=1, reached=2)
    send("support-actions", 400, role=str(pilot.id), text="x", owner=str(ana.id), due_on=today)
    page = as_ben.get(f"/u/{pilot.key}/people/").content.decode()
    for words in ("Motor handlers", "60 reached", "Two hours of training", "It hides the form.", "every 30\xa0days"):
        assert words in page, words
    for path, count in (("engagements", 1), ("affected-roles", 1), ("support-actions", 1)):
        assert len(as_ben.get(f"/api/v1/use-cases/{pilot.key}/{path}/").json()["results"]) == count


def test_every_form_of_the_tab_writes_and_keeps_what_was_typed_when_refused(norwell, pilot, ana, ben, by_ben, as_ben):
    today, late = norwell.today().isoformat(), factories.in_days(norwell, 2).isoformat()
    page = f"/u/{pilot.key}/people/"
    typed = {"on": late, "who": "Leeds", "heard": "It hides the form."}
    refused = as_ben.post(page + "conversation/", typed)
    assert refused.status_code == 422
    assert b"It hides the form." in refused.content
    said = {
        "conversation": typed | {"on": today},
        "plan": {"owner": ben.id, "first_on": today},
        "role": {"name": "Motor handlers", "headcount": 64, "reached": 52, "using": 41},
        "oversight": {"mode": "samples", "cover": ana.id, "stop_authority": "on", "competence": "Ten years."},
        "work": {"text": "Handling track", "made_by": "after-ai", "answers": "the handler", "objection": "by reply"},
    }
    for part, body in said.items():
        assert as_ben.post(f"{page}{part}/", body).status_code == 302, part
    talk = actions.log_engagement(use_case_id=pilot.id, by=by_ben, on=norwell.today(), who="Bath", heard="Too slow.")
    shown = as_ben.get(f"{page}changed/?row={talk.id}").content.decode()
    assert "They said: “Too slow.”" in shown
    assert f"changed/?row={talk.id}" in as_ben.get(page).content.decode()
    assert as_ben.post(f"{page}changed/?row={talk.id}", {"engagement": talk.id, "changed": " "}).status_code == 422
    assert as_ben.post(f"{page}changed/", {"engagement": pilot.id, "changed": "Much."}).status_code == 422
    assert as_ben.post(f"{page}changed/", {"engagement": talk.id, "changed": "Twice as fast."}).status_code == 302
    assert "Twice as fast." in as_ben.get(page).content.decode()
    role = pilot.affected_roles.get()
    body = {"role": role.id, "text": "Half a day", "owner": ana.id, "due_on": today}
    assert as_ben.post(page + "support/", body).status_code == 302
    told = as_ben.get(page).content.decode()
    for words in ("It hides the form.", "52 reached", "furthest behind", "Half a day", "a person after AI", "by reply"):
        assert words in told, words
    assert "52" in as_ben.get(f"{page}role/?row={role.id}").content.decode()
    assert as_ben.get(f"{page}role/?row={pilot.id}").status_code == 404
    assert as_ben.get(f"{page}unknown/").status_code == 404


def test_tab_takes_the_same_queries_for_few_and_many_rows(
    norwell, pilot, ana, by_ben, as_ben, django_assert_num_queries
):
    for count in (1, 4):
        for number in range(count):
            key = {"use_case_id": pilot.id, "by": by_ben}
            role = actions.set_role(**key, name=f"Team {count} {number}", headcount=9, reached=number)
            actions.add_support(**key, role=role, text="A day", owner=ana, due_on=norwell.today())
            actions.log_engagement(**key, on=norwell.today(), who="Leeds", heard="Fine.")
        as_ben.get(f"/u/{pilot.key}/people/")
        with django_assert_num_queries(19):
            as_ben.get(f"/u/{pilot.key}/people/")
