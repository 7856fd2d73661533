"""Do page and REST say and take the same, in a few queries?"""

import pytest
from django.test import Client

from adoption.models import Engagement
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
    for words in ("Motor handlers", "60 reached", "Two hours of training", "It hides the form.", "every 30 days"):
        assert words in page, words
    for path, count in (("engagements", 1), ("affected-roles", 1), ("support-actions", 1)):
        assert len(as_ben.get(f"/api/v1/use-cases/{pilot.key}/{path}/").json()["results"]) == count


def test_page_logs_a_conversation_and_keeps_what_was_typed_when_refused(norwell, pilot, as_ben):
    page = f"/u/{pilot.key}/people/"
    late = factories.in_days(norwell, 2).isoformat()
    refused = as_ben.post(page, {"on": late, "who": "Leeds", "heard": "It hides the form."})
    assert refused.status_code == 422
    assert b"It hides the form." in refused.content
    assert as_ben.post(page, {"on": norwell.today().isoformat(), "who": "Leeds", "heard": "Fine."}).status_code == 302
    assert Engagement.objects.get().who == "Leeds"
