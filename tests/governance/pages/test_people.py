"""Can seats be handed over, a portfolio be opened, use cases be compared, each by whom it may be and by nobody else?"""

from governance.models import Assessment
from ledger.models import Entry
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.rules import Role, Stage


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_all_seats_of_a_member_go_to_another_each_with_its_line(world):
    one = world.use_case("One", Stage.PILOT, lead=world.people["ben"], overseer=world.people["ben"])
    two = world.use_case("Two", lead=world.people["ben"], sponsor=world.people["ana"])
    ben = Membership.objects.get(user=world.people["ben"])
    page = f"/p/norwell/members/{ben.id}/hand-over/"
    client = world.client("ana")
    assert "Ben holds lead of 2, overseer of 1." in text_of(client.get(page))
    before = Entry.objects.count()
    assert client.post(page, {"to": str(world.people["vera"].id)}).status_code == 302
    one.refresh_from_db()
    two.refresh_from_db()
    vera = world.people["vera"]
    assert (one.lead, one.overseer, two.lead, two.sponsor) == (vera, vera, vera, world.people["ana"])
    assert Entry.objects.count() == before + 2
    assert Assessment.objects.filter(use_case__in=[one, two]).count() == 2


def test_seats_go_to_members_only_and_only_a_leader_gives_them(world):
    ben = Membership.objects.get(user=world.people["ben"])
    page = f"/p/norwell/members/{ben.id}/hand-over/"
    for name in ("cleo", "ben"):
        assert world.client("ana").post(page, {"to": str(world.people[name].id)}).status_code == 422
    assert world.client("ben").post(page, {"to": str(world.people["vera"].id)}).status_code == 403


def test_administrator_opens_a_portfolio_and_nobody_else(world):
    body = {"name": "Claims", "leader": "Ben@example.org", "cap": "2", "currency": "GBP", "time_zone": "Europe/London"}
    assert world.client("ana").post("/portfolios/new/", body).status_code == 403
    client = world.client("ira")
    assert client.post("/portfolios/new/", body | {"leader": "no@example.org"}).status_code == 422
    assert client.post("/portfolios/new/", body | {"slug": "norwell"}).status_code == 422
    assert client.post("/portfolios/new/", body)["Location"] == "/p/claims/members/"
    made = Portfolio.objects.get(slug="claims")
    assert (made.policy.pilot_cap, made.currency) == (2, "GBP")
    assert Membership.objects.get(portfolio=made).role == Role.LEADER


def test_comparison_hides_what_is_equal_on_demand(world):
    one = world.use_case("One", Stage.PILOT, why_ai="Rules failed.", real_users=4)
    two = world.use_case("Two", Stage.PILOT, why_ai="Rules failed.", real_users=9)
    address = f"/p/norwell/compare/?u={one.key}&u={two.key}"
    client = world.client("vera")
    page = text_of(client.get(address))
    assert "<td>Rules failed.</td><td>Rules failed.</td>" in page
    assert "<td>4</td><td>9</td>" in page
    page = text_of(client.get(f"{address}&only=differences"))
    assert "Rules failed." not in page
    assert "<td>4</td><td>9</td>" in page


def test_comparison_of_too_few_many_or_unknown_is_said(world):
    assert "Choose two to four" in text_of(world.client("vera").get("/p/norwell/compare/?u=UC-99999"))
    keys = "&".join(f"u={row.key}" for row in world.pilots(5))
    page = text_of(world.client("vera").get(f"/p/norwell/compare/?{keys}"))
    assert "1 of the address was left out" in page
    assert "Pilot 5" not in page
    assert UseCase.objects.count() == 5
