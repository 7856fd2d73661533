"""Does each page open for those who may, and is it not there for a stranger?"""

import pytest

from portfolio.rules import Stage

READ = [
    "/p/norwell/", "/p/norwell/live/", "/p/norwell/use-cases/", "/p/norwell/decisions/", "/p/norwell/ledger/",
    "/p/norwell/members/", "/p/norwell/policy/", "/u/{key}/", "/search/palette/?q=claims", "/me/", "/gallery/",
]  # fmt: skip
WRITE = ["/p/norwell/register/", "/u/{key}/edit/what/", "/u/{key}/edit/why/", "/u/{key}/edit/people/", "/u/{key}/edit/facts/",
         "/u/{key}/ask/", "/u/{key}/waiting/"]  # fmt: skip
LEAD = ["/p/norwell/pause-the-rest/", "/u/{key}/date/", "/u/{key}/lane/", "/u/{key}/decide/?choice=pause",
        "/u/{key}/decide/?choice=stop", *(f"/u/{{key}}/{verb}/" for verb in (
            "select", "decline", "go", "no-go", "pause", "resume", "roll-back", "stop", "retire", "reopen", "return"))]  # fmt: skip
OPEN = {"/search/palette/?q=claims", "/me/", "/gallery/"}  # pages about nobody's portfolio


@pytest.mark.parametrize("name", ["ana", "ben", "vera", "otto"])
def test_pages_to_read_open_for_every_role(world, name):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client(name)
    for path in READ:
        assert client.get(path.format(key=use_case.key)).status_code == 200, path


@pytest.mark.parametrize(("name", "status"), [("ana", 200), ("ben", 200), ("vera", 403), ("otto", 403), ("cleo", 404)])
def test_pages_to_write_open_for_contributors(world, name, status):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client(name)
    for path in WRITE:
        assert client.get(path.format(key=use_case.key)).status_code == status, path


@pytest.mark.parametrize(("name", "status"), [("ana", 200), ("ben", 403), ("vera", 403), ("otto", 403), ("cleo", 404)])
def test_pages_to_decide_open_for_leaders(world, name, status):
    use_case = world.use_case(stage=Stage.PILOT)
    client = world.client(name)
    for path in LEAD:
        assert client.get(path.format(key=use_case.key)).status_code == status, path


def test_stranger_gets_the_answer_of_an_unknown_address(world):
    use_case = world.use_case()
    client = world.client("cleo")
    for path in READ:
        if path not in OPEN:
            assert client.get(path.format(key=use_case.key)).status_code == 404, path
    assert client.get(f"/u/{use_case.key}/").content == client.get("/u/UC-999999/").content


def test_nobody_is_sent_to_sign_in(client, world):
    assert client.get("/p/norwell/").headers["Location"] == "/accounts/login/?next=%2Fp%2Fnorwell%2F"


def test_contributor_sees_no_verify_and_auditor_does(world):
    assert world.client("ben").get("/p/norwell/ledger/verify/").status_code == 403
    page = world.client("otto").get("/p/norwell/ledger/verify/")
    assert "Verified." in page.content.decode()


def test_administrator_reads_names_only(world):
    use_case = world.use_case()
    client = world.client("ira")
    home = client.get("/").content.decode()
    assert "Norwell Insurance" in home
    assert use_case.title not in home
    assert client.get("/p/norwell/members/").status_code == 200
    for path in ("/p/norwell/", f"/u/{use_case.key}/", "/p/norwell/policy/", "/p/norwell/ledger/"):
        assert client.get(path).status_code == 404, path


def test_home_leads_to_the_only_board_and_explains_none(world):
    assert world.client("ana").get("/").headers["Location"] == "/p/norwell/"
    assert "You belong to no portfolio yet" in world.client("cleo").get("/").content.decode()


def test_gallery_is_not_there_in_production(world, settings):
    settings.DEMO_ALLOWED = False
    assert world.client("ana").get("/gallery/").status_code == 404
