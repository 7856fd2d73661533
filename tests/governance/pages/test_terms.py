"""Can a review be moved, a cap exception be renewed, and a leaving member's seats be handed over in one act?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from ledger.models import Entry
from portfolio.actions import members
from portfolio.models import CapException, Dirty, Membership, UseCase
from portfolio.rules import Stage


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def paused(world, days: int = 5) -> UseCase:
    return world.use_case("Letters", Stage.PAUSED, review_on=world.today + timedelta(days=days), reviews_missed=1)


def exceeding(world, days: int = 5) -> UseCase:
    made = world.use_case("Letters", Stage.PILOT)
    CapException.objects.create(
        use_case=made, until_on=world.today + timedelta(days=days), reason="Peak.", decided_by=world.people["ana"],
        decided_at=timezone.now(),
    )  # fmt: skip
    return made


def test_leader_moves_a_review_and_the_missed_ones_stay_counted(world):
    row = paused(world, days=-3)
    client, page = world.client("ana"), f"/u/{row.key}/review/"
    assert "Set a new review" in text_of(client.get(f"/u/{row.key}/"))
    assert client.get(page).status_code == 200
    assert client.post(page, {"review_on": world.later(20), "reason": "Data came late."}).status_code == 302
    row.refresh_from_db()
    assert (row.review_on, row.reviews_missed) == (world.today + timedelta(days=20), 1)
    line = Entry.objects.get(event_type="review.set")
    assert set(line.payload) == {"review_on", "was_on"}
    shown = text_of(client.get(f"/u/{row.key}/"))
    assert "set another review" in shown
    assert "“Data came late.”" in shown


@pytest.mark.parametrize(
    ("days", "reason", "words"),
    [
        (0, "Why not", "must be on a later day"),
        (-400, "Why not", "must be on a later day"),
        (5, "Why not", "on this day already"),
        (9, " ", "This field is required"),
    ],
)
def test_a_review_that_is_none_is_refused(world, days, reason, words):
    row = paused(world)
    said = {"review_on": (world.today + timedelta(days=days)).isoformat(), "reason": reason}
    answer = world.client("ana").post(f"/u/{row.key}/review/", said)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert UseCase.objects.get(id=row.id).review_on == row.review_on


def test_a_pilot_has_no_review_and_others_may_not_set_one(world):
    row = world.use_case("Letters", Stage.PILOT)
    said = {"review_on": world.later(), "reason": "Why not"}
    assert "Only what is paused has a review" in text_of(world.client("ana").post(f"/u/{row.key}/review/", said))
    for name, status in (("ben", 403), ("vera", 403), ("cleo", 404)):
        assert world.client(name).post(f"/u/{row.key}/review/", said).status_code == status
    assert not Entry.objects.filter(event_type="review.set").exists()


@pytest.mark.parametrize("days", [-2, 5])
def test_leader_renews_an_exception_also_one_that_ended(world, days):
    row = exceeding(world, days)
    client, page = world.client("ana"), f"/u/{row.key}/exception/"
    assert "Over the cap" in text_of(client.get(f"/u/{row.key}/"))
    assert client.post(page, {"until_on": world.later(40), "reason": "The auditors asked."}).status_code == 302
    was, now = CapException.objects.order_by("decided_at")
    assert was.ended_at is not None
    assert (now.until_on, now.ended_at) == (world.today + timedelta(days=40), None)
    shown = text_of(client.get(f"/u/{row.key}/"))
    assert "let it exceed the cap: until" in shown


def test_an_exception_may_end_earlier_and_counts_from_then(world):
    row = exceeding(world, 50)
    world.client("ana").post(f"/u/{row.key}/exception/", {"until_on": world.later(10), "reason": "Sooner."})
    open_one = CapException.objects.get(use_case=row, ended_at=None)
    assert open_one.until_on == world.today + timedelta(days=10)


def test_no_exception_to_renew_and_none_in_the_past(world):
    row = world.use_case("Letters", Stage.PILOT)
    said = {"until_on": world.later(), "reason": "Why not"}
    client = world.client("ana")
    assert "no cap exception that could be renewed" in text_of(client.post(f"/u/{row.key}/exception/", said))
    kept = exceeding(world)
    said["until_on"] = world.today.isoformat()
    answer = client.post(f"/u/{kept.key}/exception/", said)
    assert (answer.status_code, "must end on a later day" in text_of(answer)) == (422, True)
    assert world.client("ben").post(f"/u/{kept.key}/exception/", said).status_code == 403
    assert CapException.objects.count() == 1


def test_removing_somebody_with_seats_opens_their_hand_over(world):
    row = world.use_case("One", Stage.PILOT, lead=world.people["ben"])
    ben = Membership.objects.get(user=world.people["ben"])
    client = world.client("ana")
    asked = client.post(f"/p/norwell/members/{ben.id}/", {"remove": "1"})
    assert asked["Location"] == f"/p/norwell/members/{ben.id}/hand-over/?leaving=1"
    assert Membership.objects.filter(id=ben.id).exists()
    page = text_of(client.get(asked["Location"]))
    assert "Then Ben leaves the portfolio" in page
    assert "Hand over and take out" in page
    refused = client.post(asked["Location"], {"to": str(world.people["cleo"].id)})
    assert refused.status_code == 422
    assert Membership.objects.filter(id=ben.id).exists()
    assert client.post(asked["Location"], {"to": str(world.people["vera"].id)}).status_code == 302
    row.refresh_from_db()
    assert row.lead == world.people["vera"]
    assert not Membership.objects.filter(id=ben.id).exists()


def test_removing_marks_what_they_held(world):
    held, other = world.use_case("One", Stage.PILOT, lead=world.people["ben"]), world.use_case("Two")
    ben = Membership.objects.get(user=world.people["ben"])
    Dirty.objects.all().delete()
    members.remove_member(by=world.actor("ana"), membership_id=ben.id)
    assert set(Dirty.objects.values_list("use_case_id", flat=True)) == {held.id}
    assert other.id != held.id


def test_somebody_without_seats_is_taken_out_at_once(world):
    vera = Membership.objects.get(user=world.people["vera"])
    world.client("ana").post(f"/p/norwell/members/{vera.id}/", {"remove": "1"})
    assert not Membership.objects.filter(id=vera.id).exists()
