"""Does the page answer "which two or three, and why", is REST the same, and does either ever guess or fall over?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import assess
from governance.queries import best_set as queries
from ledger.models import Entry
from portfolio.models import Portfolio
from portfolio.rules import Stage
from roi.rules.content import Amount
from roi.rules.track import monday
from tests.governance.pages.test_roi import text
from tests.roi.told import BASELINE, FULL, PILOT, measure, tell

pytestmark = pytest.mark.django_db

PAGE, DOOR = "/p/norwell/best-set/", "/api/v1/portfolios/norwell/best-set/"
READ_QUERIES = 8  # with something to compare, however much


def valued(world, title: str, a_month: float, stage: Stage = Stage.PILOT, **told):
    """A use case whose benefit a month is likely that much."""
    made = world.use_case(title, stage, sponsor=world.people["ana"], lead=world.people["ben"])
    gain = replace(FULL.benefits[0], amount=Amount(a_month, 0.7 * a_month, 1.4 * a_month))
    tell(made, replace(FULL, benefits=(gain,), **told))
    assess.reassess([made.id])
    return made


@pytest.fixture
def four(world):
    """Three of four are worth a slot; the best is only proposed."""
    return [
        valued(world, "Letters", 30_000.0), valued(world, "Invoices", 26_000.0), valued(world, "Calls", 22_000.0),
        valued(world, "Claims", 40_000.0, Stage.PROPOSED),
    ]  # fmt: skip


def page(world, query: str = "", who: str = "vera", status: int = 200) -> str:
    answer = world.client(who).get(PAGE + query)
    assert answer.status_code == status
    return text(answer)


@pytest.mark.parametrize("who", ["ana", "ben", "vera", "otto"])
def test_everybody_who_reads_the_portfolio_reads_the_answer(world, four, who):
    shown = page(world, who=who)
    assert "Run Letters, Invoices and Claims." in shown
    assert "Taking Calls instead of Invoices would cost" in shown
    assert "A fourth slot is worth" in shown
    assert "To get there pause Calls and take in Claims." in shown
    for act in ("Pause the rest, keep 2", "Select Claims"):
        assert (act in shown) == (who == "ana"), "only who may do it is led on"


def test_a_stranger_sees_nothing(world, four):
    assert world.client("cleo").get(PAGE).status_code == 404
    assert world.client("cleo").get(DOOR).status_code == 404


def test_what_is_tried_is_kept_to_and_stored_nowhere(world, four):
    lines = Entry.objects.count()
    assert "Run Claims." in page(world, "?cap=1")
    assert "Run Letters, Calls and Claims." in page(world, f"?keep={four[2].key}")
    assert "Run Letters, Invoices and Calls." in page(world, f"?without={four[3].key}")
    assert "Run Letters, Calls and Claims." in page(world, f"?keep={four[2].key},{four[3].key}")
    assert Entry.objects.count() == lines
    assert Portfolio.objects.get(slug="norwell").policy.pilot_cap == 3


def test_a_budget_is_typed_as_people_write_it(world, four):
    shown = page(world, "?budget=130k")
    assert 'value="130k"' in world.client("vera").get(PAGE + "?budget=130k").content.decode()
    assert "€30k more budget" in shown
    assert "Run no" not in shown


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?cap=two", "Enter a whole number."),
        ("?cap=-1", "greater than or equal to 0"),
        ("?cap=1e400", "Enter a whole number."),
        ("?budget=much", "much"),
        ("?budget=nan", "nan"),
        ("?budget=1e400", "1e400"),
        ("?budget=-5", "A budget is 0 or more"),
        ("?budget=9999999999999", "no more money than there is"),
        ("?budget=1+2+3", "Give one figure"),
        ("?keep=UC-999", "is not among the candidates"),
        ("?keep=%F0%9F%92%A9", "is not among the candidates"),
    ],
)
def test_what_cannot_be_is_said_plainly_and_stays_typed(world, four, query, said):
    shown = page(world, query, status=422)
    assert said in shown
    assert "Candidates" in shown and "Run Letters" not in shown


def test_what_must_run_and_does_not_fit_says_with_which_figures(world, four):
    keys = "".join(f"&keep={one.key}" for one in four)
    assert "4 must run, the cap is 3." in page(world, f"?{keys}", status=422)
    shown = world.client("vera").get(PAGE + f"?budget=10k{keys}&cap=9")
    assert shown.status_code == 422
    assert "the budget is €10k." in text(shown)
    assert shown.content.decode().count("checked") == 4
    both = page(world, f"?keep={four[0].key}&without={four[0].key}", status=422)
    assert "Letters cannot both run and be left out." in both


def test_missing_is_never_zero(world):
    assert "Nothing can be compared yet" in page(world)
    bare, half = world.use_case("Bare", Stage.PILOT), world.use_case("Half told", Stage.PROPOSED)
    tell(half, replace(FULL, costs=FULL.costs[:2]))
    assess.reassess([half.id])
    shown = page(world)
    assert "Nothing can be compared yet" in shown
    assert "Not compared: no valued hypothesis" in shown
    valued(world, "Letters", 30_000.0)
    page_of = world.client("ben").get(PAGE)
    shown = text(page_of)
    assert "Run Letters." in shown and "Nothing else has a value to compare it with." in shown
    assert shown.index("Bare") < shown.index("Half told")
    for one, words in ((bare, "Start its hypothesis"), (half, "What its hypothesis lacks")):
        assert f'href="/u/{one.key}/roi/">{words}' in page_of.content.decode()
    assert "Two pilots run today, of which one can be compared" in shown
    assert "Start its hypothesis" not in page(world, who="vera"), "who may not write it is not asked to"


def test_what_is_paused_waits_until_it_must_run(world, four):
    resting = valued(world, "Rested", 90_000.0, Stage.PAUSED)
    shown = page(world)
    assert "Run Letters, Invoices and Claims." in shown
    assert "would add" in shown, "what it would bring is said"
    assert "Run Letters, Claims and Rested." in page(world, f"?keep={resting.key}")


def test_readings_of_a_running_pilot_move_its_place(world, four):
    start = monday(world.today) - timedelta(weeks=4)
    tell(four[0], replace(FULL, benefits=(replace(FULL.benefits[0], amount=Amount(30_000.0)),), day0_on=start))
    measure(four[0], start - timedelta(weeks=8), BASELINE)
    measure(four[0], start, tuple(one + 20 for one in PILOT[:4]))  # worse than before
    assess.reassess([four[0].id])
    shown = page(world)
    assert "Run Invoices, Calls and Claims." in shown
    assert "moved by readings" in shown


def test_a_pilot_that_should_stop_is_compared_and_says_so(world, four):
    four[0].__class__.objects.filter(id=four[0].id).update(stop_met_on=world.today)
    assess.reassess([four[0].id])
    shown = page(world)
    assert "Run Letters, Invoices and Claims." in shown
    assert "Stop is advised." in shown and "The board advises: stop." in shown


def test_the_way_on_ticks_what_the_set_keeps(world, four):
    other = world.use_case("Without a value", Stage.PILOT)
    shown = world.client("ana").get(PAGE).content.decode()
    address = f"/p/norwell/pause-the-rest/?keep={four[0].key}&amp;keep={four[1].key}"
    assert address in shown
    form = world.client("ana").get(address.replace("&amp;", "&")).content.decode()
    assert "Ticked is what the best set keeps." in form
    for one, ticked in ((four[0], True), (four[1], True), (four[2], False), (other, False)):
        tag = form[form.index(f'name="keep_{one.id.hex}"') :].partition(">")[0]
        assert ("checked" in tag) == ticked
    assert "What we advise to run is ticked." in text(world.client("ana").get("/p/norwell/pause-the-rest/"))


def test_it_is_led_to_from_board_list_and_palette(world, four):
    for path in ("/p/norwell/", f"/p/norwell/compare/?u={four[0].key}&u={four[1].key}", "/search/palette/?q=best"):
        assert PAGE in world.client("vera").get(path).content.decode()


def test_htmx_gets_the_part_alone(world, four):
    part = world.client("vera").get(PAGE + "?cap=1", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="stack" id="best">') and "<html" not in part


def test_queries_do_not_grow_with_candidates(world):
    counts = []
    for title, stage in (("One", Stage.PILOT), ("Two", Stage.PROPOSED), ("Three", Stage.PAUSED)):
        valued(world, title, 20_000.0, stage)
        world.use_case(f"{title} without")
        with CaptureQueriesContext(connection) as seen:
            queries.read(Portfolio.objects.get(slug="norwell"))
        counts.append(len(seen) - 1)  # the portfolio itself
    assert counts == [READ_QUERIES] * 3


def test_only_so_many_are_weighed_and_the_page_says_so(world, four, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COMPARED", 3)
    shown = page(world)
    assert "Of 4 with a value the 3 with the highest P90 are compared." in shown


# -- REST


def test_rest_says_what_the_page_says(world, four):
    told = world.client("vera").get(DOOR).json()
    assert told["chosen"] == [four[3].key, four[0].key, four[1].key]
    assert told["sentences"][0] == "Run Letters, Invoices and Claims."
    assert all(sentence in page(world) for sentence in (*told["sentences"], told["today"]))
    assert (told["cap"], told["budget"], told["proven"], told["worlds"]) == (3, None, True, 1000)
    rows = {one["title"]: one for one in told["candidates"]}
    assert float(rows["Calls"]["regret"]) > 0 and rows["Calls"]["marginal"] is None
    assert float(rows["Letters"]["marginal"]) > 0 and rows["Letters"]["regret"] is None
    assert sum(float(rows[one]["value"]) for one in ("Letters", "Invoices", "Claims")) == pytest.approx(
        float(told["value"]), abs=0.05
    )
    assert float(told["one_more_slot"]) > 0 and told["more_budget"] is None


def test_rest_tries_what_it_is_asked(world, four):
    client = world.client("vera")
    told = client.get(DOOR, {"cap": "2", "keep": f"{four[2].id},{four[1].key.lower()}", "budget": "500000.50"}).json()
    assert set(told["chosen"]) == {four[2].key, four[1].key}
    assert told["budget"] == "500000.50" and told["budget_step"] == "100000.00"


def test_rest_with_nothing_to_compare_answers_with_nothing(world):
    bare = world.use_case("Bare", Stage.PILOT)
    told = world.client("vera").get(DOOR).json()
    assert (told["chosen"], told["sentences"], told["worlds"]) == ([], [], 0)
    assert [one["key"] for one in told["not_compared"]] == [bare.key]
    assert told["not_compared"][0]["code"] == "no_valued_hypothesis" and told["not_compared_count"] == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("cap=NaN", "/cap"),
        ("cap=-1", "/cap"),
        ("cap=1001", "/cap"),
        ("cap=" + "9" * 400, "/cap"),
        ("cap=1&cap=2", "/cap"),
        ("budget=nan", "/budget"),
        ("budget=Infinity", "/budget"),
        ("budget=1e400", "/budget"),
        ("budget=-1", "/budget"),
        ("budget=1000000000001", "/budget"),
        ("budget=", "/budget"),
        ("keep=UC-999", "/keep"),
        ("keep=" + "x" * 4001, "/keep"),
        ("without=UC-999", "/without"),
        ("colour=blue", "/colour"),
    ],
)
def test_rest_refuses_what_cannot_be_with_a_reason(world, four, query, pointer):
    answer = world.client("vera").get(f"{DOOR}?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert {one["pointer"] for one in answer.json()["errors"]} == {pointer}


def test_rest_says_why_what_must_run_does_not_fit(world, four):
    keys = ",".join(one.key for one in four)
    answer = world.client("vera").get(DOOR, {"keep": keys})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"pointer": "/cap", "code": "does_not_fit", "text": "4 must run, the cap is 3."}]
