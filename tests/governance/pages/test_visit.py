"""Does the board tell what happened since the last visit, costliest first, and what waits on the reader?"""

from datetime import timedelta

from django.utils import timezone

from governance.actions import dates, verbs
from governance.queries import visit
from portfolio.models import Membership, UseCase
from portfolio.rules import Stage, Verb


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def told(world, name: str) -> list[str]:
    moment = visit.last_visit(world.portfolio, world.actor(name))
    return [f"{one.subject} {one.text}" for one in visit.since(world.portfolio, world.actor(name), moment)]


def settle_visit(world) -> None:
    Membership.objects.update(last_visit_at=timezone.now())


def test_sentences_are_at_most_seven_costliest_first_and_leave_out_own_acts(world):
    rows = world.pilots(9)
    settle_visit(world)
    ana = world.actor("ana")
    for row in rows[:8]:
        verbs.pause(
            use_case_id=row.id, by=ana, reason="Waits.", restart_condition="Data.", review_on=world.today + timedelta(30)
        )  # fmt: skip
    verbs.stop(use_case_id=rows[8].id, by=ana, reason="Nobody uses it.", learnt="Ask first.")
    found = told(world, "vera")
    assert len(found) == visit.MOST
    assert found[0] == "Pilot 9 was stopped by Ana."
    assert told(world, "ana") == []


def test_seen_clears_what_was_told_for_this_reader_only(world):
    settle_visit(world)
    world.use_case("New one")
    assert told(world, "vera") == ["1 use case was registered."]
    world.client("vera").post("/p/norwell/seen/")
    assert told(world, "vera") == []
    assert told(world, "otto") == ["1 use case was registered."]


def test_slip_is_told_with_its_cause(world):
    row = world.use_case("Claims", Stage.PILOT)
    day = world.today + timedelta(30)
    dates.agree_date(use_case_id=row.id, by=world.actor("ana"), agreed_on=day, cause="")
    settle_visit(world)
    later = day + timedelta(7)
    dates.agree_date(use_case_id=row.id, by=world.actor("ana"), agreed_on=later, cause="The data came late.")
    assert told(world, "vera") == ["Claims is to be decided 7\u00a0days later: The data came late."]


def test_what_waits_is_only_what_the_reader_may_do(world):
    row = world.use_case("Claims", Stage.PILOT, lead=world.people["ben"])
    dates.ask(use_case_id=row.id, by=world.actor("ben"), kind=Verb.PAUSE, reason="No data.")
    UseCase.objects.filter(id=row.id).update(agreed_on=world.today - timedelta(1))
    leader = text_of(world.client("ana").get("/p/norwell/visit/"))
    assert "<b>Claims</b>: Ben asks: pause." in leader
    assert "1 pilot lacks some of the five facts" in leader
    contributor = text_of(world.client("ben").get("/p/norwell/visit/"))
    assert "Ben asks" not in contributor
    assert "you lead it, and its go/no-go date has passed" in contributor
    assert "Nothing waits on you" in text_of(world.client("vera").get("/p/norwell/visit/"))


def test_pilots_without_a_lead_are_found_by_the_address(world):
    world.pilots(2)
    UseCase.objects.filter(title="Pilot 1").update(lead=world.people["ben"])
    page = text_of(world.client("ana").get("/p/norwell/use-cases/?stage=pilot&lead=nobody"))
    assert "Pilot 2" in page
    assert "Pilot 1<" not in page
