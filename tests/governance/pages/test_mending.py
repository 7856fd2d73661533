"""Can people mend facts, limits and members in the browser without losing each other's words?"""

from django.test import Client
from django.utils.html import escape

from governance.models import Decision
from people.actions import CommandLine, create_person, deactivate
from portfolio.models import Membership
from portfolio.rules import Stage

USE_CASE_QUERIES = {Stage.PROPOSED: 25}


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def edit(use_case, **values):
    seen = {f"initial-{name}": getattr(use_case, name) or "" for name in ("title", "problem", "organisation")}
    body = {"title": use_case.title, "problem": use_case.problem, "organisation": use_case.organisation, "tags": ""}
    return seen | {"initial-tags": "", "version": use_case.version} | body | values


def test_two_edits_of_one_field_show_both_values_and_lose_nothing(world):
    use_case = world.use_case("Old title")
    ana, ben = world.client("ana"), world.client("ben")
    address = f"/u/{use_case.key}/edit/what/"
    ana.post(address, edit(use_case, title="Title of Ana"))
    clash = ben.post(address, edit(use_case, title="Title of Ben", organisation="Claims"))
    page = text_of(clash)
    assert clash.status_code == 409
    for words in ("Title of Ana", "Title of Ben", "Claims", 'data-clash="title"', "Take theirs", "Keep mine"):
        assert words in page
    use_case.refresh_from_db()
    assert use_case.title == "Title of Ana"
    now = {"version": use_case.version, "initial-title": "Title of Ana"}
    taken = ben.post(address, edit(use_case, title="Title of Ben", organisation="Claims") | now | {"take": "title"})
    assert 'value="Title of Ana"' in text_of(taken)
    assert 'value="Claims"' in text_of(taken)
    ben.post(address, edit(use_case, title="Title of Ben") | now)
    use_case.refresh_from_db()
    assert use_case.title == "Title of Ben"


def test_edits_of_different_fields_both_stand(world):
    use_case = world.use_case("Old title")
    address = f"/u/{use_case.key}/edit/what/"
    world.client("ana").post(address, edit(use_case, title="New title"))
    world.client("ben").post(address, edit(use_case, organisation="Claims"))
    use_case.refresh_from_db()
    assert (use_case.title, use_case.organisation) == ("New title", "Claims")


def test_saved_section_comes_back_with_the_next_step(world):
    use_case = world.use_case()
    body = {"version": use_case.version, "success_statement": "Minutes fall."}
    answer = world.client("ben").post(f"/u/{use_case.key}/edit/why/", body, headers={"HX-Request": "true"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'id="section-why"' in page
    assert 'id="next"' in page
    assert "<html" not in page
    assert "no_success_statement" not in page


def test_next_step_names_what_is_missing(world):
    use_case = world.use_case()
    page = text_of(world.client("ben").get(f"/u/{use_case.key}/"))
    assert "To be selected it still needs 7 things." in page
    ready = world.selectable()
    assert "It is ready: give it a pilot slot" in text_of(world.client("ana").get(f"/u/{ready.key}/"))


def test_limits_change_and_a_stale_version_is_told(world):
    client = world.client("ana")
    form = client.get("/p/norwell/policy/").context["form"]
    body = {name: value for name, value in form.initial.items() if not isinstance(value, bool)}
    refused = client.post("/p/norwell/policy/", body | {"pilot_cap": 100000})
    assert refused.status_code == 422
    assert "whole number from 0 to 1000" in text_of(refused)
    assert client.post("/p/norwell/policy/", body | {"pilot_cap": 2}).status_code == 302
    clash = client.post("/p/norwell/policy/", body | {"pilot_cap": 5})
    assert clash.status_code == 409
    assert "The cap is now 2." in text_of(clash)
    assert 'value="5"' in text_of(clash)


def test_members_are_added_changed_and_the_last_leader_stays(world):
    client = world.client("ana")
    invited = client.post("/p/norwell/members/", {"email": "nobody@example.org", "role": "viewer", "name": "No One"})
    link = invited.context["link"]
    assert f'<code id="invitation">{link}</code>' in text_of(invited)
    assert Client().get(link).status_code == 200
    assert link not in text_of(client.get("/p/norwell/members/"))
    gone = create_person(email="gone@example.org", by=CommandLine())
    deactivate(user_id=gone.id, by=CommandLine())
    assert client.post("/p/norwell/members/", {"email": "gone@example.org", "role": "viewer"}).status_code == 422
    client.post("/p/norwell/members/", {"email": "CLEO@example.org", "role": "viewer"})
    cleo = Membership.objects.get(user=world.people["cleo"])
    client.post(f"/p/norwell/members/{cleo.id}/", {"role": "auditor"})
    cleo.refresh_from_db()
    assert cleo.role == "auditor"
    ana = Membership.objects.get(user=world.people["ana"])
    last = client.post(f"/p/norwell/members/{ana.id}/", {"remove": "1"})
    assert last.status_code == 422
    assert 'data-code="last_leader"' in text_of(last)
    client.post(f"/p/norwell/members/{cleo.id}/", {"remove": "1", "role": "auditor"})
    assert not Membership.objects.filter(id=cleo.id).exists()


def test_texts_are_escaped_everywhere(world):
    evil = "<script>alert(1)</script>"
    use_case = world.use_case(evil, Stage.PILOT)
    client = world.client("ana")
    body = {"reason": evil, "restart_condition": evil, "review_on": world.later()}
    client.post(f"/u/{use_case.key}/pause/", body)
    decision = Decision.objects.get()
    for path in ("/p/norwell/", f"/u/{use_case.key}/", "/p/norwell/decisions/", f"/d/{decision.id}/", "/p/norwell/ledger/",
                 f"/search/palette/?q={use_case.key}"):  # fmt: skip
        page = client.get(path).content.decode()
        assert evil not in page, path
        assert escape(evil) in page, path
