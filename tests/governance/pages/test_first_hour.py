"""Does a newcomer get from an own spreadsheet to a triaged, printed portfolio, the triage by keyboard alone?

`PILOTAGE_SHOTS=folder` keeps a picture of each step at 1440 and 390, light and dark, to be looked at by a person.
"""

import os
import re
from datetime import date
from pathlib import Path

import pytest

from governance.models import Decision
from people import actions
from people.models import SignInLink
from portfolio.actions import portfolios, uploads
from portfolio.models import Job, UseCase
from portfolio.rules import SYSTEM, Policy, Stage
from tests import real_data

PASSWORD = "seven green kettles"
BY = actions.CommandLine()
WORDS = ("Pilot", "BAU trial", "In trial")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def newcomer(transactional_db):
    user = actions.create_person(email="sam@example.org", name="Sam Khan", by=BY)
    portfolios.create_portfolio(
        by=SYSTEM, name="Aldermoor", slug="aldermoor", leaders=[user], policy=Policy(pilot_cap=3)
    )
    return user


@pytest.fixture
def own_register(tmp_path) -> Path:
    """23 pilots as somebody keeps them: a title row above, one stage word nobody knows."""
    on = ("Bins", "Damp", "Minutes", "Parking", "Letters", "Visits", "Potholes", "Schools")
    lines = ["AI register;;;;", "Name of tool;Directorate;Status;What is it for?;Start date"]
    lines += [
        f"{on[n % 8]} assistant {n};Unit {n % 4};{WORDS[n % 3]};It takes {n + 5} minutes.;{n + 1:02}.04.2026"
        for n in range(23)
    ]
    path = tmp_path / "register.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class Walk:
    """A newcomer's browser. What it does on the pages of the triage it does with keys only."""

    def __init__(self, page, base: str) -> None:
        self.page, self.base, self.step = page, base, 0
        self.press, self.type = page.keyboard.press, page.keyboard.type

    def look(self, name: str) -> None:
        """Nothing is wider than the screen; a picture of it where one is asked for."""
        self.step += 1
        folder = os.environ.get("PILOTAGE_SHOTS", "")
        for width in (390, 1440):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
            for scheme in ("dark", "light") if folder else ():
                self.page.emulate_media(color_scheme=scheme)
                self.page.screenshot(path=f"{folder}/{self.step:02}-{name}-{width}-{scheme}.png", full_page=True)

    def problems(self) -> list[str]:
        """What the console reported; taking a picture adds a style of Playwright's own, which the policy refuses."""
        pictures = os.environ.get("PILOTAGE_SHOTS")
        return [text for text in self.page.problems if not (pictures and "inline style" in text)]

    def come_in(self, user) -> None:
        token = actions.make_link(user=user, purpose=SignInLink.Purpose.FIRST_SIGN_IN, hours=1, by=BY)
        self.page.goto(f"{self.base}/welcome/{token}/")
        self.look("welcome")
        for field in self.page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        self.page.get_by_role("button", name="Set it and come in").click()
        self.page.wait_for_url("**/p/aldermoor/")
        self.look("empty-board")

    def upload(self, path: Path) -> None:
        self.page.goto(f"{self.base}/p/aldermoor/import/")
        self.page.get_by_label("Your spreadsheet").set_input_files(path)
        self.page.get_by_role("button", name="Upload and look").click()
        self.page.get_by_role("heading", name="What we found").wait_for()

    def bring_in(self, name: str) -> None:
        """The dry run, then the import; the worker's part is done here."""
        self.look(f"{name}-columns")
        self.page.get_by_role("button", name="Go on to the dry run").click()
        self.page.get_by_role("heading", name="Skipped rows").wait_for()
        self.look(f"{name}-dry-run")
        self.page.get_by_role("button", name="Import ").click()
        self.page.get_by_text("you may leave this page").wait_for()
        uploads.work(Job.objects.get(state=Job.WAITING).id)
        self.page.get_by_role("heading", name="imported").wait_for()
        self.look(f"{name}-imported")

    def tab_to(self, selector: str) -> None:
        """Tab until the focus is there; gives up after a page of stops."""
        for _ in range(120):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        pytest.fail(f"the Tab key never reaches {selector}")

    def sort_one(self, magnitude: str) -> None:
        self.tab_to("input[name=kind]")
        self.press("1")
        self.tab_to("input[name=sentence]")
        self.type("Minutes fall.")
        self.tab_to("input[name=magnitude]")
        self.press(magnitude)
        self.tab_to("input[name=sponsor]")
        self.type("Ruth Adeyemi")
        if self.page.locator("input[name=running_since]").input_value() == "":
            self.page.locator("input[name=running_since]").fill(date(2026, 4, 1).isoformat())
        self.tab_to("input[name=real_users]")
        self.type("40")
        with self.page.expect_navigation():
            self.press("Enter")

    def pause_the_rest(self, kept: int, total: int) -> None:
        self.page.goto(f"{self.base}/p/aldermoor/")
        self.page.get_by_role("heading", name=f"{total} pilots active, the cap is {kept}", exact=True).wait_for()
        self.look("board-over-the-cap")
        self.tab_to("a[href$='/pause-the-rest/']")
        self.press("Enter")
        self.page.get_by_role("dialog").get_by_label("Reason", exact=True).first.wait_for()
        self.look("pause-the-rest")
        self.tab_to("[name=reason]")
        self.type("Few at a time.")
        self.tab_to("[name=restart_condition]")
        self.type("A slot is free.")
        self.tab_to("dialog .btn-primary")
        self.press("Enter")
        self.page.get_by_role("button", name=f"Pause {total - kept} pilots").wait_for()
        self.look("confirm")
        self.tab_to("[name=confirmed]")
        self.press("Enter")
        self.page.get_by_role("heading", name=f"{kept} pilots active, the cap is {kept}", exact=True).wait_for()
        self.look("board")

    def print(self) -> int:
        """Sheets of A4 that the board takes; also looks at what paper shows."""
        folder = os.environ.get("PILOTAGE_SHOTS")
        paper = self.page.pdf(format="A4", **({"path": f"{folder}/board.pdf"} if folder else {}))
        self.page.set_viewport_size({"width": 703, "height": 994})  # A4 within its margins, CSS px
        self.page.emulate_media(media="print")
        assert self.page.get_by_role("heading", name="pilots active").is_visible()
        assert not self.page.get_by_role("navigation").first.is_visible(), "no navigation on paper"
        assert not self.page.get_by_role("button", name="Print").is_visible(), "no buttons on paper"
        choices = [label.inner_text() for label in self.page.locator(".seg label").all() if label.is_visible()]
        assert choices == ["Run"] * 3, "paper says what was chosen, not what could be"
        name = self.page.locator("tr.pilot .c-name").first.bounding_box()
        assert name["width"] > 150, "a pilot's name has room"
        return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.fixture
def walk(newcomer, live_url, browser_page) -> Walk:
    made = Walk(browser_page, live_url)
    made.come_in(newcomer)
    return made


def test_own_spreadsheet_becomes_a_triaged_portfolio(walk, own_register):
    walk.upload(own_register)
    walk.page.get_by_role("group", name="What is “BAU trial”?").get_by_role("radio", name="pilot").check()
    walk.bring_in("own")
    assert UseCase.objects.in_pilot().count() == 23
    walk.page.get_by_role("link", name="Sort 23 pilots").click()
    walk.look("sort")
    walk.tab_to("input[name=kind]")
    for magnitude in ("4", "3", "4"):
        walk.sort_one(magnitude)
    walk.look("sort-after-three")
    walk.pause_the_rest(3, 23)
    assert Decision.objects.filter(kind="pause").count() == 20
    kept = UseCase.objects.in_pilot()
    assert {row.sponsor_name for row in kept} == {"Ruth Adeyemi"}, "those with the five facts were advised and kept"
    assert 1 <= walk.print() <= 3
    assert walk.problems() == []


def test_two_registers_of_public_bodies_become_a_triaged_portfolio(walk):
    records = real_data.folder("uk-atrs") / "atrs_records.csv"
    agency = real_data.folder("us-federal-ai-2025-agency-files") / "doj.xlsx"
    for name, path in (("uk", records), ("agency", agency)):
        walk.upload(path)
        walk.bring_in(name)
    pilots = UseCase.objects.in_pilot().count()
    assert (UseCase.objects.count(), pilots) == (450, 25)
    walk.page.get_by_role("link", name=f"Sort {pilots} pilots").click()
    for _ in range(3):
        walk.sort_one("4")
    walk.pause_the_rest(3, pilots)
    assert UseCase.objects.filter(stage=Stage.PAUSED).count() == pilots - 3
    assert walk.problems() == []


def test_the_wizard_works_without_javascript(newcomer, live_url, browser_page, own_register):
    context = browser_page.context.browser.new_context(java_script_enabled=False)
    context.set_default_timeout(45_000)
    walk = Walk(context.new_page(), live_url)
    walk.come_in(newcomer)
    walk.upload(own_register)
    walk.page.get_by_role("group", name="What is “BAU trial”?").get_by_role("radio", name="pilot").check(force=True)
    walk.page.get_by_role("button", name="Go on to the dry run").click()
    walk.page.get_by_role("button", name="Import 23 rows").click()
    uploads.work(Job.objects.get(state=Job.WAITING).id)
    walk.page.get_by_role("link", name="Look again").click()
    walk.page.get_by_role("heading", name="23 rows imported").wait_for()
    assert UseCase.objects.in_pilot().count() == 23
    walk.page.get_by_role("button", name="Undo the import").first.click()
    walk.page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    walk.page.get_by_role("heading", name="Import undone").wait_for()
    assert not UseCase.objects.exists()
    context.close()


def test_a_long_outcome_from_the_file_can_be_sorted(walk, tmp_path):
    """What a file says of the outcome may fill the whole column; a kind is chosen beside it all the same."""
    path = tmp_path / "long.csv"
    path.write_text(f"Use case,Stage,Expected benefits\nLetters,Pilot,{'Letters are answered sooner. ' * 10}\n")
    walk.upload(path)
    walk.bring_in("long")
    walk.page.get_by_role("link", name="Sort 1 pilot").click()
    walk.page.get_by_role("radio", name="time").check(force=True)
    with walk.page.expect_navigation():
        walk.page.get_by_role("button", name="Save").click()
    assert UseCase.objects.get().business_outcome.startswith("Time: Letters are answered sooner.")
